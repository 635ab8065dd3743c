"""The local search before any creation, *recherche d'antériorité* (Règle 17, SRC-01 to SRC-04). Pure.

Hyphens, apostrophes and spaces are ignored altogether, accents and case too: ``MARIE-ANNE``, ``MARIE ANNE``
and ``marieanne`` find one another. Showing one file too many costs a glance, missing one makes a duplicate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from conformance.drivers.protocol import RefusedError
from simulator.ins.matricule import Matricule, MatriculeError
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.drivers.model import Patient, SearchCriteria

Key = Callable[[str, Literal["typed", "stored"]], str]
"""Returns what counts of a name that was typed, or of one that is stored."""


def search_key(text: str, _side: Literal["typed", "stored"] = "stored") -> str:
    """Return what counts of a name in a search (SRC-04)."""
    return comparison_key(text).replace(" ", "")


def search(patients: Iterable[Patient], criteria: SearchCriteria, key: Key = search_key) -> list[Patient]:
    """Return the patients that match every criterion given.

    Args:
        patients: the files to look through.
        criteria: what the user typed.
        key: what counts of a name.

    Raises:
        RefusedError: no criterion at all; code ``NO_CRITERIA``.
    """
    if not (criteria.birth_date or criteria.name_prefix or criteria.first_name_prefix):
        raise RefusedError("NO_CRITERIA", "Donnez au moins la date de naissance.", ["birth_date"])
    return [patient for patient in patients if _matches(patient, criteria, key)]


def by_matricule(patients: Iterable[Patient], typed: str) -> list[Patient]:
    """Return the patients who bear a matricule INS; see ``check_matricule`` first."""
    wanted = _plain(typed)
    return [patient for patient in patients if patient.matricule == wanted]


def check_matricule(typed: str) -> None:
    """Refuse a matricule without its 15 characters or with a wrong key, before anything is searched (SRC-09).

    Blanks between its parts are nothing.

    Raises:
        RefusedError: code ``MATRICULE_INCOMPLETE`` or ``MATRICULE_WRONG``.
    """
    try:
        Matricule.parse(_plain(typed))
    except MatriculeError as error:
        if error.part == "length":
            raise RefusedError(
                "MATRICULE_INCOMPLETE",
                "Saisissez les 15 caractères du matricule INS, clé comprise.",
                ["matricule"],
            ) from error
        raise RefusedError(
            "MATRICULE_WRONG", f"Ce matricule INS est faux : {error}", ["matricule"]
        ) from error


def _plain(typed: str) -> str:
    return "".join(typed.split()).upper()


def _matches(patient: Patient, criteria: SearchCriteria, key: Key) -> bool:
    if criteria.birth_date and patient.birth_date != criteria.birth_date:
        return False
    if criteria.name_prefix and not _any_starts(_names(patient), criteria.name_prefix, key):
        return False
    return not criteria.first_name_prefix or _any_starts(
        _first_names(patient), criteria.first_name_prefix, key
    )


def _names(patient: Patient) -> list[str | None]:
    """Return what a surname criterion is compared with (SRC-02)."""
    return [patient.birth_name, patient.used_name]


def _first_names(patient: Patient) -> list[str | None]:
    """Return what a given-name criterion is compared with: also each name inside the list (SRC-03)."""
    given = (patient.first_names or "").split()
    tails = [" ".join(given[index:]) for index in range(len(given))]
    return [*tails, patient.first_name, patient.used_first_name]


def _any_starts(stored: Iterable[str | None], typed: str, key: Key) -> bool:
    prefix = key(typed, "typed")
    return any(key(text, "stored").startswith(prefix) for text in stored if text)
