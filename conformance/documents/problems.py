"""What is wrong with a document: a named problem with its places, its rules and how sure we are of the rule.

Severity follows the evidence: FAIL for what was read in an official text or is arithmetic, FAIL with its mark for what a
third party reports, REVIEW for what we infer. Two places that contradict each other are always a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.documents.record import Place
from simulator.contract.evidence import EvidenceLevel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.documents.record import Value
    from simulator.text import Text

__all__ = [
    "EvidenceLevel",
    "Problem",
    "Quote",
    "Severity",
    "inferred",
    "official",
    "quote",
    "reported",
    "unjudged",
]

_SHOWN = 80


class Severity(StrEnum):
    """What a problem weighs."""

    FAIL = "FAIL"
    WARNING = "WARNING"
    REVIEW = "REVIEW"
    """A person has to look: the rule is inferred, or the difference can be legitimate."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What stands at a place."""

    place: Place
    text: str
    """As written, cut when long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a document."""

    code: str
    """Stable name, such as ``matricule-key``."""
    severity: Severity
    text: Text
    """What was expected, what came and where."""
    rules: tuple[str, ...] = ()
    """Keys of the catalogue (``MAT-01``), and of the format notes where the catalogue has none (``F07``)."""
    evidence: EvidenceLevel = EvidenceLevel.OFFICIAL
    quotes: tuple[Quote, ...] = ()
    unjudged: bool = False
    """The bench could not look: nothing is concluded about the document."""

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the problem is; several when places contradict each other."""
        return tuple(one.place for one in self.quotes)

    def line(self, lang: str = "fr") -> str:
        """Return the problem on one line, for an assertion message."""
        where = " | ".join(
            f"{one.place.full.fr if lang == 'fr' else one.place.full.en}: {one.text!r}" for one in self.quotes
        )
        said = self.text.fr if lang == "fr" else self.text.en
        rules = f" [{' '.join(self.rules)}]" if self.rules else ""
        return f"{self.severity} {self.code}{rules}: {said}" + (f" — {where}" if where else "")


def quote(*spots: Value | Quote | Place) -> tuple[Quote, ...]:
    """Quote values, or name places that have no value to show."""
    return tuple(_quote(spot) for spot in spots)


def official(
    code: str,
    text: Text,
    *rules: str,
    at: Iterable[Value | Quote | Place] = (),
    severity: Severity = Severity.FAIL,
) -> Problem:
    """Make a problem against a text we read, or against arithmetic."""
    return Problem(code=code, severity=severity, text=text, rules=rules, quotes=quote(*at))


def reported(
    code: str,
    text: Text,
    *rules: str,
    at: Iterable[Value | Quote | Place] = (),
    severity: Severity = Severity.FAIL,
) -> Problem:
    """Make a problem against a rule that a third party reports: FAIL, and marked so."""
    return Problem(
        code=code,
        severity=severity,
        text=text,
        rules=rules,
        evidence=EvidenceLevel.REPORTED,
        quotes=quote(*at),
    )


def inferred(
    code: str,
    text: Text,
    *rules: str,
    at: Iterable[Value | Quote | Place] = (),
    severity: Severity = Severity.REVIEW,
) -> Problem:
    """Make a problem against a rule that we infer: for a person to look at."""
    return Problem(
        code=code,
        severity=severity,
        text=text,
        rules=rules,
        evidence=EvidenceLevel.INFERRED,
        quotes=quote(*at),
    )


def unjudged(code: str, text: Text, *at: Value | Quote | Place) -> Problem:
    """Say that something could not be looked at: never a pass, never a fault of the document."""
    return Problem(code=code, severity=Severity.REVIEW, text=text, quotes=quote(*at), unjudged=True)


def _quote(spot: Value | Quote | Place) -> Quote:
    if isinstance(spot, Quote):
        return spot
    if isinstance(spot, Place):
        return Quote(spot, "")
    return Quote(spot.place, spot.text if len(spot.text) <= _SHOWN else f"{spot.text[: _SHOWN - 1]}…")
