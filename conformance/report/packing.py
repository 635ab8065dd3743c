"""The evidence of a campaign, packed to travel inside the page.

One JSON object, deflated (zlib) and written in base64: the browser takes it apart with ``DecompressionStream``. Messages and
values that come again are there once and referred to by number. When all of it would make the page too heavy, what the *passed*
checks saw is left out step by step, never what a check that did not pass saw; the page says so, and report.json has it all.

======  ====================================================================================================
member  what it holds
======  ====================================================================================================
checks  one array of entries per check; the page refers to a check by its place
texts   messages, indented when they are XML
values  what verbs returned
omitted 0: nothing; 1: what verbs returned in passed checks; 2: their messages too; 3: all of their evidence
======  ====================================================================================================
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from conformance.evidence import ExchangeEntry, NoteEntry
from conformance.report.view import comparable, entry_view, readable
from conformance.verdicts import Verdict
from simulator.journal.masking import pretty_xml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from conformance.record.timeline import Entry
    from conformance.results import Campaign, CheckResult

MAX_SHOWN: Final = 60_000
"""Characters of one message shown; a browser does not like more, and report.json has it all."""

_ALL, _NOTHING_OF_PASSED = 0, 3


def pack(data: dict[str, Any]) -> str:
    """Return JSON-like data deflated and in base64."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "backslashreplace"), 9)).decode("ascii")


def unpack(packed: str) -> dict[str, Any]:
    """Return what ``pack`` was given; for tests, and for whoever reads a page by program."""
    data: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(packed)))
    return data


class Packer:
    """Gives each check of a campaign its place in the evidence, and packs it."""

    def __init__(self, campaign: Campaign) -> None:
        """Number the timelines; the same timeline, seen by several rules, is there once."""
        self.start = campaign.meta.started_at
        self._checks: list[tuple[bool, tuple[Entry, ...]]] = []
        self._places: dict[tuple[str, int], int] = {}
        for result in campaign.rules:
            for check in result.checks:
                self._add(check)

    def _add(self, check: CheckResult) -> None:
        key = self._key(check)
        passed = check.verdict is Verdict.PASS
        if key not in self._places:
            self._places[key] = len(self._checks)
            self._checks.append((passed, check.evidence))
        elif not passed:
            self._checks[self._places[key]] = (False, check.evidence)

    @staticmethod
    def _key(check: CheckResult) -> tuple[str, int]:
        return check.id, hash(tuple((type(entry).__name__, entry.at) for entry in check.evidence))

    def place(self, check: CheckResult) -> int:
        """Return the place of a check in ``checks``."""
        return self._places[self._key(check)]

    def data(self, room: int) -> dict[str, Any]:
        """Return the evidence, without as much of the passed checks as it takes to be packed in ``room`` characters."""
        entries = [
            (passed, [packed_entry(entry, self.start) for entry in timeline])
            for passed, timeline in self._checks
        ]
        for omitted in range(_ALL, _NOTHING_OF_PASSED):
            data = _laid_out(entries, omitted)
            if len(pack(data)) <= room:
                return data
        return _laid_out(entries, _NOTHING_OF_PASSED)


def _laid_out(entries: Sequence[tuple[bool, list[dict[str, Any]]]], omitted: int) -> dict[str, Any]:
    texts: dict[str, int] = {}
    values: dict[str, int] = {}
    checks: list[list[dict[str, Any]]] = []
    for passed, timeline in entries:
        level = omitted if passed else _ALL
        if level == _NOTHING_OF_PASSED:
            checks.append([])
            continue
        checks.append([_interned(entry, texts, values, level) for entry in timeline])
    return {
        "checks": checks,
        "texts": list(texts),
        "values": [json.loads(value) for value in values],
        "omitted": omitted,
    }


def _interned(
    entry: dict[str, Any], texts: dict[str, int], values: dict[str, int], level: int
) -> dict[str, Any]:
    entry = dict(entry)
    if "result" in entry:
        result = entry.pop("result")
        if level < 1 or entry.get("outcome"):
            text = json.dumps(result, ensure_ascii=False)
            entry["result"] = values.setdefault(text, len(values))
    for side in ("request", "response"):
        if side in entry:
            text = entry.pop(side)
            if level < 2:  # noqa: PLR2004 - the page of the module says what the levels are
                entry[side] = texts.setdefault(text, len(texts))
    return entry


def packed_entry(entry: Entry, start: datetime) -> dict[str, Any]:
    """Return an entry as the page takes it: masked, made visible, in both languages where they differ.

    ``at`` is in milliseconds since ``start``.
    """
    french = entry_view(entry, "fr")
    english = entry_view(entry, "en") if isinstance(entry, ExchangeEntry | NoteEntry) else french
    packed: dict[str, Any] = {"at": _milliseconds(entry.at, start)}
    for name, value in french.items():
        if name in {"request", "response"}:
            packed[name] = _message(value)
        elif name in {"explanation", "remarks", "text"}:
            packed[name] = _both(value, english[name])
        elif name != "at":
            packed[name] = comparable(value)
    for side in ("request_headers", "response_headers", "url"):
        packed[side] = getattr(entry, side, None)
    return {name: value for name, value in packed.items() if not _says_nothing(name, value)}


def _says_nothing(name: str, value: Any) -> bool:
    """Tell whether a member can be left out: it is empty, or the usual one."""
    usual = {"outcome": "returned"}
    return value is None or value in ({}, []) or value == usual.get(name, "")


def _milliseconds(at: datetime, start: datetime) -> int:
    return round((at - start).total_seconds() * 1000)


def _both(french: Any, english: Any) -> Any:
    french, english = _readable(french), _readable(english)
    return french if french == english else {"fr": french, "en": english}


def _readable(value: Any) -> Any:
    match value:
        case str():
            return readable(value)
        case dict():
            return {name: _readable(item) for name, item in value.items()}
        case list():
            return [_readable(item) for item in value]
        case _:
            return value


def _message(text: str) -> str:
    """Return a message as it is shown: indented when it is XML, cut when it is huge."""
    pretty = pretty_xml(text)
    shown = readable(text if pretty is None else pretty)
    return shown if len(shown) <= MAX_SHOWN else shown[:MAX_SHOWN] + "\n…"
