"""MAT-07, MAT-09, MAT-10, RSP-20: number and OID go together, a new number replaces the old one, and some have none."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.documents import read_document
from conformance.documents.datamatrix.payload import payload_of
from conformance.documents.record import Trait
from conformance.drivers.model import Attribute, Status
from conformance.drivers.partners import Channel, MessageFormat, SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import (
    ATTRIBUTES,
    DOWNGRADE,
    EXPORTS,
    INS_HISTORY,
    PRINTING,
    SCAN,
    SENDINGS,
    VERIFICATION,
)
from conformance.suite.desk.expect import expect, expect_each, expect_equal, refused_to_allow
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import another_value, now_known_by
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import need_answer
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.suite.journeys.papers import LABEL, PROFESSIONAL, VACCINATION_NOTE, kind_of
from conformance.suite.proof.kinds import kinds_known
from conformance.suite.verification.elsewhere import answering, verify
from conformance.suite.verification.wire import KO, numbers_of
from conformance.verdicts import Departure
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor, Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip


EXPORTED: Final = {
    Route.IMPORTED_CHECKED: MessageFormat.HL7V2,
    Route.CHECKED_IMPORTED: MessageFormat.FHIR,
    Route.ARRIVED_CHECKED: MessageFormat.CDA,
}
"""Which message is produced before and after the change of number; the ways to QUAL share them."""


@pytest.mark.rule("MAT-07")
@pytest.mark.title(
    fr="Le matricule n'est jamais dans un dossier sans son OID, ni l'OID sans lui, à aucune étape",
    en="The matricule is never in a file without its OID, nor the OID without it, at any stage",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_cast_together(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        for stage in ("typed", "untouched", "fed", "qualified"):
            if stage in trip.seen:
                _expect_together(trip.seen[stage].patient, stage)

    journey(desk).expect(desk, [], judge)


STRICT = ("birth_place", "birth_name", "birth_date", "sex", "first_names")
"""The traits that an entitled user changes, each in its turn."""


@pytest.mark.rule("MAT-07")
@pytest.mark.title(
    fr="Effacés, ils le sont ensemble ; gardés, ils le sont ensemble",
    en="Cleared, they are cleared together; kept, they are kept together",
)
@pytest.mark.parametrize("route", routes(Status.RECUP, Status.QUAL), ids=str)
@DOWNGRADE.mark
@ATTRIBUTES.mark
def test_together_after_acts(desk: Desk, route: Route) -> None:
    trait = dict(zip(routes(Status.RECUP, Status.QUAL), STRICT, strict=False)).get(route, STRICT[0])

    def judge(act: str) -> None:
        person = desk.draw(first_names_count=2)
        patient = desk.bring(person, route)
        with preparing("faire cet acte", "do this act"):
            if act == "attribut":
                mark = Attribute.DOUTEUSE if route.status is Status.QUAL else Attribute.FICTIVE
                set_attributes(desk, patient, {mark})
            elif act == "modification":
                change = {trait: another_value(desk, person, trait)}
                desk.lgo.update_patient(patient.id, change, actor=desk.super_user)
            elif act == "nom utilisé":
                desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
            else:
                half = route in {Route.IMPORTED_CHECKED, Route.ARRIVED_CHECKED}
                target = Status.VALI if half else Status.PROV
                lowered_by(desk, patient, target, desk.super_user)
        _expect_together(desk.read(patient), act)
        if act == "nom utilisé":
            # A software may know no such change; the one that does empties both.
            part = "oid" if route.status is Status.QUAL else "matricule"
            with suppress(RefusedError):
                desk.lgo.update_patient(patient.id, {part: None}, actor=desk.super_user)
                _expect_together(desk.read(patient), f"{part} vidé")

    expect_each(
        {act: partial(judge, act) for act in ("attribut", "modification", "nom utilisé", "déclassement")}
    )
    with desk.if_offered(VERIFICATION):
        patient = desk.bring(desk.draw(), route)
        with answering(desk, KO):
            verify(desk, patient)
        _expect_together(desk.read(patient), "vérification négative")
    if route is Route.IMPORTED:
        with desk.if_offered(SCAN), suppress(RefusedError):
            scanned = desk.lgo.scan_datamatrix(payload_of(desk.draw().identity), actor=desk.user)
            if scanned.patient_id is not None:
                made = desk.lgo.read_patient(scanned.patient_id, actor=desk.user)
                _expect_together(made, "symbole lu")


@pytest.mark.rule("MAT-09", "RSP-20")
@pytest.mark.title(
    fr="Le numéro d'attente laisse la place au NIR au second import, et ne reste nulle part dans le dossier",
    en="The waiting number gives way to the NIR at the second import, and stays nowhere in the file",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_new_number(desk: Desk, route: Route) -> None:
    waiting = desk.draw(nia=True)
    patient = desk.bring(waiting, route)
    if route.status in {Status.PROV, Status.VALI}:
        patient = desk.feed(patient)
    expect_equal(
        got=patient.matricule, expected=waiting.identity.matricule.value, fr="matricule", en="matricule"
    )
    form = EXPORTED.get(route)
    sent = _exported(desk, patient, form) if form else frozenset()
    # The same person, known by a NIR from now on.
    definitive = desk.draw(sex=waiting.identity.traits.sex, birth_date=waiting.identity.traits.birth_date)
    now = now_known_by(waiting, definitive)
    # Whoever has the number verified is confirmed.
    desk.insi.add_people([replace(now, key=f"{now.key}/now")])
    with desk.answered_by("answers/whatever-traits", patient=now):
        call, requests = desk.try_call(patient)
        need_answer(requests, "answers/whatever-traits")
    assert not isinstance(call, Exception)
    desk.decide(call, accept=True)
    after = desk.read(patient)
    expect_values(
        after,
        insi_values(now),
        fr="le nouveau numéro n'a pas remplacé l'ancien",
        en="the new number did not replace the old one",
    )
    if form and waiting.identity.matricule.number in sent:
        # The former one may stand beside it, as such.
        expect(
            now.identity.matricule.number in _exported(desk, after, form),
            fr=f"un message {form} produit après le changement de numéro ne porte pas le nouveau",
            en=f"a message {form} produced after the change of number does not bear the new one",
        )
    if route is Route.IMPORTED:
        # Nor does what is done next bring the old one back.
        with preparing("modifier puis contrôler le dossier", "change then check the file"):
            desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
            desk.check_document(patient)
        expect_values(
            desk.read(patient),
            {name: insi_values(now)[name] for name in ("matricule", "oid")},
            fr="après un nom utilisé et une pièce, le dossier ne porte plus le nouveau numéro",
            en="after a used name and a document the file no longer bears the new number",
        )
        with desk.if_offered(VERIFICATION):
            _expect_verified_as(desk, patient, now.identity.matricule.number)
    with desk.if_offered(INS_HISTORY):
        kept = {entry.matricule for entry in desk.lgo.read_ins_history(patient.id, actor=desk.user)}
        expect(
            waiting.identity.matricule.value in kept,
            fr="l'ancien numéro, rendu par INSi dans l'historique, n'est plus dans le dossier",
            en="the former number, which INSi returned in the history, is no longer in the file",
        )
    expect_equal(
        got=after.status,
        expected=Status.QUAL if route.status in {Status.VALI, Status.QUAL} else Status.RECUP,
        inferred=True,
        fr="statut après le changement de numéro",
        en="status after the change of number",
    )


def _expect_verified_as(desk: Desk, patient: Patient, number: str) -> None:
    """Check that a verification asks for the number that is in force now."""
    _, requests = verify(desk, patient)
    asked = {each[:NUMBER_LENGTH] for each in numbers_of(requests) if each}
    expect(
        asked <= {number},
        fr=f"après le changement de numéro, la vérification porte sur {', '.join(sorted(asked))}",
        en=f"after the change of number the verification is about {', '.join(sorted(asked))}",
    )


def _exported(desk: Desk, patient: Patient, form: MessageFormat) -> frozenset[str]:
    """Return the numbers, 13 characters each, under which a message says somebody is known; none where none is produced."""
    # Who is at the desk makes no difference: one form is made by a colleague.
    actors = (desk.super_user, desk.user) if form is MessageFormat.HL7V2 else (desk.user,)
    for actor in actors:
        with desk.if_offered(EXPORTS), suppress(RefusedError):
            message = desk.lgo.export_message(patient.id, form, actor=actor)
            read = read_document(message.content, message.name)
            values = [
                value
                for each in read.walk()
                for record in each.records
                for value in record.of(Trait.MATRICULE)
            ]
            return frozenset(value.normal[:NUMBER_LENGTH] for value in values)
    return frozenset()


@pytest.mark.rule("MAT-10")
@pytest.mark.title(
    fr="Qui n'a pas d'INS a un dossier PROV ou VALI avec lequel tout se fait",
    en="Who has no INS has a file PROV or VALI with which everything can be done",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_without_ins(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(), route, birth_place="99999")
    # Whoever comes to the file afterwards: who called, or a colleague.
    actor = desk.user if route is Route.TYPED else desk.super_user
    usual = _usual(desk, patient, actor)
    before, known = desk.snapshot(patient), kinds_known(desk)[0]
    with desk.answered_by("answers/not-found"):
        desk.try_call(patient)
    # Before the attributes are set and taken off again.
    expect_equal(
        got=desk.read(patient).attributes,
        expected=before.patient.attributes,
        fr="attributs après un 01",
        en="attributes after a 01",
    )
    acts: dict[str, Callable[[], object]] = {
        "modifier": lambda: desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=actor),
        "chercher": lambda: expect(
            patient.id in {each.id for each in desk.born_on(str(patient.birth_date))},
            fr="le dossier sans INS n'est plus trouvé par la date de naissance",
            en="the file without INS is no longer found by the date of birth",
        ),
    }
    acts |= usual
    if route is Route.TYPED:  # A second document may be refused.
        acts["enregistrer une pièce"] = lambda: desk.lgo.record_proof(
            patient.id, known, actor=desk.super_user
        )
    expect_each(acts)
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment("dossier sans INS utilisé après un 01", "file without INS used after a 01"),
        besides={"used_name": "KVORLAN", "proof": ANYTHING},
    )
    if route is Route.TYPED:
        desk.record_document(patient)
        try:
            desk.lgo.validate_identity(patient.id, actor=desk.user)
        except RefusedError as refusal:
            raise refused_to_allow(refusal) from refusal
        expect_equal(
            got=desk.read(patient).status,
            expected=Status.VALI,
            fr="statut après contrôle sur pièce, sans INS",
            en="status after the check of a document, without INS",
        )


def _usual(desk: Desk, patient: Patient, actor: Actor) -> dict[str, Callable[[], object]]:
    """Do what is done with any file, and return what this software does with this one: print, write to a doctor, mark."""
    # The same document need not leave twice for the same doctor.
    doctors = iter((PROFESSIONAL, f"autre.{PROFESSIONAL}"))

    def write() -> None:
        answer = desk.lgo.send_document(
            patient.id, kind_of(desk, VACCINATION_NOTE), Channel.MSSANTE, recipient=next(doctors), actor=actor
        )
        expect(
            answer.outcome is SendingOutcome.SENT,
            fr=f"le courriel à un professionnel ne part plus : {answer.message}",
            en=f"the mail to a professional does not leave any more: {answer.message}",
        )

    def mark() -> None:
        for attributes in (frozenset({Attribute.HOMONYME}), patient.attributes):
            desk.lgo.set_attributes(patient.id, attributes, actor=actor)

    acts: dict[str, tuple[Apart, Callable[[], object]]] = {
        "imprimer": (
            PRINTING,
            lambda: desk.lgo.render_document(patient.id, kind_of(desk, LABEL), actor=actor),
        ),
        "écrire à un professionnel": (SENDINGS, write),
        "poser l'attribut homonyme": (ATTRIBUTES, mark),
    }
    done: dict[str, Callable[[], object]] = {}
    for name, (way, act) in acts.items():
        with desk.if_offered(way), suppress(RefusedError, Departure):
            act()
            done[name] = act
    return done


def _expect_together(patient: Patient, where: str) -> None:
    expect(
        (patient.matricule is None) == (patient.oid is None),
        fr=f"matricule {patient.matricule}, OID {patient.oid} ({where})",
        en=f"matricule {patient.matricule}, OID {patient.oid} ({where})",
    )
