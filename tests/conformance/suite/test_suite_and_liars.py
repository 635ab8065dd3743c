"""Software that claims what it has not done: no rule that needs the act passes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import (
    AuditEntry,
    CallOutcome,
    ComparedField,
    InsiCall,
    Patient,
    PatientTraits,
    Proposal,
    Status,
    StatusChange,
)
from conformance.drivers.protocol import DriverError
from conformance.drivers.verbs import ALWAYS, VERBS
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict

from .sparing import passed

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.cards import AppIdentity
    from conformance.drivers.http import HttpDriver
    from conformance.drivers.screens import FormerIns
    from conformance.matrix.running import Rig

MATRICULE, OID = "160012B02077713", "1.2.250.1.213.1.4.10"


@dataclass
class Liar:
    """The reference LGO behind somebody who changes what it says."""

    driver: HttpDriver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)


@dataclass
class FoundOnSeveral(Liar):
    """Announces somebody found on a 02, and invents a comparison."""

    def call_insi_traits(self, patient_id: str, **options: Any) -> InsiCall:
        call = self.driver.call_insi_traits(patient_id, **options)
        return replace(call, outcome=CallOutcome.FOUND) if call.outcome is CallOutcome.SEVERAL else call

    def read_proposal(self, call_id: str, **_: object) -> Proposal:
        return Proposal(call_id=call_id, fields=())


@dataclass
class NeverCalls(Liar):
    """Finds everybody without asking INSi, and shows a matricule that nobody served."""

    statuses: dict[str, Status] = field(default_factory=dict)

    def call_insi_traits(self, patient_id: str, **_: object) -> InsiCall:
        return InsiCall(
            id=patient_id, outcome=CallOutcome.FOUND, patient_id=patient_id, code="00", message="OK"
        )

    def search_insi(self, traits: PatientTraits, **options: Any) -> InsiCall:
        patient = self.driver.create_patient(
            replace(traits, birth_place=traits.birth_place or "99999"), **options
        )
        return InsiCall(id=patient.id, outcome=CallOutcome.FOUND, code="00", message="OK")

    def read_proposal(self, call_id: str, **options: Any) -> Proposal:
        patient = self.driver.read_patient(call_id, **options)
        names = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
        lines = [
            ComparedField(
                field=name, local=getattr(patient, name), insi=getattr(patient, name), different=False
            )
            for name in names
        ]
        return Proposal(call_id=call_id, fields=tuple(lines))

    def decide_proposal(self, call_id: str, *, accept: bool, **options: Any) -> Patient:
        if accept:
            self.statuses[call_id] = Status.RECUP
        return self.read_patient(call_id, **options)

    def read_patient(self, patient_id: str, **options: Any) -> Patient:
        patient = self.driver.read_patient(patient_id, **options)
        if patient_id not in self.statuses:
            return patient
        checked = patient.status is Status.VALI
        status = Status.QUAL if checked else Status.RECUP
        return replace(patient, status=status, matricule=MATRICULE, oid=OID)


class CannedCard(Liar):
    """Reads any card and says that INSi has found whoever was chosen, without asking."""

    def call_insi_card(
        self, _reading_id: str, _rank: str, *, patient_id: str | None = None, **_: object
    ) -> InsiCall:
        return InsiCall(
            id="7", outcome=CallOutcome.FOUND, patient_id=patient_id, code="00", message="Trouvé."
        )

    def import_app_identity(self, identity: AppIdentity, **_: object) -> Patient:
        return Patient(
            id="7",
            status=Status.QUAL,
            matricule=identity.matricule,
            oid=identity.oid,
            birth_name=identity.birth_name,
            first_names=identity.first_names,
            birth_date=identity.birth_date,
            sex=identity.sex,
            birth_place=identity.birth_place,
        )

    def search_by_matricule(self, matricule: str, **_: object) -> list[Patient]:
        return [Patient(id="7", status=Status.QUAL, matricule=matricule, oid=OID)]

    def read_ins_history(self, _patient_id: str, **_: object) -> list[FormerIns]:
        return []


@dataclass
class InventsLog(Liar):
    """Shows one entry of the log for any question, and a history for anybody."""

    def read_audit_log(self, *, actor: Any, patient_id: str | None = None) -> list[AuditEntry]:
        now = datetime.now(UTC).isoformat()
        entry = AuditEntry(
            at=now, user=actor.user, action="INSI_CALL", patient_id=patient_id, mode="TRAITS", code="00"
        )
        return [entry]

    def read_status_history(self, _patient_id: str, *, actor: Any) -> list[StatusChange]:
        now = datetime.now(UTC).isoformat()
        return [StatusChange(previous=Status.PROV, status=Status.VALI, at=now, author=actor.user)]


@dataclass
class CrashesMidway(Liar):
    """Works for twenty acts, then is gone."""

    left: int = 20

    def __getattr__(self, name: str) -> Any:
        member = getattr(self.driver, name)
        if not callable(member) or name not in {*VERBS, *ALWAYS}:
            return member

        def act(*arguments: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise DriverError("connection refused")
            return member(*arguments, **options)

        return act


@dataclass
class InventsStatuses(Liar):
    """Shows every file qualified."""

    def read_patient(self, patient_id: str, **options: Any) -> Patient:
        patient = self.driver.read_patient(patient_id, **options)
        return replace(patient, status=Status.QUAL, matricule=MATRICULE, oid=OID)


KEYS = set(load_catalogue())
OF_THE_ANSWER = KEYS & {
    "RSP-01",
    "RSP-02",
    "RSP-03",
    "RSP-05",
    "RSP-14",
    "STA-03",
    "STA-05",
    "STA-06",
    "SEC-02",
    "SEC-06",
}

LIARS: list[tuple[Callable[[HttpDriver], Any], set[str]]] = [
    (FoundOnSeveral, {"RSP-13"}),
    (
        NeverCalls,
        OF_THE_ANSWER | {"FLD-01", "CAL-08", "RSP-08", "RSP-09", "RSP-12", "RSP-13", "ERR-02", "ERR-04"},
    ),
    (InventsLog, {"SEC-02", "SEC-06", "RSP-14", "STA-07"}),
    (InventsStatuses, {"CRE-05", "STA-01", "STA-03", "STA-04", "RSP-12", "ATT-03", "ATT-05", "PRF-08"}),
    (
        CannedCard,
        {"CAL-01", "CAL-02", "CAL-03", "CAL-04", "CAL-05", "CRE-07", "RSP-15", "SEC-06", "SRC-09"},
    ),
    (CrashesMidway, {"FLD-01", "SRC-01", "STA-07"}),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("liar", "rules"), LIARS, ids=[liar.__name__ for liar, _ in LIARS])
def test_a_liar_passes_no_rule_for_what_it_did_not_do(
    campaigns: Rig, liar: Callable[[HttpDriver], Any], rules: set[str]
) -> None:
    assert passed(campaigns, rules, liar) == []


@dataclass
class ForgetsReset(Liar):
    """Takes the address of INSi from the first reset, and keeps its files at all of them."""

    told: bool = False

    def reset(self, *, insi_url: str) -> None:
        if not self.told:
            self.driver.reset(insi_url=insi_url)
            self.told = True


@pytest.mark.timeout(300)
def test_a_software_that_keeps_its_files_after_a_reset_is_told_so_and_passes_nothing(campaigns: Rig) -> None:
    run = campaigns.run(rules=["CRE-05", "SRC-11", "CAL-13"], wrap=ForgetsReset)
    assert {result.verdict for result in run.rules} == {Verdict.INCONCLUSIVE}
    assert all("/reset" in result.reason.fr for result in run.rules)
