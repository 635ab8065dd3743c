"""What the reference LGO does with answers of INSi."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import (
    STRICT_FIELDS,
    Actor,
    Attribute,
    CallOutcome,
    Patient,
    PatientTraits,
    SearchCriteria,
    Status,
)
from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.http import HttpDriver


class TestImport:
    def test_accepting_feeds_the_seven_fields_and_recovers(
        self, bring_to: Callable[[Status], Patient]
    ) -> None:
        patient = bring_to(Status.RECUP)
        assert {name: getattr(patient, name) for name in STRICT_FIELDS} == {
            "matricule": "160012B02077713",
            "oid": "1.2.250.1.213.1.4.10",
            "birth_name": "ADRTROIS",
            "first_names": "TOUSSAINT",
            "birth_date": "1960-01-01",
            "sex": "M",
            "birth_place": "2B020",
        }

    def test_nothing_is_written_before_the_decision(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        before = lgo.create_patient(toussaint, actor=user)
        lgo.call_insi_traits(before.id, actor=user)
        assert lgo.read_patient(before.id, actor=user) == before

    def test_refusing_changes_nothing(self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits) -> None:
        before = lgo.create_patient(toussaint, actor=user)
        call = lgo.call_insi_traits(before.id, actor=user)
        assert lgo.decide_proposal(call.id, accept=False, actor=user) == before

    def test_comparison_flags_what_differs(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        proposal = lgo.read_proposal(lgo.call_insi_traits(patient.id, actor=user).id, actor=user)
        differing = {line.field for line in proposal.fields if line.different}
        assert differing == {"matricule", "oid", "first_names", "birth_place"}

    def test_comparison_shows_french_dates(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        proposal = lgo.read_proposal(lgo.call_insi_traits(patient.id, actor=user).id, actor=user)
        line = next(line for line in proposal.fields if line.field == "birth_date")
        assert (line.local_display, line.insi_display) == ("01/01/1960", "01/01/1960")

    def test_creation_from_insi_is_recovered(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        call = lgo.search_insi(dataclasses.replace(toussaint, birth_place=None), actor=user)
        patient = lgo.decide_proposal(call.id, accept=True, actor=user)
        assert patient is not None
        assert (patient.status, patient.first_name, patient.birth_place) == (
            Status.RECUP,
            "TOUSSAINT",
            "2B020",
        )

    def test_refused_creation_from_insi_creates_nothing(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        call = lgo.search_insi(toussaint, actor=user)
        assert lgo.decide_proposal(call.id, accept=False, actor=user) is None
        assert lgo.search_patients(SearchCriteria(birth_date="1960-01-01"), actor=user) == []

    def test_a_proposal_is_decided_once(self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        call = lgo.call_insi_traits(patient.id, actor=user)
        lgo.decide_proposal(call.id, accept=False, actor=user)
        with pytest.raises(RefusedError) as refusal:
            lgo.decide_proposal(call.id, accept=True, actor=user)
        assert refusal.value.code == "ALREADY_DECIDED"

    def test_identity_that_became_doubtful_is_not_fed(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        patient = lgo.create_patient(toussaint, actor=user)
        call = lgo.call_insi_traits(patient.id, actor=user)
        lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=user)
        with pytest.raises(RefusedError):
            lgo.decide_proposal(call.id, accept=True, actor=user)
        assert lgo.read_patient(patient.id, actor=user).matricule is None

    def test_first_name_is_kept_with_an_alert(
        self, lgo: HttpDriver, insi: Any, user: Actor, toussaint: PatientTraits
    ) -> None:
        insi.script(insi.found(ListePrenom="PAUL TOUSSAINT"))
        patient = lgo.create_patient(toussaint, actor=user)
        call = lgo.call_insi_traits(patient.id, actor=user)
        assert [alert.code for alert in call.alerts] == ["FIRST_NAME_NOT_START_OF_LIST"]
        after = lgo.decide_proposal(call.id, accept=True, actor=user)
        assert after is not None
        assert (after.first_name, after.first_names) == ("TOUSSAINT", "PAUL TOUSSAINT")

    def test_checked_identity_that_differs_raises_an_alert(
        self, lgo: HttpDriver, bring_to: Callable[[Status], Patient], insi: Any, user: Actor
    ) -> None:
        patient = bring_to(Status.VALI)
        insi.script(insi.found(NomNaissance="ADRQUATRE"))
        call = lgo.call_insi_traits(patient.id, actor=user)
        assert [alert.code for alert in call.alerts] == ["DIFFERS_FROM_CHECKED_IDENTITY"]

    def test_answer_without_place_keeps_the_local_one(
        self, lgo: HttpDriver, insi: Any, user: Actor, toussaint: PatientTraits
    ) -> None:
        insi.script(insi.found(LieuNaissance=None))
        patient = lgo.create_patient(dataclasses.replace(toussaint, birth_place="63220"), actor=user)
        call = lgo.call_insi_traits(patient.id, actor=user)
        after = lgo.decide_proposal(call.id, accept=True, actor=user)
        assert after is not None
        assert after.birth_place == "63220"


class TestNothingFound:
    @pytest.mark.parametrize(
        ("answer", "outcome", "code"),
        [
            ("01", CallOutcome.NOT_FOUND, "01"),
            ("02", CallOutcome.SEVERAL, "02"),
            ("09", CallOutcome.ERROR, "09"),
            ("insi_102", CallOutcome.ERROR, "insi_102"),
        ],
    )
    @pytest.mark.parametrize("status", list(Status))
    def test_file_is_unchanged(
        self,
        *,
        lgo: HttpDriver,
        bring_to: Callable[[Status], Patient],
        insi: Any,
        user: Actor,
        answer: str,
        outcome: CallOutcome,
        code: str,
        status: Status,
    ) -> None:
        before = bring_to(status)
        insi.script(insi.fault(answer) if answer.startswith("insi") else insi.code(answer))
        call = lgo.call_insi_traits(before.id, actor=user)
        assert (call.outcome, call.code, call.candidates) == (outcome, code, ())
        assert lgo.read_patient(before.id, actor=user) == before

    @pytest.mark.parametrize(
        ("changes", "alert"),
        [
            ({"DateNaissance": "1960-00-01"}, "LUNAR_DATE"),
            ({"DateNaissance": "1960-01-00"}, "LUNAR_DATE"),
            ({"DateNaissance": "1960-00-00"}, "LUNAR_DATE"),
            ({"DateNaissance": "9999-99-99"}, "INVALID_DATE"),
            ({"DateNaissance": None}, "INVALID_DATE"),
            ({"NomNaissance": ""}, "EMPTY_BIRTH_NAME"),
            ({"NomNaissance": " \n"}, "EMPTY_BIRTH_NAME"),
            ({"ListePrenom": ""}, "EMPTY_FIRST_NAMES"),
            ({"ListePrenom": None, "Prenom": "TOUSSAINT"}, "EMPTY_FIRST_NAMES"),
            ({"Sexe": ""}, "EMPTY_SEX"),
            ({"Sexe": "I"}, "UNKNOWN_SEX"),
            ({"key": "14"}, "MATRICULE_WRONG_KEY"),
            ({"key": ""}, "MATRICULE_INVALID"),
            ({"oid": "1.2.250.1.213.1.4.2"}, "OID_UNKNOWN"),
            ({"oid": ""}, "OID_UNKNOWN"),
        ],
    )
    def test_unfit_answer_is_not_proposed(
        self,
        *,
        lgo: HttpDriver,
        insi: Any,
        user: Actor,
        toussaint: PatientTraits,
        changes: dict[str, str | None],
        alert: str,
    ) -> None:
        before = lgo.create_patient(toussaint, actor=user)
        insi.script(insi.found(**changes))
        call = lgo.call_insi_traits(before.id, actor=user)
        assert (call.outcome, [found.code for found in call.alerts]) == (CallOutcome.REJECTED, [alert])
        with pytest.raises(RefusedError):
            lgo.decide_proposal(call.id, accept=True, actor=user)
        assert lgo.read_patient(before.id, actor=user) == before

    def test_timeout_is_an_error_without_change(
        self, lgo: HttpDriver, insi: Any, user: Actor, toussaint: PatientTraits
    ) -> None:
        lgo.write_settings({"insi_timeout_seconds": "0.2"})
        before = lgo.create_patient(toussaint, actor=user)
        insi.script(insi.raw(insi.found().content, delay=1.0))
        call = lgo.call_insi_traits(before.id, actor=user)
        assert (call.outcome, call.code) == (CallOutcome.ERROR, None)
        assert lgo.read_patient(before.id, actor=user) == before

    def test_unreachable_insi_is_an_error_without_change(
        self, lgo: HttpDriver, user: Actor, toussaint: PatientTraits
    ) -> None:
        lgo.reset(insi_url="http://127.0.0.1:9/lps")
        before = lgo.create_patient(toussaint, actor=user)
        call = lgo.call_insi_traits(before.id, actor=user)
        assert (call.outcome, call.code) == (CallOutcome.ERROR, None)
        assert lgo.read_patient(before.id, actor=user) == before
