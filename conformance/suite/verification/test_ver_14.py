"""VER-14: the right matricule under other traits never brings a document into a file: it waits for a person."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import BIRTH_FIELDS, Status
from conformance.drivers.partners import ReceivedIdentity
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import DOWNGRADE, RECEPTION
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import HOMONYM_OR_SAME, Moment, expect_kept
from conformance.suite.desk.steps import USERS
from conformance.suite.incoming.arriving import (
    Arrival,
    deliver,
    expect_code,
    expect_identity_kept,
    expect_not_in,
    expect_noticed,
    expect_others_kept,
    need_form,
)
from conformance.suite.incoming.forms import Form, written
from conformance.suite.incoming.kinds import Incoming, letter
from conformance.suite.incoming.letter import Letter
from conformance.suite.verification.elsewhere import DOCUMENT, answering, expect_not_filed, receive, received

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

OK = "answers/verification-ok"
WITH_INS = routes(Status.RECUP, Status.QUAL)
CASES = [
    *((route, Form.MAIL) for route in WITH_INS),
    *((Route.IMPORTED_CHECKED, form) for form in Form if form is not Form.MAIL),
]


@pytest.mark.rule("VER-14")
@pytest.mark.title(
    fr="Le bon matricule sous l'identité d'un autre : le document attend quelqu'un, le porteur et l'autre patient ne changent pas",
    en="The right matricule under the identity of another: the document waits for a person, holder and other patient do not change",
)
@pytest.mark.parametrize(("route", "form"), CASES)
@pytest.mark.parametrize("answer", [None, OK], ids=["true-insi", "insi-ok"])
def test_number_of_another(desk: Desk, route: Route, form: Form, answer: str | None) -> None:
    need_form(desk, form)

    def judge(is_known: bool) -> None:  # noqa: FBT001 - a case
        holder = desk.bring(desk.draw(), route)
        stranger = desk.draw()
        other = [desk.bring(stranger, Route.CHECKED)] if is_known else []
        told = letter(Incoming.OTHER_TRAITS, _as_received(holder), received(stranger))
        moment = Moment(
            f"bon matricule, autre patient ({form}, {route})",
            f"right matricule, other patient ({form}, {route})",
        )
        with answering(desk, answer):
            arrival = deliver(
                desk, written(told, form), holder, *other, days=[stranger.identity.traits.birth_date]
            )
        _expect_left_to_a_person(arrival, holder, moment, is_confirmed=answer is not None)
        expect_code(arrival, "904", "902", moment=moment)

    cases = {"l'autre est inconnu": partial(judge, False), "l'autre est connu": partial(judge, True)}  # noqa: FBT003 - a case
    if form is not Form.MAIL or route not in {Route.IMPORTED, Route.IMPORTED_CHECKED}:
        # The other ways to a status and the other forms: one of them with each answer.
        cases.pop("l'autre est connu" if answer is None else "l'autre est inconnu")
    expect_each(cases)


@pytest.mark.rule("VER-14")
@pytest.mark.title(
    fr="Le bon matricule sous l'identité d'un autre, quelle que soit l'interface : le document n'est pas chez le porteur",
    en="The right matricule under the identity of another, by whatever interface: the document is not with the holder",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
@RECEPTION.mark
def test_number_of_another_by_any_interface(desk: Desk, route: Route) -> None:
    holder = desk.bring(desk.draw(), route)
    stranger = received(desk.draw(), matricule=holder.matricule, oid=holder.oid, document=DOCUMENT)
    moment = Moment(f"bon matricule, autre patient ({route})", f"right matricule, other patient ({route})")
    before = desk.snapshot(holder)
    with answering(desk, OK):
        receive(desk, stranger)
    expect_not_filed(desk, [holder], DOCUMENT, moment)
    expect_kept(desk.snapshot(holder), before, moment, besides={"attributes": HOMONYM_OR_SAME})


@pytest.mark.rule("VER-14")
@pytest.mark.title(
    fr="Le matricule et un ou deux traits justes ne suffisent pas non plus",
    en="The matricule and one or two right traits are not enough either",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
@pytest.mark.parametrize("user", USERS)
@Form.MAIL.apart.mark
def test_number_and_few_traits(desk: Desk, route: Route, user: str) -> None:
    need_form(desk, Form.MAIL)
    own, other = ("F", "M") if route is Route.IMPORTED else ("M", "F")
    holder = desk.bring(desk.draw(first_names_count=2, sex=own, **PLAIN), route)
    stranger = received(desk.draw(sex=other))
    kept = {
        "le sexe": ("sex",),
        "la date": ("birth_date",),
        "la date et le sexe": ("birth_date", "sex"),
        "les prénoms": ("first_name", "first_names"),
        "les prénoms et la date": ("first_name", "first_names", "birth_date"),
        "le nom": ("birth_name",),
        "le nom et le sexe": ("birth_name", "sex"),
        "le lieu": ("birth_place",),
    }

    def judge(name: str, fields: tuple[str, ...]) -> None:
        told = replace(
            stranger,
            matricule=holder.matricule,
            oid=holder.oid,
            **{field: getattr(holder, field) for field in fields},
        )
        moment = Moment(
            f"le matricule, {name} et rien d'autre ({route})",
            f"the matricule, {case_text(name).en} and nothing else ({route})",
        )
        with answering(desk, OK):
            arrival = deliver(
                desk.by(user), written(Letter(identity=told), Form.MAIL), holder, days=[told.birth_date]
            )
        _expect_left_to_a_person(arrival, holder, moment, is_confirmed=True)

    expect_each({name: partial(judge, name, fields) for name, fields in kept.items()})


@pytest.mark.rule("VER-14")
@pytest.mark.title(
    fr="Une INS sans aucun de ses traits ne rattache rien",
    en="An INS without any of its traits attaches nothing",
)
@pytest.mark.parametrize(("route", "form"), CASES)
def test_number_alone(desk: Desk, route: Route, form: Form) -> None:
    need_form(desk, form)
    holder = desk.bring(desk.draw(), route)
    right = _as_received(holder)
    bare = replace(
        right, birth_name=None, first_names=None, first_name=None, birth_date=None, sex=None, birth_place=None
    )
    for told in (bare, replace(bare, sex=right.sex), letter(Incoming.INCOMPLETE, right, right).identity):
        moment = Moment(f"INS sans ses traits ({form}, {route})", f"INS without its traits ({form}, {route})")
        arrival = deliver(desk, written(Letter(identity=told), form), holder)
        expect_not_in(arrival, holder, moment)
        expect_identity_kept(arrival, holder, moment)
        expect_noticed(arrival, moment)
        expect_code(arrival, "905", "904", moment=moment)


@pytest.mark.rule("VER-14")
@pytest.mark.title(
    fr="Le matricule qu'un dossier a perdu ne rattache rien non plus",
    en="The matricule that a file has lost attaches nothing either",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU], ids=str)
@DOWNGRADE.mark
def test_former_number(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    person, stranger = desk.draw(), received(desk.draw())
    holder = desk.bring(person, Status.QUAL)
    lowered_by(desk, holder, Status.PROV, desk.super_user)
    told = replace(stranger, matricule=holder.matricule, oid=holder.oid)
    moment = Moment(f"matricule retiré du dossier ({form})", f"matricule taken out of the file ({form})")
    arrival = deliver(desk, written(Letter(identity=told), form), holder, days=[told.birth_date])
    expect_not_in(arrival, holder, moment)
    expect_identity_kept(arrival, holder, moment)
    expect_noticed(arrival, moment)


@pytest.mark.rule("VER-14")
@pytest.mark.title(
    fr="Reçu une seconde fois, ou après un document juste, il attend encore",
    en="Received a second time, or after a right document, it still waits",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU], ids=str)
def test_again(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    holder = desk.bring(desk.draw(), Status.QUAL)
    right = _as_received(holder)
    first = letter(Incoming.OTHER_TRAITS, right, received(desk.draw()))
    second, third = (replace(first, title=f"Compte rendu de biologie {number}") for number in (2, 3))
    moment = Moment(
        f"bon matricule, autre patient, encore ({form})", f"right matricule, other patient, again ({form})"
    )
    for number, told in enumerate((first, first, second, Letter(identity=right), third), start=1):
        arrival = deliver(desk, written(told, form), holder, days=[told.identity.birth_date])
        if number == 2:  # noqa: PLR2004 - the very message that came before: it may be acknowledged, and nothing done
            expect_not_in(arrival, holder, moment)
            expect_identity_kept(arrival, holder, moment)
        elif told.identity is not right:
            _expect_left_to_a_person(arrival, holder, moment, is_confirmed=False)


@pytest.mark.rule("VER-14")
@pytest.mark.title(
    fr="Aucun acte ordinaire sur le dossier du porteur n'y fait entrer le document qui attend",
    en="No ordinary act on the file of the holder brings the document that waits into it",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
@Form.MAIL.apart.mark
def test_not_afterwards(desk: Desk, route: Route) -> None:
    need_form(desk, Form.MAIL)
    person = desk.draw()
    holder = desk.bring(person, route)
    stranger = received(desk.draw())
    told = letter(Incoming.OTHER_TRAITS, _as_received(holder), stranger)
    deliver(desk, written(told, Form.MAIL), holder, days=[stranger.birth_date])
    held = desk.lgo.read_documents(holder.id, actor=desk.user)
    acts: dict[str, Callable[[], object]] = {
        "modification du nom utilisé": lambda: desk.lgo.update_patient(
            holder.id, NAMES_IN_USE, actor=desk.user
        ),
        "nouvel import": lambda: desk.feed(holder),
        "contrôle d'une pièce": lambda: _validate(desk, holder),
        "document suivant, juste": lambda: desk.lgo.receive_identity(
            replace(_as_received(holder), sender="CLINIQUE-KVORLAN"), actor=desk.user
        ),
    }
    for name, act in acts.items():
        with desk.if_offered(RECEPTION), suppress(RefusedError):
            act()
        now = desk.lgo.read_documents(holder.id, actor=desk.user)
        expect(
            len(now) <= len(held),
            fr=f"après {name} ({route}), le document qui attendait est dans le dossier du porteur du matricule",
            en=f"after {case_text(name).en} ({route}), the document that waited is in the file of the holder of the matricule",
        )


def _validate(desk: Desk, patient: Patient) -> None:
    """Record a document and validate; that an identity already checked is not validated again is right."""
    desk.record_document(patient)
    desk.lgo.validate_identity(patient.id, actor=desk.user)


def _expect_left_to_a_person(
    arrival: Arrival, holder: Patient, moment: Moment, *, is_confirmed: bool
) -> None:
    """Check that a document under the number of one and the traits of another is in no file, and that somebody learns of it."""
    expect_not_in(arrival, holder, moment)
    expect_identity_kept(arrival, holder, moment)
    expect_noticed(arrival, moment)
    if not is_confirmed:
        # An INSi that confirmed it would give the number to the other one: Règles 30 and 52 then speak.
        expect_others_kept(arrival, holder, moment)
    for patient in arrival.created:
        expect(
            is_confirmed or patient.matricule != holder.matricule,
            fr=f"{moment.fr}, un second dossier ({patient.status}) porte le matricule du porteur",
            en=f"{moment.en}, a second file ({patient.status}) holds the matricule of the holder",
        )
        expect(
            patient.status is not Status.QUAL,
            fr=f"{moment.fr}, un dossier qualifié est créé",
            en=f"{moment.en}, a file qualifié is created",
        )


def _as_received(patient: Patient) -> ReceivedIdentity:
    """Return the identity of a file as another domain would send it."""
    told = {name: getattr(patient, name) for name in BIRTH_FIELDS}
    return ReceivedIdentity(sender="LABO-VOISIN", status="QUAL", **told)
