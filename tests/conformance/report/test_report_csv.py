"""``rules.csv``: what a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from conformance.report.csv_report import render_csv
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.record.results import Campaign, RuleResult
    from simulator.text import Lang


def rows(campaign: Campaign, lang: Lang = "en") -> list[dict[str, str]]:
    text = render_csv(campaign, lang).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="," if lang == "en" else ";"))


def test_there_is_one_row_for_each_rule_with_its_verdict(campaign: Campaign) -> None:
    assert [(row["key"], row["verdict"]) for row in rows(campaign)] == [
        (result.rule.key, str(result.verdict)) for result in campaign.rules
    ]


def test_a_row_has_the_official_numbers_by_family(campaign: Campaign) -> None:
    row = next(row for row in rows(campaign) if row["key"] == "STA-03")
    assert row["Règle (Guide v2)"] == "Règle 20"
    assert row["INS/va1 (draft)"] == "INS/va1.40 (draft)"


def test_french_spreadsheets_get_their_own_separator_and_words(campaign: Campaign) -> None:
    assert render_csv(campaign, "fr").startswith("\ufeffclé;groupe;titre;")
    assert len(rows(campaign, "fr")) == len(campaign.rules)


def test_a_formula_of_the_software_is_only_text(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    campaign = make_campaign((make_result("STA-03", Verdict.FAIL, reason='=HYPERLINK("x")\r\n=1+1\x1b'),))
    (row,) = [row for row in rows(campaign, "fr") if row["clé"] == "STA-03"]
    assert row["motif"] == '\'=HYPERLINK("x")\\n=1+1\\x1b'
