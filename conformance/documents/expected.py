"""What a document is held against: the identity that INSi answered, its status, and which OIDs are in use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.documents.record import Trait

if TYPE_CHECKING:
    from simulator.ins.identity import InsIdentity


class Status(StrEnum):
    """Confidence in an identity (*statut de confiance*)."""

    PROV = "PROV"
    RECUP = "RECUP"
    VALI = "VALI"
    QUAL = "QUAL"


class Profile(StrEnum):
    """Which OIDs belong here (ins-rules MAT-06, inferred)."""

    TEST = "test"
    """``.10`` and ``.11``; ``.8`` and ``.9`` too, which INSi answers for its test people."""
    PRODUCTION = "production"
    """``.8`` and ``.9`` only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is known beforehand; whatever is none is not compared."""

    identity: InsIdentity | None = None
    first_name: str | None = None
    """The first given name as the software holds it; none: any that begins the list."""
    used_name: str | None = None
    used_first_name: str | None = None
    status: Status | None = None
    """None: not known. What is there must be right; what is missing is not held against the document."""
    profile: Profile | None = None

    def of(self, trait: Trait) -> str | None:
        """Return the value expected for a trait, in the form in which values are compared."""
        if self.identity is None:
            return None
        traits = self.identity.traits
        return {
            Trait.MATRICULE: self.identity.matricule.value,
            Trait.OID: str(self.identity.oid),
            Trait.BIRTH_NAME: traits.birth_name,
            Trait.FIRST_NAME: self.first_name,
            Trait.FIRST_NAMES: traits.first_names,
            Trait.SEX: str(traits.sex),
            Trait.BIRTH_DATE: _complete(traits.birth_date),
            Trait.BIRTH_PLACE: traits.birth_place,
            Trait.USED_NAME: self.used_name,
            Trait.USED_FIRST_NAME: self.used_first_name,
        }.get(trait)

    @property
    def is_qualified(self) -> bool:
        """Whether the INS has to be there."""
        return self.status is Status.QUAL

    @property
    def forbids_ins(self) -> bool:
        """Whether nothing of the INS may be there (ins-rules TRA-01)."""
        return self.status is not None and self.status is not Status.QUAL


NOTHING_EXPECTED = Expected()
"""Neither identity nor status known: the document is judged in itself."""


def _complete(iso: str) -> str:
    """Apply the RNIV completion to an incomplete date (TRT-08); anything unreadable stays."""
    from simulator.ins.dates import BirthDate, BirthDateError  # noqa: PLC0415

    try:
        return BirthDate.parse_iso(iso).complete().iso()
    except BirthDateError:
        return iso
