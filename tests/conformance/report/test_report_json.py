"""``report.json``: its shape, and what programs read in it."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from conformance.record.timeline import NoteEntry
from conformance.report.json_report import render_json
from conformance.rules import Text
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.record.results import Campaign, RuleResult


def report_of(campaign: Campaign, lang: str = "fr") -> Any:
    return json.loads(render_json(campaign, lang))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def report(campaign: Campaign) -> Any:
    return report_of(campaign)


def rule(report: Any, key: str) -> Any:
    return next(entry for entry in report["rules"] if entry["id"] == key)


def test_the_report_satisfies_its_schema(report: Any) -> None:
    schema = json.loads((resources.files("conformance.report") / "report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(report)


def test_the_summary_counts_all_seven_verdicts(report: Any) -> None:
    assert report["summary"] == {str(verdict): 1 for verdict in Verdict}


def test_a_rule_has_the_six_agreed_members(report: Any) -> None:
    assert {tuple(entry) for entry in report["rules"]} == {
        ("id", "verdict", "title", "references", "reason", "evidence")
    }


def test_a_working_number_keeps_its_mark(report: Any) -> None:
    assert rule(report, "STA-03")["references"] == [
        {"tag": "Règle 20", "draft": False, "evidence": "official"},
        {"tag": "LGC.INS.23", "draft": False, "evidence": "official"},
        {"tag": "INS/va1.40", "draft": True, "evidence": "official"},
    ]


def test_an_inferred_rule_says_so(report: Any) -> None:
    assert report["catalogue"]["ERR-02"]["evidence_level"] == "inferred"


def test_evidence_names_its_check_and_comes_in_order(report: Any) -> None:
    evidence = rule(report, "STA-03")["evidence"]
    assert {entry["check"] for entry in evidence} == {"status.sta-03"}
    assert [entry["kind"] for entry in evidence] == ["act", "act", "exchange", "act", "act", "state", "note"]


def test_of_a_check_that_passed_it_is_said_what_was_done_and_how_it_ended(report: Any) -> None:
    evidence = rule(report, "SRC-01")["evidence"]
    assert [entry["kind"] for entry in evidence] == ["act", "act", "exchange", "act", "act", "state", "note"]
    assert [entry["outcome"] for entry in evidence if entry["kind"] == "act"] == ["returned"] * 3 + [
        "refused"
    ]
    assert evidence[2]["code"] == "00"
    assert not [name for entry in evidence for name in ("result", "request", "response") if name in entry]


def test_a_rule_is_a_line(campaign: Campaign) -> None:
    lines = [
        json.loads(line.strip(" ,"))
        for line in render_json(campaign, "fr").splitlines()
        if '"evidence":[' in line
    ]
    assert [line["id"] for line in lines] == [result.rule.key for result in campaign.rules]


def test_an_exchange_keeps_its_traits_and_loses_its_signature(report: Any) -> None:
    exchange = rule(report, "STA-03")["evidence"][2]
    assert "<NomNaissance>LE GOFF</NomNaissance>" in exchange["request"]
    assert "c2lnbmF0dXJlLXZhbHVl" not in exchange["request"]


def test_sentences_follow_the_language(campaign: Campaign) -> None:
    french, english = report_of(campaign, "fr"), report_of(campaign, "en")
    assert rule(french, "SRC-01")["reason"] == "1 contrôle réussi."
    assert rule(english, "SRC-01")["reason"] == "1 check passed."
    assert rule(french, "STA-03")["title"] != rule(english, "STA-03")["title"]


def test_a_lone_surrogate_from_the_software_does_not_break_the_file(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult], campaign: Campaign
) -> None:
    note = NoteEntry(at=campaign.meta.started_at, text=Text.same("\ud800\x00"))
    text = render_json(make_campaign((make_result("SRC-01", Verdict.PASS, evidence=(note,)),)), "fr")
    assert text.encode("utf-8")
