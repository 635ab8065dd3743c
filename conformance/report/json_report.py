"""``report.json``: the campaign for programs, one language for the sentences.

What a check saw is there in full when it did not pass; of one that passed, what was done and how it ended. Values, messages
and explanations of all checks are in ``record.ndjson``, which is the campaign itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from conformance.report.view import brief_view, check_view, entry_view, reference_view
from conformance.verdicts import Verdict
from simulator.journal.masking import mask_text

if TYPE_CHECKING:
    from conformance.record.missed import Missed
    from conformance.record.results import Campaign, CheckResult, RuleResult
    from conformance.record.timeline import Entry
    from conformance.rules.catalogue import Rule
    from simulator.text import Lang

SCHEMA_VERSION = 1


def report_data(campaign: Campaign, lang: Lang) -> dict[str, Any]:
    """Return the report as JSON-like data; ``report.schema.json`` describes it.

    A rule is judged under ``rules``; what the catalogue says of it is under ``catalogue``, by the same id.
    """
    return {
        "summary": {str(verdict): count for verdict, count in campaign.summary().items()},
        "rules": [_rule(result, lang) for result in campaign.rules],
        "checks": _checks(campaign, lang),
        "catalogue": {result.rule.key: _catalogue_entry(result.rule, lang) for result in campaign.rules},
        "campaign": _meta(campaign, lang),
        "lang": lang,
        "schema_version": SCHEMA_VERSION,
    }


def render_json(campaign: Campaign, lang: Lang) -> str:
    """Return ``report.json``."""
    return _written(report_data(campaign, lang))


def _written(data: dict[str, Any]) -> str:
    """Return JSON with one rule, check or entry of the catalogue a line: people can look for one, and it stays small."""
    parts = []
    for name, content in data.items():
        match content:
            case list() if content:
                lines = ",\n  ".join(_dumped(item) for item in content)
                parts.append(f" {_dumped(name)}: [\n  {lines}\n ]")
            case dict() if name == "catalogue" and content:
                lines = ",\n  ".join(f"{_dumped(key)}: {_dumped(item)}" for key, item in content.items())
                parts.append(f" {_dumped(name)}: {{\n  {lines}\n }}")
            case _:
                parts.append(f" {_dumped(name)}: {_dumped(content)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _dumped(data: Any) -> str:
    try:
        return orjson.dumps(data).decode()
    except TypeError:  # Half a character, or a number of more than 64 bits.
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _rule(result: RuleResult, lang: Lang) -> dict[str, Any]:
    return {
        "id": result.rule.key,
        "verdict": str(result.verdict),
        "title": result.rule.title[lang],
        "references": [reference_view(reference) for reference in result.rule.references],
        "reason": mask_text(result.reason[lang]),
        "evidence": [
            {"check": mask_text(check.id), **_entry(check, entry, lang)}
            for check in result.checks
            for entry in check.evidence
        ],
    }


def _path(missed: Missed, lang: Lang) -> dict[str, str]:
    return {"path": missed.path[lang], "verb": missed.verb, "reason": mask_text(missed.reason[lang])}


def _entry(check: CheckResult, entry: Entry, lang: Lang) -> dict[str, Any]:
    """Return what a check saw; in short when it passed: the record has all of it."""
    return brief_view(entry, lang) if check.verdict is Verdict.PASS else entry_view(entry, lang)


def _checks(campaign: Campaign, lang: Lang) -> list[dict[str, Any]]:
    """Return one line per check and rule: the same check may be a FAIL for one and a WARNING for another."""
    return [
        {
            "id": view.id,
            "rule": result.rule.key,
            "title": view.title,
            "verdict": str(view.verdict),
            "reason": view.reason,
            "hint": view.hint,
            "paths_not_tested": [_path(missed, lang) for missed in check.missed],
            "duration": round(view.duration, 3),
        }
        for result in campaign.rules
        for check in result.checks
        for view in (check_view(check, lang, evidence=False),)
    ]


def _catalogue_entry(rule: Rule, lang: Lang) -> dict[str, Any]:
    return {
        "group": rule.group,
        "statement": rule.statement[lang],
        "strength": str(rule.strength),
        "binds": list(rule.binds),
        "channels": list(rule.channels),
        "evidence_level": str(rule.evidence),
        "evidence_note": rule.evidence_note[lang] if rule.evidence_note else "",
        "sources": [source.name for source in rule.sources],
        "partial": rule.partial[lang] if rule.partial else "",
    }


def _meta(campaign: Campaign, lang: Lang) -> dict[str, Any]:
    meta = campaign.meta
    return {
        "started_at": meta.started_at.isoformat(timespec="seconds"),
        "finished_at": meta.finished_at.isoformat(timespec="seconds"),
        "software": {"name": mask_text(meta.software_name), "version": mask_text(meta.software_version)},
        "bench_version": meta.bench_version,
        "simulator_version": meta.simulator_version,
        "seed": meta.seed,
        "plan": meta.plan,
        "interrupted": meta.interrupted,
        "doctor": [
            {
                "check": finding.check,
                "ok": finding.is_ok,
                "text": mask_text(finding.text[lang]),
                "remedy": mask_text(finding.remedy[lang]) if finding.remedy else "",
            }
            for finding in meta.doctor
        ],
    }
