"""``report.json``: the whole campaign for programs, one language for the sentences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.report.view import check_view, reference_view
from simulator.journal.masking import mask_text

if TYPE_CHECKING:
    from conformance.results import Campaign, RuleResult
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
    return json.dumps(report_data(campaign, lang), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _rule(result: RuleResult, lang: Lang) -> dict[str, Any]:
    views = [check_view(check, lang) for check in result.checks]
    return {
        "id": result.rule.key,
        "verdict": str(result.verdict),
        "title": result.rule.title[lang],
        "references": [reference_view(reference) for reference in result.rule.references],
        "reason": mask_text(result.reason[lang]),
        "evidence": [{"check": view.id, **entry} for view in views for entry in view.evidence],
    }


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
            "duration": round(view.duration, 3),
        }
        for result in campaign.rules
        for view in (check_view(check, lang) for check in result.checks)
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
