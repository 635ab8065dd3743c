"""What the doctor writes down, and how long it may take."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from conformance.record.events import DoctorFinding
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

BUDGET_S: Final = 9.0
"""Seconds that looking at one instance of the software may take in all."""
MAX_DETAILS: Final = 8_000
"""Characters of what travelled that are kept with a finding."""


class Look(StrEnum):
    """What is looked at; the value stands in the record."""

    FOLDER = "folder"
    ADDRESS = "address"
    TLS = "tls"
    SIMULATOR = "simulator"
    SOFTWARE = "software"
    CLOCK = "clock"
    CONTRACT = "contract"
    DATES = "dates"
    RESET = "reset"
    PATIENT = "patient"
    INSI = "insi-reached"
    TIME = "time"
    NOT_LOOKED = "not-looked-at"


TITLES: Final = {
    Look.FOLDER: Text("dossier", "folder"),
    Look.ADDRESS: Text("adresse", "address"),
    Look.TLS: Text("TLS", "TLS"),
    Look.SIMULATOR: Text("simulateur", "simulator"),
    Look.SOFTWARE: Text("logiciel", "software"),
    Look.CLOCK: Text("horloge", "clock"),
    Look.CONTRACT: Text("réponses", "answers"),
    Look.DATES: Text("dates", "dates"),
    Look.RESET: Text("remise à zéro", "reset"),
    Look.PATIENT: Text("dossier patient", "patient file"),
    Look.INSI: Text("appel INSi", "INSi call"),
    Look.TIME: Text("durée", "time"),
    Look.NOT_LOOKED: Text("non regardé", "not looked at"),
}
"""What people call it, in a column."""


def _nobody(_finding: DoctorFinding) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was found about a set-up."""

    findings: tuple[DoctorFinding, ...]
    seconds: float = 0.0

    @property
    def problems(self) -> tuple[DoctorFinding, ...]:
        """What is not as it should be, what stops the campaign first."""
        found = [each for each in self.findings if not each.is_ok and each.check != Look.NOT_LOOKED]
        return tuple(sorted(found, key=lambda each: not each.stops))

    @property
    def stops(self) -> bool:
        """Whether a campaign would say nothing about the software."""
        return any(each.stops for each in self.findings)


class Notes:
    """Collects findings and tells them as they come.

    Args:
        on_finding: is told of each.
    """

    def __init__(self, on_finding: Callable[[DoctorFinding], None] = _nobody) -> None:
        """Begin with none."""
        self._about = ""
        self._since = 0
        self._on_finding = on_finding
        self._started = time.monotonic()
        self._findings: list[DoctorFinding] = []

    def begin(self, about: str) -> None:
        """Begin with another instance of the software: each finding names it from now on."""
        self._about, self._since = about, len(self._findings)

    def ok(self, look: Look, text: Text) -> None:
        """Note that something is as it should be."""
        self._add(look, text, is_ok=True)

    def told(self, look: Look, text: Text, remedy: Text, *, details: str = "") -> None:
        """Note a problem with which the campaign can go on."""
        self._add(look, text, remedy=remedy, details=details)

    def stop(self, look: Look, text: Text, remedy: Text, *, details: str = "") -> None:
        """Note a problem with which nothing could be concluded about the software."""
        self._add(look, text, remedy=remedy, details=details, stops=True)

    def skipped(self, text: Text) -> None:
        """Note what could not be looked at because of what was found before."""
        self._add(Look.NOT_LOOKED, text)

    def stopped_at(self, *looks: Look) -> bool:
        """Whether one of these things stops the campaign, for the present instance."""
        return any(each.stops and each.check in looks for each in self._findings[self._since :])

    def diagnosis(self) -> Diagnosis:
        """Return what was found so far."""
        return Diagnosis(findings=tuple(self._findings), seconds=time.monotonic() - self._started)

    def _add(
        self,
        look: Look,
        text: Text,
        *,
        remedy: Text | None = None,
        details: str = "",
        is_ok: bool = False,
        stops: bool = False,
    ) -> None:
        if self._about:
            text = Text(f"{self._about} : {text.fr}", f"{self._about}: {text.en}")
        finding = DoctorFinding(
            at=datetime.now(UTC),
            check=look.value,
            is_ok=is_ok,
            text=text,
            remedy=remedy,
            stops=stops,
            details=details[:MAX_DETAILS],
        )
        self._findings.append(finding)
        self._on_finding(finding)


class Patience:
    """How much longer looking may take.

    Args:
        seconds: in all.
    """

    def __init__(self, seconds: float = BUDGET_S) -> None:
        """Start the clock."""
        self._end = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Return the seconds left, never less than a tenth: who asks wants to try."""
        left = max(self._end - time.monotonic(), 0.1)
        return left if at_most is None else min(left, at_most)

    @property
    def is_over(self) -> bool:
        """Whether nothing more should be begun."""
        return time.monotonic() >= self._end
