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


IN_USE: Final = re.compile(r"\b(ut|util|utilis[ée]e?|usage|usuel|used)\b", re.IGNORECASE)
OF_BIRTH: Final = re.compile(r"\b(nais|naiss|naissance|birth)\b", re.IGNORECASE)
"""Words that say which name of somebody is meant."""

CIVILITY: Final = re.compile(
    r"\b(civilit[ée]|civ|titre|title|m(r|onsieur)?\.? ?/ ?m(m|ada?m)e)\b", re.IGNORECASE
)
"""Words that ask how somebody is addressed, which is not their sex."""

_OF_SEX: Final = re.compile(r"sexe?\b|\bgenre\b|\bs\.", re.IGNORECASE)
_SEXES: Final = {
    "M": re.compile(r"\b(m|masc|masculine?|h|homme|m[aâ]le|mr|monsieur|garçon)\b|♂"),
    "F": re.compile(r"\b(f|f[ée]m|f[ée]minine?|femme|female|mme|mlle|madame|fille)\b|♀"),
}


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
        says_sex(stored, field.value or "") if name == "sex" else _bare(wanted) in _bare(field.value or ""),
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
        expect(
            not _means_other_name(name, words),
            fr=f"le libellé {shown(fields[name].label).fr}, qui dit un autre nom, sert à {FIELD[name].fr}",
            en=f"the label {shown(fields[name].label).en}, which tells another name, stands for {FIELD[name].en}",
        )
        expect(
            name != "sex" or not CIVILITY.search(words) or _OF_SEX.search(words),
            fr=f"le libellé {shown(fields[name].label).fr} demande une civilité, et sert à {FIELD[name].fr}",
            en=f"the label {shown(fields[name].label).en} asks for a form of address, and stands for {FIELD[name].en}",
            # The rule wants an unequivocal label and names «S.»; it says nothing of this word.
            inferred=True,
        )


def _means_other_name(name: str, words: str) -> bool:
    """Tell whether words name the used name and stand for that of birth, or the other way round."""
    if "name" not in name:
        return False
    own, other = (IN_USE, OF_BIRTH) if name.startswith("used_") else (OF_BIRTH, IN_USE)
    return other.search(words) is not None and not own.search(words)


def says_sex(stored: str, told: str) -> bool:
    """Tell whether a screen says this sex, in letters or in words; «Féminin» holds an M and does not say it."""
    said = told.strip().casefold()
    if stored in _SEXES:
        return _SEXES[stored].search(said) is not None
    # How a screen says that it is neither is its own.
    return bool(said) and not any(one.fullmatch(said) for one in _SEXES.values())


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).upper()
