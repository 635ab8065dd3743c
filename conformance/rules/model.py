"""What the catalogue is made of: rules, their parts, references and sources. Values only; ``catalogue`` reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.contract.evidence import EvidenceLevel
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Collection


EVERYBODY = "ALL"
"""The actor that stands for any software that holds or displays patient identities."""


class Strength(StrEnum):
    """How binding a rule is."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Obstacle(StrEnum):
    """Why a rule has no executable check."""

    NOT_WRITTEN = "not-written"
    """It can be executed; this version of the bench does not hold its check yet."""
    NEEDS_DOCUMENTS = "needs-documents"
    """Documents or messages that the software produces or receives have to be read or handed over."""
    NEEDS_EYES = "needs-eyes"
    """Only a person who looks at the screen or the paper can judge."""
    NEEDS_HARDWARE = "needs-hardware"
    """Cards, readers, scanners."""
    NEEDS_OTHER_SYSTEM = "needs-other-system"
    """Another system that the bench does not play: DMP, Pro Santé Connect, a connected software."""
    ORGANISATIONAL = "organisational"
    """A matter of law, of organisation, or of papers to hand in: no act in the software shows it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An official number under which a rule is known."""

    tag: str
    """``Règle 17``, ``LGC.INS.07``, ``LGO.INS.06``, ``INS/va1.02.01``, ``EXI ID 17``, ``EF_INS10_01``, ``CNDA 1.01``."""
    draft: bool = False
    """The number comes from a working version and may differ from the published one."""
    evidence: EvidenceLevel = EvidenceLevel.OFFICIAL
    """``reported`` when the number was only read in a third party."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document rules were taken from."""

    name: str
    """As in ins-rules § 0.2; rules name it so."""
    title: Text
    evidence: EvidenceLevel
    """The best level a rule may claim from this source alone."""
    what: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a statement that is not known as well, or as badly, as the rest."""

    part: Text
    evidence: EvidenceLevel
    sources: tuple[Source, ...]
    memory: bool = False
    """Written from memory of a text that was not read again; its level is ``inferred``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A kind of software, or of use, that rules bind."""

    key: str
    title: Text


class OptionalRuleError(TextError, ValueError):
    """A rule that is optional (MAY) cannot be promoted: not doing it is no departure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule a software is judged on."""

    key: str
    group: str
    """Name of its file without extension: ``search``, ``status``…"""
    group_title: Text
    title: Text
    statement: Text
    strength: Strength
    binds: tuple[str, ...]
    """Keys of ``actors.yaml``: ``ALL``, ``RI``, ``NRI``, ``CALL``, ``LGO``, ``HOSP``…"""
    channels: tuple[str, ...]
    """Where it shows: ``wire``, ``state``, ``document``, ``human``."""
    references: tuple[Reference, ...]
    evidence: EvidenceLevel
    """What may be said of the rule as a whole: never ``official`` when a part of the statement is not."""
    sources: tuple[Source, ...]
    evidence_note: Text | None = None
    """What the level does not say: a reading of ours, an open point, two numbers for one requirement."""
    parts: tuple[Part, ...] = ()
    """The parts of the statement, when they are not known equally well."""
    applicability: Part | None = None
    """How sure it is to whom the rule applies, when that is less sure than the rule itself."""
    memory: bool = False
    """Written from memory of a text that was not read again."""
    risk: Text
    """What happens to a patient when the rule is broken."""
    how_checked: Text
    failure_looks_like: Text
    usual_mistakes: tuple[Text, ...]
    not_tested_reason: Text | None = None
    """Why there is no check. It says nothing once the suite holds one."""
    obstacle: Obstacle | None = None
    """The kind of that reason."""
    partial: Text | None = None
    """What the check of the rule leaves out, and who sees to it."""
    promoted: bool = False
    """The plan asked that a departure from this inferred rule be a FAIL."""

    @property
    def source(self) -> str:
        """The names of the sources, on one line."""
        return " ; ".join(source.name for source in self.sources)

    @property
    def is_inferred(self) -> bool:
        """Whether no text that we could read, or have restated to us, asks for it."""
        return self.evidence is EvidenceLevel.INFERRED

    @property
    def is_soft(self) -> bool:
        """Whether a departure is a WARNING and not a FAIL: a recommendation, or a rule that we inferred.

        A plan may promote an inferred rule (``promote``): the vendor's own choice, and it stays shown as inferred.
        """
        if self.promoted:
            return False
        return self.strength is not Strength.MUST or self.is_inferred

    def promote(self) -> Rule:
        """Return the rule with its departures counted as FAIL.

        Raises:
            OptionalRuleError: the rule is optional (MAY): not doing it is no departure.
        """
        if self.strength is Strength.MAY:
            raise OptionalRuleError(
                Text(
                    f"{self.key} est facultative (MAY) : elle ne peut pas être promue",
                    f"{self.key} is optional (MAY): it cannot be promoted",
                )
            )
        return replace(self, promoted=True)

    def applies_to(self, actors: Collection[str]) -> bool:
        """Return whether the rule binds a software that is all of these actors (``RI``, ``CALL``, ``LGO``…)."""
        return EVERYBODY in self.binds or not set(self.binds).isdisjoint(actors)
