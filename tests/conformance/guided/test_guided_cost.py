"""What guided campaigns cost a person, counted."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.engine.collecting import collect_suite
from conformance.guided.selecting import JOURNEYS, UnknownJourneyError, all_journeys, select_journeys
from conformance.rules.catalogue import load_catalogue

MOST_ACTS = 120
RULES = 90
ALL_RULES = 110


@pytest.fixture
def helpers(request):
    return request.config.pluginmanager.get_plugin(str(request.path.with_name("conftest.py")))


def test_120_acts_are_enough_for_90_rules():
    journeys = list(all_journeys().values())
    affordable = [
        len({key for about in some for key in about.rules})
        for count in range(1, len(journeys) + 1)
        for some in combinations(journeys, count)
        if sum(about.journey.acts for about in some) <= MOST_ACTS
    ]
    assert max(affordable) >= RULES


def test_all_journeys_together_observe_110_rules():
    assert len({key for about in all_journeys().values() for key in about.rules}) >= ALL_RULES


def test_every_check_of_a_journey_names_rules_of_the_catalogue():
    contents = collect_suite(JOURNEYS)
    assert contents.problems == ()
    assert {check.id for check in contents.checks} == {
        check for about in all_journeys().values() for check in about.checks
    }
    assert {key for about in all_journeys().values() for key in about.rules} <= set(load_catalogue())


@pytest.mark.slow
def test_each_journey_asks_for_no_more_acts_than_it_says(conversation, helpers):
    campaign = conversation.run()
    asked = len(conversation.person.acts)
    # Two looks are spared: a file whose creation is refused is not opened.
    assert asked == sum(about.journey.acts for about in all_journeys().values()) - 2
    found = helpers.verdicts(campaign)
    assert found == helpers.verdicts(helpers.by_program(conversation.url, (), conversation.simulator))
    for_eyes = {"DIS-01", "DIS-03", "ERG-08", "PRF-11", "PRF-12", "SEC-12", "CAL-21"}
    assert {verdict for key, verdict in found.items() if key not in for_eyes} == {"PASS"}


def test_the_listing_says_what_each_costs():
    listed = CliRunner().invoke(main, ["journeys"])
    assert listed.exit_code == 0
    acts = sum(about.journey.acts for about in all_journeys().values())
    assert f"{acts} actes" in listed.output.splitlines()[-1]
    data = json.loads(CliRunner().invoke(main, ["journeys", "--json", "--lang", "en"]).output)
    assert {entry["key"] for entry in data} == set(all_journeys())
    assert all(entry["rules"] and entry["minutes"] for entry in data)


@pytest.mark.usefixtures("in_english")
def test_an_unknown_journey_is_told_with_those_that_there_are(tmp_path):
    with pytest.raises(UnknownJourneyError, match="import"):
        select_journeys(("imports",))
    plan = tmp_path / "plan.yaml"
    plan.write_text("driver: {url: 'http://127.0.0.1:9'}\n", encoding="utf-8")
    run = CliRunner().invoke(
        main, ["run", str(plan), "--journey", "imports", "--report", str(tmp_path / "report")]
    )
    assert run.exit_code == 2
    assert "unknown journey 'imports'" in run.output


def test_a_guided_plan_needs_no_address(tmp_path):
    plan = tmp_path / "comptoir.yaml"
    plan.write_text("driver: {kind: guided}\n", encoding="utf-8")
    assert CliRunner().invoke(main, ["plan", "check", str(plan)]).exit_code == 0
    plan.write_text("driver: {kind: guide}\n", encoding="utf-8")
    wrong = CliRunner().invoke(main, ["plan", "check", str(plan)])
    assert wrong.exit_code == 2
    assert "comptoir.yaml:1:" in wrong.output
    jobs = CliRunner().invoke(main, ["run", str(plan), "--jobs", "2"])
    assert jobs.exit_code == 2
