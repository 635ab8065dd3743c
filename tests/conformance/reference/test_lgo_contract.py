"""The reference LGO, driven through HttpDriver as a vendor's software is: files, blocked calls, logs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import (
    Actor,
    Attribute,
    CallOutcome,
    PatientTraits,
    Status,
    Verb,
)
from conformance.drivers.protocol import DriverError, RefusedError

if TYPE_CHECKING:
    from conformance.drivers.http import HttpDriver


class TestSoftware:
    def test_declares_what_it_can_do(self, lgo: HttpDriver) -> None:
        first = list(Verb)[: list(Verb).index(Verb.WRITE_SETTINGS) + 1]
        assert lgo.capabilities().verbs >= set(first)

    def test_reset_forgets_patients_logs_and_settings(
        self, lgo: HttpDriver, insi: Any, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        lgo.write_settings({"insi_timeout_seconds": "3"})
        lgo.reset(insi_url=insi.url)
        with pytest.raises(DriverError, match="404"):
            lgo.read_patient(patient.id, actor=user)
        assert lgo.read_audit_log(actor=user) == []
        assert lgo.read_settings()["insi_timeout_seconds"] == "10"

    def test_identifiers_are_not_used_again_after_a_reset(
        self, lgo: HttpDriver, insi: Any, user: Actor, toussaint: PatientTraits
    ) -> None:
        before = lgo.create_patient(toussaint, actor=user)
        lgo.reset(insi_url=insi.url)
        assert lgo.create_patient(toussaint, actor=user).id != before.id

    def test_unknown_setting_is_refused(self, lgo: HttpDriver) -> None:
        with pytest.raises(RefusedError) as refusal:
            lgo.write_settings({"colour": "blue"})
        assert refusal.value.code == "UNKNOWN_SETTING"

    @pytest.mark.parametrize("value", ["0", "-1", "nan", "soon", "inf"])
    def test_senseless_timeout_is_refused(self, lgo: HttpDriver, value: str) -> None:
        with pytest.raises(RefusedError) as refusal:
            lgo.write_settings({"insi_timeout_seconds": value})
        assert refusal.value.code == "INVALID_VALUE"

    def test_call_before_any_reset_is_refused(self, user: Actor, toussaint: PatientTraits) -> None:
        from conformance.drivers.http import HttpDriver as Driver
        from conformance.reference.server import running

        with running() as url, Driver(url) as fresh, pytest.raises(RefusedError) as refusal:
            fresh.search_insi(toussaint, actor=user)
        assert refusal.value.code == "NO_INSI_ADDRESS"


class TestCreation:
    def test_new_patient_is_provisional_without_ins(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        assert (patient.status, patient.matricule, patient.oid) == (Status.PROV, None, None)

    def test_all_typed_fields_are_read_back(self, lgo: HttpDriver, user: Actor) -> None:
        traits = PatientTraits(
            birth_name="D'ÆION".replace("Æ", "AE"),
            first_name="MARIE-ANNE",
            first_names="MARIE-ANNE LOUISE",
            birth_date="1984-02-29",
            sex="F",
            birth_place="2A004",
            used_name="DE LA TOUR",
            used_first_name="ANNE",
        )
        patient = lgo.read_patient(lgo.create_patient(traits, actor=user).id, actor=user)
        assert {name: getattr(patient, name) for name in dataclasses.asdict(traits)} == dataclasses.asdict(
            traits
        )

    @pytest.mark.parametrize("name", ["birth_name", "first_name", "birth_date", "sex", "birth_place"])
    def test_missing_mandatory_trait_is_refused(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits, name: str
    ) -> None:
        with pytest.raises(RefusedError) as refusal:
            lgo.create_patient(dataclasses.replace(toussaint, **{name: None}), actor=user)
        assert (refusal.value.code, refusal.value.fields) == ("MISSING_FIELD", (name,))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("birth_name", "Adrtrois"),
            ("birth_name", "DUPRÉ"),
            ("birth_name", "A" * 101),
            ("first_name", "ZOË"),
            ("first_name", "ANNE--MARIE"),
            ("first_names", "toussaint"),
            ("used_name", "martin"),
            ("birth_date", "1960-13-01"),
            ("birth_date", "1960-02-30"),
            ("birth_date", "01/01/1960"),
            ("sex", "X"),
            ("birth_place", "2C004"),
            ("birth_place", "6322"),
        ],
    )
    def test_bad_value_is_refused(
        self, *, lgo: HttpDriver, user: Actor, toussaint: PatientTraits, name: str, value: str
    ) -> None:
        with pytest.raises(RefusedError) as refusal:
            lgo.create_patient(dataclasses.replace(toussaint, **{name: value}), actor=user)
        assert (refusal.value.code, refusal.value.fields) == ("INVALID_VALUE", (name,))

    def test_hundred_characters_are_kept(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        traits = dataclasses.replace(toussaint, birth_name="A" * 100)
        assert lgo.create_patient(traits, actor=user).birth_name == "A" * 100

    def test_creation_makes_no_insi_call(
        self, lgo: HttpDriver, insi: Any, user: Actor, toussaint: PatientTraits
    ) -> None:
        lgo.create_patient(toussaint, actor=user)
        assert insi.bodies == []


class TestBlockedCalls:
    @pytest.mark.parametrize("attribute", [Attribute.DOUTEUSE, Attribute.FICTIVE])
    def test_no_request_for_a_doubtful_or_fictitious_identity(
        self, *, lgo: HttpDriver, insi: Any, user: Actor, toussaint: PatientTraits, attribute: Attribute
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        lgo.set_attributes(patient.id, frozenset({attribute}), actor=user)
        assert lgo.call_insi_traits(patient.id, actor=user).outcome is CallOutcome.BLOCKED
        assert insi.bodies == []

    def test_homonyme_does_not_block(self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        lgo.set_attributes(patient.id, frozenset({Attribute.HOMONYME}), actor=user)
        assert lgo.call_insi_traits(patient.id, actor=user).outcome is CallOutcome.FOUND

    def test_no_request_for_an_indeterminate_sex(
        self, lgo: HttpDriver, insi: Any, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(dataclasses.replace(toussaint, sex="I"), actor=user)
        assert lgo.call_insi_traits(patient.id, actor=user).outcome is CallOutcome.BLOCKED
        assert insi.bodies == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"birth_name": None},
            {"first_name": None},
            {"birth_date": None},
            {"birth_date": "1960-00-00"},
            {"birth_name": "Dupré"},
        ],
    )
    def test_no_request_with_traits_that_cannot_be_sent(
        self,
        *,
        lgo: HttpDriver,
        insi: Any,
        user: Actor,
        toussaint: PatientTraits,
        changes: dict[str, str | None],
    ) -> None:
        call = lgo.search_insi(dataclasses.replace(toussaint, **changes), actor=user)
        assert call.outcome is CallOutcome.BLOCKED
        assert insi.bodies == []

    def test_blocked_call_is_not_counted_as_an_insi_call(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(dataclasses.replace(toussaint, sex="I"), actor=user)
        lgo.call_insi_traits(patient.id, actor=user)
        actions = [entry.action for entry in lgo.read_audit_log(actor=user)]
        assert "INSI_CALL" not in actions


class TestAuditLog:
    def test_one_entry_for_each_request_with_user_mode_and_code(
        self, *, lgo: HttpDriver, insi: Any, user: Actor, super_user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(dataclasses.replace(toussaint, first_names="TOUSSAINT PAUL"), actor=user)
        insi.script(insi.code("01"), insi.code("01"), insi.code("01"), insi.fault("insi_102"))
        lgo.call_insi_traits(patient.id, actor=user)
        lgo.call_insi_traits(patient.id, actor=super_user)
        entries = [
            entry
            for entry in lgo.read_audit_log(actor=user, patient_id=patient.id)
            if entry.action == "INSI_CALL"
        ]
        assert len(entries) == len(insi.bodies)
        assert [(entry.user, entry.mode, entry.code) for entry in entries] == [
            ("dupond", "TRAITS", "01"),
            ("dupond", "TRAITS", "01"),
            ("dupond", "TRAITS", "01"),
            ("durand", "TRAITS", "insi_102"),
        ]

    def test_returned_data_is_traced_as_it_came(
        self, lgo: HttpDriver, insi: Any, user: Actor, toussaint: PatientTraits
    ) -> None:
        insi.script(insi.found(DateNaissance="1960-00-00"))
        patient = lgo.create_patient(toussaint, actor=user)
        lgo.call_insi_traits(patient.id, actor=user)
        entry = lgo.read_audit_log(actor=user)[-1]
        assert entry.returned == {
            "matricule": "160012B02077713",
            "oid": "1.2.250.1.213.1.4.10",
            "birth_name": "ADRTROIS",
            "first_names": "TOUSSAINT",
            "birth_date": "1960-00-00",
            "sex": "M",
            "birth_place": "2B020",
        }

    def test_reading_and_changing_are_traced_with_the_user(
        self, lgo: HttpDriver, user: Actor, super_user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        lgo.read_patient(patient.id, actor=super_user)
        lgo.update_patient(patient.id, {"used_name": "MARTIN"}, actor=user)
        entries = lgo.read_audit_log(actor=user, patient_id=patient.id)
        assert [(entry.action, entry.user) for entry in entries] == [
            ("IDENTITY_CREATED", "dupond"),
            ("IDENTITY_READ", "durand"),
            ("IDENTITY_CHANGED", "dupond"),
        ]
