"""Runs the conformance suite with pytest and turns what happens into verdicts with evidence.

Nothing here is registered as an entry point: pytest runs of other people never see it. The bench calls
``run_checks``; ``BenchPlugin`` is the pytest plugin behind it.
"""

from conformance.engine.bench import BenchPlugin
from conformance.engine.context import BenchContext
from conformance.engine.events import CheckFinished, CheckStarted, Event, RunFinished
from conformance.engine.run import SuiteError, SuiteRun, run_checks

__all__ = [
    "BenchContext",
    "BenchPlugin",
    "CheckFinished",
    "CheckStarted",
    "Event",
    "RunFinished",
    "SuiteError",
    "SuiteRun",
    "run_checks",
]
