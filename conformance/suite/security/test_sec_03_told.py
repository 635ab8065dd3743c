"""SEC-03 and SEC-13: what the acts around a call tell: the decision, a card attached, a verification, the worklist after a KO."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import IDENTITY_FIELDS, Role
from conformance.drivers.screens import Right
from conformance.suite.desk.apart import CARD, VERIFICATION
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.words import app_identity
from conformance.suite.security.profiles import INS, ORDINARY, expect_hidden, need_withheld, profile
from conformance.suite.verification.elsewhere import answering, verify
from conformance.suite.verification.wire import KO
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

STRANGER = Text("un profil sans aucun droit", "a profile without any right")
BLIND = Text("un profil sans droit sur l'INS", "a profile without right on the INS")


@pytest.mark.rule("SEC-03")
@CARD.mark
@pytest.mark.title(
    fr="Ni la décision sur une identité ni une carte rattachée ne montrent un patient à un profil sans droit",
    en="Neither the decision on an identity nor a card attached shows a patient to a profile without right",
)
@pytest.mark.parametrize("role", [Role.SUPER_USER], ids=str)
def test_stranger_decides_nothing(desk: Desk, role: Role) -> None:
    people = family(desk.draw)
    patient = desk.bring(people.insured.person, Route.IMPORTED)
    # Of a file that has nothing yet: a decision refused and taken all the same shows.
    waiting = desk.create(desk.draw())
    call, reading = desk.find(waiting), read_card(desk, people.card())
    app = app_identity(people.insured.person)
    who = profile(desk, (), name="sans-droit", role=role)
    who = need_withheld(desk, who, Right.READ_IDENTITY)
    befores = [desk.snapshot(patient), desk.snapshot(waiting)]
    expect_hidden(
        desk,
        {
            "la carte rattachée": lambda: desk.lgo.attach_card(
                patient.id, reading.id, people.insured.rank, actor=who.actor
            ),
            "l'appli carte Vitale": lambda: desk.lgo.import_app_identity(
                app, patient_id=patient.id, actor=who.actor
            ),
        },
        patient,
        IDENTITY_FIELDS,
        STRANGER,
    )
    decision = {"la décision": lambda: desk.lgo.decide_proposal(call.id, accept=True, actor=who.actor)}
    expect_hidden(desk, decision, waiting, IDENTITY_FIELDS, STRANGER)
    moment = Moment(f"actes d'{STRANGER.fr}", f"acts of {STRANGER.en}")
    for before in befores:
        expect_kept(desk.snapshot(before.patient), before, moment, inferred=True)


@pytest.mark.rule("SEC-03")
@CARD.mark
@pytest.mark.title(
    fr="Rattacher une carte ne montre pas l'INS du dossier à qui n'a pas de droit sur l'INS",
    en="Attaching a card does not show the INS of the file to whoever has no right on the INS",
)
def test_blind_attaches_a_card(desk: Desk) -> None:
    people = family(desk.draw)
    # A child: the number on the card is that of a parent, not the INS.
    child = people.member("child")
    patient, reading = desk.bring(child.person, Route.IMPORTED), read_card(desk, people.card())
    who = profile(desk, ORDINARY - {Right.READ_INS}, name="sans-ins")
    who = need_withheld(desk, who, Right.READ_INS)
    app = app_identity(child.person)
    attached = {
        "la carte rattachée": lambda: desk.lgo.attach_card(
            patient.id, reading.id, child.rank, actor=who.actor
        ),
        "l'appli carte Vitale": lambda: desk.lgo.import_app_identity(
            app, patient_id=patient.id, actor=who.actor
        ),
    }
    expect_hidden(desk, attached, patient, INS, BLIND)


@pytest.mark.rule("SEC-03", "SEC-13")
@VERIFICATION.mark
@pytest.mark.title(
    fr="Une vérification et la liste à traiter ne disent pas le matricule à qui n'a pas de droit sur l'INS",
    en="A verification and the worklist do not tell the matricule to whoever has no right on the INS",
)
def test_blind_is_not_told(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED)
    who = profile(desk, ORDINARY - {Right.READ_INS}, name="sans-ins")
    who = need_withheld(desk, who, Right.READ_INS)
    lgo, actor = desk.lgo, who.actor
    verified = {"la vérification": lambda: lgo.verify_ins(patient.id, actor=actor)}
    # What a refusal says is told too.
    locked = {
        "une modification refusée": lambda: lgo.update_patient(
            patient.id, {"birth_name": "KVORLAN"}, actor=actor
        )
    }
    expect_hidden(desk, {**verified, **locked}, patient, INS, BLIND)
    with answering(desk, KO):
        expect_hidden(desk, verified, patient, INS, BLIND)
        if desk.read(patient).matricule:
            verify(desk, patient)
    expect_hidden(desk, {"la liste à traiter": lambda: lgo.read_worklist(actor=actor)}, patient, INS, BLIND)
