"""What may be typed into an identity and who may change what (ins-rules §1, §4 and §8.2).

Pure functions; each refusal is a ``RefusedError`` and leaves the file as it was. Nothing is corrected
silently: a lower-case letter or an accent is refused, not converted (TRT-01, TRT-02), so the user sees what
is stored.

Open points of the reference, and the prudent choice made here:

* Matricule and OID are never typed: INSi alone feeds them. A super-user may only empty them, which counts as
  the change of a strict trait (Règle 27).
* 1er prénom in RECUP and QUAL: not locked (Règle 26 does not list it), but it must stay the start of the
  list (RSP-06), and changing it does not lower the status.
* A third sex value is stored, ``I`` for indéterminé (RNIV, from memory); it is never sent (TRT-12).
* The birth place is checked for its form only: a well-formed code missing in our tables may be right.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.drivers.model import IDENTITY_FIELDS, STRICT_FIELDS, Patient, Role
from conformance.drivers.protocol import RefusedError
from conformance.reference.lifecycle import WITH_INS
from simulator.ins.dates import BirthDate, BirthDateError
from simulator.ins.places import check_place_format
from simulator.ins.traits import check_birth_name, check_first_name, check_first_names, starts_list

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

MANDATORY = ("birth_name", "first_name", "birth_date", "sex", "birth_place")
"""The five traits of Règle 5; no other field may be mandatory (CRE-03)."""

FED_BY_INSI = ("matricule", "oid")
"""The fields that nobody types."""

UNKNOWN_PLACE = "99999"
"""The code of a birth place that is not known (Règle 5 note)."""

SEXES = ("M", "F", "I")

AT_ITS_SOURCE = (
    "Une erreur dans les données d'INSi se corrige à la source : INSEE, caisse d'assurance maladie ou mairie."
)
"""Whom the user sends the patient to (RSP-19): nothing is forced here."""

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "matricule": "matricule INS",
        "oid": "OID",
        "birth_name": "nom de naissance",
        "first_names": "prénom(s) de naissance",
        "first_name": "1er prénom de naissance",
        "birth_date": "date de naissance",
        "sex": "sexe",
        "birth_place": "code INSEE du lieu de naissance",
        "used_name": "nom utilisé",
        "used_first_name": "prénom utilisé",
    }
)
"""What the user reads for each identity field."""


def check_mandatory(values: Mapping[str, str | None]) -> None:
    """Refuse traits that lack one of the five mandatory ones (CRE-01).

    Raises:
        RefusedError: code ``MISSING_FIELD``, with every missing field.
    """
    missing = [name for name in MANDATORY if not values.get(name)]
    if missing:
        raise RefusedError("MISSING_FIELD", f"Champ obligatoire : {_labels(missing)}.", missing)


def check_not_emptied(changes: Mapping[str, str | None]) -> None:
    """Refuse to empty one of the five mandatory traits of a file that exists.

    Raises:
        RefusedError: code ``MISSING_FIELD``.
    """
    emptied = [name for name in MANDATORY if name in changes and not changes[name]]
    if emptied:
        raise RefusedError("MISSING_FIELD", f"Champ obligatoire : {_labels(emptied)}.", emptied)


def check_values(values: Mapping[str, str | None]) -> None:
    """Refuse values that break the rules of their field; empty ones are left alone.

    Raises:
        RefusedError: code ``INVALID_VALUE``, with every wrong field.
    """
    wrong = {name: problem for name, value in values.items() if value and (problem := _problem(name, value))}
    if wrong:
        lines = [f"{LABELS[name]} : {problem}" for name, problem in wrong.items()]
        raise RefusedError("INVALID_VALUE", " ; ".join(lines), list(wrong))


def check_typed_ins(values: Mapping[str, str | None]) -> None:
    """Refuse a matricule or an OID that somebody types.

    Raises:
        RefusedError: code ``FED_BY_INSI``.
    """
    typed = [name for name in FED_BY_INSI if values.get(name)]
    if typed:
        raise RefusedError("FED_BY_INSI", f"Alimenté par INSi seulement : {_labels(typed)}.", typed)


def locked_fields(patient: Patient, role: Role) -> frozenset[str]:
    """Return the fields that this user cannot change now (STA-12, STA-13)."""
    if patient.status not in WITH_INS:
        return frozenset(FED_BY_INSI)
    if role is Role.SUPER_USER:
        return frozenset()
    return frozenset(STRICT_FIELDS)


def check_locks(patient: Patient, changed: Collection[str], role: Role) -> None:
    """Refuse the change of a locked field of a RECUP or QUAL file (STA-12).

    Raises:
        RefusedError: code ``LOCKED_FIELD``, with the locked fields that would change.
    """
    if patient.status not in WITH_INS:
        return
    locked = locked_fields(patient, role)
    refused = [name for name in IDENTITY_FIELDS if name in changed and name in locked]
    if refused:
        raise RefusedError(
            "LOCKED_FIELD",
            f"Verrouillé au statut {patient.status} : {_labels(refused)}. Droit de super-utilisateur nécessaire. "
            f"{AT_ITS_SOURCE}",
            refused,
        )


def check_first_name_kept_coherent(patient: Patient, changes: Mapping[str, str | None]) -> None:
    """Refuse a 1er prénom that no longer starts the list which came from INSi (RSP-06).

    Raises:
        RefusedError: code ``FIRST_NAME_NOT_START_OF_LIST``.
    """
    first_name = changes.get("first_name")
    if patient.status not in WITH_INS or first_name is None or "first_names" in changes:
        return
    if not starts_list(first_name, patient.first_names or ""):
        raise RefusedError(
            "FIRST_NAME_NOT_START_OF_LIST",
            f"Le 1er prénom doit être le début de la liste « {patient.first_names} ».",
            ["first_name"],
        )


def display_date(iso: str | None) -> str | None:
    """Return a birth date as shown on screen, ``JJ/MM/AAAA`` (RSP-04); a text that is no date as it is."""
    if iso is None:
        return iso
    try:
        return BirthDate.parse_iso(iso).french()
    except BirthDateError:
        return iso


def _labels(names: Collection[str]) -> str:
    return ", ".join(LABELS[name] for name in names)


def _problem(name: str, value: str) -> str | None:
    """Return what is wrong with a value, for the user, or ``None``."""
    check = _CHECKS.get(name)
    return check(value) if check else None


def _birth_name_problem(value: str) -> str | None:
    return next((str(problem) for problem in check_birth_name(value)), None)


def _first_name_problem(value: str) -> str | None:
    return next((str(problem) for problem in check_first_name(value)), None)


def _first_names_problem(value: str) -> str | None:
    return next((str(problem) for problem in check_first_names(value)), None)


def _date_problem(value: str) -> str | None:
    try:
        date = BirthDate.parse_iso(value)
    except BirthDateError as error:
        return str(error)
    # CAL-12: an unknown day or month has no place in the date of a health identity.
    return "le jour et le mois doivent être connus" if date.is_lunar else None


def _sex_problem(value: str) -> str | None:
    return None if value in SEXES else f"expected one of {', '.join(SEXES)}, got {value!r}"


def _place_problem(value: str) -> str | None:
    return next((str(problem) for problem in check_place_format(value)), None)


_CHECKS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "birth_name": _birth_name_problem,
        "used_name": _birth_name_problem,
        "first_name": _first_name_problem,
        "used_first_name": _first_name_problem,
        "first_names": _first_names_problem,
        "birth_date": _date_problem,
        "sex": _sex_problem,
        "birth_place": _place_problem,
    }
)
