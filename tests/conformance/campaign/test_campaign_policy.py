"""What a campaign ends with, what its headline says, and which rules a plan makes of the catalogue."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from conformance.campaign import SelectionError, exit_code, select
from conformance.drivers.settings import DriverSettings
from conformance.plan import FailOn, Plan, SoftwareAbout
from conformance.progress import coverage, headline_style
from conformance.record.results import Campaign, CampaignMeta, CheckResult, RuleResult, Waiver, WaiverState
from conformance.rules import UnknownRuleError, load_catalogue
from conformance.verdicts import Verdict
from simulator.text import Text

NOW = datetime(2026, 3, 4, tzinfo=UTC)
WHY = Text("pourquoi", "why")


def campaign(*verdicts, state=None, **meta):
    """Return a campaign with one checked MUST rule for each verdict."""
    keys = [key for key, rule in load_catalogue().items() if rule.strength == "MUST"]
    waiver = Waiver(rule="x", reason="r", author="a", expires=date(2026, 12, 31)) if state else None
    rules = tuple(
        RuleResult(
            rule=load_catalogue()[key],
            verdict=verdict,
            reason=WHY,
            checks=(CheckResult(id=key, title=WHY, verdict=verdict, reason=WHY),),
            waiver=waiver,
            waiver_state=state,
        )
        for key, verdict in zip(keys, verdicts, strict=False)
    )
    values = {
        "started_at": NOW,
        "finished_at": NOW,
        "software_name": "LGO",
        "software_version": "1",
        "bench_version": "1",
        "simulator_version": "1",
    }
    return Campaign(meta=CampaignMeta(**{**values, **meta}), rules=rules)


@pytest.mark.parametrize(
    ("verdicts", "fail_on", "code"),
    [
        ((Verdict.PASS,), (), 0),
        ((Verdict.PASS, Verdict.WARNING, Verdict.NOT_TESTED, Verdict.REVIEW), (), 0),
        ((Verdict.FAIL, Verdict.INCONCLUSIVE), (), 1),
        ((Verdict.INCONCLUSIVE,), (), 2),
        ((Verdict.INCONCLUSIVE,), (FailOn.INCONCLUSIVE,), 1),
        ((Verdict.PASS, Verdict.WARNING), (FailOn.WARNING,), 1),
        ((Verdict.PASS, Verdict.WARNING), (FailOn.NOT_TESTED, FailOn.INCONCLUSIVE), 0),
        ((Verdict.PASS, Verdict.NOT_TESTED), (FailOn.NOT_TESTED,), 1),
        ((Verdict.NOT_TESTED,), (FailOn.NOT_TESTED,), 1),
        ((Verdict.NOT_APPLICABLE,), (FailOn.NOT_TESTED,), 1),
    ],
)
def test_the_exit_code_says_what_the_policy_asks_for(verdicts, fail_on, code):
    assert exit_code(campaign(*verdicts), fail_on) == code


@pytest.mark.parametrize(("state", "code"), [(WaiverState.HOLDS, 0), (WaiverState.EXPIRED, 1)])
def test_a_waiver_keeps_a_departure_from_failing_the_campaign_until_it_expires(state, code):
    found = campaign(Verdict.FAIL, state=state)
    assert exit_code(found) == code
    assert found.summary()[Verdict.FAIL] == 1


def test_an_interrupted_campaign_ends_as_shells_expect_it():
    assert exit_code(campaign(Verdict.FAIL, interrupted=True)) == 130


@pytest.mark.parametrize(
    ("verdicts", "colour", "says"),
    [
        ((Verdict.PASS, Verdict.PASS), "bold green", "2 of 2 rules tested"),
        (
            (Verdict.PASS, Verdict.NOT_TESTED),
            "bold yellow",
            "1 of 2 rules tested; 1 mandatory rule not tested; still to be tested: ",
        ),
        ((Verdict.NOT_TESTED, Verdict.NOT_TESTED), "bold yellow", "0 of 2 rules tested"),
        ((Verdict.PASS, Verdict.FAIL), "bold red", "2 of 2 rules tested"),
        ((Verdict.PASS, Verdict.NOT_APPLICABLE), "bold green", "1 of 2 rules tested, 1 not applicable"),
        ((), "bold yellow", "0 of 0 rules tested"),
    ],
)
def test_the_headline_says_how_much_was_tested(verdicts, colour, says):
    found = campaign(*verdicts)
    assert headline_style(found) == colour
    assert coverage(found).en.startswith(says)


def test_the_headline_says_that_a_selection_is_one():
    assert "a selection" in coverage(campaign(Verdict.PASS, is_selection=True)).en


def plan(**values):
    return Plan(driver=DriverSettings(url="http://x"), **values)


def test_rules_and_groups_in_and_out():
    found = select(plan(rules=("STA-03",), groups=("SRC",), without_rules=("SRC-02",)), load_catalogue())
    assert "STA-03" in found.rules
    assert "SRC-01" in found.rules
    assert "SRC-02" not in found.rules
    assert found.is_partial
    assert not select(plan(), load_catalogue()).is_partial


def test_a_rule_that_binds_others_does_not_apply():
    catalogue = load_catalogue()
    found = select(plan(software=SoftwareAbout(actors=("RI", "CALL", "LGO"))), catalogue)
    assert found.not_applicable
    assert all(not catalogue[key].applies_to(("RI", "CALL", "LGO")) for key in found.not_applicable)
    assert select(plan(), catalogue).not_applicable == {}


def test_a_promoted_rule_counts_as_binding():
    assert not select(plan(promote=("ERR-02",)), load_catalogue()).catalogue["ERR-02"].is_soft


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"groups": ("SRX",)}, SelectionError, "did you mean SRC"),
        ({"rules": ("SRC-01",), "without_groups": ("SRC",)}, SelectionError, "leaves no rule"),
        ({"rules": ("SRC-99",)}, UnknownRuleError, "SRC-99"),
        ({"not_applicable": {"SRC-99": "x"}}, UnknownRuleError, "SRC-99"),
    ],
)
def test_what_cannot_be_selected_is_named(values, error, message):
    with pytest.raises(error, match=message):
        select(plan(**values), load_catalogue())


def test_replacing_one_field_of_a_plan_keeps_all_the_others():
    whole = plan(session={"profile": "qualification-2026"}, waivers=(), seed=3)
    assert dataclasses.replace(whole, seed=4).session == {"profile": "qualification-2026"}
