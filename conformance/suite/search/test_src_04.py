"""SRC-04: hyphens, apostrophes, accents and other diacritics too many or too few do not hide a patient."""

from __future__ import annotations

import unicodedata
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.search.neighbours import by_letters, expect_search, settle
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.suite.desk.steps import Desk

DAY = "1962-05-08"

ONE, TWO, THREE = "VIZKELOR", "DUMBRAC", "OL"

SPELLINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "hyphen-typed": ((f"{ONE} {TWO} {THREE}", f"{ONE}{TWO}{THREE}"), (f"{ONE}-{TWO}-{THREE}",)),
    "hyphen-stored": ((f"{ONE}-{TWO}-{THREE}",), (f"{ONE} {TWO} {THREE}", f"{ONE}{TWO}{THREE}")),
    "apostrophe-typed": ((f"D {ONE} {THREE}", f"D{ONE}{THREE}"), (f"D'{ONE}'{THREE}",)),
    "apostrophe-stored": ((f"D'{ONE}'{THREE}",), (f"D {ONE} {THREE}", f"D{ONE}{THREE}")),
    "hyphen-both": ((f"{ONE}-{TWO}",), (f"{ONE}-{TWO}",)),
    "apostrophe-both": ((f"D'{ONE}",), (f"D'{ONE}",)),
}
"""By case: how a name is stored, then how it is typed. Two signs each: the second one is to be ignored as well.

Where the texts leave open whether the sign left out leaves a space behind, both spellings are tried, and finding the patient
by one of them is enough.
"""

DOUBLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "double-hyphen-stored": ((f"{ONE}--{TWO}",), (f"{ONE}-{TWO}", f"{ONE} {TWO}", f"{ONE}{TWO}")),
    "double-hyphen-typed": ((f"{ONE}-{TWO}", f"{ONE} {TWO}"), (f"{ONE}--{TWO}",)),
    "double-hyphen-both": ((f"{ONE}--{TWO}",), (f"{ONE}--{TWO}",)),
}
"""A first name has no double hyphen (TRT-06): birth names only."""

MARKED = {
    "É": "VIZKÉLOR",
    "È": "VIZKÈLOR",
    "Ê": "VIZKÊLOR",
    "Ë": "VIZKËLOR",
    "Ï": "VÏZKELOR",
    "Î": "VÎZKELOR",
    "Ô": "VIZKELÔR",
    "Ö": "VIZKELÖR",
    # The second one is beyond the letters of Western Europe.
    "deux signes": "VÏŽKÉLOR",
    # As some keyboards and copies give it: the letter, then its accent.
    "É décomposé": unicodedata.normalize("NFD", "VIZKÉLOR"),
    "Ï décomposé": unicodedata.normalize("NFD", "VÏZKELOR"),
}
"""How ``ONE`` may be typed with accents."""

OTHER_SIGNS = {
    "Ç": ("DUMBRAC", "DUMBRAÇ"),
    "À": ("DUMBRAC", "DUMBRÀC"),
    "Â": ("DUMBRAC", "DUMBRÂC"),
    "Û": ("DUMBRAC", "DÛMBRAC"),
    "Ü": ("DUMBRAC", "DÜMBRÅC"),
    "Ù": ("DUMBRAC", "DÙMBRAC"),
    "Ñ": ("VINKELOR", "VIÑKELOR"),
}

COPIED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "apostrophe-typographic": ((f"D'{ONE}", f"D {ONE}", f"D{ONE}"), (f"D’{ONE}",)),
    "ligature-typed": ((f"{THREE}OE{TWO}",), (f"{THREE}Œ{TWO}",)),
}
"""Signs that come from a text processor; that they are worth the plain ones is deduced. Birth names only."""

FIELDS = {
    "birth_name": "name_prefix",
    "used_name": "name_prefix",
    "first_name": "first_name_prefix",
    "first_names": "first_name_prefix",
    "used_first_name": "first_name_prefix",
}
"""Where the name is, and the criterion that looks there."""

ALIKE_BUT_FOR_SIGNS = ("VIZKELOR", "VIZ-KELOR", "VIZ KELOR", "VI'ZKELOR")

SPELT = (*ALIKE_BUT_FOR_SIGNS, "VIZKÉLOR", "VÏZ-KÉLOR")
"""What is typed: what one of them is, to the letter, is not to hide the others."""


@pytest.mark.rule("SRC-04")
@pytest.mark.title(
    fr="Le patient est retrouvé malgré un tiret ou une apostrophe en trop ou en moins, dans chaque champ de nom",
    en="The patient is found in spite of a hyphen or an apostrophe too many or too few, in each field of a name",
)
@pytest.mark.parametrize("field", FIELDS)
def test_hyphens_and_apostrophes(desk: Desk, field: str) -> None:
    cases = SPELLINGS | (DOUBLE | COPIED if field == "birth_name" else {})
    places = count(1)
    expect_each({name: partial(_expect_found, desk, field, *case, places) for name, case in cases.items()})


@pytest.mark.rule("SRC-04")
@pytest.mark.title(
    fr="Le patient est retrouvé malgré un accent, une cédille ou un autre signe saisi en trop, dans chaque champ de nom",
    en="The patient is found in spite of an accent, a cedilla or another sign typed in addition, in each field of a name",
)
@pytest.mark.parametrize("field", FIELDS)
def test_diacritics(desk: Desk, field: str) -> None:
    cases = {sign: (ONE, typed) for sign, typed in MARKED.items()} | OTHER_SIGNS
    names = sorted({stored for stored, _ in cases.values()})
    places = count(1)
    files = {name: _file(field, name, places) for name in names}
    neighbours = settle(desk, DAY, files | {"autre": _file(field, "HUZBERT", places)})
    expect_each(
        {
            sign: partial(expect_search, desk, neighbours, **{"birth_date": DAY, FIELDS[field]: typed})
            for sign, (_, typed) in cases.items()
        }
    )


@pytest.mark.rule("SRC-04")
@pytest.mark.title(
    fr="Là où des minuscules retrouvent le patient, des minuscules à accent ou à cédille le retrouvent aussi",
    en="Where lower case finds the patient, lower case with an accent or a cedilla finds them too",
)
@pytest.mark.parametrize("field", ["birth_name", "first_name"])
def test_lower_case_diacritics(desk: Desk, field: str) -> None:
    cases = {sign: (ONE, typed) for sign, typed in MARKED.items()} | OTHER_SIGNS
    names = sorted({stored for stored, _ in cases.values()})
    places = count(1)
    neighbours = settle(desk, DAY, {name: _file(field, name, places) for name in names})
    criterion = FIELDS[field]
    # Lower case may be refused or mean nothing: no text asks for it.
    try:
        found = {each.id for each in by_letters(desk, **{"birth_date": DAY, criterion: ONE.lower()})}
    except RefusedError:
        return
    if not found.intersection(each.patient.id for each in neighbours):
        return
    expect_each(
        {
            sign: partial(expect_search, desk, neighbours, **{"birth_date": DAY, criterion: typed.lower()})
            for sign, (_, typed) in cases.items()
        }
    )


@pytest.mark.rule("SRC-04")
@pytest.mark.title(
    fr="Quelques lettres suffisent, accent compris, et la date seule ne ramène pas les autres",
    en="A few letters are enough, accent included, and the date alone does not bring the others",
)
def test_few_letters(desk: Desk) -> None:
    neighbours = settle(
        desk,
        DAY,
        {
            "accents": {"birth_name": "VEZKELOR"},
            "tiret": {"birth_name": "VE-ZKELOR"},
            "apostrophe": {"birth_name": "V'EZKELOR"},
            "autre": {"birth_name": "HUZBERT"},
        },
    )
    for letters in ("VÉZ", "VEZ", "V'", "VE-"):
        expect_search(desk, neighbours, birth_date=DAY, name_prefix=letters)


@pytest.mark.rule("SRC-04")
@pytest.mark.title(
    fr="Un dossier trouvé quand il est seul l'est aussi parmi ceux qui ne diffèrent de lui que par les signes",
    en="A file that is found when it is alone is found among those that differ from it by the signs only as well",
)
def test_alone_and_among_others(desk: Desk) -> None:
    together = settle(desk, DAY, {name: {"birth_name": name} for name in ALIKE_BUT_FOR_SIGNS})

    def judge(name: str, day: str) -> None:
        alone = settle(desk, day, {name: {"birth_name": name}})
        [among] = [each for each in together if each.label == name]
        for spelling in SPELT:
            found = {patient.id for patient in by_letters(desk, birth_date=day, name_prefix=spelling)}
            if not found & {each.patient.id for each in alone}:
                continue  # Whether a sign left out leaves a space behind is open; the check of each sign judges it.
            found = {patient.id for patient in by_letters(desk, birth_date=DAY, name_prefix=spelling)}
            expect(
                among.patient.id in found,
                fr=f"« {name} » est trouvé en cherchant « {spelling} », et ne l'est plus à côté de {_either(ALIKE_BUT_FOR_SIGNS, 'et')}",
                en=f"“{name}” is found by searching “{spelling}”, and no longer is beside {_either(ALIKE_BUT_FOR_SIGNS, 'and')}",
            )

    days = (f"1962-06-{number:02d}" for number in range(10, 20))
    expect_each(
        {name: partial(judge, name, day) for name, day in zip(ALIKE_BUT_FOR_SIGNS, days, strict=False)}
    )


def _file(field: str, name: str, places: Iterator[int]) -> dict[str, str | None]:
    """Return what is typed so that this field holds this name, and no other field does.

    Born elsewhere each: who has the same five traits as somebody may be taken for them. ``places`` numbers the communes.
    """
    if field in {"birth_name", "first_name"}:
        return {field: name}
    if field == "first_names":
        return {"birth_name": "HUZBERT", "first_name": name, "first_names": f"{name} YEMDRAL"}
    place = f"13{next(places):03d}"
    return {"birth_name": "HUZBERT", "first_name": "YEMDRAL", "birth_place": place, field: name}


def _expect_found(
    desk: Desk, field: str, stored: Sequence[str], searched: Sequence[str], places: Iterator[int]
) -> None:
    """Check that one of the spellings stored is found by one of those typed, and that somebody else never is."""
    criterion = FIELDS[field]
    files = {name: _file(field, name, places) for name in stored}
    neighbours = settle(desk, DAY, {**files, "autre": _file(field, "HUZBERT", places)})
    patients, decoys = neighbours[:-1], neighbours[-1:]
    found: set[str] = set()
    for typed in searched:
        found |= expect_search(desk, decoys, **{"birth_date": DAY, criterion: typed})
    if not found & {each.patient.id for each in patients}:
        raise Departure(
            f"{_either(stored, 'ou')} n'est pas trouvé en cherchant {_either(searched, 'ni')}",
            f"{_either(stored, 'or')} is not found by searching {_either(searched, 'nor')}",
            inferred=(tuple(stored), tuple(searched)) in COPIED.values(),
        )


def _either(names: Sequence[str], word: str) -> str:
    return f" {word} ".join(f"« {name} »" for name in names)
