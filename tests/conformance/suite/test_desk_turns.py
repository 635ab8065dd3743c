"""What a watch of the desk says of the status that an act leaves, of calls by card, and of the log of a file."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from conformance.drivers.cards import Beneficiary, VitaleCard
from conformance.drivers.model import Attribute, AuditEntry, Patient, Status, StatusChange, Verb
from conformance.suite.desk.calls_logged import CallsLogged
from conformance.suite.desk.carded import CardCalls
from conformance.suite.desk.histories import Histories
from conformance.suite.desk.turns import Turns
from simulator.contract.names import Operation

if TYPE_CHECKING:
    from simulator.client import ExchangeView

INS: dict[str, Any] = {"matricule": "284012A00499928", "oid": "1.2.250.1.213.1.4.10"}
PROV = Patient(id="7", status=Status.PROV, birth_name="LE GALL", birth_date="1984-01-01", sex="F")
VALI = replace(PROV, status=Status.VALI)
RECUP = replace(PROV, status=Status.RECUP, **INS)
QUAL = replace(PROV, status=Status.QUAL, **INS)
DOUBTFUL, HOMONYM = frozenset({Attribute.DOUTEUSE}), frozenset({Attribute.HOMONYME})
CARD = VitaleCard(
    number="1",
    beneficiaries=(
        Beneficiary(rank="1", birth_date="1984-01-01", billing_number="284012A00499928"),
        Beneficiary(rank="2", birth_date="2014-02-00", billing_number="284012A00499928"),
    ),
)


def rules_after(before: Patient, act: str, given: object, after: Patient) -> list[str]:
    turns = Turns()
    turns.seen(before)
    turns.done(act, before.id, given)
    turns.seen(after)
    return [found.owners.main for found in turns.found]


@pytest.mark.parametrize(
    ("before", "act", "given", "after", "rule"),
    [
        (PROV, Verb.UPDATE_PATIENT, {"sex": "M"}, replace(VALI, sex="M"), "STA-09"),
        (QUAL, Verb.UPDATE_PATIENT, {"sex": "M"}, replace(QUAL, sex="M"), "STA-09"),
        (QUAL, Verb.UPDATE_PATIENT, {"used_name": "X"}, VALI, "STA-14"),
        (RECUP, Verb.RECORD_PROOF, "CNI", PROV, "PRF-01"),
        (VALI, Verb.VALIDATE_IDENTITY, None, PROV, "STA-04"),
        (RECUP, Verb.VALIDATE_IDENTITY, None, VALI, "STA-06"),
        (QUAL, Verb.SET_ATTRIBUTES, DOUBTFUL, replace(VALI, attributes=DOUBTFUL), "ATT-03"),
        (QUAL, Verb.SET_ATTRIBUTES, DOUBTFUL, replace(PROV, attributes=DOUBTFUL, **INS), "ATT-05"),
        (RECUP, Verb.SET_ATTRIBUTES, HOMONYM, QUAL, "ATT-03"),
        (VALI, Verb.SET_ATTRIBUTES, HOMONYM, PROV, "ATT-01"),
        (QUAL, Verb.DOWNGRADE_STATUS, Status.PROV, VALI, "STA-08"),
        (RECUP, Verb.DOWNGRADE_STATUS, Status.PROV, replace(PROV, **INS), "STA-08"),
        (PROV, Verb.DECIDE_PROPOSAL, None, QUAL, "STA-03"),
        (PROV, Verb.DECIDE_PROPOSAL, None, replace(RECUP, oid=None), "MAT-07"),
    ],
)
def test_a_status_that_an_act_may_not_leave_is_found(
    before: Patient, act: str, given: object, after: Patient, rule: str
) -> None:
    assert rules_after(before, act, given, after) == [rule]


@pytest.mark.parametrize(
    ("before", "act", "given", "after"),
    [
        (QUAL, Verb.UPDATE_PATIENT, {"sex": "M"}, replace(VALI, sex="M")),
        (VALI, Verb.UPDATE_PATIENT, {"sex": "M"}, replace(PROV, sex="M")),
        (QUAL, Verb.UPDATE_PATIENT, {"first_name": "ANNE"}, replace(QUAL, first_name="ANNE")),
        # Validated by itself, which a site may want.
        (RECUP, Verb.RECORD_PROOF, "CNI", QUAL),
        (RECUP, Verb.VALIDATE_IDENTITY, None, RECUP),
        (QUAL, Verb.SET_ATTRIBUTES, DOUBTFUL, replace(PROV, attributes=DOUBTFUL)),
        # Not set, as a second person is wanted for it.
        (QUAL, Verb.SET_ATTRIBUTES, DOUBTFUL, QUAL),
        (QUAL, Verb.DOWNGRADE_STATUS, Status.VALI, PROV),
        (VALI, Verb.DECIDE_PROPOSAL, None, QUAL),
        (VALI, Verb.DECIDE_PROPOSAL, None, RECUP),
    ],
)
def test_whatever_a_text_allows_is_right(before: Patient, act: str, given: object, after: Patient) -> None:
    assert rules_after(before, act, given, after) == []


def test_a_software_that_is_late_shows_the_right_status_in_the_end() -> None:
    turns = Turns()
    turns.seen(QUAL)
    turns.done(Verb.DOWNGRADE_STATUS, "7", Status.PROV)
    turns.seen(VALI)
    turns.seen(PROV)
    assert not turns.found


def exchange(operation: Operation, number: str = "284012A004999", born: str = "1984-01-01") -> ExchangeView:
    body = (
        f"<Body><RECVITALE><MatriculeOD><NumIdentifiant>{number}</NumIdentifiant></MatriculeOD>"
        f"<DateNaissance>{born}</DateNaissance></RECVITALE></Body>"
    )
    request: Any = SimpleNamespace(operation=operation.value, request_xml=body, code="00", decision={})
    return cast("ExchangeView", request)


@pytest.mark.parametrize(
    ("rank", "sent", "rules"),
    [
        ("1", exchange(Operation.SEARCH_BY_CARD), []),
        ("2", exchange(Operation.SEARCH_BY_CARD, born="2014-02-01"), []),
        ("1", exchange(Operation.SEARCH_BY_TRAITS), ["CAL-01"]),
        ("1", exchange(Operation.SEARCH_BY_CARD, born="2014-02-01"), ["CAL-02"]),
        ("1", exchange(Operation.SEARCH_BY_CARD, number="284012A004998"), ["CAL-02"]),
    ],
)
def test_a_call_by_card_is_about_whom_was_chosen(rank: str, sent: ExchangeView, rules: list[str]) -> None:
    cards = CardCalls()
    cards.done(Verb.READ_CARD, (CARD,), SimpleNamespace(id="r"))
    cards.called("r", rank, [sent])
    assert [found.owners.main for found in cards.found] == rules
    cards.done(Verb.SWAP_CARD, (replace(CARD, number="2"),), None)
    cards.called("r", rank, [sent])
    assert len(cards.found) == len(rules)


@pytest.mark.parametrize(
    ("entries", "count"),
    [
        ([("dupont", "00")], 0),
        ([("dupont", "00"), ("dupont", "00"), ("martin", "01")], 0),
        ([("martin", "00")], 1),
        ([("dupont", "01")], 1),
        # Nothing at all: a log that names no file.
        ([], 0),
    ],
)
def test_each_call_is_in_the_log_of_its_file(entries: list[tuple[str, str]], count: int) -> None:
    logged = CallsLogged()
    logged.called("7", "dupont", [exchange(Operation.SEARCH_BY_TRAITS)])
    logged.read(
        "7", "dupont", [AuditEntry(action="INSI_CALL", user=user, code=code) for user, code in entries]
    )
    assert len(logged.found) == count


def test_a_log_may_show_each_user_their_own_acts() -> None:
    logged = CallsLogged()
    for user in ("dupont", "martin"):
        logged.called("7", user, [exchange(Operation.SEARCH_BY_TRAITS)])
    own = AuditEntry(action="INSI_CALL", user="martin", code="00")
    logged.read("7", "martin", [own])
    assert not logged.found
    logged.read("7", "martin", [own, AuditEntry(action="IDENTITY_READ", user="dupont")])
    assert [found.owners.main for found in logged.found] == ["SEC-06"]


@pytest.mark.parametrize(
    ("entries", "count"),
    [
        ([(Status.PROV, Status.VALI, "DUPONT ; contrôle : martin")], 0),
        # In two steps.
        ([(Status.PROV, Status.RECUP, "dupont"), (Status.RECUP, Status.VALI, "dupont")], 0),
        ([(Status.PROV, Status.VALI, "martin")], 1),
        ([(Status.VALI, Status.VALI, "dupont")], 1),
        ([(None, Status.PROV, "dupont")], 1),
    ],
)
def test_each_change_seen_is_in_the_history(
    entries: list[tuple[Status | None, Status, str]], count: int
) -> None:
    histories = Histories()
    histories.seen(PROV)
    histories.done("7", "dupont")
    histories.seen(VALI)
    told = [StatusChange(previous=before, status=after, author=author) for before, after, author in entries]
    histories.read("7", told)
    assert [found.owners.main for found in histories.found] == ["STA-07"] * count


def test_what_changed_by_itself_is_no_matter_of_the_history_watch() -> None:
    histories = Histories()
    histories.seen(PROV)
    histories.done("7", "dupont")
    histories.forget_status("7")
    histories.seen(VALI)
    histories.seen(PROV)
    histories.read("7", [])
    assert not histories.found
