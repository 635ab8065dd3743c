"""The faults of software that asks INSi for more than the user wanted, or remembers a failure or a 01 too long; see ``by_hand``."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference import soap
from conformance.reference.files import as_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_NEEDED = ("birth_name", "first_name", "sex", "birth_date")
_SEVERAL = 2
_OTHERS = 3
"""Further people asked for: enough to be seen."""
_STORM = 12
"""Requests made again after a failure: more than a prudent software makes."""
_SECONDS = 0.5


def unknown_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that INSi does not know."""
    memory.shared.setdefault("unknown", set()).update(one["id"] for one in records)
    return records


def unknown_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Find nobody whom INSi does not know: they wait on a list of their own."""
    return [one for one in records if one["id"] not in memory.shared.get("unknown", ())]


def unknown_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse acts on a file that INSi does not know."""
    if about["file"]["id"] in memory.shared.get("unknown", ()):
        raise RefusedError("NO_INS", "Ce patient n'a pas d'INS : relancez d'abord l'appel.")
    return records


def several_asked(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi which of the files found is the right one."""
    if len(records) >= _SEVERAL:
        _ask(memory.shared.get("store"), records[:_OTHERS])
    return records


def others_asked(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask INSi, on the same occasion, for other files that have no INS yet."""
    store: Store = about["store"]
    own = {one["id"] for one in records}
    _ask(store, _without_ins([one for one in map(as_record, store.patients()) if one["id"] not in own]))
    return records


def lot_asks_the_rest(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search, with a lot to verify, the INS of those who have none."""
    _ask(memory.shared.get("store"), _without_ins(about["everyone"]))
    return records


def creation_needs_insi(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask INSi before a file is kept, and keep none without an answer."""
    store: Store = about["store"]
    for one in records:
        if _ask(store, [one]):
            store.rows("DELETE FROM patient WHERE id = ?", [one["id"]])
            raise RefusedError("INSI_UNREACHABLE", "INSi ne répond pas : le dossier n'est pas créé.")
    return records


def ended_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call got an answer."""
    memory.shared["down"] = str(about["outcome"]) == "ERROR"
    return records


def created_doubtful_while_down(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Mark as douteuse a file that is made while INSi does not answer."""
    if not memory.shared.get("down"):
        return records
    return [{**one, "attributes": sorted({*one["attributes"], "DOUTEUSE"})} for one in records]


def created_noted_while_down(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note the files made while INSi does not answer."""
    if memory.shared.get("down"):
        memory.shared.setdefault("unknown", set()).update(one["id"] for one in records)
    return records


def refused_while_down(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no file while INSi does not answer."""
    if memory.shared.get("down"):
        raise RefusedError("INSI_DOWN", "INSi ne répond pas : réessayez plus tard.")
    return records


def sought_in_vain(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whom INSi did not find."""
    local = about["local"]
    memory.shared.setdefault("nobody", set()).add((local.get("birth_name"), local.get("birth_date")))
    return records


def nobody_refused(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no file for somebody whom INSi did not find."""
    for one in records:
        if (one.get("birth_name"), one.get("birth_date")) in memory.shared.get("nobody", ()):
            raise RefusedError("NO_SUCH_PERSON", "INSi ne connaît pas cette personne.")
    return records


def asked_without_end(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask again and again, without pause, for whoever got no answer."""
    _ask(about["store"], records * _STORM)
    return records


def unanswered_files_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files whose last call got no answer."""
    failed: set[str] = memory.shared.setdefault("failed", set())
    for one in records:
        (failed.add if str(about["outcome"]) == "ERROR" else failed.discard)(one["id"])
    return records


def opening_asks_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make up for a call without answer whenever the file is opened, without pause."""
    failed = memory.shared.get("failed", ())
    _ask(about["store"], [one for one in records if one["id"] in failed] * _STORM)
    return records


def _without_ins(files: Iterable[Record]) -> list[Record]:
    return [one for one in files if not one.get("matricule")][:_OTHERS]


def _ask(store: Store | None, people: Iterable[Record]) -> bool:
    """Ask INSi for these people by traits; return whether one of them got no answer."""
    import httpx  # noqa: PLC0415 - slow to import, and wanted by these faults alone

    silent = False
    for one in people:
        if store is None or not all(one.get(name) for name in _NEEDED):
            continue
        criteria = soap.Criteria(**{name: one[name] for name in _NEEDED})
        content = soap.request_xml(criteria, instance=store.instance())
        answered = False
        with suppress(httpx.HTTPError, httpx.InvalidURL):
            answered = httpx.post(
                store.insi_url() or "",
                content=content,
                headers={"Content-Type": soap.CONTENT_TYPE},
                timeout=_SECONDS,
            ).is_success
        silent = silent or not answered
    return silent


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        unknown_noted,
        unknown_hidden,
        unknown_refused,
        several_asked,
        others_asked,
        lot_asks_the_rest,
        creation_needs_insi,
        ended_noted,
        created_doubtful_while_down,
        created_noted_while_down,
        refused_while_down,
        sought_in_vain,
        nobody_refused,
        asked_without_end,
        unanswered_files_noted,
        opening_asks_again,
    )
}
