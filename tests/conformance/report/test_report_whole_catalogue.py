"""Every rule of the catalogue can be shown, whoever it binds and wherever it shows, when nothing judged it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import html

from conformance.report import write_reports
from conformance.report.html import _texts
from conformance.rules import load_actors, load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.record.results import Campaign, RuleResult
    from simulator.text import Lang


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_all_rules_are_in_all_reports(
    tmp_path: Path,
    lang: Lang,
    make_campaign: Callable[..., Campaign],
    make_result: Callable[..., RuleResult],
) -> None:
    campaign = make_campaign(
        tuple(make_result(key, Verdict.NOT_TESTED, reason="raison") for key in load_catalogue())
    )
    write_reports(campaign, tmp_path, lang)
    page = html.fromstring((tmp_path / "index.html").read_text("utf-8"))
    assert [key for key in load_catalogue() if page.get_element_by_id(key, None) is None] == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_actor_has_a_short_name_in_the_report(lang: Lang) -> None:
    assert set(_texts(lang)["binds_names"]) == set(load_actors())
