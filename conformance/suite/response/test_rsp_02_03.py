"""RSP-02 and RSP-03: on acceptance the file is fed with the seven data that INSi returned, the list from ListePrenom."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.drivers.model import Attribute, CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import FROM_INSI
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE, another_value, answered_with, now_known_by, typed
from conformance.suite.desk.routes import STEPS, Route, Step, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import UNKNOWN_PLACE, need_answer, returned
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.suite.response.proposals import accepted, other_place, proposed, proposed_for_creation
from conformance.suite.response.refusals import altered
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip
    from simulator.registry.person import Person


TRAITS: Final = ("birth_name", "first_names", "birth_date", "sex", "birth_place")

PLAYED: Final = {
    Route.IMPORTED: "double-hyphen-abroad-summer",
    Route.ARRIVED: "hyphens-leading-zero-29-february",
    Route.IMPORTED_CHECKED: "long-names-overseas-new-year-eve",
    Route.ARRIVED_CHECKED: "particle-corsica-2b",
}
"""Who is fed a second time: what is damaged for some people only is damaged then as well."""

FROM_AFAR: Final[dict[Route, dict[str, str]]] = {
    Route.CHECKED: {"birth_place": "99352"},
    Route.IMPORTED: {"birth_place": "99127"},
    Route.IMPORTED_CHECKED: {"birth_place": "2A004"},
    Route.ARRIVED: {"birth_place": "97411"},
}
"""Where whoever INSi returns was born: not every place replaces another as easily."""

LIST_DIFFERS = "safety/list-differs-from-prenom"


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Après acceptation, le dossier de chaque personne de la distribution porte à la lettre ce qu'INSi a rendu",
    en="After acceptance the file of each person of the cast holds to the letter what INSi returned",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_cast(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        # What stood on the wire, not what the bench meant to send.
        expect_values(
            trip.seen["fed"].patient,
            returned(trip.seen["answered"]),
            fr="le dossier n'est pas alimenté par INSi",
            en="the file is not fed from INSi",
        )

    made = journey(desk)
    made.expect(desk, ["answered", "fed"], judge)
    for _, refusal in made.refused_at("accepted"):
        raise refusal


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Tous les traits d'INSi remplacent ceux du dossier, à chaque statut, et rien d'autre ne change que le statut",
    en="All the traits of INSi replace those of the file, at each status, and nothing else changes but the status",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@pytest.mark.parametrize("route", routes(), ids=str)
def test_everything_is_replaced(desk: Desk, route: Route, user: str) -> None:
    worker = desk.by(user)
    person = desk.draw(first_names_count=2)
    other = desk.draw_where(
        lambda other: _differs(other.identity.traits, person.identity.traits),
        first_names_count=2,
        nia=True,
        **FROM_AFAR.get(route, {}),
    )
    patient = desk.bring(person, route, **NAMES_IN_USE)
    with preparing("poser l'attribut homonyme", "set the attribute homonym", depends_on=("ATT-01",)):
        set_attributes(desk, patient, {Attribute.HOMONYME})
    before = desk.snapshot(patient)
    call = proposed(worker, patient, other)
    accepted(worker, call)
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment("après acceptation de l'identité INSi", "after acceptance of the INSi identity"),
        # RSP-18, inferred: what an identity so different makes of a checked status is the software's to say.
        besides={**insi_values(other), "status": ANYTHING, "proof": ANYTHING},
    )


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Chaque trait est repris même quand il est seul à différer, et une liste vide est remplie",
    en="Each trait is taken even when it is the only one that differs, and an empty list is filled",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_each_trait(desk: Desk, route: Route) -> None:
    def judge(**others: str | None) -> None:
        person = desk.draw(first_names_count=2)
        typed_in = {"birth_place": other_place(desk, person)} if others.pop("place", None) else others
        patient = desk.bring(person, route, **typed_in)
        expect_values(
            accepted(desk, proposed(desk, patient, person)),
            insi_values(person),
            fr="le dossier n'est pas alimenté par INSi",
            en="the file is not fed from INSi",
        )

    def without_place() -> None:
        person = desk.draw(first_names_count=2)
        patient = desk.bring(person, route)
        with desk.answered_by(altered("no-place", {"birth_place": None}), patient=person):
            call, requests = desk.try_call(patient)
            need_answer(requests, "suite/no-place")
        if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
            return  # A software may want a place.
        after = accepted(desk, call)
        expect_values(
            after,
            {**insi_values(person), "birth_place": after.birth_place},
            fr="le dossier n'est pas alimenté par INSi",
            en="the file is not fed from INSi",
        )
        expect(
            after.birth_place in {patient.birth_place, UNKNOWN_PLACE, None},
            fr=f"INSi n'a pas rendu de lieu et le dossier porte {after.birth_place}",
            en=f"INSi returned no place and the file holds {after.birth_place}",
        )

    def long_list() -> None:
        person = desk.draw(first_names_count=2)
        names = f"{person.identity.traits.first_names}{' KVORLAN ZELBRUC' * 5}"[:98].rstrip()
        patient = desk.bring(person, route)
        with desk.answered_by(altered("long-list", {"first_names": names}), patient=person):
            call, requests = desk.try_call(patient)
            need_answer(requests, "suite/long-list")
        after = None if isinstance(call, RefusedError) else desk.try_accept(call)
        if after is None or isinstance(after, RefusedError):
            return  # How long a list may be: TRT-04.
        expect_values(
            desk.read(patient),
            {**insi_values(person), "first_names": names},
            fr="le dossier n'est pas alimenté par INSi",
            en="the file is not fed from INSi",
        )

    expect_each(
        {
            "lieu": partial(judge, place="x"),
            "INSi sans lieu": without_place,
            "lieu inconnu": partial(judge, birth_place="99999"),
            "liste vide": partial(judge, first_names=None),
            "nom": partial(judge, birth_name="KVORLAN"),
            "date": partial(judge, birth_date="1971-02-09"),
            "longue liste": long_list,
        }
    )


@pytest.mark.rule("RSP-02", "RSP-20")
@pytest.mark.title(
    fr="Un second import remplace le premier, et le dossier d'un autre ne change pas",
    en="A second import replaces the first, and the file of somebody else does not change",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_second_import(desk: Desk, route: Route) -> None:
    bystander = desk.snapshot(desk.bring(desk.draw(), Route.IMPORTED))
    person = desk.play(PARTS[PLAYED[route]]) if route in PLAYED else desk.draw(nia=route is Route.TYPED)
    patient = desk.bring(person, route)
    other = desk.draw(nia=False)
    # The number of before with every trait corrected: that it has not changed is no reason to take nothing.
    second = other
    if route.status is Status.RECUP or route is Route.IMPORTED_CHECKED:
        second = answered_with(person, **{name: another_value(desk, person, name) for name in TRAITS})
    elif route in {Route.CHECKED, Route.CHECKED_IMPORTED}:
        # One NIR in place of another, under the same OID, for the same traits (RSP-20).
        traits = person.identity.traits
        known = desk.draw(nia=False, sex=traits.sex, birth_date=traits.birth_date)
        second = now_known_by(person, known)
    # The digits of a number do not tell its nature (MAT-04): the same under another OID is another INS.
    waiting = replace(other, identity=replace(other.identity, oid=InsOid.NIA))
    for answer in (person, other, waiting) if route is Route.TYPED else (person, second):
        expect_values(
            accepted(desk, proposed(desk, patient, answer)),
            insi_values(answer),
            fr="le dossier n'est pas alimenté par INSi",
            en="the file is not fed from INSi",
        )
    expect_kept(
        desk.snapshot(bystander.patient),
        bystander,
        Moment("après l'import d'un autre dossier", "after the import of another file"),
    )


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Un dossier créé depuis INSi porte les données d'INSi et non celles saisies",
    en="A file created from INSi holds the data of INSi, not those typed",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@FROM_INSI.mark
def test_creation_from_insi(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    names = ("birth_name", "first_name", "first_names", "birth_date", "sex", "birth_place")
    # The second has no names in use: those of the first are not theirs.
    for used in [NAMES_IN_USE, {}] if user == "user" else [{}]:
        person, other = desk.draw(), desk.draw(first_names_count=2, nia=True)
        asked = typed(person)
        call = proposed_for_creation(desk, other, **{name: getattr(asked, name) for name in names}, **used)
        after = accepted(desk, call)
        expect_values(
            after,
            insi_values(other),
            fr="le dossier créé n'est pas alimenté par INSi",
            en="the file created is not fed from INSi",
        )
        expect(
            used or NAMES_IN_USE["used_name"] != after.used_name,
            fr="le dossier créé porte le nom utilisé de celui créé avant lui",
            en="the file created holds the used name of the one created before",
        )


@pytest.mark.rule("RSP-03")
@pytest.mark.title(
    fr="Quand Prenom et ListePrenom diffèrent, la liste proposée et enregistrée est celle de ListePrenom, à chaque statut",
    en="When Prenom and ListePrenom differ, the list proposed and stored is that of ListePrenom, at each status",
)
@pytest.mark.parametrize("route", routes(), ids=str)
@pytest.mark.parametrize("typed_list", [True, False], ids=["list", "no-list"])
def test_list_of_first_names(desk: Desk, route: Route, *, typed_list: bool) -> None:
    def judge(count: int) -> None:
        person = desk.draw(first_names_count=count)
        patient = desk.bring(person, route, **({} if typed_list else {"first_names": None, **NAMES_IN_USE}))
        _expect_list_wins(desk, person, patient, LIST_DIFFERS)

    expect_each({"quatre prénoms": partial(judge, 4), "un prénom": partial(judge, 1)})


@pytest.mark.rule("RSP-03")
@pytest.mark.title(
    fr="De même quand le dossier est créé depuis INSi, que le 1er prénom saisi soit celui de Prenom ou de la liste",
    en="Likewise when the file is created from INSi, whether the 1er prénom typed is that of Prenom or of the list",
)
@FROM_INSI.mark
def test_list_at_creation(desk: Desk) -> None:
    person = desk.draw(first_names_count=3)
    with desk.answered_by(LIST_DIFFERS, patient=person):
        call, requests = desk.try_search_insi(typed(person, first_names=None))
        need_answer(requests, LIST_DIFFERS)
    assert not isinstance(call, Exception)
    _expect_stored(accepted(desk, call).first_names, person.identity.traits.first_names)


@pytest.mark.rule("RSP-03")
@pytest.mark.title(
    fr="Un Prenom composé, à apostrophe, plus long ou plus court que la liste ne la remplace pas davantage",
    en="A Prenom that is compound, has an apostrophe, is longer or shorter than the list does not replace it either",
)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.CHECKED_IMPORTED], ids=str
)
def test_shapes_of_prenom(desk: Desk, route: Route) -> None:
    def judge(prenom: str) -> None:
        person = desk.draw(first_names_count=3)
        patient = desk.bring(person, route)
        _expect_list_wins(desk, person, patient, altered(f"prenom-{route}", {"first_name": prenom}))

    def agreeing() -> None:
        # Prenom is the 1er prénom of the file: its list is none the better for it.
        person = desk.draw(first_names_count=3)
        # A list that INSi contradicts would keep a checked file from QUAL (RSP-18); an import replaces it anyhow.
        typed_list = {} if Step.IMPORT in STEPS[route] else {"first_names": f"{person.first_name} HUZBERT"}
        patient = desk.bring(person, route, **typed_list)
        scenario = altered(f"prenom-{route}", {"first_name": person.first_name})
        _expect_list_wins(desk, person, patient, scenario)

    shapes = ("JEANBANC-PAUL", "N'BANC", "BANC", "BANC UN DEUX TROIS QUATRE")
    expect_each({"celui du dossier": agreeing, **{prenom: partial(judge, prenom) for prenom in shapes}})


def _expect_list_wins(desk: Desk, person: Person, patient: Patient, scenario: str | dict[str, Any]) -> None:
    """Check that the list proposed and stored is that of ListePrenom when INSi answers as a scenario says."""
    with desk.answered_by(scenario, patient=person):
        call = desk.find(patient)
    _expect_list(desk, call.id, person.identity.traits.first_names)
    _expect_stored(accepted(desk, call).first_names, person.identity.traits.first_names)


def _differs(one: object, other: object) -> bool:
    return all(
        getattr(one, name) != getattr(other, name)
        for name in ("birth_name", "first_names", "birth_date", "birth_place")
    )


def _expect_list(desk: Desk, call_id: str, expected: str) -> None:
    lines = {line.field: line.insi for line in desk.lgo.read_proposal(call_id, actor=desk.user).fields}
    if "first_names" in lines:  # That the comparison shows it is for RSP-01.
        expect_equal(
            got=lines["first_names"],
            expected=expected,
            fr="prénom(s) de naissance proposés",
            en="birth first names proposed",
        )


def _expect_stored(got: str | None, expected: str) -> None:
    expect_equal(
        got=got,
        expected=expected,
        fr="prénom(s) de naissance après l'import",
        en="birth first names after the import",
    )
