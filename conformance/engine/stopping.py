"""Why a run calls the software no more: each check that is left gets this as its ending."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from conformance.drivers.errors import DriverError, Fault
from conformance.verdicts import Ending, Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.engine.context import Limits
    from conformance.record.events import Outcome

MAX_DRIVER_FAILURES: Final = 3
"""Checks in a row that found the software gone before it is called no more."""


class StoppedError(Ending):
    """The check was not begun."""

    def __init__(self, text: Text, verdict: Verdict) -> None:
        """Say why."""
        super().__init__(text.fr)
        self.text = text
        self.verdict = verdict


def is_gone(error: BaseException) -> bool:
    """Return whether a failure of the driver means that nobody answers, rather than that somebody answers badly."""
    return isinstance(error, DriverError) and error.fault in {Fault.UNREACHABLE, Fault.TIMEOUT}


class Stopping:
    """Decides before each check whether it may begin."""

    def __init__(self, limits: Limits) -> None:
        """Start the clock."""
        self._limits = limits
        self._deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
        self._failures = 0
        self._reason: StoppedError | None = None

    def check(self) -> None:
        """Raise what keeps the next check from beginning.

        Raises:
            StoppedError: the software is gone, time is up, or a departure was enough.
        """
        if self._reason is None and self._deadline is not None and time.monotonic() > self._deadline:
            limit = f"{self._limits.seconds:.0f}"
            self._reason = StoppedError(
                Text(
                    f"Durée maximale de la campagne atteinte ({limit} s) : contrôle non commencé.",
                    f"The time limit of the campaign is over ({limit} s): the check was not begun.",
                ),
                Verdict.NOT_TESTED,
            )
        if self._reason is not None:
            raise self._reason

    def ended(self, check: str, outcome: Outcome, *, gone: bool) -> None:
        """Take note of how a check ended."""
        if self._reason is not None:
            return
        self._failures = self._failures + 1 if gone else 0
        if self._failures == MAX_DRIVER_FAILURES:
            self._reason = StoppedError(
                Text(
                    f"Le logiciel ne répond plus depuis {self._failures} contrôles (le dernier : {check}) ; "
                    f"il n'est plus appelé. Dernière erreur : {outcome.reason.fr}",
                    f"The software has not answered for {self._failures} checks (the last: {check}); "
                    f"it is called no more. Last error: {outcome.reason.en}",
                ),
                Verdict.INCONCLUSIVE,
            )
        elif outcome.verdict in self._limits.stop_at:
            self._reason = StoppedError(
                Text(
                    f"Campagne arrêtée au premier écart ({check}), comme demandé.",
                    f"The campaign was stopped at the first departure ({check}), as asked.",
                ),
                Verdict.NOT_TESTED,
            )
