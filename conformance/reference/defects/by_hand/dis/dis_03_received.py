"""Faults against DIS-03 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def noted_once_scanned(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the people that were scanned in."""
    memory.shared.setdefault("scanned", []).extend(one["birth_name"] for one in records)
    return records


def status_not_shown_once_scanned(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Show no status for somebody who was scanned in."""
    named = {one["value"] for one in records if one["name"] == "birth_name"}
    is_scanned = bool(named & set(memory.shared.get("scanned", ())))
    return [{**one, "value": ""} if is_scanned and one["name"] == "status" else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "noted-once-scanned": noted_once_scanned,
    "status-not-shown-once-scanned": status_not_shown_once_scanned,
}
"""What ``hand`` may name."""
