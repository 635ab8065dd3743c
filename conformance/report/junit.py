"""``junit.xml``: one test case per rule, for the CI systems that show them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from lxml import etree

from conformance.report.view import check_view
from conformance.verdicts import Verdict
from simulator.journal.masking import mask_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.results import Campaign, RuleResult
    from simulator.text import Lang

_CHILD = {
    Verdict.FAIL: "failure",
    Verdict.INCONCLUSIVE: "error",
    Verdict.NOT_TESTED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}
"""JUnit knows four ends only; WARNING and REVIEW pass, and say so in their output."""


def render_junit(campaign: Campaign, lang: Lang) -> bytes:
    """Return ``junit.xml``, UTF-8: one ``testsuite`` per group of rules."""
    meta = campaign.meta
    root = _element(None, "testsuites", name="banc-insi", **_counts(campaign.rules))
    for group, members in groupby(campaign.rules, key=lambda result: result.rule.group):
        results = list(members)
        suite = _element(
            root,
            "testsuite",
            name=group,
            timestamp=meta.started_at.isoformat(timespec="seconds"),
            **_counts(results),
        )
        properties = _element(suite, "properties")
        for name, value in (
            ("software", f"{meta.software_name} {meta.software_version}"),
            ("bench", meta.bench_version),
            ("simulator", meta.simulator_version),
            ("seed", "" if meta.seed is None else str(meta.seed)),
        ):
            _element(properties, "property", name=name, value=value)
        for result in results:
            _case(suite, result, lang)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _case(suite: etree._Element, result: RuleResult, lang: Lang) -> None:
    case = _element(
        suite,
        "testcase",
        classname=result.rule.group,
        name=f"{result.rule.key} {result.rule.title[lang]}",
        time=f"{result.duration:.3f}",
    )
    reason = result.reason[lang]
    child = _CHILD.get(result.verdict)
    if child == "skipped":
        _element(case, child, message=reason)
    elif child:
        _element(case, child, message=reason, type=str(result.verdict)).text = _details(result, lang)
    elif result.verdict is not Verdict.PASS:
        _element(case, "system-out").text = mask_text(f"{result.verdict}: {reason}\n{_details(result, lang)}")


def _details(result: RuleResult, lang: Lang) -> str:
    """Return one line per check, the statement of the rule and its references."""
    views = [check_view(check, lang) for check in result.checks]
    lines = [
        f"[{view.verdict}] {view.title} ({view.id})" + (f"\n    {view.reason}" if view.reason else "")
        for view in views
    ]
    tags = ", ".join(reference.tag for reference in result.rule.references)
    return "\n".join([*lines, "", result.rule.statement[lang], tags]).strip()


def _counts(results: Sequence[RuleResult]) -> dict[str, str]:
    ends = [_CHILD.get(result.verdict) for result in results]
    return {
        "tests": str(len(results)),
        "failures": str(ends.count("failure")),
        "errors": str(ends.count("error")),
        "skipped": str(ends.count("skipped")),
        "time": f"{sum(result.duration for result in results):.3f}",
    }


def _element(parent: etree._Element | None, tag: str, **attributes: str) -> etree._Element:
    """Return a new element whose attributes hold what XML can hold and nothing to mask."""
    shown = {name: mask_text(value) for name, value in attributes.items()}
    return etree.Element(tag, shown) if parent is None else etree.SubElement(parent, tag, shown)
