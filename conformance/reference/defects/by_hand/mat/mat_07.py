"""Faults against MAT-07 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def oid_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the OID that a fall clears."""
    if about["before"]["oid"] and not records[0]["oid"]:
        memory.shared[records[0]["id"]] = about["before"]["oid"]
    return records


def oid_back(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the OID noted back."""
    oid = memory.shared.get(records[0]["id"])
    return all_with(records, oid=oid) if oid else records


def oid_left_with_former(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the OID in a lowered file that has former numbers."""
    before = about.get("before") or {}
    if about["event"] == "downgraded" and before.get("oid") and about["store"].former(records[0]["id"]):
        return [{**one, "oid": before["oid"]} for one in records]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "oid-left-with-former": oid_left_with_former,
    "oid-back": oid_back,
    "oid-noted": oid_noted,
}
"""What ``hand`` may name."""
