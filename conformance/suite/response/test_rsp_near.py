"""RSP-01 and RSP-02 where the answer differs from the file by very little: a sign, an order, a letter beyond the twentieth.

A comparison that goes through a search key, a cut text or a year takes such values for the same. What differs is flagged
before the decision, and is what the file holds after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import PLAIN, answered_with
from conformance.suite.desk.routes import Route
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.proposals import COMPARED, accepted, expect_comparison, proposed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

LONG: Final = "VALDEBRANCHEMONTAGNARDESQUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A file and an answer that are nearly the same."""

    local: Mapping[str, str]
    """What is typed, beside the traits of the person."""
    insi: Mapping[str, str] = field(default_factory=dict)
    """What INSi says, beside them."""


NEAR: Final[dict[str, Near]] = {
    "tiret et espace": Near(local={"birth_name": "VALDEN BRUC"}, insi={"birth_name": "VALDEN-BRUC"}),
    "apostrophe et espace": Near(local={"birth_name": "D VALDEN"}, insi={"birth_name": "D'VALDEN"}),
    "sans apostrophe": Near(local={"birth_name": "DVALDEN"}, insi={"birth_name": "D'VALDEN"}),
    "double tiret": Near(local={"birth_name": "VALDEN-BRUC"}, insi={"birth_name": "VALDEN--BRUC"}),
    "nom local plus long": Near(local={"birth_name": "VALDENBRUC"}, insi={"birth_name": "VALDEN"}),
    "nom local plus long d'un mot": Near(local={"birth_name": "VALDEN BRUC"}, insi={"birth_name": "VALDEN"}),
    "particule en moins": Near(local={"birth_name": "VALDEN"}, insi={"birth_name": "DE LA VALDEN"}),
    "dernière lettre d'un nom long": Near(local={"birth_name": f"{LONG}A"}, insi={"birth_name": f"{LONG}O"}),
    "autre deuxième prénom": Near(
        local={"first_names": "QOLVIN ODILKA"}, insi={"first_names": "QOLVIN HUZBERT"}
    ),
    "prénoms dans un autre ordre": Near(
        local={"first_names": "QOLVIN ODILKA HUZBERT"},
        insi={"first_names": "QOLVIN HUZBERT ODILKA"},
    ),
    "un prénom de plus": Near(
        local={"first_names": "QOLVIN ODILKA"},
        insi={"first_names": "QOLVIN ODILKA HUZBERT"},
    ),
    "un prénom de moins": Near(
        local={"first_names": "QOLVIN ODILKA HUZBERT"},
        insi={"first_names": "QOLVIN ODILKA"},
    ),
    "prénom composé ou deux prénoms": Near(
        local={"first_names": "QOLVIN ODILKA"}, insi={"first_names": "QOLVIN-ODILKA"}
    ),
    "jour et mois échangés": Near(local={"birth_date": "1984-04-03"}, insi={"birth_date": "1984-03-04"}),
    "autre mois": Near(local={"birth_date": "1984-05-04"}, insi={"birth_date": "1984-03-04"}),
    "autre jour": Near(local={"birth_date": "1984-03-05"}, insi={"birth_date": "1984-03-04"}),
    "un siècle d'écart": Near(local={"birth_date": "1923-03-04"}, insi={"birth_date": "2023-03-04"}),
    "même département": Near(local={"birth_place": "63113"}, insi={"birth_place": "63220"}),
    "Corse du Sud ou de Haute-Corse": Near(local={"birth_place": "2A004"}, insi={"birth_place": "2B004"}),
    "deux pays étrangers": Near(local={"birth_place": "99109"}, insi={"birth_place": "99127"}),
    # What the digits of the matricule say is something else: the traits that came count (MAT-03).
    "sexe F, matricule de M": Near(local={"sex": "F"}, insi={"sex": "F"}),
    "sexe M, matricule de F": Near(local={"sex": "M"}, insi={"sex": "M"}),
    "autre mois que celui du matricule": Near(
        local={"birth_date": "1984-11-04"}, insi={"birth_date": "1984-11-04"}
    ),
    "autre année que celle du matricule": Near(
        local={"birth_date": "1979-03-04"}, insi={"birth_date": "1979-03-04"}
    ),
    "lieu inconnu": Near(local={"birth_place": "99999"}, insi={"birth_place": "99127"}),
    "autre prénom du milieu": Near(
        local={"first_names": "QOLVIN ODILKA MARVIK"}, insi={"first_names": "QOLVIN HUZBERT MARVIK"}
    ),
}
"""By what separates the two."""


@pytest.mark.rule("RSP-01", "RSP-02")
@pytest.mark.title(
    fr="Ce qui diffère à peine est signalé comme différent, puis repris d'INSi à la lettre",
    en="What differs hardly at all is flagged as different, then taken from INSi to the letter",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_near_values(desk: Desk, route: Route) -> None:
    def judge(near: Near) -> None:
        other = {"F": "M", "M": "F"}.get(near.insi.get("sex", ""))
        person = desk.draw(first_names_count=2, birth_date="1984-03-04", sex=other, **PLAIN)
        answer = _with(person, near.insi)
        patient = desk.bring(_with(person, near.insi, near.local), route)
        call = proposed(desk, patient, answer)
        expect_comparison(
            desk, call, {name: getattr(patient, name) for name in COMPARED}, insi_values(answer)
        )
        expect_values(
            accepted(desk, call),
            insi_values(answer),
            fr="le dossier n'est pas alimenté par INSi",
            en="the file is not fed from INSi",
        )

    # Half of them on each status: what is the same code on both is seen once, the fields all of them twice.
    names = list(NEAR)[0 if route is Route.TYPED else 1 :: 2]
    expect_each({name: partial(judge, NEAR[name]) for name in names})


def _with(person: Person, *changes: Mapping[str, str]) -> Person:
    """Return somebody like the person with other traits, as INSi would answer them or as a user would type them."""
    return answered_with(person, **{name: value for change in changes for name, value in change.items()})
