"""The whole suite on the correct reference LGO."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.rules import load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conftest import Campaigns

    from conformance.plugin import SuiteRun


@pytest.fixture(scope="module")
def run(campaigns: Campaigns) -> SuiteRun:
    return campaigns.run()


def test_every_rule_of_the_catalogue_passes_on_the_correct_lgo(run: SuiteRun) -> None:
    others = {
        result.rule.key: f"{result.verdict}: {result.reason.en}"
        for result in run.rules
        if result.verdict is not Verdict.PASS
    }
    assert others == {}
    assert [result.rule.key for result in run.rules] == list(load_catalogue())


def test_every_rule_has_a_check(run: SuiteRun) -> None:
    assert [result.rule.key for result in run.rules if not result.checks] == []


def test_every_check_has_a_title_in_each_language(run: SuiteRun) -> None:
    untranslated = [
        check.id
        for result in run.rules
        for check in result.checks
        if not check.title.fr or check.title.fr == check.title.en
    ]
    assert untranslated == []
