"""The evidence of a campaign, packed to travel inside the page.

One JSON object, deflated (zlib) and written in base64: the browser takes it apart with ``DecompressionStream``. Messages and
values that come again are there once and referred to by number. When all of it would make the page too heavy, what the *passed*
checks saw is left out step by step, then what travelled to the software in the others; the page says so, and record.ndjson has it all.

======  ====================================================================================================
member  what it holds
======  ====================================================================================================
checks  one array of entries per check; the page refers to a check by its place
texts   messages, indented when they are XML
values  what verbs returned
omitted 0: nothing; 1: what verbs returned in passed checks; 2: their messages too; 3: all of their evidence;
        4: what travelled to the software too, but for the last acts of a check; 5: all that travelled to it; 6: messages too
======  ====================================================================================================
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from conformance.record.timeline import ActEntry, DriverEntry
from conformance.report.view import comparable, entry_view, readable, words_view
from conformance.verdicts import Verdict
from simulator.journal.masking import pretty_xml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from conformance.record.results import Campaign, CheckResult
    from conformance.record.timeline import Entry

MAX_SHOWN: Final = 60_000
"""Characters of one message shown; a browser does not like more, and record.ndjson has it all."""

_PIECE: Final = 256 * 1024
"""Characters deflated at a time."""

_ALL, _LEAST_OF_PASSED, _NOTHING_OF_PASSED = 0, 2, 3
_LAST_TRAVEL, _NO_TRAVEL, _NO_MESSAGES = 4, 5, 6
LAST_ACTS: Final = 5
"""Acts of a check that did not pass of which what travelled is kept longest."""


def pack(data: dict[str, Any]) -> str:
    """Return JSON-like data deflated and in base64."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "backslashreplace"), 9)).decode("ascii")


def _fits(data: dict[str, Any], room: int) -> bool:
    """Return whether data take at most ``room`` characters when packed; given up as soon as they take more."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    deflating = zlib.compressobj(9)
    size = 0
    for start in range(0, len(text), _PIECE):
        size += len(deflating.compress(text[start : start + _PIECE].encode("utf-8", "backslashreplace")))
        if _in_base64(size) > room:
            return False
    return _in_base64(size + len(deflating.flush())) <= room


def _in_base64(size: int) -> int:
    return (size + 2) // 3 * 4


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
        entries = [(passed, _later(timeline, self.start)) for passed, timeline in self._checks]
        first = _ALL if _may_fit(entries, room) else _NOTHING_OF_PASSED
        for omitted in range(first, _NO_MESSAGES):
            data = _laid_out(entries, omitted)
            if _fits(data, room):
                return data
        return _laid_out(entries, _NO_MESSAGES)


_Timeline = Callable[[], list[dict[str, Any]]]


def _later(evidence: Sequence[Entry], start: datetime) -> _Timeline:
    """Return what makes the timeline of a check when it is first asked for: that of many is never shown."""
    return cache(lambda: timeline_of(evidence, start))


def _may_fit(entries: Sequence[tuple[bool, _Timeline]], room: int) -> bool:
    """Tell whether the least that says anything of the passed checks may be packed in ``room`` characters.

    Deflated as it is laid out, and given up as soon as it takes more: in a whole campaign that is after a few checks.
    """
    deflating = zlib.compressobj(9)
    size = 0
    texts: dict[str, int] = {}
    values: dict[str, int] = {}
    for _, timeline in entries:
        kept = [_interned(entry, texts, values, _LEAST_OF_PASSED) for entry in timeline()]
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size += len(deflating.compress(text.encode("utf-8", "backslashreplace")))
        if _in_base64(size) > room:
            return False
    return True


def _laid_out(entries: Sequence[tuple[bool, _Timeline]], omitted: int) -> dict[str, Any]:
    texts: dict[str, int] = {}
    values: dict[str, int] = {}
    checks: list[list[dict[str, Any]]] = []
    for passed, timeline in entries:
        if passed and omitted >= _NOTHING_OF_PASSED:
            checks.append([])
            continue
        level = omitted if passed or omitted > _NOTHING_OF_PASSED else _ALL
        kept = _lightened(timeline(), level) if level > _NOTHING_OF_PASSED else timeline()
        checks.append([_interned(entry, texts, values, level) for entry in kept])
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
        if level < 1 or level > _NOTHING_OF_PASSED or entry.get("outcome"):
            text = json.dumps(result, ensure_ascii=False)
            entry["result"] = values.setdefault(text, len(values))
    for side in ("request", "response"):
        if side in entry:
            text = entry.pop(side)
            if level < 2 or _NOTHING_OF_PASSED < level < _NO_MESSAGES:  # noqa: PLR2004 - the page of the module has the levels
                entry[side] = texts.setdefault(text, len(texts))
    if "raw" in entry:
        entry["raw"] = [
            {**each, **{side: texts.setdefault(each[side], len(texts)) for side in ("sent", "received")}}
            for each in entry["raw"]
        ]
    return entry


def _lightened(timeline: list[dict[str, Any]], level: int) -> list[dict[str, Any]]:
    """Return the timeline of a check that did not pass with less of what travelled to the software."""
    with_raw = [number for number, entry in enumerate(timeline) if "raw" in entry]
    kept = set(with_raw[-LAST_ACTS:]) if level == _LAST_TRAVEL else set()
    return [
        entry if number in kept else {name: value for name, value in entry.items() if name != "raw"}
        for number, entry in enumerate(timeline)
    ]


def timeline_of(evidence: Sequence[Entry], start: datetime) -> list[dict[str, Any]]:
    """Return the entries of a check as the page takes them; what travelled stands with the act that it was for."""
    packed: list[dict[str, Any]] = []
    acts: dict[tuple[datetime, str], dict[str, Any]] = {}
    for entry in evidence:
        if isinstance(entry, DriverEntry):
            act = acts.get((entry.at, entry.verb))
            if act is None:
                # The software was emptied for the check: nothing in its timeline tells that.
                act = acts[entry.at, entry.verb] = {
                    "kind": "act",
                    "at": _milliseconds(entry.at, start),
                    "verb": entry.verb,
                }
                packed.append(act)
            act.setdefault("raw", []).append(_travelled(entry))
            continue
        shown = packed_entry(entry, start)
        packed.append(shown)
        if isinstance(entry, ActEntry):
            acts[entry.at, entry.verb] = shown
    # What travelled is written at the end of a check; the rest came in its order.
    alone = [act for act in packed if act.keys() == {"kind", "at", "verb", "raw"}]
    for act in alone:
        packed.remove(act)
        packed.insert(
            next((n for n, other in enumerate(packed) if other["at"] >= act["at"]), len(packed)), act
        )
    return packed


def _travelled(entry: DriverEntry) -> dict[str, Any]:
    return {
        "sent": readable(entry.sent),
        "received": readable(entry.received),
        "ms": round(entry.seconds * 1000, 1),
    }


def packed_entry(entry: Entry, start: datetime) -> dict[str, Any]:
    """Return an entry as the page takes it: masked, made visible, in both languages where they differ.

    ``at`` is in milliseconds since ``start``.
    """
    french, english = entry_view(entry, "fr"), words_view(entry, "en")
    packed: dict[str, Any] = {"at": _milliseconds(entry.at, start)}
    for name, value in french.items():
        if name in {"request", "response"}:
            packed[name] = _message(value)
        elif name in english:
            packed[name] = _both(value, english[name])
        elif name != "at":
            packed[name] = comparable(value)
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
