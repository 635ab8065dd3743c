"""A rule of which a part could not be judged: a departure that was found stands, and every report says both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from conformance.campaign import exit_code
from conformance.plan import FailOn
from conformance.record.ends import CheckEnd
from conformance.record.events import Outcome
from conformance.record.judging import judge_rules
from conformance.record.results import Campaign, CampaignMeta, Waiver, WaiverState
from conformance.report.coverage import headline_of
from conformance.report.csv_report import render_csv
from conformance.report.html import render_html
from conformance.report.json_report import report_data
from conformance.report.junit import render_junit
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict
from simulator.text import Text

TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, tzinfo=UTC)
BROKEN = Outcome(verdict=Verdict.INCONCLUSIVE, reason=Text("INSi n'a rien reçu.", "INSi got nothing."))
DEPARTED = Outcome(verdict=Verdict.FAIL, reason=Text("le nom a changé", "the name changed"), inferred=True)
LOOK = Outcome(verdict=Verdict.REVIEW, reason=Text("à voir", "to see"))
PASSED = Outcome(verdict=Verdict.PASS, reason=Text("", ""))
WAIVER = Waiver(rule="ERR-02", reason="prévu", author="QA", expires=date(2026, 12, 31))


def campaign(*outcomes, waivers=()):
    ends = [
        CheckEnd(id=f"response.check_{number}", title=Text("t", "t"), rules=("ERR-02",), outcome=outcome)
        for number, outcome in enumerate(outcomes)
    ]
    rules = judge_rules(load_catalogue(), ["ERR-02"], ends, not_applicable={}, waivers=waivers, today=TODAY)
    meta = CampaignMeta(
        started_at=NOW, finished_at=NOW, software_name="LGO", software_version="1", bench_version="1", simulator_version="1"
    )  # fmt: skip
    return Campaign(meta=meta, rules=rules)


def test_a_departure_found_is_not_hidden_by_what_could_not_be_judged():
    [result] = campaign(PASSED, BROKEN, DEPARTED, DEPARTED, LOOK, BROKEN).rules

    assert result.verdict is Verdict.WARNING
    assert result.is_judged_in_part
    assert [check.verdict for check in result.also] == [Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE]
    assert (
        result.reason.fr
        == "le nom a changé (et 1 autre) ; mais aussi INCONCLUSIVE : INSi n'a rien reçu. (et 1 autre)"
    )
    assert (
        result.reason.en
        == "the name changed (and 1 more); but also INCONCLUSIVE: INSi got nothing. (and 1 more)"
    )


def test_an_inconclusive_rule_says_what_is_to_review():
    [result] = campaign(PASSED, BROKEN, LOOK).rules

    assert result.verdict is Verdict.INCONCLUSIVE
    assert not result.is_departed
    assert result.reason.fr == "INSi n'a rien reçu ; mais aussi REVIEW : à voir"


@pytest.mark.parametrize(("other", "verdict"), [(DEPARTED, Verdict.WARNING), (PASSED, Verdict.INCONCLUSIVE)])
def test_what_could_not_be_prepared_for_a_departure_of_the_same_rule_hides_it_not(other, verdict):
    [result] = campaign(replace(BROKEN, depends_on=("ERR-02",)), other).rules
    assert result.verdict is verdict


@pytest.mark.parametrize("outcomes", [(BROKEN, PASSED), (DEPARTED, LOOK), (LOOK,)])
def test_nothing_is_added_where_the_verdict_tells_it(outcomes):
    [result] = campaign(*outcomes).rules

    assert result.also == ()
    assert "mais aussi" not in result.reason.fr


def test_every_report_says_both():
    found = campaign(BROKEN, DEPARTED)

    data = report_data(found, "en")
    assert "but also INCONCLUSIVE: INSi got nothing" in data["rules"][0]["reason"]
    assert {check["verdict"] for check in data["checks"]} == {"INCONCLUSIVE", "WARNING"}
    assert "but also INCONCLUSIVE" in render_csv(found, "en")
    page = render_html(found, "fr")
    assert "mais aussi INCONCLUSIVE" in page
    [marks] = [line for line in page.splitlines() if 'class="marks"' in line]
    assert "v-INCONCLUSIVE" in marks
    assert "le nom a changé" in render_junit(found, "fr").decode()
    assert headline_of(found).text.en == "1 rule could be judged in part only"
    assert headline_of(found).remarks[-1].en == "the rest of 1 rule with a departure could not be judged"
    assert headline_of(campaign(BROKEN, LOOK)).remarks[-1].en == (
        "1 rule that could not be judged has something to review as well"
    )


def test_a_departure_beside_what_could_not_be_judged_counts_where_warnings_do():
    assert exit_code(campaign(BROKEN, DEPARTED)) == 2
    assert exit_code(campaign(BROKEN, DEPARTED), (FailOn.WARNING,)) == 1
    assert exit_code(campaign(BROKEN, LOOK), (FailOn.WARNING,)) == 2


def test_a_waiver_covers_the_departure_and_not_what_could_not_be_judged():
    found = campaign(BROKEN, DEPARTED, waivers=[WAIVER])

    assert found.rules[0].waiver_state is WaiverState.HOLDS
    assert exit_code(found, (FailOn.WARNING,)) == 2
    assert headline_of(found).tone is not Verdict.PASS
    assert campaign(BROKEN, waivers=[WAIVER]).rules[0].waiver_state is WaiverState.NOT_NEEDED
