"""``junit.xml``: what a CI system shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from conformance.report.junit import render_junit
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.results import Campaign, RuleResult


@pytest.fixture(scope="session")
def junit(campaign: Campaign) -> etree._Element:
    return etree.fromstring(render_junit(campaign, "fr"))


def case(junit: etree._Element, key: str) -> etree._Element:
    return next(node for node in junit.iter("testcase") if str(node.get("name")).startswith(key))


@pytest.mark.parametrize(
    ("key", "children"),
    [
        ("SRC-01", []),
        ("RSP-12", ["system-out"]),
        ("ERR-02", ["system-out"]),
        ("STA-03", ["failure"]),
        ("ATT-01", ["skipped"]),
        ("PRF-08", ["skipped"]),
        ("SEC-06", ["error"]),
    ],
)
def test_each_verdict_has_its_junit_end(junit: etree._Element, key: str, children: list[str]) -> None:
    assert [child.tag for child in case(junit, key)] == children


def test_a_failure_carries_reason_and_details(junit: etree._Element) -> None:
    failure = case(junit, "STA-03")[0]
    assert failure.get("message") == "le statut est passé à « identité validée »"
    assert "status.sta-03" in str(failure.text)
    assert "LGC.INS.23" in str(failure.text)


def test_a_case_belongs_to_its_group(junit: etree._Element) -> None:
    assert case(junit, "STA-03").get("classname") == "status"


def test_totals_agree_with_the_cases(junit: etree._Element) -> None:
    assert [junit.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["7", "1", "1", "2"]


def test_control_characters_of_the_software_leave_valid_xml(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    result = make_result("STA-03", Verdict.FAIL, reason="\x00\x1b[31m\ufffe\ud800 & <b>")
    (failure,) = etree.fromstring(render_junit(make_campaign((result,)), "fr")).iter("failure")
    assert str(failure.get("message")).endswith(" & <b>")


def test_a_secret_in_a_reason_is_masked(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    result = make_result("STA-03", Verdict.FAIL, reason="refus : <SignatureValue>c2VjcmV0</SignatureValue>")
    assert b"c2VjcmV0" not in render_junit(make_campaign((result,)), "fr")
