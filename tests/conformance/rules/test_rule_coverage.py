"""Every rule is accounted for: the gate, and what it says when one is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.commands.rules import suite_coverage
from conformance.rules import Obstacle, Rule, load_catalogue
from conformance.rules.coverage import Coverage, State, cover, coverage_data
from conformance.rules.states import load_states


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Rule]:
    return load_catalogue()


@pytest.fixture(scope="module")
def of_the_suite() -> Coverage:
    return suite_coverage()


def test_every_rule_and_every_case_has_a_check_or_a_reason(of_the_suite: Coverage) -> None:
    assert of_the_suite.faults() == []
    assert (len(of_the_suite.rules), len(of_the_suite.cases)) == (164, 108)


def test_every_case_that_expects_something_has_a_check_at_its_address(of_the_suite: Coverage) -> None:
    without = {each.case.key for each in of_the_suite.cases if not each.checks}
    assert (
        without == {each.case.key for each in of_the_suite.cases if each.case.expectation is None} & without
    )
    assert {each.partition("/")[0] for each in without} == {"E24", "E25", "E26"}
    assert not without & {"E24/PROV", "E25/PROV", "E26/RECUP", "E26/QUAL"}


def test_coverage_is_learnt_from_the_suite(of_the_suite: Coverage) -> None:
    states = {each.rule.key: each for each in of_the_suite.rules}
    assert states["SRC-01"].state is State.EXECUTABLE
    assert states["SRC-01"].checks
    assert (states["PRF-12"].state, states["PRF-12"].checks) == (State.GUIDED, ("editor.copies",))
    assert states["CAL-21"].state is State.PARTIAL
    assert states["RSP-01"].state is State.PARTIAL


def test_a_rule_with_neither_check_nor_reason_is_named_with_its_file(catalogue: dict[str, Rule]) -> None:
    bare = replace(catalogue["SRC-09"], not_tested_reason=None, obstacle=None)
    coverage = cover({"SRC-09": bare}, {}, {})
    assert coverage.faults() == [
        "SRC-09: expected a check, or not_tested in conformance/rules/search.yaml; got neither"
    ]


def test_a_check_that_names_no_rule_is_a_fault(catalogue: dict[str, Rule]) -> None:
    coverage = cover({"PRF-12": catalogue["PRF-12"]}, {}, {}, ["test_x.py::test_y: names no rule"])
    assert coverage.faults() == ["test_x.py::test_y: names no rule"]


def test_a_check_makes_a_reason_outdated_and_not_a_fault(catalogue: dict[str, Rule]) -> None:
    coverage = cover({"PRF-12": catalogue["PRF-12"]}, {}, {"PRF-12": ["proof.copies"]})
    assert (coverage.executable, coverage.outdated, coverage.faults()) == (1, ("PRF-12",), [])
    assert coverage.rules[0].reason is None


def test_a_rule_that_only_a_person_judges_is_counted_apart(catalogue: dict[str, Rule]) -> None:
    coverage = cover({"PRF-12": catalogue["PRF-12"]}, {}, {}, guided={"PRF-12": ["editor.copies"]})
    assert (coverage.executable, coverage.count(State.GUIDED), coverage.outdated) == (0, 1, ())
    assert coverage.rules[0].reason is catalogue["PRF-12"].not_tested_reason


def test_a_partial_check_says_what_it_leaves_out(catalogue: dict[str, Rule]) -> None:
    [covered] = cover({"RSP-01": catalogue["RSP-01"]}, {}, {"RSP-01": ["response.comparison"]}).rules
    assert covered.state is State.PARTIAL
    assert covered.reason is catalogue["RSP-01"].partial


def test_a_case_is_judged_by_the_rules_of_its_event(catalogue: dict[str, Rule]) -> None:
    cases = load_states()
    wanted = {key: cases[key] for key in ("E9/QUAL", "E24/QUAL", "E24/PROV")}
    coverage = cover(catalogue, wanted, {"ATT-03": ["attributes.back_to_provisional"]})
    by_key = {each.case.key: each for each in coverage.cases}
    assert (by_key["E9/QUAL"].state, by_key["E9/QUAL"].rules) == (State.EXECUTABLE, ("ATT-03",))
    assert (by_key["E24/QUAL"].state, by_key["E24/QUAL"].reason) == (
        State.NOT_TESTED,
        cases["E24/QUAL"].reason,
    )
    assert by_key["E24/PROV"].state is State.UNACCOUNTED


def test_a_check_that_bears_the_address_of_a_case_judges_it(catalogue: dict[str, Rule]) -> None:
    cases = {"E24/PROV": load_states()["E24/PROV"]}
    checks = {"STA-01": ["state_machine.cell[E24/PROV]", "state_machine.cell[E29/PROV]"]}
    coverage = cover(catalogue, cases, checks)
    assert (coverage.cases[0].state, coverage.cases[0].checks) == (
        State.EXECUTABLE,
        ("state_machine.cell[E24/PROV]",),
    )
    assert coverage.problems == ("state_machine.cell[E29/PROV]: E29/PROV is no case of the state machine",)


def test_a_case_without_check_or_reason_is_a_fault(catalogue: dict[str, Rule]) -> None:
    bare = {key: replace(rule, not_tested_reason=None, obstacle=None) for key, rule in catalogue.items()}
    coverage = cover(
        bare, {"E24/PROV": load_states()["E24/PROV"]}, {key: ["a.check"] for key in bare if key != "TRA-18"}
    )
    assert coverage.faults()[-1] == "E24/PROV: expected a rule with a check or a reason; got neither"


def test_the_data_for_programs_say_the_same(of_the_suite: Coverage) -> None:
    data = coverage_data(of_the_suite, "en")
    assert data["summary"]["rules"] == len(data["rules"]) == 164
    assert sum(data["summary"][state.value] for state in State) == 164
    copies = next(each for each in data["rules"] if each["key"] == "PRF-12")
    assert (copies["state"], copies["obstacle"]) == ("guided", Obstacle.ORGANISATIONAL.value)
    assert copies["reason"].startswith("The evidence asked for is vendor documentation")
    assert data["faults"] == []
