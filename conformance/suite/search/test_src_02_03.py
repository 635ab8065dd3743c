"""SRC-02 and SRC-03: the first letters of a name are looked for in every field that may hold that name."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import preparing
from conformance.suite.response.proposals import proposed
from conformance.suite.search.neighbours import (
    Neighbour,
    by_letters,
    expect_search,
    settle,
)
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

DAY, OTHER_DAY = "1979-11-23", "1979-11-24"

NAME, ANOTHER = "VIZKELOR", "DUMBRAZ"
"""Made of letters that few names begin with: nobody drawn is found by them."""

FIRST, OTHER_FIRST, THIRD = "QOLVIN", "HUZBERT", "YEMDRAL"

STARTS = (
    "AE", "BR", "CH", "CZ", "DZ", "EU", "FA", "GY", "HA", "IJ", "JE", "KO", "LL", "LJ", "MAC", "MC", "NJ", "NY", "OE",
    "OU", "PH", "QU", "RH", "ST", "SZ", "TY", "UE", "VA", "WA", "XU", "YS", "ZH",
)  # fmt: skip
"""One for each letter, and those that some alphabets sort as one letter, or some indexes take for another."""

LETTERS = ("V", "VI", "VIZ", "VIZK", "VIZKELOR")
FIRST_LETTERS = ("Q", "QO", "QOL", "QOLV", "QOLVIN")

EACH_NAME = pytest.mark.parametrize(
    ("field", "criterion"),
    [
        pytest.param("birth_name", "name_prefix", marks=pytest.mark.rule("SRC-02"), id="birth_name"),
        pytest.param("first_name", "first_name_prefix", marks=pytest.mark.rule("SRC-03"), id="first_name"),
    ],
)
"""By the birth name, and by the 1er prénom."""


@pytest.mark.rule("SRC-02")
@pytest.mark.title(
    fr="Les premières lettres d'un nom retrouvent le nom de naissance comme le nom utilisé, et personne d'autre",
    en="The first letters of a surname find the birth name as well as the used name, and nobody else",
)
def test_surname(desk: Desk) -> None:
    neighbours = settle(
        desk,
        DAY,
        {
            "nom de naissance, sans nom utilisé": {"birth_name": NAME},
            "nom de naissance, autre nom utilisé": {"birth_name": NAME, "used_name": ANOTHER},
            "nom utilisé": {"birth_name": ANOTHER, "used_name": NAME},
            "les deux": {"birth_name": NAME, "used_name": NAME},
            "nom composé": {"birth_name": f"{NAME}-{ANOTHER}"},
            "nom en deux mots": {"birth_name": f"{NAME} {ANOTHER}"},
            "nom utilisé composé": {"birth_name": ANOTHER, "used_name": f"{NAME}-{ANOTHER}"},
            "nom utilisé en deux mots": {"birth_name": ANOTHER, "used_name": f"{NAME} {ANOTHER}"},
            "nom à apostrophe": {"birth_name": f"{NAME[:2]}'{NAME[2:]}"},
            "ni l'un ni l'autre": {"birth_name": ANOTHER},
            "nom plus court que ce qui est tapé": {"birth_name": NAME[:2]},
            "nom utilisé plus court que ce qui est tapé": {"birth_name": ANOTHER, "used_name": NAME[:2]},
            "nom qui diffère à la 2e lettre": {"birth_name": f"VAZ{NAME[3:]}"},
            "nom utilisé qui diffère à la 3e lettre": {"birth_name": ANOTHER, "used_name": f"VIK{NAME[3:]}"},
            "lettres au milieu du nom": {"birth_name": f"OB{NAME}"},
            "lettres au milieu du nom utilisé": {"birth_name": ANOTHER, "used_name": f"OB{NAME}"},
            "lettres dans les prénoms seulement": {
                "birth_name": ANOTHER,
                "first_name": NAME,
                "used_first_name": NAME,
            },
            "né un autre jour": {"birth_name": NAME, "birth_date": OTHER_DAY},
            "né un autre jour, nom utilisé": {
                "birth_name": ANOTHER,
                "used_name": NAME,
                "birth_date": OTHER_DAY,
            },
        },
    )
    expect_each(
        {
            letters: partial(expect_search, desk, neighbours, birth_date=DAY, name_prefix=letters)
            for letters in LETTERS
        }
    )
    expect_search(
        desk.as_super_user(), neighbours, role=" (autre utilisateur)", birth_date=DAY, name_prefix="VIZ"
    )


@pytest.mark.rule("SRC-02")
@pytest.mark.title(
    fr="Un nom à particule est trouvé par ses premières lettres, particule comprise, dans les deux champs",
    en="A name with a particle is found by its first letters, particle included, in both fields",
)
def test_particle(desk: Desk) -> None:
    neighbours = settle(
        desk,
        DAY,
        {
            "nom de naissance à particule": {"birth_name": f"DE LA {NAME}"},
            "nom utilisé à particule": {"birth_name": ANOTHER, "used_name": f"DE LA {NAME}"},
            "nom élidé": {"birth_name": f"D'{NAME}"},
            "sans particule": {"birth_name": ANOTHER},
            "autre nom à particule": {"birth_name": f"DE {ANOTHER}"},
            "autre nom utilisé à particule": {"birth_name": ANOTHER, "used_name": f"DE LA {ANOTHER}"},
            "mot d'une lettre": {"birth_name": f"O {NAME}"},
            "mot d'une lettre, nom utilisé": {"birth_name": ANOTHER, "used_name": f"O {NAME}"},
            "autre mot après la même lettre": {"birth_name": f"O {ANOTHER}"},
        },
    )
    # Of three characters the third counts, even behind a space.
    cases = ("DE", "DE L", "DE LA V", f"DE LA {NAME}", "D'V", f"D'{NAME}", "O V", f"O {NAME}")
    expect_each(
        {
            letters: partial(expect_search, desk, neighbours, birth_date=DAY, name_prefix=letters)
            for letters in cases
        }
    )


@pytest.mark.title(
    fr="Une seule lettre retrouve tous ceux dont le nom commence par elle, quelle que soit la suivante",
    en="A single letter finds all those whose name begins with it, whatever the next one is",
)
@EACH_NAME
def test_letters(desk: Desk, field: str, criterion: str) -> None:
    neighbours = settle(desk, DAY, {name: {field: name} for start in STARTS for name in [f"{start}VOQEL"]})
    starts = sorted({start[:length] for start in STARTS for length in (1, 2)})
    expect_each(
        {
            letters: partial(expect_search, desk, neighbours, birth_date=DAY, **{criterion: letters})
            for letters in starts
        }
    )


@pytest.mark.title(
    fr="Plus de trois lettres retrouvent ceux qui les ont, et personne qui n'ait pas les trois premières",
    en="More than three letters find those who have them, and nobody who has not the first three",
)
@EACH_NAME
def test_fourth_letter(desk: Desk, field: str, criterion: str) -> None:
    # SRC-11 knows of three letters at most: a software may count no more, and then finds the second of them too.
    settled = {
        "le nom saisi": {field: NAME},
        "un autre dès la quatrième lettre": {field: f"{NAME[:3]}M{NAME[4:]}"},
        "un autre dès la troisième": {field: f"{NAME[:2]}M{NAME[3:]}"},
        "un autre dès la première": {field: f"M{NAME[1:]}"},
    }
    expect_search(desk, settle(desk, DAY, settled), **{"birth_date": DAY, criterion: NAME[:5]})


@pytest.mark.rule("SRC-03")
@pytest.mark.title(
    fr="Les premières lettres d'un prénom retrouvent la liste, le 1er prénom et le prénom utilisé, et personne d'autre",
    en="The first letters of a first name find the list, the 1er prénom and the used first name, and nobody else",
)
def test_first_name(desk: Desk) -> None:
    neighbours = settle(
        desk,
        DAY,
        {
            "1er prénom et liste": {"first_name": FIRST, "first_names": f"{FIRST} {OTHER_FIRST}"},
            "1er prénom sans liste": {"first_name": FIRST},
            "1er prénom, autre prénom utilisé": {"first_name": FIRST, "used_first_name": OTHER_FIRST},
            "prénom utilisé": {"first_name": OTHER_FIRST, "used_first_name": FIRST},
            "prénom utilisé, liste remplie": {
                "first_name": OTHER_FIRST,
                "first_names": f"{OTHER_FIRST} {THIRD}",
                "used_first_name": FIRST,
            },
            "1er prénom composé": {"first_name": f"{FIRST}-{THIRD}"},
            "1er prénom en deux mots": {"first_name": f"{FIRST} {THIRD}"},
            "prénom utilisé composé": {"first_name": OTHER_FIRST, "used_first_name": f"{FIRST}-{THIRD}"},
            "prénom utilisé en deux mots": {"first_name": OTHER_FIRST, "used_first_name": f"{FIRST} {THIRD}"},
            "1er prénom qui diffère à la 2e lettre": {"first_name": f"QALV{FIRST[4:]}"},
            "prénom utilisé qui diffère à la 3e lettre": {
                "first_name": OTHER_FIRST,
                "used_first_name": f"QOV{FIRST[3:]}",
            },
            "aucun des trois": {"first_name": OTHER_FIRST, "first_names": f"{OTHER_FIRST} {THIRD}"},
            "lettres au milieu": {"first_name": f"OB{FIRST}", "used_first_name": f"UB{FIRST}"},
            "lettres dans les noms seulement": {
                "birth_name": FIRST,
                "used_name": FIRST,
                "first_name": OTHER_FIRST,
            },
            "né un autre jour": {"first_name": FIRST, "birth_date": OTHER_DAY},
        },
    )
    expect_each(
        {
            letters: partial(expect_search, desk, neighbours, birth_date=DAY, first_name_prefix=letters)
            for letters in FIRST_LETTERS
        }
    )
    expect_search(
        desk.as_super_user(), neighbours, role=" (autre utilisateur)", birth_date=DAY, first_name_prefix="QOL"
    )


@pytest.mark.rule("SRC-03")
@pytest.mark.title(
    fr="Chaque prénom de la liste, le deuxième comme le dernier, retrouve le patient, saisi seul ou après ceux d'avant",
    en="Each name of the list, the second as well as the last, finds the patient, typed alone or after those before it",
)
@pytest.mark.parametrize(
    "before",
    [OTHER_FIRST, f"{OTHER_FIRST} {THIRD}", f"{OTHER_FIRST} {THIRD} UMBLOR"],
    ids=["second", "third", "fourth"],
)
def test_later_in_the_list(desk: Desk, before: str) -> None:
    [listed, _, second] = neighbours = settle(
        desk,
        DAY,
        {
            "dans la liste": {"first_name": OTHER_FIRST, "first_names": f"{before} {FIRST} JARVIQ"},
            "pas dans la liste": {"first_name": OTHER_FIRST, "first_names": f"{OTHER_FIRST} {THIRD}"},
            "deuxième": {"first_name": OTHER_FIRST, "first_names": f"{OTHER_FIRST} {FIRST}"},
        },
    )
    # That name of the list, or the list from its start: the texts do not say which letters are typed.
    ways = (FIRST[:3], f"{before} {FIRST[:3]}")
    for letters in ways:
        expect_search(desk, neighbours[1:2], birth_date=DAY, first_name_prefix=letters)
    alone = {patient.id for patient in by_letters(desk, birth_date=DAY, first_name_prefix=ways[0])}
    expect(
        listed.patient.id in alone or second.patient.id not in alone,
        fr=f"un deuxième prénom se cherche seul, pas celui qui vient après {before}",
        en=f"a second name is found when typed alone, that after {before} is not",
        inferred=True,
    )
    if listed.patient.id in {
        patient.id for way in ways for patient in by_letters(desk, birth_date=DAY, first_name_prefix=way)
    }:
        return
    expect_search(desk, [listed], birth_date=DAY, first_name_prefix=ways[1])


@pytest.mark.rule("SRC-02", "SRC-03")
@pytest.mark.title(
    fr="Nom et prénom ensemble : seul celui qui a les deux est trouvé, dans quelque champ que ce soit",
    en="Surname and first name together: only who has both is found, in whichever field",
)
def test_both(desk: Desk) -> None:
    surnames = {
        "nom": {"birth_name": NAME},
        "nom utilisé": {"birth_name": ANOTHER, "used_name": NAME},
        "autre nom": {"birth_name": ANOTHER},
    }
    firsts = {
        "1er prénom": {"first_name": FIRST},
        "prénom utilisé": {"first_name": OTHER_FIRST, "used_first_name": FIRST},
        "autre prénom": {"first_name": OTHER_FIRST},
    }
    files = {f"{a}, {b}": {**surnames[a], **firsts[b]} for a, b in product(surnames, firsts)}
    neighbours = settle(desk, DAY, files)
    expect_search(desk, neighbours, birth_date=DAY, name_prefix="VIZ", first_name_prefix="QOL")


@pytest.mark.rule("SRC-02", "SRC-03")
@pytest.mark.title(
    fr="Après modification, le nom nouveau retrouve le dossier et l'ancien ne le retrouve plus, à chaque statut",
    en="After a change the new name finds the file and the old one no longer does, at each status",
)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.IMPORTED_CHECKED], ids=str
)
def test_after_a_change(desk: Desk, route: Route) -> None:
    person = desk.draw(birth_date=DAY, **PLAIN)
    patient = desk.bring(person, route, used_name=ANOTHER, used_first_name=OTHER_FIRST)
    first = [Neighbour(label=f"avant modification ({route})", patient=desk.read(patient))]
    old = {"name_prefix": (patient.birth_name or "")[:3], "first_name_prefix": (patient.first_name or "")[:3]}
    for criterion, letters in old.items():
        expect_search(desk, first, birth_date=DAY, **{criterion: letters})
    with preparing("modifier les noms utilisés", "change the names in use", depends_on=("FLD-01",)):
        desk.lgo.update_patient(patient.id, {"used_name": NAME, "used_first_name": FIRST}, actor=desk.user)
    now = [Neighbour(label=f"noms utilisés modifiés ({route})", patient=desk.read(patient))]
    for letters in (NAME[:3], ANOTHER[:3]):
        expect_search(desk, now, birth_date=DAY, name_prefix=letters)
    for letters in (FIRST[:3], OTHER_FIRST[:3]):
        expect_search(desk, now, birth_date=DAY, first_name_prefix=letters)
    if route.status in {Status.RECUP, Status.QUAL}:
        return  # The traits are locked.
    # What was looked up once is not what is looked up for ever.
    traits = {"birth_name": "XYLVENIC", "first_name": "XOBRUNE", "first_names": "XOBRUNE"}
    with preparing("modifier les traits", "change the traits", depends_on=("FLD-01",)):
        desk.lgo.update_patient(patient.id, traits, actor=desk.user)
    now = [Neighbour(label=f"traits modifiés ({route})", patient=desk.read(patient))]
    for criterion, letters in old.items():
        expect_search(desk, now, birth_date=DAY, **{criterion: letters})
        expect_search(
            desk, now, birth_date=DAY, **{criterion: "XYL" if criterion == "name_prefix" else "XOB"}
        )


BY_RULE = {
    "SRC-02": (("birth_name", "name_prefix"), ("used_name", "name_prefix")),
    "SRC-03": (
        ("first_names", "first_name_prefix"),
        ("first_name", "first_name_prefix"),
        ("used_first_name", "first_name_prefix"),
    ),
}
"""The fields that each rule names, with the criterion that looks there."""

RULES = [pytest.param(rule, marks=pytest.mark.rule(rule), id=rule) for rule in BY_RULE]


@pytest.mark.title(
    fr="Chacun des noms retrouve le dossier à chaque statut et avec chaque attribut, quand ils diffèrent tous",
    en="Each of the names finds the file at each status and with each attribute, when they all differ",
)
@pytest.mark.parametrize("rule", RULES)
def test_each_field_everywhere(desk: Desk, rule: str) -> None:
    def judge(patient: Patient, field: str, criterion: str) -> None:
        name = getattr(patient, field)
        if name is not None:  # Else a list that the user did not type and that INSi did not give.
            letters = comparison_key(name).replace(" ", "")[:3]
            expect_search(
                desk,
                [Neighbour(label=field, patient=patient)],
                **{"birth_date": patient.birth_date or "", criterion: letters},
            )

    files = _files_of_five_names(desk)
    expect_each(
        {
            f"{label}, {field}": partial(judge, patient, field, criterion)
            for label, patient in files.items()
            for field, criterion in BY_RULE[rule]
        }
    )


def _files_of_five_names(desk: Desk) -> dict[str, Patient]:
    """Create a file for each status and attribute in which no two of the five names begin alike."""
    files = {}
    names = {"first_name": FIRST, "used_first_name": OTHER_FIRST, "used_name": NAME}

    def made(person: Person, route: Route) -> Patient:
        if route not in {Route.IMPORTED, Route.IMPORTED_CHECKED, Route.CHECKED_IMPORTED}:
            return desk.bring(person, route, **names, first_names=None)
        # INSi answers this person whatever is asked: the 1er prénom typed is none of theirs.
        is_checked_first = route is Route.CHECKED_IMPORTED
        patient = desk.bring(
            person, Route.CHECKED if is_checked_first else Route.TYPED, **names, first_names=None
        )
        desk.decide(proposed(desk, patient, person), accept=True)
        return desk.check_document(patient) if route is Route.IMPORTED_CHECKED else desk.read(patient)

    for sex in ("M", "F"):
        for route in (
            Route.TYPED,
            Route.CHECKED,
            Route.IMPORTED,
            Route.IMPORTED_CHECKED,
            Route.CHECKED_IMPORTED,
        ):
            files[f"{route}, sexe {sex}"] = made(desk.draw(sex=sex, first_names_count=2), route)
    for kinds in ({Attribute.HOMONYME}, {Attribute.DOUTEUSE}, {Attribute.FICTIVE}):
        patient = made(desk.draw(first_names_count=2), Route.IMPORTED)
        with preparing("poser l'attribut", "set the attribute", depends_on=("ATT-01",)):
            set_attributes(desk, patient, kinds)
        files["+".join(sorted(kinds))] = patient
    return files


@pytest.mark.title(
    fr="Chaque personne de la distribution est trouvée par les premières lettres de chacun de ses noms",
    en="Each person of the cast is found by the first letters of each of their names",
)
@pytest.mark.parametrize("rule", RULES)
def test_cast(desk: Desk, rule: str) -> None:
    def judge(part: Part) -> None:
        person = desk.play(part)
        [neighbour] = settle(desk, person.identity.traits.birth_date, {part.key: _as_typed(person)})
        for field, criterion in BY_RULE[rule]:
            name = getattr(neighbour.patient, field)
            for letters in dict.fromkeys((name[:1], name[:5].rstrip(" -'"), name)):
                expect_search(
                    desk,
                    [neighbour],
                    **{"birth_date": person.identity.traits.birth_date, criterion: letters},
                )

    expect_each({part.key: partial(judge, part) for part in CAST})


def _as_typed(person: Person) -> dict[str, str | None]:
    return {name: value for name, value in asdict(typed(person, **NAMES_IN_USE)).items() if value is not None}
