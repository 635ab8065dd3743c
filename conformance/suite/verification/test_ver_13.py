"""VER-13: a document received joins a file by itself only when it is, to the letter, about the patient qualifié of that file."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, DOWNGRADE
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.incoming.arriving import (
    deliver,
    expect_filed_rightly,
    expect_identity_kept,
    expect_not_in,
    expect_noticed,
    expect_others_kept,
    forms_taken,
    need_form,
)
from conformance.suite.incoming.forms import Form, written
from conformance.suite.incoming.letter import BILLING, INS_C, RELATIVE_INS, Letter
from conformance.suite.verification.elsewhere import NEAR_PLACE, answering, one_wrong, received, spoilt
from conformance.suite.verification.homonyms import homonyms, person_with_homonyms
from conformance.suite.verification.wire import KO, numbers_of, verifications

if TYPE_CHECKING:
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.steps import Desk

OK = "answers/verification-ok"
"""INSi confirms whatever it is asked: what then holds a document back is the software alone."""

TYPICAL = Route.IMPORTED_CHECKED
NOT_MAIL = [form for form in Form if form is not Form.MAIL]
QUALIFIED = routes(Status.QUAL)
OTHERS = [route for route in routes() if route.status is not Status.QUAL]


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Un document juste n'entre seul que dans le dossier du patient qualifié ; il n'est pas perdu, et l'identité ne change pas",
    en="A right document joins by itself the file of the patient qualifié only; it is not lost, and the identity does not change",
)
@pytest.mark.parametrize(
    ("route", "form"), [*((route, Form.MAIL) for route in QUALIFIED), *((TYPICAL, form) for form in NOT_MAIL)]
)
def test_right(desk: Desk, route: Route, form: Form) -> None:
    need_form(desk, form)
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, route)
    twin_of_day = desk.bring(desk.draw(birth_date=person.identity.traits.birth_date), Status.QUAL)
    moment = Moment(f"document juste ({form}, {route})", f"right document ({form}, {route})")
    # To each user another document: the very same one may be acknowledged and nothing done.
    for number, user in enumerate(USERS, start=1):
        letter = Letter(identity=received(person), title=f"Compte rendu de biologie KVORLAN {number}")
        arrival = deliver(desk.by(user), written(letter, form), patient, twin_of_day)
        expect_filed_rightly(arrival, received(person), moment)
        expect_noticed(arrival, moment, inferred=True)
        expect_identity_kept(arrival, patient, moment)
        expect_others_kept(arrival, patient, moment)


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Le dossier d'un patient qui n'est pas qualifié ne reçoit rien tout seul, que INSi confirme, démente ou ne réponde pas",
    en="The file of a patient who is not qualifié gets nothing by itself, whether INSi confirms, denies or does not answer",
)
@pytest.mark.parametrize(
    ("route", "form"),
    [*((route, Form.MAIL) for route in OTHERS), *((Route.IMPORTED, form) for form in NOT_MAIL)],
)
def test_not_qualified(desk: Desk, route: Route, form: Form) -> None:
    need_form(desk, form)

    def judge(answer: str | None) -> None:
        person = desk.draw(first_names_count=2)
        patient = desk.bring(person, route)
        moment = Moment(
            f"document juste, INSi {answer or 'vraie'} ({form}, {route})",
            f"right document, INSi {answer or 'true'} ({form}, {route})",
        )
        with answering(desk, answer):
            arrival = deliver(desk, written(Letter(identity=received(person)), form), patient)
        # A verification that is OK may have made the identity qualifiée: what counts is what it is now.
        expect_filed_rightly(arrival, received(person), moment)
        expect_noticed(arrival, moment, inferred=True)

    expect_each({answer or "vraie": partial(judge, answer) for answer in (None, KO, "fault-insi-102")})


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Une identité qui n'est plus qualifiée ne reçoit plus rien toute seule",
    en="An identity that is no longer qualifiée gets nothing by itself any more",
)
@pytest.mark.parametrize("cause", ["PROV", "VALI", "DOUTEUSE", "FICTIVE"])
@Form.MAIL.apart.mark
@DOWNGRADE.mark
@ATTRIBUTES.mark
def test_no_longer_qualified(desk: Desk, cause: str) -> None:
    need_form(desk, Form.MAIL)
    person = desk.draw()
    patient = desk.bring(person, Status.QUAL)
    with preparing("déclasser une identité", "lower an identity", depends_on=("STA-08", "ATT-03")):
        if cause in Attribute.__members__:
            set_attributes(desk, patient, {Attribute(cause)})
        else:
            lowered_by(desk, patient, Status(cause), desk.super_user)
    moment = Moment(f"identité ramenée par {cause}", f"identity lowered by {case_text(cause).en}")
    with answering(desk, "fault-insi-102"):
        arrival = deliver(desk, written(Letter(identity=received(person)), Form.MAIL), patient)
    expect_filed_rightly(arrival, received(person), moment)


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Un seul élément qui diffère, le matricule, l'OID ou un trait, et le document attend, même si INSi confirmait",
    en="One element that differs, the matricule, the OID or a trait, and the document waits, even if INSi confirmed it",
)
@pytest.mark.parametrize(
    ("answer", "form"),
    [(None, Form.MAIL), *((OK, form) for form in (Form.MAIL, Form.CDA, Form.ORU, Form.FHIR))],
    ids=lambda one: str(one or "true"),
)
def test_one_part_differs(desk: Desk, answer: str | None, form: Form) -> None:
    need_form(desk, form)
    person = (
        # What is compared by its beginning takes two long names for the same.
        desk.play(PARTS["long-names-overseas-new-year-eve"])
        if form is Form.CDA
        else desk.draw(first_names_count=3, birth_place=NEAR_PLACE, **PLAIN)
    )
    patient = desk.bring(person, Status.QUAL)

    def judge(name: str, wrong: ReceivedIdentity) -> None:
        moment = Moment(f"document avec {name} ({form})", f"document with {case_text(name).en} ({form})")
        with answering(desk, answer):
            arrival = deliver(desk, written(Letter(identity=wrong), form), patient, days=[wrong.birth_date])
        expect_filed_rightly(arrival, wrong, moment)
        expect_not_in(arrival, patient, moment)
        expect_identity_kept(arrival, patient, moment)
        expect_noticed(arrival, moment, inferred=True)

    wrongs = one_wrong(desk, person)
    if form is Form.MAIL:
        first, *others = person.identity.traits.first_names.split(" ")
        names = " ".join([first, *reversed(others)])
        wrongs["les prénoms dans un autre ordre"] = received(person, first_names=names)
    expect_each({name: partial(judge, name, wrong) for name, wrong in wrongs.items()})


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Le nom utilisé à la place du nom de naissance, ou des noms écrits autrement, ne concordent pas",
    en="The used name in place of the birth name, or names written otherwise, do not match",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU], ids=str)
def test_names_otherwise(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    person = desk.play(PARTS["hyphens-leading-zero-29-february"])
    patient = desk.bring(person, Status.QUAL)
    desk.lgo.update_patient(patient.id, NAMES_IN_USE, actor=desk.user)
    right = received(person)
    name, used = right.birth_name or "", NAMES_IN_USE["used_name"]
    cases = {
        "le nom utilisé": (replace(right, birth_name=used), False),
        "le nom utilisé ajouté": (replace(right, birth_name=f"{name} {used}"), False),
        "nom et prénom échangés": (replace(right, birth_name=right.first_name, first_name=name), False),
        # Whether a match that is strict may overlook hyphens is in no text.
        "le trait d'union en espace": (replace(right, birth_name=name.replace("-", " ")), True),
        "le trait d'union perdu": (replace(right, birth_name=name.replace("-", "")), True),
    }

    def judge(case: str, wrong: ReceivedIdentity, inferred: bool) -> None:  # noqa: FBT001 - a case
        moment = Moment(f"document avec {case} ({form})", f"document with {case_text(case).en} ({form})")
        with answering(desk, OK):
            arrival = deliver(desk, written(Letter(identity=wrong), form), patient)
        expect_not_in(arrival, patient, moment, inferred=inferred)
        expect_identity_kept(arrival, patient, moment)

    expect_each({case: partial(judge, case, *told) for case, told in cases.items()})


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Un trait qui manque n'est pas un trait qui concorde",
    en="A trait that is missing is no trait that matches",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.CDA, Form.ORU], ids=str)
def test_one_part_missing(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, Status.QUAL)
    cases: dict[str, dict[str, None]] = {
        # First one with an INS, which is then not that of the next.
        "sans nom": {"birth_name": None},
        "sans matricule": {"matricule": None},
        "sans matricule ni OID": {"matricule": None, "oid": None},
        "sans prénoms": {"first_names": None, "first_name": None},
        "sans date": {"birth_date": None},
        "sans sexe": {"sex": None},
        "sans aucun trait": dict.fromkeys(
            ("birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place")
        ),
    }

    def judge(name: str, left_out: dict[str, None]) -> None:
        told = replace(received(person), **left_out)  # type: ignore[arg-type] # nothing but None
        moment = Moment(f"document {case_text(name).en} ({form})", f"document {case_text(name).en} ({form})")
        arrival = deliver(desk, written(Letter(identity=told), form), patient)
        expect_not_in(arrival, patient, moment)
        expect_identity_kept(arrival, patient, moment)

    expect_each({name: partial(judge, name, left_out) for name, left_out in cases.items()})


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Un numéro de facturation, une INS-C, une ancienne INS ou le numéro de dossier de l'émetteur ne tiennent pas lieu d'INS",
    en="A billing number, an INS-C, a former INS or the sender's file number do not stand for an INS",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU, Form.FHIR], ids=str)
def test_other_identifiers(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    person = desk.play(PARTS["one-former-number-corsica-2a"])
    patient = desk.bring(person, Status.QUAL)
    number = person.identity.matricule.value
    former = person.identity.history[0]
    bare = received(person, matricule=None, oid=None)
    letters = {
        "le matricule sous l'OID de facturation": Letter(identity=bare, other_ids=((BILLING, number),)),
        "une INS-C": Letter(identity=bare, other_ids=((INS_C, f"{number}0000000"),)),
        "le matricule sous l'OID de l'INS-C": Letter(identity=bare, other_ids=((INS_C, number),)),
        "une INS que le patient n'a plus": Letter(
            identity=received(person, matricule=former.matricule.value, oid=str(former.oid))
        ),
        "le matricule comme numéro local": Letter(identity=bare, local_id=number),
        "le numéro de dossier d'ici comme numéro local": Letter(identity=bare, local_id=patient.id),
        "une autre INS, le bon numéro sous l'OID de facturation": Letter(
            identity=spoilt(desk, person, "matricule"), other_ids=((BILLING, number),)
        ),
    }

    def judge(name: str, told: Letter, form: Form = form) -> None:
        moment = Moment(f"{name} ({form})", f"{name} ({form})")
        arrival = deliver(desk, written(told, form), patient)
        expect_not_in(arrival, patient, moment)
        expect_identity_kept(arrival, patient, moment)
        expect(
            RELATIVE_INS[0] not in numbers_of(verifications(arrival.exchanges)),
            fr=f"{moment.fr} : l'INS d'un proche nommé dans le message est vérifiée comme celle du patient",
            en=f"{moment.en}: the INS of a relative named in the message is verified as that of the patient",
            # Whose INS is looked for in a message is our reading of VER-04 and VER-13.
            inferred=True,
        )

    cases = {name: partial(judge, name, told) for name, told in letters.items()}
    if form is Form.ORU and Form.CDA in forms_taken(desk):
        # By itself it has no envelope that contradicts what is read in it.
        cases["pas d'INS"] = partial(judge, "pas d'INS", Letter(identity=bare), Form.CDA)
    expect_each(cases)


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Un homonyme qualifié, à un trait près, ne reçoit pas le document",
    en="A homonym qualifié who differs by one trait does not get the document",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU], ids=str)
def test_homonyms(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    person = person_with_homonyms(desk)
    near = homonyms(desk, person, Route.CHECKED)
    patient = desk.bring(person, Status.QUAL)
    desk.lgo.update_patient(patient.id, NAMES_IN_USE, actor=desk.user)
    moment = Moment(f"document juste, homonymes ({form})", f"right document, homonyms ({form})")
    arrival = deliver(
        desk,
        written(Letter(identity=received(person)), form),
        patient,
        *(one.patient for one in near.values()),
    )
    expect_filed_rightly(arrival, received(person), moment)
    expect_others_kept(arrival, patient, moment)
    expect_noticed(arrival, moment, inferred=True)
