"""The local search before any creation, *recherche d'antériorité* (Règle 17, SRC-01 to SRC-04). Pure.

Hyphens, apostrophes and spaces are ignored altogether, accents and case too: ``MARIE-ANNE``, ``MARIE ANNE``
and ``marieanne`` find one another. Departure one file too many costs a glance, missing one makes a duplicate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.protocol import RefusedError
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.drivers.model import Patient, SearchCriteria
    from conformance.reference.defects import Defects


def search(patients: Iterable[Patient], criteria: SearchCriteria, defects: Defects) -> list[Patient]:
    """Return the patients that match every criterion given.

    Raises:
        RefusedError: no criterion at all; code ``NO_CRITERIA``.
    """
    if not (criteria.birth_date or criteria.name_prefix or criteria.first_name_prefix):
        raise RefusedError("NO_CRITERIA", "Donnez au moins la date de naissance.", ["birth_date"])
    if "search-by-date-alone-refused" in defects and not (criteria.name_prefix or criteria.first_name_prefix):
        raise RefusedError("NAME_TOO_SHORT", "Saisissez au moins 3 lettres du nom.", ["name_prefix"])
    return [patient for patient in patients if _matches(patient, criteria, defects)]


def _matches(patient: Patient, criteria: SearchCriteria, defects: Defects) -> bool:
    if criteria.birth_date and patient.birth_date != criteria.birth_date:
        return False
    if criteria.name_prefix and not _any_starts(_names(patient, defects), criteria.name_prefix, defects):
        return False
    return not criteria.first_name_prefix or _any_starts(
        _first_names(patient, defects), criteria.first_name_prefix, defects
    )


def _names(patient: Patient, defects: Defects) -> list[str | None]:
    """Return what a surname criterion is compared with (SRC-02)."""
    if "search-ignores-used-name" in defects:
        return [patient.birth_name]
    return [patient.birth_name, patient.used_name]


def _first_names(patient: Patient, defects: Defects) -> list[str | None]:
    """Return what a given-name criterion is compared with: also each name inside the list (SRC-03)."""
    given = (patient.first_names or "").split()
    tails = [" ".join(given[index:]) for index in range(len(given))]
    if "search-first-name-list-only" in defects:
        return [*tails]
    return [*tails, patient.first_name, patient.used_first_name]


def _any_starts(stored: Iterable[str | None], typed: str, defects: Defects) -> bool:
    prefix = _key(typed, defects)
    return any(_key(text, defects).startswith(prefix) for text in stored if text)


def _key(text: str, defects: Defects) -> str:
    """Return what counts of a name in a search (SRC-04)."""
    if "search-accent-sensitive" in defects and not text.isascii():
        return text.upper()
    if "search-hyphen-sensitive" in defects:
        return text.upper()
    return comparison_key(text).replace(" ", "")
