"""Who may do and see what in the reference LGO, whatever the act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Actor, AuditEntry, ComparedField, Patient, Proposal, Role, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form, FormField, Right
from conformance.drivers.verbs import VERBS
from conformance.reference import rights

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.http import HttpDriver
    from conformance.drivers.model import PatientTraits

NUMBER, OID = "160012B02077713", "1.2.250.1.213.1.4.10"
FILE = Patient(
    id="1", status=Status.QUAL, matricule=NUMBER, oid=OID, birth_name="ADRTROIS", billing_number=NUMBER
)


def test_every_act_of_a_user_on_patients_needs_a_right() -> None:
    free = {verb for verb, each in VERBS.items() if each.has_actor and not rights.needed(verb)}
    assert free == {
        Verb.READ_DASHBOARD,
        Verb.CHOOSE_AUTHENTICATION,
        Verb.SWAP_CARD,
        Verb.WRITE_TRUSTED_SENDERS,
    }


@pytest.mark.parametrize(
    "verb",
    [
        verb
        for verb, each in VERBS.items()
        if each.may_call_insi and verb.value.startswith(("call", "search_insi", "start", "verify"))
    ],
)
def test_calling_insi_needs_the_right_to(verb: Verb) -> None:
    assert Right.CALL_INSI in rights.needed(verb)


@pytest.mark.parametrize(
    "answer",
    [
        FILE,
        [FILE],
        Proposal(
            call_id="1",
            fields=(ComparedField(field="matricule", local=NUMBER, insi=NUMBER, different=False),),
        ),
        [
            AuditEntry(
                action="INSI_CALL", returned={"matricule": NUMBER, "oid": OID, "birth_name": "ADRTROIS"}
            )
        ],
        [AuditEntry(action="INSI_CALL", changes={"matricule": NUMBER}, authentication=f"voir {NUMBER}")],
        [FormField(name="matricule", label="Matricule INS (NIR)", value=NUMBER)],
        f"le matricule {NUMBER} d'OID {OID}",
        f"le numéro {NUMBER[:13]} sans clé",
    ],
    ids=["file", "list", "comparison", "log", "changes", "screen", "text", "no-key"],
)
def test_an_answer_without_ins_holds_none(answer: object) -> None:
    masked = repr(rights.without_ins(answer))
    assert NUMBER[:13] not in masked
    assert OID not in masked


def test_the_rest_of_an_answer_stays() -> None:
    log = rights.without_ins(
        [AuditEntry(action="INSI_CALL", returned={"oid": OID, "birth_name": "ADRTROIS"})]
    )
    assert log[0].returned == {"birth_name": "ADRTROIS"}
    shown = rights.without_ins(FILE)
    assert (shown.birth_name, shown.status) == ("ADRTROIS", Status.QUAL)


@pytest.mark.parametrize("text", ["12345678901234567", "0160012B02077713", "1984-09-25T10:11:12.123", "CNI"])
def test_what_is_no_matricule_is_not_hidden(text: str) -> None:
    assert rights.without_ins(text) == text


def test_a_user_nobody_spoke_of_is_an_ordinary_one(lgo: HttpDriver) -> None:
    assert lgo.read_rights("dupond") == frozenset(Right) - {Right.CHANGE_STRICT_TRAITS}


def test_a_reset_forgets_rights_and_settings(lgo: HttpDriver, user: Actor) -> None:
    lgo.write_rights(user.user, frozenset())
    lgo.write_settings({"environment": "production"})
    url = "http://127.0.0.1:9/none"
    lgo.reset(insi_url=url)
    assert Right.READ_INS in lgo.read_rights(user.user)
    assert lgo.read_settings()["environment"] == "test"
    assert not any(name.startswith("rights") for name in lgo.read_settings())


def test_rights_given_decide_whatever_role_is_claimed(
    lgo: HttpDriver, bring_to: Callable[[Status], Patient]
) -> None:
    patient = bring_to(Status.RECUP)
    claimed = Actor(user="durand", role=Role.SUPER_USER)
    lgo.write_rights("durand", rights.ORDINARY)
    with pytest.raises(RefusedError, match="Verrouillé"):
        lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=claimed)
    lgo.write_rights("durand", frozenset(Right))
    plain = Actor(user="durand")
    assert lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=plain).status is Status.PROV


def test_without_rights_nothing_is_done(
    lgo: HttpDriver, bring_to: Callable[[Status], Patient], toussaint: PatientTraits
) -> None:
    patient = bring_to(Status.QUAL)
    stranger = Actor(user="livreur")
    lgo.write_rights("livreur", frozenset())
    acts: list[Callable[[], object]] = [
        lambda: lgo.read_patient(patient.id, actor=stranger),
        lambda: lgo.create_patient(toussaint, actor=stranger),
        lambda: lgo.call_insi_traits(patient.id, actor=stranger),
        lambda: lgo.read_audit_log(actor=stranger),
        lambda: lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=stranger),
    ]
    for act in acts:
        with pytest.raises(RefusedError) as refusal:
            act()
        assert refusal.value.code == "FORBIDDEN"
    assert lgo.read_patient(patient.id, actor=Actor(user="dupond")).status is Status.QUAL
