"""What a screen says of a field: its words, its value, and whether it is seen without a click."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.suite.desk.expect import expect
from conformance.suite.desk.words import FIELD, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from conformance.drivers.model import Patient
    from conformance.drivers.screens import FormField

ALWAYS: Final = ("birth_name", "first_name", "birth_date", "sex")

VAGUE: Final = re.compile(
    r"(les? )?(noms?|pr[ée]noms?|name|first ?name|date|identit[ée]|[âa]ge)", re.IGNORECASE
)
"""Words that may mean the used name as well as the birth name, or that mean something else."""


def expect_shown(fields: Mapping[str, FormField], name: str, patient: Patient) -> None:
    """Check that a field is seen without a click and shows what the file holds."""
    field = fields.get(name)
    label = FIELD[name]
    expect(
        field is not None and field.always_visible,
        fr=f"{label.fr} n'est pas à l'écran sans cliquer",
        en=f"{label.en} is not on the screen without a click",
    )
    assert field is not None
    stored = getattr(patient, name) or ""
    wanted = "/".join(reversed(stored.split("-"))) if name == "birth_date" else stored
    # A screen may say more, in groups or in words: «F (féminin)», «1 84 09…». What is stored has to be in it.
    expect(
        _bare(wanted) in _bare(field.value or "") or _is_word_for(name, stored, field.value or ""),
        fr=f"{label.fr} à l'écran : {shown(field.value).fr}, au dossier : {shown(wanted).fr}",
        en=f"{label.en} on the screen: {shown(field.value).en}, in the file: {shown(wanted).en}",
    )
    if name == "first_name" and _bare(patient.first_names or "") != _bare(stored):
        # The whole list says no longer which of the names is the first.
        expect(
            _bare(field.value or "") != _bare(patient.first_names or ""),
            fr=f"{label.fr} à l'écran : {shown(field.value).fr}, qui est la liste des prénoms",
            en=f"{label.en} on the screen: {shown(field.value).en}, which is the list of first names",
        )


def expect_own_labels(fields: Mapping[str, FormField], names: Collection[str] = ALWAYS) -> None:
    """Check that these fields, those that are there, bear words that mean nothing else and that no other field bears."""
    for name in names:
        if name not in fields:
            continue
        words = fields[name].label.strip(" :*.\u00a0")
        expect(
            re.search(r"\w", words) and not VAGUE.fullmatch(words),
            fr=f"le libellé {shown(fields[name].label).fr} peut désigner autre chose que : {FIELD[name].fr}",
            en=f"the label {shown(fields[name].label).en} may mean something else than: {FIELD[name].en}",
        )
        others = [
            other for other, field in fields.items() if other != name and field.label == fields[name].label
        ]
        expect(
            not others,
            fr=f"le libellé {shown(fields[name].label).fr} sert à {FIELD[name].fr} et à {', '.join(others)}",
            en=f"the label {shown(fields[name].label).en} stands for {FIELD[name].en} and for {', '.join(others)}",
        )


def _is_word_for(name: str, stored: str, value: str) -> bool:
    words = {
        "M": ("masculin", "homme", "h", "male", "♂"),
        "F": ("féminin", "femme", "female", "♀"),
        "I": ("indéterminé", "inconnu", "autre", "non précisé", "undetermined", "unknown", "other"),
    }
    return name == "sex" and value.strip().casefold() in words.get(stored, ())


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).upper()
