"""Local search before any creation (recherche d'antériorité)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import SearchCriteria
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import PLAIN, accented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

LETTERS = 3
"""First letters typed, as pharmacists do."""


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Deux patients nés le même jour sont trouvés, un troisième né un autre jour ne l'est pas",
    en="Two patients born on the same day are found, a third born on another day is not",
)
def test_by_birth_date_alone(desk: Desk) -> None:
    first = desk.draw()
    day = first.identity.traits.birth_date
    second = desk.draw(birth_date=day)
    third = desk.draw_where(lambda person: person.identity.traits.birth_date != day)
    same_day = [desk.create(first), desk.create(second)]
    another_day = desk.create(third)
    found = _search(desk, birth_date=day)
    for patient in same_day:
        _expect_found(
            found, patient, fr=f"né le {day}, cherché par sa date", en=f"born on {day}, searched by date"
        )
    _expect_not_found(found, another_day, fr=f"cherché au {day}", en=f"searched on {day}")


@pytest.mark.rule("SRC-02")
@pytest.mark.title(
    fr="Les premières lettres d'un nom retrouvent le nom de naissance comme le nom utilisé",
    en="The first letters of a surname find the birth name as well as the used name",
)
def test_by_surname(desk: Desk) -> None:
    first = desk.draw(**PLAIN)
    day, name = first.identity.traits.birth_date, first.identity.traits.birth_name
    letters = name[:LETTERS]
    by_birth_name = desk.create(first)
    by_used_name = desk.create(_other(desk, day, letters), used_name=name)
    neither = desk.create(_other(desk, day, letters))
    found = _search(desk, birth_date=day, name_prefix=letters)
    said_fr, said_en = f"cherché par « {letters} »", f"searched by “{letters}”"
    _expect_found(
        found, by_birth_name, fr=f"{said_fr} sur le nom de naissance", en=f"{said_en} in the birth name"
    )
    _expect_found(found, by_used_name, fr=f"{said_fr} sur le nom utilisé", en=f"{said_en} in the used name")
    _expect_not_found(found, neither, fr=said_fr, en=said_en)


@pytest.mark.rule("SRC-03")
@pytest.mark.title(
    fr="Les premières lettres d'un prénom retrouvent la liste, le 1er prénom et le prénom utilisé",
    en="The first letters of a first name find the list, the first birth first name and the used first name",
)
def test_by_first_name(desk: Desk) -> None:
    first = desk.draw_where(_second_name_is_plain, first_names_count=2, **PLAIN)
    day = first.identity.traits.birth_date
    first_name, second_name = first.identity.traits.first_names.split()
    letters, second_letters = first_name[:LETTERS], second_name[:LETTERS]

    by_list = desk.create(first)
    by_first_name = desk.create(
        _other(desk, day, letters, second_letters), first_name=first_name, first_names=None
    )
    by_used_first_name = desk.create(_other(desk, day, letters, second_letters), used_first_name=first_name)
    neither = desk.create(_other(desk, day, letters, second_letters))

    found = _search(desk, birth_date=day, first_name_prefix=letters)
    said_fr, said_en = f"cherché par « {letters} »", f"searched by “{letters}”"
    _expect_found(found, by_first_name, fr=f"{said_fr} sur le 1er prénom", en=f"{said_en} in the first name")
    _expect_found(
        found,
        by_used_first_name,
        fr=f"{said_fr} sur le prénom utilisé",
        en=f"{said_en} in the used first name",
    )
    _expect_not_found(found, neither, fr=said_fr, en=said_en)

    # The second name of the list, or the list from its start: the texts do not say which letters are typed.
    ways = (second_letters, f"{first_name} {second_letters}")
    found = [patient for way in ways for patient in _search(desk, birth_date=day, first_name_prefix=way)]
    said_fr, said_en = (
        f"cherché par « {ways[0]} » et par « {ways[1]} »",
        f"searched by “{ways[0]}” and by “{ways[1]}”",
    )
    _expect_found(found, by_list, fr=f"{said_fr} sur la liste des prénoms", en=f"{said_en} in the list")
    _expect_not_found(found, neither, fr=said_fr, en=said_en)


SPELLINGS = {
    "hyphen-typed": (("{0} {1}", "{0}{1}"), ("{0}-{1}",)),
    "hyphen-stored": (("{0}-{1}",), ("{0} {1}", "{0}{1}")),
    "double-hyphen": (("{0}--{1}",), ("{0}-{1}", "{0} {1}", "{0}{1}")),
    "apostrophe-typed": (("D {0}", "D{0}"), ("D'{0}",)),
    "apostrophe-stored": (("D'{0}",), ("D {0}", "D{0}")),
}
"""By case: how the name is stored, then how it is typed, around two plain names.

Where the texts leave open whether the sign left out leaves a space behind, both spellings are tried, and
finding the patient by one of them is enough.
"""


@pytest.mark.rule("SRC-04")
@pytest.mark.title(
    fr="Le patient est retrouvé malgré un tiret ou une apostrophe en trop ou en moins",
    en="The patient is found in spite of a hyphen or an apostrophe too many or too few",
)
@pytest.mark.parametrize(("stored", "searched"), SPELLINGS.values(), ids=SPELLINGS.keys())
def test_hyphens_and_apostrophes(desk: Desk, stored: tuple[str, ...], searched: tuple[str, ...]) -> None:
    first = desk.draw(**PLAIN)
    day = first.identity.traits.birth_date
    parts = (first.identity.traits.birth_name, desk.draw(**PLAIN).identity.traits.birth_name)
    names = [pattern.format(*parts) for pattern in stored]
    searches = [pattern.format(*parts) for pattern in searched]
    patients = [desk.create(_other(desk, day, parts[0][:1], "D"), birth_name=name) for name in names]
    decoy = desk.create(_other(desk, day, parts[0][:1], "D"))
    found = [patient for name in searches for patient in _search(desk, birth_date=day, name_prefix=name)]
    known = {patient.id for patient in found}
    expect(
        known.intersection(patient.id for patient in patients),
        fr=f"le patient {_either(names, 'ou')} n'est pas trouvé en cherchant {_either(searches, 'ni')}",
        en=f"the patient {_either(names, 'or')} is not found by searching {_either(searches, 'nor')}",
    )
    _expect_not_found(found, decoy, fr=f"cherché par {searches[0]}", en=f"searched by {searches[0]}")


@pytest.mark.rule("SRC-04")
@pytest.mark.title(
    fr="Le patient est retrouvé malgré un accent ou une cédille saisis en trop",
    en="The patient is found in spite of an accent or a cedilla typed in addition",
)
@pytest.mark.parametrize("sign", ["accent", "cedilla"])
def test_diacritics(desk: Desk, sign: str) -> None:
    first = desk.draw(**PLAIN)
    day = first.identity.traits.birth_date
    # Few names have a C that takes a cedilla: this one is put in front of a drawn name.
    name = first.identity.traits.birth_name if sign == "accent" else f"FACA{first.identity.traits.birth_name}"
    searched = accented(name) if sign == "accent" else name.replace("C", "Ç", 1)
    patient = desk.create(first, birth_name=name)
    decoy = desk.create(_other(desk, day, name[:1]))
    found = _search(desk, birth_date=day, name_prefix=searched)
    _expect_found(found, patient, fr=f"cherché par « {searched} »", en=f"searched by “{searched}”")
    _expect_not_found(found, decoy, fr=f"cherché par « {searched} »", en=f"searched by “{searched}”")


def _search(desk: Desk, **criteria: str) -> list[Patient]:
    return desk.lgo.search_patients(SearchCriteria(**criteria), actor=desk.user)


def _other(desk: Desk, day: str, *letters: str) -> Person:
    """Draw somebody born that day, none of whose names begins with any of these letters."""

    def differs(person: Person) -> bool:
        traits = person.identity.traits
        return not any(name.startswith(letters) for name in (traits.birth_name, *traits.first_names.split()))

    return desk.draw_where(differs, birth_date=day, **PLAIN)


def _second_name_is_plain(person: Person) -> bool:
    first_name, second_name = person.identity.traits.first_names.split()
    return second_name.isalpha() and first_name[:LETTERS] != second_name[:LETTERS]


def _either(names: Sequence[str], word: str) -> str:
    return f" {word} ".join(f"« {name} »" for name in names)


def _expect_found(found: Sequence[Patient], patient: Patient, *, fr: str, en: str) -> None:
    name = f"{patient.birth_name} {patient.first_name}"
    expect(
        patient.id in {each.id for each in found},
        fr=f"le patient {name} n'est pas trouvé ({fr})",
        en=f"the patient {name} is not found ({en})",
    )


def _expect_not_found(found: Sequence[Patient], patient: Patient, *, fr: str, en: str) -> None:
    name = f"{patient.birth_name} {patient.first_name}"
    expect(
        patient.id not in {each.id for each in found},
        fr=f"le patient {name} ne devait pas être trouvé ({fr})",
        en=f"the patient {name} should not have been found ({en})",
    )
