"""A health identity: five traits, the place of birth, a matricule with its OID, and former matricules.

Values are held as carried on the wire and never checked here: the bench also needs wrong ones. For coherence
between matricule and traits see ``coherence_findings``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.values import value

if TYPE_CHECKING:
    from simulator.ins.matricule import Matricule

__all__ = ["HistoricId", "InsIdentity", "Sex", "Traits"]


class Sex(StrEnum):
    """The two values INSi accepts and answers (ins-rules TRT-12)."""

    M = "M"
    F = "F"


@value(frozen=True, slots=True, kw_only=True)
class Traits:
    """The traits of an identity, as written on the wire."""

    birth_name: str
    first_names: str
    """The list of birth first names, separated by spaces, in civil order."""
    sex: str
    """``Sex`` when it can be sent."""
    birth_date: str
    """``AAAA-MM-JJ``; ``00`` for an unknown month or day."""
    birth_place: str | None = None
    """COG code; none when not given."""


@value(frozen=True, slots=True, kw_only=True)
class HistoricId:
    """A former matricule (INSHISTO): after a change of sex, when a NIA became a NIR..."""

    matricule: Matricule
    oid: str
    date_from: str | None = None
    """First day, ``AAAA-MM-JJ``."""
    date_to: str | None = None
    """Last day, ``AAAA-MM-JJ``. The CNDA has one before the first day."""


@value(frozen=True, slots=True, kw_only=True)
class InsIdentity:
    """Traits with the matricule and OID they belong to."""

    traits: Traits
    matricule: Matricule
    oid: str
    """See ``simulator.ins.oid.InsOid``."""
    history: tuple[HistoricId, ...] = ()
