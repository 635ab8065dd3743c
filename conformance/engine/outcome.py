"""What an exception in a check means for the software: broken rule, not testable, or nothing at all."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Literal

import pytest

from conformance.drivers.protocol import DriverError, VerbNotSupportedError
from conformance.record.events import Outcome
from conformance.suite.desk.apart import missed_by
from conformance.verdicts import Ending, UndecidedError, Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.suite.desk.apart import Apart

Phase = Literal["setup", "call", "teardown"]

MAX_REASON = 400
"""Characters of a foreign message kept in a reason; the evidence has it all."""

MAX_TEXT = 4000
"""Characters of a reason of our own, which may list many fields."""

BENCH_HINT = Text(
    "Ce résultat ne dit rien du logiciel : le contrôle lui-même a échoué. Signalez-le avec la trace jointe.",
    "This says nothing about the software: the check itself failed. Report it with the trace attached.",
)


PASSED = Outcome(verdict=Verdict.PASS, reason=Text("", ""))


def judge(error: BaseException, phase: Phase, paths: Collection[Apart] = ()) -> Outcome:
    """Return what ``error``, raised in ``phase`` of a check, says about the software.

    ``paths``: the paths apart that the check declares to be.
    """
    # A fixture asserts nothing about the software: what goes wrong there was only its preparation.
    if isinstance(error, Ending) and (error.verdict is not Verdict.FAIL or phase == "call"):
        missed = missed_by(error, paths)
        return Outcome(
            verdict=error.verdict,
            reason=_cut(_said(error)),
            hint=_hint(error),
            inferred=error.inferred,
            depends_on=error.depends_on,
            driver_failed=isinstance(error, DriverError),
            missing_verb=error.verb.value if isinstance(error, VerbNotSupportedError) else "",
            is_apart=missed is not None,
            missed=(missed,) if missed else (),
        )
    # What nobody has imported, nobody has raised.
    httpx = sys.modules.get("httpx")
    if httpx is not None and isinstance(error, httpx.HTTPError):
        message = _short(error)
        return Outcome(
            verdict=Verdict.INCONCLUSIVE,
            reason=Text(f"Erreur de réseau : {message}", f"Network error: {message}"),
            hint=_REACH_HINT,
        )
    # Before the failures: to pytest, an xfail is a kind of failure.
    if isinstance(error, (pytest.skip.Exception, pytest.xfail.Exception)):
        return Outcome(
            verdict=Verdict.INCONCLUSIVE,
            reason=Text(
                f"Le contrôle s'est dérobé, ce qui n'est pas admis : {_short(error)}",
                f"The check skipped itself, which is not allowed: {_short(error)}",
            ),
            hint=BENCH_HINT,
        )
    broken = _judge_call(error) if phase == "call" else None
    if broken is not None:
        return broken
    what = Text(*_PHASES[phase])
    return Outcome(
        verdict=Verdict.INCONCLUSIVE,
        reason=Text(
            f"{what.fr} : {type(error).__name__} : {_short(error)}",
            f"{what.en}: {type(error).__name__}: {_short(error)}",
        ),
        hint=BENCH_HINT,
        details="".join(traceback.format_exception(error)),
    )


def _judge_call(error: BaseException) -> Outcome | None:
    """Return the FAIL that ``error`` is when the body of a check raises it, else None."""
    if isinstance(error, (AssertionError, pytest.fail.Exception)):
        message = _short(error) or "assertion"
        return Outcome(
            verdict=Verdict.FAIL,
            reason=Text(f"Attendu non vérifié : {message}", f"Expectation not met: {message}"),
            details=str(error),
        )
    return None


_PHASES = {
    "setup": ("La préparation du contrôle a échoué", "The check could not be set up"),
    "call": ("Le contrôle a échoué de façon inattendue", "The check failed unexpectedly"),
    "teardown": ("La remise en état après le contrôle a échoué", "The clean-up after the check failed"),
}
_ELSEWHERE_HINT = Text(
    "Cette règle n'a pas pu être vérifiée ; les verdicts des autres règles disent souvent pourquoi.",
    "This rule could not be verified; the verdicts of the other rules often tell why.",
)
_REACH_HINT = Text(
    "Vérifiez que le logiciel et le simulateur sont démarrés et joignables, puis relancez.",
    "Check that the software and the simulator are up and can be reached, then run again.",
)


def _said(error: Ending) -> Text:
    if not isinstance(error, DriverError):
        return error.text
    return Text(
        f"Le logiciel n'a pas pu être piloté : {error.text.fr}",
        f"The software could not be driven: {error.text.en}",
    )


def _hint(error: Ending) -> Text | None:
    """Return what the user can do about an ending that concludes nothing."""
    if isinstance(error, DriverError):
        return error.hint or _REACH_HINT
    # What is not tested, or for a person to look at, says why itself.
    is_open = isinstance(error, UndecidedError) and error.verdict is Verdict.INCONCLUSIVE
    return _ELSEWHERE_HINT if is_open else None


def _short(error: BaseException) -> str:
    """Return the first line of a message, cut when it is long."""
    lines = str(error).strip().splitlines()
    line = lines[0] if lines else ""
    return line if len(line) <= MAX_REASON else line[: MAX_REASON - 1] + "…"


def _cut(text: Text) -> Text:
    """Return a reason that may hold words of the software, cut when it is long."""
    return Text(text.fr[:MAX_TEXT], text.en[:MAX_TEXT])
