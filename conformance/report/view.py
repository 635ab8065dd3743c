"""A campaign as reports show it: plain data in one language, masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.evidence import ActEntry, ExchangeEntry, NoteEntry, StateEntry
from simulator.journal.masking import mask, mask_text, mask_xml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.evidence import Change, Entry
    from conformance.results import CheckResult
    from conformance.rules.catalogue import Reference
    from conformance.verdicts import Verdict
    from simulator.text import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check, ready to show."""

    id: str
    title: str
    verdict: Verdict
    reason: str
    hint: str
    duration: float
    evidence: list[dict[str, Any]]


def check_view(check: CheckResult, lang: Lang) -> CheckView:
    """Return a check in one language, masked."""
    return CheckView(
        id=mask_text(check.id),
        title=mask_text(check.title[lang]),
        verdict=check.verdict,
        reason=mask_text(check.reason[lang]),
        hint=mask_text(check.hint[lang]) if check.hint else "",
        duration=check.duration,
        evidence=[entry_view(entry, lang) for entry in check.evidence],
    )


def entry_view(entry: Entry, lang: Lang) -> dict[str, Any]:
    """Return an entry of the timeline as JSON-like data; ``kind`` says which one, ``at`` is ISO 8601."""
    shown: dict[str, Any]
    match entry:
        case ActEntry():
            shown = {
                "kind": "act",
                "verb": entry.verb,
                "actor": entry.actor,
                "arguments": dict(entry.arguments),
                "outcome": entry.outcome,
                "result": entry.result,
                "changes": _changes(entry.changes),
            }
        case ExchangeEntry():
            shown = {
                "kind": "exchange",
                "number": entry.number,
                "operation": entry.operation,
                "code": entry.code,
                "http_status": entry.http_status,
                "request": mask_xml(entry.request),
                "response": mask_xml(entry.response),
                "explanation": [line[lang] for line in entry.explanation],
                "remarks": [
                    {"code": remark.code, "message": remark.text[lang], "evidence": remark.evidence}
                    for remark in entry.remarks
                ],
            }
        case StateEntry():
            shown = {
                "kind": "state",
                "before": dict(entry.before),
                "after": dict(entry.after),
                "changes": _changes(entry.changes),
            }
        case NoteEntry():
            shown = {"kind": "note", "text": entry.text[lang]}
    masked: dict[str, Any] = mask({"at": entry.at.isoformat(timespec="milliseconds"), **shown})
    return masked


def reference_view(reference: Reference) -> dict[str, Any]:
    """Return an official number with what it is worth."""
    return {"tag": reference.tag, "draft": reference.draft, "evidence": str(reference.evidence)}


def _changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [{"field": change.name, "before": change.before, "after": change.after} for change in changes]
