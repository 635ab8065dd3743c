"""A campaign as reports show it: plain data in one language, masked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from conformance.record.timeline import (
    ActEntry,
    AttachmentEntry,
    BreakEntry,
    DocumentEntry,
    DriverEntry,
    ExchangeEntry,
    NoteEntry,
    StateEntry,
)
from conformance.suite.desk.words import seen
from simulator.journal.exchange import INSI
from simulator.journal.masking import is_clean_json, mask, mask_text, mask_xml
from simulator.text import visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.record.results import CheckResult
    from conformance.record.timeline import Change, Entry
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


def check_view(check: CheckResult, lang: Lang, *, evidence: bool = True) -> CheckView:
    """Return a check in one language, masked; ``evidence``: with what it saw."""
    return CheckView(
        id=mask_text(check.id),
        title=mask_text(check.title[lang]),
        verdict=check.verdict,
        reason=mask_text(check.reason[lang]),
        hint=mask_text(check.hint[lang]) if check.hint else "",
        duration=check.duration,
        evidence=[entry_view(entry, lang) for entry in check.evidence] if evidence else [],
    )


def brief_view(entry: Entry, lang: Lang) -> dict[str, Any]:
    """Return an entry in short: what was done and how it ended, without what came back and without messages."""
    match entry:
        case ActEntry():
            # Most of a record by far, and most of that comes back: it is not even looked at.
            shown = {
                "at": entry.at.isoformat(timespec="milliseconds"),
                **_masked(_act(entry) | {"changes": _changes(entry.changes)}),
            }
        case ExchangeEntry():
            brief = replace(
                entry,
                request="",
                response="",
                explanation=(),
                remarks=(),
                request_headers={},
                response_headers={},
            )
            shown = entry_view(brief, lang)
        case StateEntry():
            shown = entry_view(replace(entry, before={}, after={}), lang)
        case _:
            shown = entry_view(entry, lang)
    return {name: value for name, value in shown.items() if value or value not in ("", None, [], {})}


def entry_view(entry: Entry, lang: Lang) -> dict[str, Any]:
    """Return an entry of the timeline as JSON-like data; ``kind`` says which one, ``at`` is ISO 8601."""
    shown: dict[str, Any]
    match entry:
        case ActEntry():
            shown = _act(entry) | {"result": entry.result, "changes": _changes(entry.changes)}
        case ExchangeEntry():
            shown = {
                "kind": "exchange",
                **({} if entry.service == INSI else {"service": entry.service}),
                "number": entry.number,
                "operation": entry.operation,
                "code": entry.code,
                "http_status": entry.http_status,
                "request": entry.request,
                "response": entry.response,
                **_words(entry, lang),
                "url": entry.url,
                "request_headers": dict(entry.request_headers),
                "response_headers": dict(entry.response_headers),
            }
        case DriverEntry():
            shown = {
                "kind": "driver",
                "verb": entry.verb,
                "sent": entry.sent,
                "received": entry.received,
                "seconds": entry.seconds,
            }
        case BreakEntry():
            shown = {"kind": "break", **_words(entry, lang)}
        case StateEntry():
            shown = {
                "kind": "state",
                "before": dict(entry.before),
                "after": dict(entry.after),
                "changes": _changes(entry.changes),
            }
        case NoteEntry():
            shown = {"kind": "note", **_words(entry, lang)}
        case DocumentEntry():
            shown = {
                "kind": "document",
                "name": entry.name,
                "format": entry.format,
                "sha256": entry.sha256,
                "file": entry.file,
                "values": dict(entry.values),
            }
        case AttachmentEntry():
            shown = {
                "kind": "attachment",
                "name": entry.name,
                "media_type": entry.media_type,
                "sha256": entry.sha256,
                "file": entry.file,
                **({"exchange": entry.exchange} if entry.exchange else {}),
            }
    messages = {name: mask_xml(shown[name]) for name in _MESSAGES & shown.keys()}
    return {
        "at": entry.at.isoformat(timespec="milliseconds"),
        **_masked(shown | dict.fromkeys(messages, "")),
        **messages,
    }


def _act(entry: ActEntry) -> dict[str, Any]:
    """Return what was done, without what came back and what it changed."""
    return {
        "kind": "act",
        "verb": entry.verb,
        "actor": entry.actor,
        "arguments": dict(entry.arguments),
        "outcome": entry.outcome,
    }


_MESSAGES: Final = frozenset({"request", "response"})


def _masked(shown: dict[str, Any]) -> dict[str, Any]:
    """Mask once more what the record holds; nearly always there is nothing, which the text of it shows at once."""
    try:
        is_clean = is_clean_json(orjson.dumps(shown).decode())
    except TypeError:  # Half a character, or a number of more than 64 bits.
        is_clean = False
    found: dict[str, Any] = shown if is_clean else mask(shown)
    return found


def words_view(entry: Entry, lang: Lang) -> dict[str, Any]:
    """Return what of ``entry_view`` differs from one language to the other."""
    return _masked(_words(entry, lang))


def _words(entry: Entry, lang: Lang) -> dict[str, Any]:
    match entry:
        case ExchangeEntry():
            return {
                "explanation": [line[lang] for line in entry.explanation],
                "remarks": [
                    {"code": remark.code, "message": remark.text[lang], "evidence": remark.evidence}
                    for remark in entry.remarks
                ],
            }
        case BreakEntry():
            return {"reason": entry.reason[lang]}
        case NoteEntry():
            return {"text": entry.text[lang]}
        case _:
            return {}


def readable(text: str) -> str:
    r"""Return a sentence for a person: control characters and marks of direction show as ``\x1b`` and ``\u202e``.

    Values within it were made visible by the check that wrote it (``seen``); lines stay lines.
    """
    return visible_lines(text)


@lru_cache(maxsize=20_000)
def _seen(text: str) -> str:
    return "\n".join(map(seen, text.split("\n")))


def comparable(value: Any) -> Any:
    """Return values as they are compared: what does not show in a text is written ``<U+00A0>``, at any depth."""
    kind = type(value)
    if kind is str or isinstance(value, str):
        return _seen(value)
    if kind is dict or isinstance(value, dict):
        # Texts and names of members are nearly all of a record.
        return {
            _seen(name) if type(name) is str else comparable(name): _seen(item)
            if type(item) is str
            else comparable(item)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [comparable(item) for item in value]
    return value


def reference_view(reference: Reference) -> dict[str, Any]:
    """Return an official number with what it is worth."""
    return {"tag": reference.tag, "draft": reference.draft, "evidence": str(reference.evidence)}


def _changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [{"field": change.name, "before": change.before, "after": change.after} for change in changes]
