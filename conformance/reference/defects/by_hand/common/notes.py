"""What faults of several groups note of a file, and look up later. It holds no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.defects.by_hand.common.files import file_at_hand, file_concerned
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def seen_under(memory: Memory, name: str) -> set[str]:
    """Return what a fault has seen, under a name."""
    found: set[str] = memory.own.setdefault(name, set())
    return found


def is_noted(note: str, records: list[Record], about: Mapping[str, Any], memory: Memory) -> bool:
    """Tell whether the file at hand was noted under a name."""
    file = file_at_hand(records, about)
    return bool(file) and file in memory.shared.get(note, ())


def status_when_noted(note: str, status: str | None) -> Hand:
    """Give this status to a file with the note; ``None``: the one that it has."""

    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if not is_noted(note, records, about, memory):
            return records
        return all_with(records, status=status or about["before"])

    return hand


def noted_since(memory: Memory) -> set[str]:
    """Return the numbers of the files noted."""
    ids: set[str] = memory.shared.setdefault("since", set())
    return ids


def giving_since(**values: Any) -> Hand:
    """Return a fault that gives these values to a noted file."""

    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        noted = noted_since(memory)
        return [{**one, **values} if file_concerned(one, about) in noted else one for one in records]

    return hand


def flagged(**values: Any) -> Hand:
    """Return a fault that gives these values once something has happened."""

    def hand(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        return [{**one, **values} for one in records] if memory.shared.get("flag") else records

    return hand


def came_from_elsewhere(memory: Memory) -> set[str]:
    """Return the numbers of the files noted for where they came from."""
    found: set[str] = memory.shared.setdefault("came", set())
    return found


def as_opened_by_its_user(*names: str) -> Hand:
    """Return what writes these values back, with a used name, as they were when its user opened the file."""

    def write_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        [one] = records
        key = f"{about['user']}/{one['id']}"
        if about["event"] == "read":
            memory.own[key] = one
        elif about["event"] == "updated" and set(about["typed"]) == {"used_name"}:
            opened = memory.own.get(key, one)
            return [{**one, **{name: opened[name] for name in names}}]
        return records

    return write_back
