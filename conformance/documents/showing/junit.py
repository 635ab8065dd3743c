"""The outcome as JUnit XML: one test case for each file, one for the comparison of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from conformance.documents.problems import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.documents.problems import Problem
    from conformance.documents.showing.outcome import Outcome
    from simulator.text import Lang


def outcome_junit(outcome: Outcome, lang: Lang) -> bytes:
    """Return ``junit.xml``, UTF-8. What only a person can decide passes, and says so in its output."""
    cases: list[tuple[str, Sequence[Problem], bool, bool]] = [
        (one.name, one.problems, one.failed, one.unjudged) for one in outcome.files
    ]
    if outcome.compared:
        failed = any(problem.severity is Severity.FAIL for problem in outcome.between)
        cases.append(("comparison", outcome.between, failed, False))
    root = etree.Element("testsuites", name="banc check")
    suite = etree.SubElement(
        root, "testsuite", name="documents", tests=str(len(cases)),
        failures=str(sum(failed for _, _, failed, _ in cases)),
        errors=str(sum(unjudged and not failed for _, _, failed, unjudged in cases)), skipped="0",
    )  # fmt: skip
    for name, problems, failed, unjudged in cases:
        case = etree.SubElement(suite, "testcase", classname="documents", name=_clean(name))
        said = _clean("\n".join(problem.line(lang) for problem in problems))
        if failed:
            first = next((problem for problem in problems if problem.severity is Severity.FAIL), None)
            etree.SubElement(case, "failure", message=_clean(first.text[lang] if first else name)).text = said
        elif unjudged:
            first = next((problem for problem in problems if problem.unjudged), None)
            etree.SubElement(case, "error", message=_clean(first.text[lang] if first else name)).text = said
        elif said:
            etree.SubElement(case, "system-out").text = said
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _clean(text: str) -> str:
    """Replace what XML cannot hold."""
    return "".join(
        one
        if one in "\t\n" or " " <= one <= "\ud7ff" or "\ue000" <= one <= "\ufffd" or one > "\uffff"
        else "�"
        for one in text
    )
