"""One line of a practice file: the fields of a patient as somebody filled them in, and what is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.ins.identity import Traits
    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The identity fields of a patient in the software, as typed. Empty text: the field is empty."""

    birth_name: str
    usage_name: str = ""
    first_name: str
    sex: str
    """``M``, ``F`` or empty."""
    birth_date: str
    """``AAAA-MM-JJ`` or empty; the file shows it as ``JJ/MM/AAAA``."""
    birth_place: str
    """COG code or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Somebody with a record in the practice: a person of the registry, or one whom no registry has."""

    key: str
    """The key of the person, or that of ``simulator.population.uninsurable``."""
    traits: Traits
    """The truth; what is not known of somebody who cannot have an INS is empty."""
    person: Person | None
    reason: str | None = None
    """Why there is no person: a key of ``simulator.population.uninsurable.reasons``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the file, numbered from 1, with what was done to it, which is never written in the file."""

    number: int
    patient: Patient
    record: Record
    defects: tuple[str, ...]
    """In the order in which they happened."""
    duplicate_of: int | None = None
    """The number of an earlier line about the same patient."""


def true_record(traits: Traits) -> Record:
    """Give the record of somebody whose traits were copied without a fault: one first name, no usage name."""
    return Record(
        birth_name=traits.birth_name,
        first_name=traits.first_names.partition(" ")[0],
        sex=str(traits.sex),
        birth_date=traits.birth_date,
        birth_place=traits.birth_place or "",
    )
