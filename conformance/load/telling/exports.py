"""``report.json``, ``junit.xml`` and ``timeline.csv``: a load run for programs. Like the page, they replay the record."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from conformance.load.record import RecordError
from conformance.load.summary import exit_code
from conformance.load.telling.facts import (
    bound,
    figures,
    generator_cost,
    knee_sentence,
    rule_rows,
    saturated_share,
    texts,
)
from conformance.load.telling.page import render_page
from simulator.journal.masking import mask_text
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.load.summary import Summary
    from simulator.text import Lang

JSON_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class _Report:
    name: str
    render: Callable[[Summary, Lang], str]


def write_load_reports(summary: Summary, folder: Path, lang: Lang) -> list[Path]:
    """Write every report of a run into a folder, each whole or not at all; return where they are.

    Raises:
        RecordError: a file cannot be written.
    """
    paths = []
    for report in _REPORTS:
        path = folder / report.name
        beside = path.with_name(f".{report.name}.{os.getpid()}")
        try:
            beside.write_text(report.render(summary, lang), encoding="utf-8", newline="")
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise RecordError(
                Text(
                    f"{path} ne peut pas être écrit : {text_of(error).fr}",
                    f"{path} cannot be written: {error.strerror or error}",
                )
            ) from error
        paths.append(path)
    return paths


def to_data(summary: Summary, lang: Lang) -> dict[str, Any]:
    """Return a run as JSON data; durations in seconds, shares from 0 to 1."""
    options = summary.options
    assert options is not None  # noqa: S101 - never so: for the type checker
    return {
        "format": "banc-load-report",
        "version": JSON_VERSION,
        "started_at": summary.started_at,
        "seconds": summary.elapsed,
        "reason": summary.reason,
        "exit_code": exit_code(summary),
        "profile": options.profile.id,
        "profile_evidence": options.profile.evidence,
        "workload": options.profile.workload,
        "target": options.profile.target,
        "seed": options.seed,
        **figures(summary),
        "thresholds": [
            {
                **each.threshold.to_json(),
                "title": each.threshold.title(lang, for_programs=True),
                "value": each.value,
                "margin": each.margin,
                "held": each.held,
            }
            for each in summary.judgements()
        ],
        "wrong_answers": [
            {key: mask_text(str(each[key])) for key in ("operation", "problem", "request", "answer")}
            | {"t": each["t"]}
            for each in summary.wrong
        ],
        "bound": bound(summary),
        "generator_seconds_per_call": generator_cost(summary),
        "simulator_saturated_share": saturated_share(summary),
        "knee": summary.knee,
        "split": summary.split,
        "rules": [
            {key: each[key] for key in ("rule", "verdict", "looks", "departures", "problems")}
            for each in rule_rows(summary, lang)
        ],
        "departures": None if summary.departures is None else dict(summary.departures),
        "events": summary.events,
        "environment": summary.environment,
        "journal": (summary.end or {}).get("journal"),
        "unserved": (summary.end or {}).get("unserved"),
    }


def _json(summary: Summary, lang: Lang) -> str:
    return json.dumps(to_data(summary, lang), ensure_ascii=False, indent=2) + "\n"


def _junit(summary: Summary, lang: Lang) -> str:
    """One test case for the answers, one for each threshold and each rule."""
    t = texts(lang)
    options = summary.options
    assert options is not None  # noqa: S101 - never so: for the type checker
    # Wrong answers have a test case of their own.
    judgements = [each for each in summary.judgements() if each.threshold.metric != "wrong"]
    total = summary.total()
    suite = ET.Element("testsuite", name=f"banc load {options.profile.id}", time=f"{summary.elapsed:.3f}")
    answers = ET.SubElement(suite, "testcase", classname="banc.load", name=t["wrong"])
    failures = 0
    if total.wrong:
        failures += 1
        problem = mask_text(summary.wrong[0]["problem"]) if summary.wrong else str(total.wrong)
        ET.SubElement(answers, "failure", message=problem).text = f"{total.wrong} {t['wrong']}"
    for each in judgements:
        case = ET.SubElement(
            suite, "testcase", classname="banc.load", name=each.threshold.title(lang, for_programs=True)
        )
        if not each.held:
            failures += 1
            message = (
                f"{t['measured']} : {each.threshold.show(each.value, lang)} {each.show_margin(lang)}".strip()
            )
            ET.SubElement(case, "failure", message=message)
    rules = rule_rows(summary, lang)
    for rule in rules:
        case = ET.SubElement(suite, "testcase", classname="banc.load.rules", name=rule["rule"])
        if rule["verdict"] == "departed":
            failures += 1
            ET.SubElement(case, "failure", message=rule["problems"][0])
        elif rule["verdict"] == "unseen":
            ET.SubElement(case, "skipped", message=rule["word"])
    errors = 0
    if exit_code(summary) in (2, 130) or summary.reason in ("killed", "server-gone"):
        errors = 1
        case = ET.SubElement(suite, "testcase", classname="banc.load", name=t["verdict_2"])
        ET.SubElement(case, "error", message=t[f"reason_{summary.reason}"] or t["verdict_2"])
    suite.set("tests", str(1 + len(judgements) + len(rules) + errors))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    knee = knee_sentence(summary, lang)
    if knee:
        ET.SubElement(suite, "system-out").text = knee
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _csv(summary: Summary, _lang: Lang) -> str:
    """One line for each moment: seconds, calls, errors, wrong answers, percentiles in milliseconds, processors."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        (
            "second",
            "width",
            "due",
            "calls",
            "errors",
            "wrong",
            "p50_ms",
            "p95_ms",
            "p99_ms",
            "waiting",
            "generator",
            "server",
        )
    )
    for each in summary.bins:
        quantiles = (each.cell.latency.quantile(share) for share in (0.5, 0.95, 0.99))
        writer.writerow(
            (
                f"{each.start:.2f}",
                f"{each.width:.2f}",
                each.due,
                each.cell.calls,
                each.cell.errors,
                each.cell.wrong,
                *("" if value is None else f"{value * 1000:.2f}" for value in quantiles),
                each.backlog,
                f"{each.generator:.3f}",
                "" if each.server is None else f"{each.server:.3f}",
            )
        )
    return out.getvalue()


_REPORTS: Final = (
    _Report("index.html", render_page),
    _Report("report.json", _json),
    _Report("junit.xml", _junit),
    _Report("timeline.csv", _csv),
)
