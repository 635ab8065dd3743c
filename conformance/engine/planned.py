"""Which of the checks of a campaign are left to run, and in what order."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

from conformance.record.events import PlannedCheck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.engine.check_run import CheckRun
    from conformance.engine.context import Limits

_T = TypeVar("_T")


def planned(runs: Iterable[CheckRun]) -> tuple[PlannedCheck, ...]:
    """Return the checks as the record announces them, in the order of the suite."""
    return tuple(
        PlannedCheck(check=run.check.id, title=run.check.title, rules=run.check.keys, number=run.number)
        for run in runs
    )


def left_of(items: Sequence[_T], name: Callable[[_T], str], limits: Limits) -> list[_T]:
    """Return the checks that no earlier process has finished, in the order of this one.

    Args:
        items: all that are to be run, in the order of the suite.
        name: returns the id of one.
        limits: what is done, and the order; ``None``: as they come.
    """
    left = [item for item in items if name(item) not in limits.done]
    if limits.order is not None:
        Random(limits.order).shuffle(left)  # noqa: S311 - an order to repeat, not a secret
    return left
