"""What a software refuses and does all the same."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from conformance.drivers.model import Actor, Attribute, AuditEntry, CallOutcome, InsiCall, Patient, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.refused import Watched

if TYPE_CHECKING:
    from conformance.drivers.protocol import Driver
    from conformance.verdicts import Departure

USER = Actor(user="dupont")
OTHER = Actor(user="martin")
FILE = Patient(id="7", status=Status.PROV, birth_name="KVORLAN", used_name="KVO")


class Software:
    """Answers reads with its file, and refuses what it is told to refuse; acts leave ``then`` behind."""

    def __init__(
        self, *, then: Patient = FILE, refuses: bool = True, outcome: CallOutcome = CallOutcome.FOUND
    ) -> None:
        self.file, self.then, self.refuses, self.outcome = FILE, then, refuses, outcome

    def read_patient(self, patient_id: str, *, actor: Actor) -> Patient:  # noqa: ARG002 - the verb has them
        return self.file

    def _act(self, *_: object, **__: object) -> Patient:
        self.file = self.then
        if self.refuses:
            raise RefusedError("NO", "non")
        return self.file

    validate_identity = set_attributes = update_patient = decide_proposal = write_settings = _act

    def call_insi_traits(self, *_: object, **__: object) -> InsiCall:
        self.file = self.then
        outcome = CallOutcome.BLOCKED if self.refuses else self.outcome
        return InsiCall(id="c1", outcome=outcome, patient_id="7")

    def search_patients(self, *_: object, **__: object) -> list[Patient]:
        return [self.file]


def found(software: Software, act: str, rule: str, *, reader: Actor = USER) -> Departure | None:
    """Return what a watch tells to a check of a rule: read, done, read again."""
    watched: Any = Watched(cast("Driver", software))
    watched.read_patient("7", actor=USER)
    _do(watched, act)
    watched.search_patients(None, actor=USER)
    watched.read_patient("7", actor=reader)
    return _told(watched, rule)


def _do(watched: Any, act: str, patient_id: str = "7") -> None:
    with suppress(RefusedError):
        getattr(watched, act)(patient_id, actor=USER)


def _told(watched: Watched, rule: str) -> Departure | None:
    first = watched.first([rule])
    return first.departure if first else None


@pytest.mark.parametrize(
    ("act", "rule"),
    [
        ("validate_identity", "PRF-08"),
        ("set_attributes", "ATT-02"),
        ("update_patient", "STA-12"),
        ("call_insi_traits", "CAL-11"),
    ],
)
@pytest.mark.parametrize(
    ("change", "is_inferred"),
    [({"status": Status.VALI}, False), ({"sex": "F"}, False), ({"used_name": None}, True)],
    ids=str,
)
def test_what_was_refused_and_done_is_told_to_the_rules_of_the_act(
    act: str, rule: str, change: dict[str, Any], *, is_inferred: bool
) -> None:
    departure = found(Software(then=replace(FILE, **change)), act, rule)
    assert departure is not None
    assert departure.inferred is is_inferred
    assert found(Software(then=replace(FILE, **change)), act, "TRA-01") is None


def test_what_was_done_and_not_refused_is_no_matter_of_it() -> None:
    done = Software(then=replace(FILE, status=Status.VALI), refuses=False)
    assert found(done, "validate_identity", "CAL-11") is None


@pytest.mark.parametrize(
    ("outcome", "rule"),
    [
        (CallOutcome.FOUND, "RSP-01"),
        (CallOutcome.NOT_FOUND, "RSP-12"),
        (CallOutcome.SEVERAL, "RSP-13"),
        (CallOutcome.REJECTED, "RSP-09"),
        (CallOutcome.ERROR, "ERR-02"),
    ],
)
def test_a_call_changes_nothing_by_itself_which_is_a_matter_of_its_outcome(
    outcome: CallOutcome, rule: str
) -> None:
    changed = Software(then=replace(FILE, status=Status.VALI), refuses=False, outcome=outcome)
    assert found(changed, "call_insi_traits", rule) is not None
    assert found(changed, "call_insi_traits", "RSP-15") is None
    assert found(Software(refuses=False, outcome=outcome), "call_insi_traits", rule) is None


@pytest.mark.parametrize(("accept", "is_told"), [(False, True), (True, False)])
def test_an_answer_declined_changes_nothing(*, accept: bool, is_told: bool) -> None:
    software = Software(refuses=False)
    watched: Any = Watched(cast("Driver", software))
    call = watched.call_insi_traits("7", actor=USER)
    watched.read_patient("7", actor=USER)
    software.then = replace(FILE, birth_date="1984-05-01")
    watched.decide_proposal(call.id, accept=accept, actor=USER)
    watched.read_patient("7", actor=USER)
    assert (_told(watched, "RSP-01") is not None) is is_told


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ({"action": "INSI_CALL", "mode": "insi_102", "code": "TRAITS"}, "ERR-03"),
        ({"action": "INSI_VERIFICATION", "mode": "01", "code": None}, "VER-02"),
        ({"action": "INSI_CALL", "user": "PSC", "authentication": "dupont"}, "CAL-16"),
        ({"action": "INSI_CALL", "returned": {"birth_place": "1984-05-01"}}, "RSP-14"),
        ({"action": "IDENTITY_CHANGED", "changes": {"used_name": "NALROVK"}}, "SEC-05"),
    ],
)
def test_a_log_that_holds_something_in_the_wrong_field_is_seen(entry: dict[str, Any], rule: str) -> None:
    assert _logged(entry, rule) is not None
    assert _logged(entry, "TRA-01") is None


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ({"action": "INSI_CALL", "mode": "TRAITS", "code": "insi_102", "user": "dupont"}, "ERR-03"),
        ({"action": "INSI_VERIFICATION", "mode": "À LA MAIN", "code": "KO"}, "VER-02"),
        ({"action": "INSI_CALL", "authentication": "CPX", "code": None}, "CAL-16"),
        ({"action": "INSI_CALL", "returned": {"birth_place": "2A004", "birth_date": "01/05/1984"}}, "RSP-14"),
        ({"action": "IDENTITY_CHANGED", "changes": {"used_first_name": "NALROVK"}}, "SEC-05"),
        ({"action": "IDENTITY_CHANGED", "changes": {"used_name": "KVO → NALROVK"}}, "SEC-05"),
        ({"action": "IDENTITY_CHANGED", "patient_id": "8", "changes": {"used_name": "NALROVK"}}, "SEC-05"),
    ],
)
def test_a_log_in_words_of_its_own_is_right(entry: dict[str, Any], rule: str) -> None:
    assert _logged(entry, rule) is None


def _logged(entry: dict[str, Any], rule: str) -> Departure | None:
    """Return what a watch tells to a check of a rule that has changed a used first name and read this entry."""
    software: Any = Software(refuses=False)
    software.read_audit_log = lambda **_: [AuditEntry(**{"patient_id": "7", **entry})]
    watched: Any = Watched(cast("Driver", software))
    watched.read_patient("7", actor=USER)
    watched.update_patient("7", {"used_first_name": "NALROVK"}, actor=USER)
    watched.read_audit_log(actor=USER)
    return _told(watched, rule)


def test_a_homonym_may_be_marked_and_nothing_changed_is_right() -> None:
    marked = replace(FILE, attributes=frozenset({Attribute.HOMONYME}))
    assert found(Software(then=marked), "validate_identity", "STA-17") is None
    assert found(Software(), "validate_identity", "STA-17") is None


def test_what_somebody_else_sees_is_not_compared() -> None:
    assert (
        found(Software(then=replace(FILE, status=Status.VALI)), "validate_identity", "STA-17", reader=OTHER)
        is None
    )


def test_an_act_in_between_ends_the_comparison() -> None:
    software = Software(then=replace(FILE, status=Status.VALI))
    watched: Any = Watched(cast("Driver", software))
    watched.read_patient("7", actor=USER)
    _do(watched, "validate_identity")
    _do(watched, "write_settings")
    watched.read_patient("7", actor=USER)
    assert _told(watched, "STA-17") is None


@pytest.mark.parametrize(
    ("change", "is_seen"),
    [({"status": Status.VALI}, True), ({"attributes": frozenset({Attribute.DOUTEUSE})}, False), ({}, False)],
    ids=str,
)
def test_what_is_done_to_one_file_is_done_to_no_other(change: dict[str, Any], *, is_seen: bool) -> None:
    software = Software(then=replace(FILE, **change), refuses=False)
    watched: Any = Watched(cast("Driver", software))
    watched.read_patient("7", actor=USER)
    _do(watched, "validate_identity", "8")
    watched.read_patient("7", actor=USER)
    assert (_told(watched, "PRF-04") is not None) is is_seen


def test_a_decision_refused_is_about_the_file_of_its_call() -> None:
    software = Software(then=FILE, refuses=False)
    watched: Any = Watched(cast("Driver", software))
    watched.call_insi_traits("7", actor=USER)
    watched.read_patient("7", actor=USER)
    software.refuses, software.then = True, replace(FILE, matricule="184057501234567")
    _do(watched, "decide_proposal", "c1")
    watched.read_patient("7", actor=USER)
    assert _told(watched, "RSP-08") is not None


def test_what_is_found_in_a_shared_preparation_is_told_to_each_check_that_uses_it() -> None:
    software = Software(then=replace(FILE, sex="F"))
    first: Any = Watched(cast("Driver", software))
    shared: Any = first.apart()
    shared.read_patient("7", actor=USER)
    _do(shared, "validate_identity")
    shared.read_patient("7", actor=USER)
    assert _told(first, "PRF-04") is None
    second: Any = Watched(cast("Driver", software))
    for watched in (first, second):
        watched.adopt(shared.found)
        watched.adopt(shared.found)
        assert len(watched.found) == 1
        assert _told(watched, "PRF-04") is not None
