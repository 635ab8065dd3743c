"""Rules tested in part: every report names the paths that the software does not offer, and the rules tested without them."""

from __future__ import annotations

import csv
import io
import json
from importlib import resources
from typing import TYPE_CHECKING

import jsonschema
import pytest
from lxml import etree, html
from rich.console import Console

from conformance.progress import CampaignView
from conformance.record.missed import Missed
from conformance.report.coverage import coverage_of, headline_of, paths_not_tested
from conformance.report.csv_report import render_csv
from conformance.report.html import render_html
from conformance.report.json_report import report_data
from conformance.report.junit import render_junit
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.record.results import Campaign, RuleResult

CARD = Missed(path=Text("par carte", "by card"), verb="read_card", reason=Text.same("pas de lecteur"))


@pytest.fixture(scope="module")
def in_part(make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]) -> Campaign:
    return make_campaign(
        (
            make_result("SEC-06", Verdict.PASS, missed=(CARD,)),
            make_result("SEC-04", Verdict.PASS, missed=(CARD,)),
            make_result("SRC-01", Verdict.PASS),
            # Nothing is said of the software at all: no part of it was tested.
            make_result("CAL-01", Verdict.NOT_TESTED, reason="pas de lecteur", missed=(CARD,), is_apart=True),
        )
    )


def test_the_headline_counts_them(in_part: Campaign) -> None:
    assert coverage_of(in_part).in_part == 2
    assert headline_of(in_part).coverage == Text(
        "3 règles testées sur 4, dont 2 en partie", "3 of 4 rules tested, 2 of them in part"
    )
    assert [result.rule.key for result in in_part.tested_in_part] == ["SEC-06", "SEC-04"]


def test_each_path_is_named_once_with_its_rules(in_part: Campaign) -> None:
    assert paths_not_tested(in_part) == [
        Text("par carte (read_card) : SEC-06 04", "by card (read_card): SEC-06 04")
    ]


def test_the_terminal_says_it_beside_the_rule_and_below_the_table(in_part: Campaign) -> None:
    out = io.StringIO()
    view = CampaignView("fr", Console(file=out, width=200))  # type: ignore[arg-type] # a console of rich itself
    view.summary(in_part, [])
    shown = out.getvalue()
    assert "· testée en partie, voie absente : par carte (read_card)" in shown
    assert "  par carte (read_card) : SEC-06 04" in shown


def test_json_has_it_for_the_checks_of_each_rule(in_part: Campaign) -> None:
    data = json.loads(json.dumps(report_data(in_part, "en")))
    schema = json.loads((resources.files("conformance.report") / "report.schema.json").read_text("utf-8"))
    jsonschema.validate(data, schema)
    path = {"path": "by card", "verb": "read_card", "reason": "pas de lecteur"}
    assert [check["paths_not_tested"] for check in data["checks"]] == [[path], [path], [], [path]]


def test_junit_skips_each_path_beside_the_check_that_passed(in_part: Campaign) -> None:
    cases = {
        node.get("name"): node for node in etree.fromstring(render_junit(in_part, "en")).iter("testcase")
    }
    skipped = {
        name: node[0].get("message") for name, node in cases.items() if len(node) and node[0].tag == "skipped"
    }
    assert skipped == {
        "status.sec-06/read_card": "path not tested: by card (read_card) pas de lecteur",
        "status.sec-04/read_card": "path not tested: by card (read_card) pas de lecteur",
        "status.cal-01": "[en] pas de lecteur",
    }
    assert len(cases["status.sec-06"]) == 0


def test_the_table_for_spreadsheets_has_a_column_for_it(in_part: Campaign) -> None:
    rows = list(csv.DictReader(io.StringIO(render_csv(in_part, "en"))))
    assert [row["paths not tested"] for row in rows] == ["by card (read_card)"] * 2 + ["", ""]


def test_the_page_marks_the_rule_and_lists_the_paths(in_part: Campaign) -> None:
    page = html.fromstring(render_html(in_part, "fr"))
    marked = page.xpath("//details[@class='rule'][.//span[@class='badge'][text()='en partie']]/@id")
    assert marked == ["SEC-06", "SEC-04"]
    assert "par carte (read_card)" in page.xpath("string(//ul[@class='keys'])")


def test_what_the_checks_of_a_rule_do_not_see_is_said_wherever_the_rule_is(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    campaign = make_campaign((make_result("RSP-01", Verdict.PASS),))
    said = load_catalogue()["RSP-01"].partial
    assert said is not None
    facts = html.fromstring(render_html(campaign, "fr")).get_element_by_id("RSP-01").find_class("facts")[0]
    assert said.fr.split()[0] in facts.text_content()
    assert "Non contrôlé" in facts.text_content()
    assert said.fr in " ".join(facts.text_content().split())
    assert report_data(campaign, "en")["catalogue"]["RSP-01"]["partial"] == said.en
    [row] = csv.DictReader(io.StringIO(render_csv(campaign, "en").removeprefix("\ufeff"), newline=""))
    assert row["what the checks do not see"] == said.en
