"""The headline: how it went, how much was tested, and its colour."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING

import pytest

from conformance.record.results import Waiver, WaiverState
from conformance.report.coverage import headline_of
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.record.results import Campaign, RuleResult


@pytest.mark.parametrize(
    ("verdicts", "tone"),
    [
        ({"SRC-01": Verdict.PASS}, Verdict.PASS),
        ({"SRC-01": Verdict.PASS, "STA-03": Verdict.FAIL}, Verdict.FAIL),
        ({"SRC-01": Verdict.PASS, "STA-03": Verdict.NOT_TESTED}, Verdict.WARNING),
        ({"SRC-01": Verdict.PASS, "STA-03": Verdict.INCONCLUSIVE}, Verdict.INCONCLUSIVE),
        ({"SRC-01": Verdict.PASS, "STA-03": Verdict.NOT_APPLICABLE}, Verdict.PASS),
        ({"SRC-01": Verdict.NOT_TESTED, "STA-03": Verdict.NOT_TESTED}, Verdict.NOT_TESTED),
    ],
)
def test_the_tone_follows_the_worst_that_is_known(
    verdicts: dict[str, Verdict],
    tone: Verdict,
    make_campaign: Callable[..., Campaign],
    make_result: Callable[..., RuleResult],
) -> None:
    campaign = make_campaign(tuple(make_result(key, verdict) for key, verdict in verdicts.items()))
    assert headline_of(campaign).tone is tone


def test_it_says_how_many_rules_were_tested(campaign: Campaign) -> None:
    headline = headline_of(campaign)
    assert headline.coverage.fr == "4 règles testées sur 7, 1 sans objet"
    assert headline.coverage.en == "4 of 7 rules tested, 1 not applicable"


def test_it_says_that_something_obligatory_was_not_tested(campaign: Campaign) -> None:
    missing = sum(
        result.verdict in {Verdict.NOT_TESTED, Verdict.INCONCLUSIVE} and result.rule.strength == "MUST"
        for result in campaign.rules
    )
    assert missing
    assert headline_of(campaign).remarks[0].en.startswith(f"{missing} mandatory rule")


def test_a_selection_says_that_it_is_one(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    campaign = make_campaign((make_result("SRC-01", Verdict.PASS),), is_selection=True)
    said = headline_of(campaign).coverage.en
    assert said.startswith("1 of 1 rule tested · a selection: the catalogue has")
    assert str(len(load_catalogue())) in said


def test_a_waived_departure_is_amber_and_named(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    waiver = Waiver(rule="STA-03", reason="V3", author="A. Durand", expires=date(2030, 1, 1))
    failed = make_result("STA-03", Verdict.FAIL)
    waived = dataclasses.replace(failed, waiver=waiver, waiver_state=WaiverState.HOLDS)
    headline = headline_of(make_campaign((waived,)))
    assert headline.tone is Verdict.WARNING
    assert headline.remarks[-1].fr == "1 écart couvert par une dérogation : ce n'est jamais une conformité"


def test_an_interrupted_campaign_is_never_green(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    headline = headline_of(make_campaign((make_result("SRC-01", Verdict.PASS),), interrupted=True))
    assert headline.tone is Verdict.WARNING


def test_in_journeys_a_rule_that_none_of_them_looks_at_is_no_rule_that_the_bench_cannot_check(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    campaign = make_campaign(
        (
            make_result("STA-03", Verdict.PASS),
            dataclasses.replace(make_result("STA-05", Verdict.NOT_TESTED), checks=()),
        )
    )
    suite = headline_of(campaign).remarks[0].fr
    meta = dataclasses.replace(campaign.meta, journeys=("import",))
    taken = dataclasses.replace(campaign, meta=meta)
    assert "sans contrôle automatique dans cette version du banc" in suite
    assert headline_of(taken).remarks[0].fr.endswith("dont 1 sans contrôle dans les parcours suivis")
