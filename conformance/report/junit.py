"""``junit.xml``: one test case per check, for the CI systems that show them.

It satisfies the schema ``junit-10`` of the Jenkins xUnit plug-in, and what GitLab and GitHub read of the format:

- ``classname`` is the key of the rule and ``name`` the id of the check: both stay the same in every language, so that a CI
  system recognises a case from one night to the next. A rule without a check is one skipped case named after its key.
- JUnit knows four ends only. FAIL is ``failure``; INCONCLUSIVE is ``error``; NOT_TESTED, NOT_APPLICABLE and a departure that
  a waiver covers are ``skipped`` with the reason, and so is each path of a check that the software does not offer (``check/verb``); WARNING and REVIEW pass and say so in ``system-out``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from lxml import etree

from conformance.report.coverage import coverage_of
from conformance.report.view import check_view, readable
from conformance.verdicts import Verdict
from simulator.journal.masking import mask_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.record.events import Missed
    from conformance.record.results import Campaign, CheckResult, RuleResult
    from simulator.text import Lang

_ENDS: Final = {
    Verdict.FAIL: "failure",
    Verdict.INCONCLUSIVE: "error",
    Verdict.NOT_TESTED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}
_WAIVED: Final = {"fr": "dérogation", "en": "waived"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One ``testcase``."""

    rule: str
    name: str
    seconds: float
    end: str
    """``failure``, ``error``, ``skipped``, or empty: it passes."""
    verdict: Verdict
    message: str
    details: str


def render_junit(campaign: Campaign, lang: Lang) -> bytes:
    """Return ``junit.xml``, UTF-8: one ``testsuite`` per group of rules."""
    groups = [
        (group, [case for result in members for case in _cases(result, lang)])
        for group, members in groupby(campaign.rules, key=lambda result: result.rule.group)
    ]
    total = _counts([case for _, cases in groups for case in cases])
    # The schema allows no "skipped" on the root.
    del total["skipped"]
    root = _element(None, "testsuites", name="banc-insi", **total)
    properties = _properties(campaign, lang)
    for group, cases in groups:
        suite = _element(
            root,
            "testsuite",
            name=group,
            timestamp=campaign.meta.started_at.isoformat(timespec="seconds"),
            **_counts(cases),
        )
        holder = _element(suite, "properties")
        for name, value in properties:
            _element(holder, "property", name=name, value=value)
        for case in cases:
            _write(suite, case)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _cases(result: RuleResult, lang: Lang) -> Iterable[_Case]:
    if not result.checks:
        yield _Case(
            rule=result.rule.key,
            name=result.rule.key,
            seconds=0.0,
            end=_ENDS.get(result.verdict, ""),
            verdict=result.verdict,
            message=result.reason[lang],
            details=_about(result, lang),
        )
    for check in result.checks:
        yield _case(result, check, lang)
        if not check.is_apart:
            yield from (_missed(result, check, missed, lang) for missed in check.missed)


def _missed(result: RuleResult, check: CheckResult, missed: Missed, lang: Lang) -> _Case:
    """Return the case of a path that a check could not take beside those that it took."""
    path = missed.shown(lang)
    said = {"fr": f"voie non testée : {path}", "en": f"path not tested: {path}"}[lang]
    return _Case(
        rule=result.rule.key,
        name=f"{check.id}/{missed.verb or missed.path.en}",
        seconds=0.0,
        end="skipped",
        verdict=Verdict.NOT_TESTED,
        message=f"{said} {missed.reason[lang]}".rstrip(),
        details="",
    )


def _case(result: RuleResult, check: CheckResult, lang: Lang) -> _Case:
    view = check_view(check, lang, evidence=False)
    end, message = _ENDS.get(check.verdict, ""), view.reason
    if end == "failure" and result.is_waived and result.waiver is not None:
        waiver = result.waiver
        end = "skipped"
        message = (
            f"{_WAIVED[lang]} ({waiver.author}, {waiver.expires.isoformat()}): {waiver.reason} — {message}"
        )
    hint = f"\n{view.hint}" if view.hint else ""
    return _Case(
        rule=result.rule.key,
        name=view.id,
        seconds=check.duration,
        end=end,
        verdict=check.verdict,
        message=message,
        details=f"{view.title}\n{view.reason}{hint}\n\n{_about(result, lang)}",
    )


def _about(result: RuleResult, lang: Lang) -> str:
    """Return the rule, its statement and its official numbers."""
    rule = result.rule
    tags = ", ".join(reference.tag for reference in rule.references)
    return "\n".join(filter(None, (f"{rule.key} {rule.title[lang]}", rule.statement[lang], tags)))


def _write(suite: etree._Element, case: _Case) -> None:
    node = _element(suite, "testcase", classname=case.rule, name=case.name, time=_time(case.seconds))
    if case.end == "skipped":
        _element(node, "skipped", message=case.message)
    elif case.end:
        _element(node, case.end, message=case.message, type=str(case.verdict)).text = readable(
            mask_text(case.details)
        )
    elif case.verdict is not Verdict.PASS:
        _element(node, "system-out").text = readable(
            mask_text(f"{case.verdict}: {case.message}\n{case.details}")
        )


def _properties(campaign: Campaign, lang: Lang) -> list[tuple[str, str]]:
    meta, coverage = campaign.meta, coverage_of(campaign)
    return [
        ("software", meta.software_name),
        ("software.version", meta.software_version),
        ("software.vendor", meta.software_vendor),
        ("bench", meta.bench_version),
        ("simulator", meta.simulator_version),
        ("seed", "" if meta.seed is None else str(meta.seed)),
        ("lang", lang),
        ("rules.tested", str(coverage.tested)),
        ("rules.tested-in-part", str(coverage.in_part)),
        ("rules.asked", str(coverage.asked)),
        ("rules.catalogue", str(coverage.catalogue)),
        ("rules.mandatory-not-tested", str(len(coverage.untested_obligations))),
        ("selection", str(coverage.is_selection).lower()),
        ("interrupted", str(meta.interrupted).lower()),
    ]


def _counts(cases: Sequence[_Case]) -> dict[str, str]:
    ends = [case.end for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(ends.count("failure")),
        "errors": str(ends.count("error")),
        "skipped": str(ends.count("skipped")),
        "time": _time(sum(case.seconds for case in cases)),
    }


def _time(seconds: float) -> str:
    return f"{max(seconds, 0.0):.3f}"


def _element(parent: etree._Element | None, tag: str, **attributes: str) -> etree._Element:
    """Return a new element whose attributes hold what XML can hold and nothing to mask."""
    shown = {name: readable(mask_text(value)) for name, value in attributes.items()}
    return etree.Element(tag, shown) if parent is None else etree.SubElement(parent, tag, shown)
