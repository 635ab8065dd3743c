"""SRC-11 to SRC-13: what a local search asks for, and that it and creation do without INSi."""

from __future__ import annotations

import socket
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, BY_MATRICULE, USUAL
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import MANDATORY, NAMES_IN_USE, PLAIN, typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.words import expect_values
from conformance.suite.search.neighbours import Neighbour, expect_search
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import PatientTraits
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("SRC-11")
@pytest.mark.title(
    fr="La date de naissance seule suffit, puis une, deux ou trois lettres du nom ou du prénom",
    en="The date of birth alone is enough, then one, two or three letters of the name or of the first name",
)
def test_few_letters_are_enough(desk: Desk) -> None:
    person = desk.draw(**PLAIN)
    traits = person.identity.traits
    patient = desk.create(person)
    # A search that shows every file whatever is asked would find the patient by any criterion.
    other = desk.create(
        desk.draw_where(lambda one: one.identity.traits.birth_date != traits.birth_date, **PLAIN)
    )
    if other.id in {each.id for each in desk.born_on(traits.birth_date)}:
        raise UndecidedError(
            "la recherche rend aussi qui est né un autre jour : que le patient soit trouvé ne prouve rien",
            "the search also gives somebody born on another day: that the patient is found proves nothing",
            depends_on=("SRC-01",),
        )
    here = [Neighbour(label=traits.birth_name, patient=patient)]
    day = {"birth_date": traits.birth_date}
    cases = {"date seule": day}
    for count in (1, 2, 3):
        cases[f"{count} lettre(s) du nom"] = {**day, "name_prefix": traits.birth_name[:count]}
        cases[f"{count} lettre(s) du prénom"] = {**day, "first_name_prefix": person.first_name[:count]}
    cases["une lettre de chacun"] = {**cases["1 lettre(s) du nom"], **cases["1 lettre(s) du prénom"]}
    expect_each(
        {
            f"{name} ({user})": partial(expect_search, desk.by(user), here, **criteria)
            for name, criteria in cases.items()
            for user in USERS
        }
    )


@pytest.mark.rule("SRC-12")
@pytest.mark.title(
    fr="La recherche locale n'envoie rien à INSi, qu'elle trouve ou non, à chaque statut",
    en="The local search sends nothing to INSi, whether it finds or not, at each status",
)
def test_no_call_for_a_local_search(desk: Desk) -> None:
    day, alone = "1967-04-21", "1967-04-22"
    files = {route: desk.bring(desk.draw(birth_date=day), route) for route in routes()}
    held = [patient.matricule for patient in files.values()]
    with desk.if_at_hand(ATTRIBUTES), suppress(RefusedError):
        for route in (Route.TYPED, Route.IMPORTED):
            desk.lgo.set_attributes(files[route].id, frozenset({Attribute.HOMONYME}), actor=desk.user)
    desk.create(desk.draw(birth_date=alone))
    # What INSi did not answer just now does not stop a search in one's own files.
    with desk.answered_by("faults/insi-102"):
        desk.try_call(files[Route.TYPED])
    searches = {
        "trouve": {"birth_date": day},
        "ne trouve pas": {"birth_date": "1901-01-02"},
        "par nom": {"birth_date": day, "name_prefix": "D"},
        "un seul, provisoire": {"birth_date": alone},
    }
    numbers = {
        **{number: number for number in held if number},
        "matricule de personne": desk.draw().identity.matricule.value,
    }

    there = {patient.id for patient in files.values()}

    def judge(search: Callable[[], object]) -> None:
        found, requests = desk.wire.repeated(search)
        expect(
            not requests,
            fr=f"une recherche locale a envoyé {len(requests)} requête(s) à INSi",
            en=f"a local search sent {len(requests)} request(s) to INSi",
        )
        if search is by_day:
            expect(
                isinstance(found, list) and there <= {each.id for each in found},
                fr="la recherche locale ne trouve pas tous les dossiers, un appel à INSi ayant échoué juste avant",
                en="the local search does not find all the files, a call to INSi having failed just before",
                inferred=True,
            )

    by_day = partial(desk.search, birth_date=day)

    def by_number(number: str) -> None:
        with desk.if_offered(BY_MATRICULE), suppress(RefusedError):
            desk.lgo.search_by_matricule(number, actor=desk.user)

    expect_each(
        {
            f"{name} ({user})": partial(judge, partial(desk.by(user).search, **criteria))
            for name, criteria in searches.items()
            for user in USERS
        }
        | {name: partial(judge, partial(by_number, number)) for name, number in numbers.items()}
        | {"trouve (user)": partial(judge, by_day)}
    )


def _expect_as_typed(desk: Desk, traits: PatientTraits, answer: str) -> None:
    made = desk.lgo.create_patient(traits, actor=desk.user)
    expect_values(
        made,
        {"status": Status.PROV} | {name: getattr(traits, name) for name in (*MANDATORY, "first_names")},
        fr=f"le patient créé après la réponse {answer} à quelqu'un d'autre n'est pas celui qui a été saisi",
        en=f"the patient created after the answer {answer} to somebody else is not who was typed",
    )
    expect(
        not made.attributes,
        fr=f"le patient créé après la réponse {answer} porte déjà {', '.join(sorted(made.attributes))}",
        en=f"the patient created after the answer {answer} bears {', '.join(sorted(made.attributes))} already",
    )


@pytest.mark.rule("SRC-13")
@pytest.mark.title(
    fr="INSi injoignable ou muet sur ce patient, la création est possible, et n'envoie rien à INSi",
    en="With INSi out of reach or silent about this patient, creation is possible, and sends nothing to INSi",
)
@pytest.mark.parametrize("case", ["out-of-reach", "not-found", "fault", "answer-waits"])
def test_creation_without_insi(desk: Desk, case: str) -> None:
    with socket.socket() as taken:
        if case == "out-of-reach":
            # Bound but not listening: nobody else gets the port, and nobody answers there.
            taken.bind(("127.0.0.1", 0))
            desk.lgo.reset(insi_url=f"http://127.0.0.1:{taken.getsockname()[1]}/lps")
        elif case != "answer-waits":
            desk.insi.install("answers/not-found" if case == "not-found" else "faults/insi-102")
        person = desk.draw()
        # Asked for first, in vain and more than once: what INSi did not answer, or answered, does not decide about the file.
        for user in (*USERS, *USERS):
            desk.by(user).try_search_insi(typed(person))
        if case == "answer-waits":
            # What was found waits for a decision; somebody else comes to the counter.
            person = desk.draw()
        traits = typed(person, **NAMES_IN_USE)
        patient, requests = desk.during(lambda: desk.lgo.create_patient(traits, actor=desk.user))
        stored = desk.snapshot(patient)
        found = desk.born_on(person.identity.traits.birth_date)
        if case == "not-found":
            # Nor do the other answers that give nobody decide about whoever comes to the counter, nor about who was asked for.
            for answer in ("answers/several", "safety/empty-sex", "refusée"):
                asked = desk.draw(first_names_count=2)
                if answer == "refusée":
                    desk.insi.clear_scenarios()
                    with desk.if_at_hand(USUAL), suppress(RefusedError):
                        call, _ = desk.try_search_insi(typed(asked))
                        if not isinstance(call, RefusedError):
                            desk.lgo.decide_proposal(call.id, accept=False, actor=desk.user)
                else:
                    with desk.answered_by(
                        answer, **({"patient": asked} if answer.startswith("safety") else {})
                    ):
                        desk.try_search_insi(typed(asked))
                    _expect_as_typed(desk, typed(desk.draw(first_names_count=2)), answer)
                _expect_as_typed(desk, typed(asked), answer)
    due: dict[str, str | None] = {"status": Status.PROV, "matricule": None}
    expect_values(
        stored.patient,
        due | {name: getattr(traits, name) for name in (*MANDATORY, "first_names", *NAMES_IN_USE)},
        fr="le patient créé n'est pas celui qui a été saisi",
        en="the patient created is not who was typed",
    )
    expect(
        not stored.patient.attributes,
        fr=f"le patient créé porte déjà {', '.join(sorted(stored.patient.attributes))}",
        en=f"the patient created bears {', '.join(sorted(stored.patient.attributes))} already",
    )
    expect(
        not stored.patient.birth_date_uncertain,
        fr="la date de naissance saisie entière est marquée incertaine",
        en="the birth date, typed whole, is marked as uncertain",
    )
    expect(
        patient.id in {each.id for each in found},
        fr="le patient créé n'est pas trouvé par sa date de naissance",
        en="the patient created is not found by their date of birth",
    )
    expect(
        not requests,
        inferred=True,
        fr=f"la création a envoyé {len(requests)} requête(s) à INSi",
        en=f"creation sent {len(requests)} request(s) to INSi",
    )
