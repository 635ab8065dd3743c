"""Local files that a search has to find, and neighbours that it must not: what each search has to return is computed.

The first letters of a name are looked for as SRC-02 to SRC-04 say: without regard to hyphens, apostrophes, accents or
spaces. Where the texts are silent, such as letters that begin a later word of a name, a file may come or not.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.people import typed
from conformance.suite.desk.steps import preparing
from conformance.verdicts import Departure, UndecidedError
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

SURNAMES: Final = ("birth_name", "used_name")
FIRST_NAMES: Final = ("first_names", "first_name", "used_first_name")

MUST, MAY, MUST_NOT = "must", "may", "must not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A file, and what to call it in a reason."""

    label: str
    patient: Patient


def settle(desk: Desk, day: str, files: Mapping[str, Mapping[str, str | None]]) -> list[Neighbour]:
    """Create one file for each label, born ``day`` unless it says another, with these fields and drawn others."""
    found = []
    for label, wished in files.items():
        fields = dict(wished)
        person = desk.draw(birth_date=fields.get("birth_date") or day)
        if "first_name" in fields and "first_names" not in fields:
            fields["first_names"] = None
        with preparing(
            f"créer le patient ({label})",
            f"create the patient ({case_text(label).en})",
            depends_on=("CRE-03",),
        ):
            try:
                patient = desk.enter(typed(person, **fields))
            except RefusedError:
                # A software may refuse a double of a file of this search; somebody else of that day is none.
                other = desk.draw(birth_date=person.identity.traits.birth_date)
                patient = desk.enter(typed(other, **fields))
        # Nothing of its own is looked for in a file without fields of its own.
        stored = desk.read(patient) if fields else patient
        for name, value in fields.items():
            if value is not None and getattr(stored, name) != value:
                raise UndecidedError(
                    f"préparation impossible ({label}) : {name} saisi « {value} », relu « {getattr(stored, name)} »",
                    f"could not be prepared ({case_text(label).en}): {case_text(name).en} typed “{value}”, read “{getattr(stored, name)}”",
                    depends_on=("FLD-01", "TRT-04"),
                )
        found.append(Neighbour(label=label, patient=stored))
    return found


def looked_for(patient: Patient, criteria: Mapping[str, str]) -> str:
    """Return whether a search must, may or must not return this file.

    SRC-11 knows of three letters at most: a file that the first three do not leave out may come.
    """
    if patient.birth_date != criteria["birth_date"]:
        return MUST_NOT
    found = [
        _match(prefix, [getattr(patient, name) for name in fields])
        for prefix, fields in (
            (criteria.get("name_prefix"), SURNAMES),
            (criteria.get("first_name_prefix"), FIRST_NAMES),
        )
        if prefix
    ]
    if MUST_NOT in found:
        return MUST_NOT
    return MAY if MAY in found else MUST


def _match(prefix: str, texts: Iterable[str | None]) -> str:
    letters = _key(prefix)
    keys = [comparison_key(text) for text in texts if text]
    if any(key.replace(" ", "").startswith(letters) for key in keys):
        return MUST
    # Three characters as they were typed, composed or not, or three letters: how a software counts is its own.
    counted = {_key(prefix[:3]), _key(unicodedata.normalize("NFC", prefix)[:3]), letters[:3]}
    if any(key.replace(" ", "").startswith(start) for key in keys for start in counted):
        return MAY
    return MAY if any(word.startswith(letters) for key in keys for word in key.split()) else MUST_NOT


def _key(text: str) -> str:
    return comparison_key(text).replace(" ", "")


def by_letters(desk: Desk, **criteria: str) -> list[Patient]:
    """Search; a field that takes three letters and no more (SRC-11 knows of three at most) is given the first three.

    Raises:
        RefusedError: the search is refused for another reason.
    """
    try:
        return desk.search(**criteria)
    except RefusedError:
        short = {name: text[:3] if name.endswith("_prefix") else text for name, text in criteria.items()}
        if short == criteria:
            raise
        return desk.search(**short)


def expect_search(
    desk: Desk, neighbours: Collection[Neighbour], *, role: str = "", **criteria: str
) -> frozenset[str]:
    """Search, and return the identifiers found; see ``looked_for``.

    Raises:
        Departure: somebody is missing, or should not be there; it names them.
    """
    try:
        found = frozenset(patient.id for patient in by_letters(desk, **criteria))
    except RefusedError as refusal:
        raise Departure(
            f"la recherche {_said(criteria)}{role} est refusée : {refusal.message}",
            f"the search {_said(criteria)}{role} is refused: {refusal.message}",
        ) from refusal
    due = {each.label: looked_for(each.patient, criteria) for each in neighbours}
    present = {each.label for each in neighbours if each.patient.id in found}
    missing = [label for label, expected in due.items() if expected == MUST and label not in present]
    wrong = [label for label, expected in due.items() if expected == MUST_NOT and label in present]
    if missing or wrong:
        parts_fr = [f"absent(s) : {_some(missing)}"] * bool(missing) + [f"en trop : {_some(wrong)}"] * bool(
            wrong
        )
        parts_en = [f"missing: {_some(missing)}"] * bool(missing) + [f"too many: {_some(wrong)}"] * bool(
            wrong
        )
        raise Departure(
            f"recherche {_said(criteria)}{role} : {' ; '.join(parts_fr)}",
            f"search {_said(criteria)}{role}: {'; '.join(parts_en)}",
        )
    return found


def _said(criteria: Mapping[str, str]) -> str:
    return " + ".join(f"« {value} »" for value in criteria.values())


def _some(labels: list[str]) -> str:
    shown = ", ".join(labels[:5])
    return shown if len(labels) <= 5 else f"{shown}… ({len(labels)})"  # noqa: PLR2004 - a reason stays readable
