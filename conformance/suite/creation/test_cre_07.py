"""CRE-07: what the Appli carte Vitale hands over makes an identity qualifiée, with no call to INSi (event E27).

The principle is reported; what becomes of a file that exists, status by status, is deduced.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CHECKED, DOWNGRADE, FROM_INSI
from conformance.suite.desk.cards import KEYS, family
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each, expect_equal, refused_to_allow
from conformance.suite.desk.lowering import lowered
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.words import app_identity, expect_values, insi_values
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

WISHES: Final[dict[str, dict[str, Any]]] = {
    "ordinary": {"birth_date": "1984-09-25"},
    "corsica": {"birth_place": "2B033", "birth_date": "1986-11-12"},
    "waiting-number": {"nia": True, "birth_date": "1993-05-17"},
    "several-first-names": {"first_names_count": 4, "birth_date": "1975-06-30"},
    "leading-zero": {"birth_place": "06027", "birth_date": "2000-02-29"},
}


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="Un patient lu dans l'application devient un dossier qualifié, à l'identité transmise, sans appel à INSi",
    en="A patient read from the app becomes a file that is qualifié, with the identity handed over and no INSi call",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("who", WISHES)
def test_new_file(desk: Desk, who: str, user: str) -> None:
    desk = desk.by(user)
    person = desk.draw(**WISHES[who])
    patient = _import(desk, person)
    moment = Moment(
        f"identité de l'application, nouveau dossier ({who})", f"identity of the app, new file ({who})"
    )
    _expect_qualified(desk, patient, person, moment)
    born = desk.born_on(person.identity.traits.birth_date)
    expect_equal(
        # A list need not show the INS: each file is opened.
        got=[each.id for each in born if desk.read(each).matricule == person.identity.matricule.value],
        expected=[patient.id],
        fr=f"{moment.fr}, dossiers à ce matricule",
        en=f"{moment.en}, files with this matricule",
    )


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="L'identité de l'application est reprise à la lettre pour chaque personne de la distribution",
    en="The identity of the app is taken to the letter for each person of the cast",
)
def test_cast(desk: Desk) -> None:
    def judge(part: Part) -> None:
        person = desk.play(part)
        moment = Moment(f"identité de l'application ({part.key})", f"identity of the app ({part.key})")
        _expect_qualified(desk, _import(desk, person), person, moment)

    expect_each({part.key: partial(judge, part) for part in CAST})


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="Le titulaire et ses bénéficiaires, lus tour à tour, reçoivent chacun leur propre INS",
    en="The holder and the beneficiaries, read in turn, each get their own INS",
)
@pytest.mark.parametrize("order", ["holder-first", "holder-last"])
def test_beneficiaries(desk: Desk, order: str) -> None:
    people = family(desk.draw)
    keys = KEYS if order == "holder-first" else KEYS[::-1]
    files = {key: _import(desk, people.member(key).person, people.member(key).rank) for key in keys}
    for key, patient in files.items():
        moment = Moment(f"personne lue dans l'application : {key}", f"person read from the app: {key}")
        _expect_qualified(desk, patient, people.member(key).person, moment)
    expect_equal(
        got=len({patient.id for patient in files.values()}),
        expected=len(KEYS),
        fr="nombre de dossiers pour les personnes d'une même application",
        en="number of files for the people of one app",
    )


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="Un bénéficiaire lu pour son dossier ne change pas celui du titulaire",
    en="A beneficiary read for their own file does not change that of the holder",
)
def test_neighbour_stays(desk: Desk) -> None:
    people = family(desk.draw)
    holder = desk.bring(people.insured.person, Route.IMPORTED)
    child = desk.create(people.member("child").person)
    before = desk.snapshot(holder)
    _import(desk, people.member("child").person, people.member("child").rank, child)
    moment = Moment("enfant lu dans l'application", "child read from the app")
    expect_kept(desk.snapshot(holder), before, moment)
    _expect_qualified(desk, child, people.member("child").person, moment)


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="L'INS de l'application qualifie un dossier existant, quel que soit son statut, et ne change rien d'autre",
    en="The INS of the app qualifies a file that exists, whatever its status, and changes nothing else",
)
@pytest.mark.parametrize("case", [f"E27/{status}" for status in Status])
@FROM_INSI.mark
def test_existing_file(desk: Desk, case: str) -> None:
    for route in routes(Status(case.removeprefix("E27/"))):
        person = desk.draw(first_names_count=2)
        others = {} if route.is_from_insi else NAMES_IN_USE
        patient = desk.bring(person, route, **others)
        if route is Route.TYPED:  # A document that was recorded beforehand has no say in it either.
            with desk.if_at_hand(CHECKED), suppress(UndecidedError):
                desk.record_document(patient)
        before = desk.snapshot(patient)
        try:
            _import(desk, person, "1", patient)
        except RefusedError:
            if patient.status is not Status.QUAL:
                raise
            # A file that is qualifié already has nothing to take; it stays so, which is looked at below.
        moment = Moment(
            f"INS de l'application, dossier existant ({route})", f"INS of the app, file that exists ({route})"
        )
        expect_kept(
            desk.snapshot(patient),
            before,
            moment,
            besides={**insi_values(person), "status": Status.QUAL, "proof": ANYTHING},
            inferred=True,
        )
        if route is Route.IMPORTED_CHECKED:
            _expect_qualified_again(desk, person, patient)


def _expect_qualified_again(desk: Desk, person: Person, patient: Patient) -> None:
    """Check that a file that was lowered by hand is qualified by the app as any other, where the software takes it."""
    with desk.if_at_hand(DOWNGRADE), suppress(RefusedError, UndecidedError):
        if lowered(desk, patient, Status.PROV).status is not Status.PROV:
            return  # For STA-08.
        _import(desk, person, "1", patient)
        expect_equal(
            got=desk.read(patient).status,
            expected=Status.QUAL,
            fr="statut d'un dossier abaissé, une fois l'INS de l'application reprise",
            en="status of a lowered file once the INS of the app is taken",
            inferred=True,
        )


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="L'identité de l'application remplace celle du dossier, matricule compris, quand elles diffèrent",
    en="The identity of the app replaces that of the file, matricule included, when they differ",
)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.CHECKED, Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str
)
def test_other_identity(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=2, nia=True)
    patient = desk.bring(person, route)
    # The same person under another number and with traits put right since: in one file the sex too, in one the day.
    traits = person.identity.traits
    sex = {"F": "M", "M": "F"}[str(traits.sex)] if route is Route.TYPED else str(traits.sex)
    day = f"{traits.birth_date[:8]}{'17' if traits.birth_date.endswith('16') else '16'}"
    born = day if route is Route.CHECKED else traits.birth_date
    later = desk.draw(first_names_count=2, birth_date=born, sex=sex, nia=False)
    try:
        _import(desk, later, "1", patient)
    except RefusedError:
        return  # A software may not take them for the same person.
    after = desk.read(patient)
    expect_values(
        after,
        insi_values(later) | {"status": Status.QUAL},
        fr="l'identité n'est pas celle que l'application a transmise",
        en="the identity is not the one that the app handed over",
        inferred=True,
    )


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="Le dossier reste qualifié quand INSi ne répond pas ou ne connaît pas la personne",
    en="The file stays qualifié when INSi does not answer or does not know the person",
)
@pytest.mark.parametrize("scenario", ["answers/not-found", "faults/insi-102", "chaos/http-503"])
def test_insi_has_no_say(desk: Desk, scenario: str) -> None:
    person = desk.draw()
    with desk.answered_by(scenario):
        patient = _import(desk, person)
    _expect_qualified(
        desk, patient, person, Moment(f"INSi indisponible ({scenario})", f"INSi away ({scenario})")
    )


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="Une identité de l'application sans lieu de naissance est reprise aussi, le lieu connu du dossier restant",
    en="An identity of the app without a birth place is taken as well, the place known in the file staying",
)
@pytest.mark.parametrize("route", [None, Route.TYPED, Route.CHECKED], ids=["new-file", "typed", "checked"])
def test_without_place(desk: Desk, route: Route | None) -> None:
    person = desk.draw(birth_place="75114", birth_date="1984-09-25")
    patient = desk.bring(person, route) if route else None
    values = {name: value for name, value in insi_values(person).items() if name != "birth_place"}
    identity = app_identity(person, birth_place=None)
    try:
        after = desk.lgo.import_app_identity(
            identity, patient_id=patient.id if patient else None, actor=desk.user
        )
    except RefusedError as refusal:
        # The place is no part of what INSi has to give either (CRE-04); that the app may leave it out is deduced.
        refused = refused_to_allow(refusal)
        raise Departure(refused.text.fr, refused.text.en, inferred=True) from refusal
    place = {"birth_place": patient.birth_place} if patient else {}
    expect_values(
        desk.read(after),
        {**values, **place, "status": Status.QUAL},
        fr="identité de l'application sans lieu de naissance",
        en="identity of the app without a birth place",
        inferred=True,
    )


def _import(desk: Desk, person: Person, rank: str = "1", patient: Patient | None = None) -> Patient:
    """Read a person from the app, check that INSi was not called, and return the file as it is then."""
    identity = app_identity(person, rank=rank)
    result, requests = desk.during(
        lambda: desk.lgo.import_app_identity(
            identity, patient_id=patient.id if patient else None, actor=desk.user
        )
    )
    expect(
        not requests,
        fr=f"la lecture de l'application a envoyé {len(requests)} requête(s) à INSi",
        en=f"reading the app sent {len(requests)} request(s) to INSi",
    )
    if patient is not None and result.id != patient.id:
        raise UndecidedError(
            f"l'identité de l'application est allée dans le dossier {result.id} au lieu de {patient.id}",
            f"the identity of the app went into the file {result.id} instead of {patient.id}",
        )
    return desk.read(result)


def _expect_qualified(desk: Desk, patient: Patient, person: Person, moment: Moment) -> None:
    after = desk.read(patient)
    expect_equal(
        got=after.status,
        expected=Status.QUAL,
        fr=f"{moment.fr}, statut",
        en=f"{moment.en}, status",
    )
    expect_values(
        after,
        insi_values(person),
        fr=f"{moment.fr}, l'identité n'est pas celle que l'application a transmise",
        en=f"{moment.en}, the identity is not the one that the app handed over",
    )
