"""What faults of several rules TRA do alike. It holds no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.defects.by_hand.common.memory import told_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def written_for_the_one_before(key: str, said: str) -> Hand:
    """Return what names the patient of the document before in a text."""

    def name(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        before = told_before(about, memory).rpartition(" ")[0]
        return [{**one, key: f"{one[key]}{said.format(before)}" if before else one[key]} for one in records]

    return name


def of_the_one_before(*names: str) -> Hand:
    """Return what writes these values of the document made before, when it was of another file."""

    def carry(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            before = memory.own.get("values")
            memory.own["values"] = {name: one[name] for name in names}
            out.append({**one, **before} if before and memory.own["file"] != about["patient_id"] else one)
            memory.own["file"] = about["patient_id"]
        return out

    return carry


def first_kept(records: list[Record], about: Mapping[str, Any], memory: Memory, name: str) -> list[Record]:
    """Repeat the first value that a file had."""
    out = []
    for one in records:
        kept = memory.own.setdefault(about["patient_id"], one[name]) if one[name] else ""
        out.append({**one, name: kept})
    return out
