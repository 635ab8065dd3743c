"""The life cycle of an identity in the reference LGO: statuses, locks, attributes, proofs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import (
    LOW_CONFIDENCE_PROOFS,
    STRICT_FIELDS,
    Actor,
    Attribute,
    Patient,
    PatientTraits,
    Status,
)
from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.http import HttpDriver


class TestStatus:
    @pytest.mark.parametrize("status", list(Status))
    def test_every_status_can_be_reached(self, bring_to: Callable[[Status], Patient], status: Status) -> None:
        assert bring_to(status).status is status

    def test_validated_then_imported_is_qualified(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], user: Actor
    ) -> None:
        patient = bring_to(Status.VALI)
        call = lgo.call_insi_traits(patient.id, actor=user)
        after = lgo.decide_proposal(call.id, accept=True, actor=user)
        assert after is not None
        assert after.status is Status.QUAL

    @pytest.mark.parametrize("status", [Status.RECUP, Status.QUAL])
    @pytest.mark.parametrize("name", STRICT_FIELDS)
    def test_strict_field_is_locked_for_an_ordinary_user(
        self,
        *,
        lgo: HttpDriver,
        bring_to: Callable[[Status], Patient],
        user: Actor,
        status: Status,
        name: str,
    ) -> None:
        before = bring_to(status)
        assert name in before.locked_fields
        with pytest.raises(RefusedError) as refusal:
            lgo.update_patient(before.id, {name: "63220"}, actor=user)
        assert (refusal.value.code, refusal.value.fields) == ("LOCKED_FIELD", (name,))
        assert lgo.read_patient(before.id, actor=user) == before

    @pytest.mark.parametrize(
        ("status", "expected"), [(Status.RECUP, Status.PROV), (Status.QUAL, Status.VALI)]
    )
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("birth_name", "ADRQUATRE"),
            ("first_names", "PAUL"),
            ("birth_date", "1960-01-02"),
            ("sex", "F"),
            ("birth_place", "63220"),
            ("matricule", None),
        ],
    )
    def test_super_user_edit_lowers_and_clears(
        self,
        *,
        lgo: HttpDriver,
        bring_to: Callable[[Status], Patient],
        super_user: Actor,
        status: Status,
        expected: Status,
        name: str,
        value: str | None,
    ) -> None:
        patient = bring_to(status)
        after = lgo.update_patient(patient.id, {name: value}, actor=super_user)
        assert (after.status, after.matricule, after.oid) == (expected, None, None)
        assert getattr(after, name) == value

    def test_field_sent_with_its_present_value_is_no_change(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], user: Actor
    ) -> None:
        before = bring_to(Status.QUAL)
        after = lgo.update_patient(before.id, {"birth_name": "ADRTROIS", "used_name": "MARTIN"}, actor=user)
        assert after == dataclasses.replace(before, used_name="MARTIN")

    @pytest.mark.parametrize("name", ["used_name", "used_first_name"])
    def test_complementary_trait_stays_editable(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], user: Actor, name: str
    ) -> None:
        before = bring_to(Status.QUAL)
        changes: dict[str, Any] = {name: "MARTIN"}
        after = lgo.update_patient(before.id, changes, actor=user)
        assert after == dataclasses.replace(before, **changes)

    def test_validated_identity_changed_by_an_ordinary_user_must_be_checked_again(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], user: Actor
    ) -> None:
        patient = bring_to(Status.VALI)
        after = lgo.update_patient(patient.id, {"birth_name": "ADRQUATRE"}, actor=user)
        assert (after.status, after.proof) == (Status.PROV, None)

    def test_validated_identity_changed_by_a_super_user_stays_validated(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], super_user: Actor
    ) -> None:
        patient = bring_to(Status.VALI)
        after = lgo.update_patient(patient.id, {"birth_name": "ADRQUATRE"}, actor=super_user)
        assert after.status is Status.VALI

    def test_incoherent_first_name_is_refused_once_fed(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], insi: Any, user: Actor
    ) -> None:
        insi.script(insi.found(ListePrenom="TOUSSAINT PAUL"))
        patient = bring_to(Status.RECUP)
        with pytest.raises(RefusedError) as refusal:
            lgo.update_patient(patient.id, {"first_name": "PAUL"}, actor=user)
        assert refusal.value.code == "FIRST_NAME_NOT_START_OF_LIST"

    def test_coherent_first_name_keeps_the_status(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], insi: Any, user: Actor
    ) -> None:
        insi.script(insi.found(ListePrenom="TOUSSAINT PAUL"))
        patient = bring_to(Status.QUAL)
        after = lgo.update_patient(patient.id, {"first_name": "TOUSSAINT-PAUL"}, actor=user)
        assert after == dataclasses.replace(patient, first_name="TOUSSAINT-PAUL")

    @pytest.mark.parametrize("name", ["matricule", "oid"])
    def test_nobody_types_an_ins(
        self, lgo: HttpDriver, super_user: Actor, toussaint: PatientTraits, name: str
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=super_user)
        with pytest.raises(RefusedError) as refusal:
            lgo.update_patient(patient.id, {name: "160012B02077713"}, actor=super_user)
        assert refusal.value.code == "FED_BY_INSI"

    @pytest.mark.parametrize(
        ("status", "target", "allowed"),
        [
            (Status.PROV, Status.PROV, False),
            (Status.PROV, Status.VALI, False),
            (Status.RECUP, Status.PROV, True),
            (Status.RECUP, Status.VALI, False),
            (Status.VALI, Status.PROV, True),
            (Status.QUAL, Status.PROV, True),
            (Status.QUAL, Status.VALI, True),
        ],
    )
    def test_manual_downgrade(
        self,
        *,
        lgo: HttpDriver,
        bring_to: Callable[[Status], Patient],
        user: Actor,
        status: Status,
        target: Status,
        allowed: bool,
    ) -> None:
        patient = bring_to(status)
        if not allowed:
            with pytest.raises(RefusedError):
                lgo.downgrade_status(patient.id, target, actor=user)
            return
        after = lgo.downgrade_status(patient.id, target, actor=user)
        assert (after.status, after.matricule, after.oid) == (target, None, None)

    def test_history_tells_former_status_author_and_time(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], user: Actor, super_user: Actor
    ) -> None:
        patient = bring_to(Status.QUAL)
        lgo.update_patient(patient.id, {"sex": "F"}, actor=super_user)
        history = lgo.read_status_history(patient.id, actor=user)
        assert [(change.previous, change.status, change.author) for change in history] == [
            (None, Status.PROV, "dupond"),
            (Status.PROV, Status.RECUP, "dupond"),
            (Status.RECUP, Status.QUAL, "dupond"),
            (Status.QUAL, Status.VALI, "durand"),
        ]
        assert sorted(change.at for change in history) == [change.at for change in history]

    def test_refresh_is_no_status_change(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], user: Actor
    ) -> None:
        patient = bring_to(Status.RECUP)
        before = lgo.read_status_history(patient.id, actor=user)
        lgo.decide_proposal(lgo.call_insi_traits(patient.id, actor=user).id, accept=True, actor=user)
        assert lgo.read_status_history(patient.id, actor=user) == before


class TestAttributes:
    @pytest.mark.parametrize("status", list(Status))
    @pytest.mark.parametrize(
        "attributes", [{Attribute.DOUTEUSE}, {Attribute.FICTIVE}, {Attribute.DOUTEUSE, Attribute.HOMONYME}]
    )
    def test_doubtful_or_fictitious_identity_is_provisional_without_ins(
        self,
        *,
        lgo: HttpDriver,
        bring_to: Callable[[Status], Patient],
        user: Actor,
        status: Status,
        attributes: set[Attribute],
    ) -> None:
        patient = bring_to(status)
        after = lgo.set_attributes(patient.id, frozenset(attributes), actor=user)
        assert (after.status, after.matricule, after.oid) == (Status.PROV, None, None)
        assert after.attributes == attributes

    @pytest.mark.parametrize("status", list(Status))
    def test_homonyme_changes_nothing_else(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], user: Actor, status: Status
    ) -> None:
        before = bring_to(status)
        after = lgo.set_attributes(before.id, frozenset({Attribute.HOMONYME}), actor=user)
        assert after == dataclasses.replace(before, attributes=frozenset({Attribute.HOMONYME}))

    @pytest.mark.parametrize("others", [{Attribute.DOUTEUSE}, {Attribute.HOMONYME}, set(Attribute)])
    def test_fictive_is_alone(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits, others: set[Attribute]
    ) -> None:
        before = lgo.create_patient(toussaint, actor=user)
        with pytest.raises(RefusedError) as refusal:
            lgo.set_attributes(before.id, frozenset({Attribute.FICTIVE} | others), actor=user)
        assert refusal.value.code == "ATTRIBUTE_COMBINATION"
        assert lgo.read_patient(before.id, actor=user) == before

    def test_removing_an_attribute_restores_nothing(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], user: Actor
    ) -> None:
        patient = bring_to(Status.QUAL)
        lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=user)
        after = lgo.set_attributes(patient.id, frozenset(), actor=user)
        assert (after.status, after.matricule, after.proof) == (Status.PROV, None, None)

    def test_doubtful_identity_cannot_be_validated(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=user)
        lgo.record_proof(patient.id, "CNI", actor=user)
        with pytest.raises(RefusedError) as refusal:
            lgo.validate_identity(patient.id, actor=user)
        assert refusal.value.code == "ATTRIBUTE_FORBIDS"


class TestProof:
    def test_kind_of_document_is_recorded_without_promotion(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        lgo.record_proof(patient.id, "PASSPORT", actor=user)
        after = lgo.read_patient(patient.id, actor=user)
        assert after.proof is not None
        assert (after.proof.kind, after.proof.recorded_by, after.status) == (
            "PASSPORT",
            "dupond",
            Status.PROV,
        )

    @pytest.mark.parametrize("kind", LOW_CONFIDENCE_PROOFS)
    @pytest.mark.parametrize("status", [Status.PROV, Status.RECUP])
    def test_low_confidence_document_does_not_validate(
        self,
        *,
        lgo: HttpDriver,
        bring_to: Callable[[Status], Patient],
        user: Actor,
        kind: str,
        status: Status,
    ) -> None:
        patient = bring_to(status)
        lgo.record_proof(patient.id, kind, actor=user)
        with pytest.raises(RefusedError) as refusal:
            lgo.validate_identity(patient.id, actor=user)
        assert refusal.value.code == "PROOF_NOT_HIGH_CONFIDENCE"
        assert lgo.read_patient(patient.id, actor=user).status is status

    def test_validation_needs_a_document(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        with pytest.raises(RefusedError) as refusal:
            lgo.validate_identity(patient.id, actor=user)
        assert refusal.value.code == "PROOF_MISSING"

    def test_unknown_document_is_refused(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        with pytest.raises(RefusedError) as refusal:
            lgo.record_proof(patient.id, "LIBRARY_CARD", actor=user)
        assert refusal.value.code == "UNKNOWN_PROOF"

    def test_site_can_change_the_confidence_of_a_document(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        lgo.write_settings({"high_confidence_proofs": "CNI", "low_confidence_proofs": "PASSPORT"})
        patient = lgo.create_patient(toussaint, actor=user)
        lgo.record_proof(patient.id, "PASSPORT", actor=user)
        with pytest.raises(RefusedError):
            lgo.validate_identity(patient.id, actor=user)
