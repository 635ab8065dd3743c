"""What files have to hold by what was done to them, compared with whatever is read of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.drivers.model import (
    Actor,
    CallOutcome,
    InsiCall,
    Patient,
    PatientTraits,
    SearchCriteria,
    Status,
)
from conformance.suite.desk.accounts import Accounts
from conformance.suite.desk.found import Owners
from conformance.suite.desk.ledger import Ledger

USER, OTHER = Actor(user="dupont"), Actor(user="martin")
TYPED = PatientTraits(
    birth_name="D'ESTE-LE GALL",
    first_name="ANNE-MARIE",
    first_names="ANNE-MARIE LUCIE",
    birth_date="1984-01-01",
    sex="F",
    birth_place="2A004",
)
FILE = Patient(
    id="7",
    status=Status.PROV,
    birth_name="D'ESTE-LE GALL",
    first_name="ANNE-MARIE",
    first_names="ANNE-MARIE LUCIE",
    birth_date="1984-01-01",
    sex="F",
    birth_place="2A004",
)
ANSWER = {
    "matricule": "284012A00499928",
    "oid": "1.2.250.1.213.1.4.10",
    "birth_name": "D'ESTE-LE GALL",
    "first_names": "ANNE-MARIE LUCIE",
    "birth_date": "1984-01-01",
    "sex": "F",
    "birth_place": "2A004",
}
WITH_INS = replace(FILE, status=Status.RECUP, matricule=ANSWER["matricule"], oid=ANSWER["oid"])


def created() -> Ledger:
    ledger = Ledger()
    ledger.created(TYPED, FILE)
    return ledger


def imported() -> Ledger:
    ledger = created()
    ledger.imported("7", ANSWER)
    return ledger


@pytest.mark.parametrize(
    "lost",
    [
        {"birth_name": "D ESTE-LE GALL"},
        {"birth_name": "D'ESTE LE GALL"},
        {"birth_name": None},
        {"first_names": "ANNE-MARIE"},
        {"first_name": "ANNE"},
        {"birth_date": "1983-12-31"},
        {"sex": "M"},
        {"birth_place": "20004"},
    ],
)
def test_what_was_typed_is_read(lost: dict[str, Any]) -> None:
    ledger = created()
    ledger.shown(FILE)
    assert not ledger.found
    ledger = created()
    ledger.shown(replace(FILE, **lost))
    [found] = ledger.found
    rules, departure = found.owners.rules, found.departure
    assert "FLD-01" in rules
    assert all(rule.startswith(("FLD-", "TRT-")) for rule in rules)
    assert next(iter(lost.values())) is None or str(next(iter(lost.values()))) in str(departure)


def test_a_late_software_is_judged_by_its_last_reading() -> None:
    ledger = created()
    ledger.shown(replace(FILE, birth_name="D"))
    ledger.shown(FILE)
    assert not ledger.found


def test_what_is_not_written_as_a_file_holds_it_is_left_to_the_rules() -> None:
    ledger = Ledger()
    ledger.created(replace(TYPED, birth_name="d'Este--Le Gall", birth_place="99999", sex="I"), FILE)
    ledger.shown(replace(FILE, birth_name="D'ESTE--LE GALL", birth_place=None, sex=None))
    assert not ledger.found


def test_a_file_that_was_there_already_was_only_opened() -> None:
    ledger = created()
    ledger.created(replace(TYPED, birth_name="GALL"), FILE)
    ledger.shown(FILE)
    assert not ledger.found


def test_a_change_may_be_ignored_and_be_nothing_else() -> None:
    for got, is_right in (("GALL", True), ("D'ESTE-LE GALL", True), ("GAL", False)):
        ledger = created()
        ledger.updated("7", {"birth_name": "GALL"})
        ledger.shown(replace(FILE, birth_name=got))
        assert (not ledger.found) is is_right, got


def test_a_change_of_the_first_name_may_change_the_list() -> None:
    ledger = created()
    ledger.updated("7", {"first_name": "LUCIE"})
    ledger.shown(replace(FILE, first_name="LUCIE", first_names="LUCIE ANNE-MARIE"))
    assert not ledger.found


@pytest.mark.parametrize(
    "lost", [{"matricule": "284012A00499827"}, {"oid": "1"}, {"birth_place": "2B004"}, {"matricule": None}]
)
def test_what_was_accepted_is_read_while_the_file_has_an_ins(lost: dict[str, Any]) -> None:
    ledger = imported()
    ledger.shown(WITH_INS)
    assert not ledger.found
    ledger = imported()
    ledger.shown(replace(WITH_INS, **lost))
    [found] = ledger.found
    rules = found.owners.rules
    assert rules == {"RSP-02"}


def test_the_ins_may_go_with_the_status_and_the_traits_may_not() -> None:
    ledger = imported()
    ledger.done("7", "downgrade_status", Owners("STA-08"), may_lose_ins=True)
    ledger.shown(FILE)
    assert not ledger.found
    ledger = imported()
    ledger.shown(WITH_INS)
    ledger.done("7", "downgrade_status", Owners("STA-08"), may_lose_ins=True)
    ledger.shown(replace(FILE, birth_place="99999"))
    [found] = ledger.found
    rules = found.owners.rules
    assert rules == {"STA-08"}


def test_an_answer_that_is_not_as_it_has_to_be_is_left_to_its_rules() -> None:
    ledger = created()
    ledger.imported("7", {**ANSWER, "birth_date": "1984-00-00"})
    ledger.shown(replace(WITH_INS, birth_name="OTHER"))
    assert not ledger.found


def test_who_loses_rights_sees_less() -> None:
    accounts = Accounts(None)
    accounts.done("create_patient", (TYPED,), {}, FILE, None)
    accounts.done("write_rights", ("martin",), {}, None, None)
    accounts.read(replace(FILE, birth_name=None), {"actor": OTHER})
    assert not accounts.found
    accounts.read(replace(FILE, birth_name=None), {"actor": USER})
    assert accounts.found


def test_a_request_carries_what_the_file_holds() -> None:
    sent = {"birth_name": "D'ESTE-LE GALL", "sex": "F", "birth_date": "1984-01-01", "birth_place": None}
    ledger = created()
    ledger.sent("7", [sent])
    assert not ledger.found
    ledger.sent("7", [sent, {**sent, "birth_date": "1983-12-31"}])
    [found] = ledger.found
    rules = found.owners.rules
    assert rules == {"CAL-06", "CAL-08", "CAL-09"}


@pytest.mark.parametrize(
    "act", ["receive_message", "import_app_identity", "reset", "attach_card", "of_tomorrow"]
)
def test_nothing_is_expected_after_an_act_that_may_change_anything(act: str) -> None:
    accounts = Accounts(None)
    accounts.done("create_patient", (TYPED,), {}, FILE, None)
    accounts.done(act, ("7",), {}, None, None)
    accounts.read(replace(FILE, birth_name="OTHER"), {"actor": USER})
    assert not accounts.found


def test_the_accounts_follow_the_acts() -> None:
    accounts = Accounts(None)
    accounts.done("create_patient", (TYPED,), {}, FILE, None)
    call = InsiCall(id="c1", outcome=CallOutcome.FOUND, patient_id="7")
    assert accounts.asking("call_insi_traits", lambda *_, **__: call, ("7",), {}) is call
    accounts.done("record_proof", ("7", "CNI"), {}, FILE, Owners("PRF-01", frozenset({"PRF"})))
    accounts.read(FILE, {"actor": USER})
    accounts.done("validate_identity", ("7",), {}, FILE, Owners("PRF-04", frozenset({"STA"})))
    accounts.read(replace(FILE, birth_name="D'ESTE"), {"actor": USER})
    [found] = accounts.found
    rules, departure = found.owners.rules, found.departure
    assert rules == {"STA", "PRF-04"}
    assert found.aside().rules == ("PRF-04",)
    assert "validate_identity" in str(departure)


def test_a_search_and_a_comparison_show_what_the_file_holds() -> None:
    partly = Patient(id="7", status=Status.PROV, birth_name="D'ESTE-LE GALL")
    ledger = created()
    ledger.listed([partly, replace(partly, id="8", birth_name="OTHER")])
    ledger.compared("7", {"birth_name": "D'ESTE-LE GALL", "matricule": None, "birth_place": None})
    assert not ledger.found
    ledger.listed([replace(partly, birth_date="1984-01-02")])
    ledger.compared("7", {"birth_place": "20004"})
    assert [found.owners.rules for found in ledger.found] == [{"SRC-01", "SRC"}, {"RSP-01"}]
    # That a row shows what the file holds is in no text.
    assert [found.departure.inferred for found in ledger.found] == [True, False]


def test_an_answer_of_insi_leaves_the_first_name_and_the_names_in_use() -> None:
    changes: dict[str, dict[str, Any]] = {
        "RSP-05": {"first_name": "ANNE"},
        "FLD-04": {"used_name": "LE GALL"},
    }
    for rule, lost in changes.items():
        ledger = created()
        ledger.shown(replace(FILE, used_name="MARTIN"))
        ledger.imported("7", ANSWER)
        ledger.shown(replace(WITH_INS, used_name="MARTIN"))
        assert not ledger.found
        ledger.imported("7", ANSWER)
        # Neither a search nor an act since is blamed for it.
        ledger.listed([replace(WITH_INS, **{"used_name": "MARTIN", **lost})])
        ledger.done("7", "record_proof", Owners("PRF-01"), may_lose_ins=False)
        ledger.shown(replace(WITH_INS, **{"used_name": "MARTIN", **lost}))
        [found] = ledger.found
        assert found.owners.main == rule


@pytest.mark.parametrize(
    ("criteria", "shown_ids", "count"),
    [
        ({"birth_date": "1984-01-01"}, {"7", "8"}, 0),
        ({"birth_date": "1984-01-01"}, {"8"}, 1),
        ({"birth_date": "1984-01-02"}, set[str](), 0),
        ({"birth_date": "1984-01-01", "name_prefix": "X"}, set[str](), 0),
    ],
)
def test_a_search_shows_the_files_that_hold_the_date(
    criteria: dict[str, str], shown_ids: set[str], count: int
) -> None:
    ledger = created()
    ledger.sought(SearchCriteria(**criteria), set())
    assert not ledger.found
    ledger.shown(FILE)
    ledger.sought(SearchCriteria(**criteria), shown_ids)
    assert [found.owners.main for found in ledger.found] == ["SRC-01"] * count


def test_what_is_asked_for_another_file_meanwhile_is_left_alone() -> None:
    own = {name: getattr(FILE, name) for name in ("birth_name", "birth_date", "sex", "birth_place")}
    other = {"birth_name": "MARTIN", "birth_date": "1950-02-03", "sex": "M", "birth_place": "75056"}
    ledger = created()
    ledger.sent("7", [own, other])
    assert not ledger.found
    ledger.sent("7", [own, {**own, "birth_name": "MARTIN"}])
    assert len(ledger.found) == 1
    ledger = created()
    ledger.sent("7", [other])
    assert len(ledger.found) == 1
