"""SRC-02 and SRC-03: the first letters of a name are looked for in every field that may hold that name."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import PLAIN
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import preparing
from conformance.suite.search.neighbours import Neighbour, expect_search, settle

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

DAY, OTHER_DAY = "1979-11-23", "1979-11-24"

NAME, ANOTHER = "VIZKELOR", "DUMBRAZ"
"""Made of letters that few names begin with: nobody drawn is found by them."""

FIRST, OTHER_FIRST, THIRD = "QOLVIN", "HUZBERT", "YEMDRAL"

LETTERS = ("V", "VI", "VIZ", "VIZK", "VIZKELOR")
FIRST_LETTERS = ("Q", "QO", "QOL", "QOLV", "QOLVIN")


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
        },
    )
    cases = ("DE", "DE L", "DE LA V", f"DE LA {NAME}", "D'V", f"D'{NAME}")
    expect_each(
        {
            letters: partial(expect_search, desk, neighbours, birth_date=DAY, name_prefix=letters)
            for letters in cases
        }
    )


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
    fr="Le deuxième prénom de la liste retrouve le patient, saisi seul ou après le premier",
    en="The second name of the list finds the patient, typed alone or after the first",
)
def test_second_of_the_list(desk: Desk) -> None:
    [listed, _] = neighbours = settle(
        desk,
        DAY,
        {
            "dans la liste": {"first_name": OTHER_FIRST, "first_names": f"{OTHER_FIRST} {FIRST} {THIRD}"},
            "pas dans la liste": {"first_name": OTHER_FIRST, "first_names": f"{OTHER_FIRST} {THIRD}"},
        },
    )
    # The second name of the list, or the list from its start: the texts do not say which letters are typed.
    ways = (FIRST[:3], f"{OTHER_FIRST} {FIRST[:3]}")
    for letters in ways:
        expect_search(desk, neighbours[1:], birth_date=DAY, first_name_prefix=letters)
    if listed.patient.id in {
        patient.id for way in ways for patient in desk.search(birth_date=DAY, first_name_prefix=way)
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
    with preparing("modifier les noms utilisés", "change the names in use", depends_on=("FLD-01",)):
        desk.lgo.update_patient(patient.id, {"used_name": NAME, "used_first_name": FIRST}, actor=desk.user)
    now = [Neighbour(label=f"noms utilisés modifiés ({route})", patient=desk.read(patient))]
    for letters in (NAME[:3], ANOTHER[:3]):
        expect_search(desk, now, birth_date=DAY, name_prefix=letters)
    for letters in (FIRST[:3], OTHER_FIRST[:3]):
        expect_search(desk, now, birth_date=DAY, first_name_prefix=letters)
