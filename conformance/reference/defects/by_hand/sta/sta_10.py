"""Faults against STA-10 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.sta.common import COMPARED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def second_fall_untold(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell the connected software of the first fall of a file only."""
    before, after = about["before"], about["after"]
    if before["status"] == after["status"]:
        return records
    told = memory.own.setdefault("told", set())
    if before["id"] in told:
        return []
    told.add(before["id"])
    return records


def lowered_to_validated_untold(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Say nothing of a file lowered to validée whose traits stay."""
    before, after = about["before"], about["after"]
    same = all(before[name] == after[name] for name in COMPARED)
    return [] if same and (before["status"], after["status"]) == ("QUAL", "VALI") else records


def lowered_to_validated_stale(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Tell of a file lowered to validée as it was before."""
    if lowered_to_validated_untold(records, about, memory):
        return records
    return all_with(records, stale=True)


def only_traits_told(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Tell of changed traits only."""
    before, after = about["before"], about["after"]
    told = (*COMPARED, "used_name", "used_first_name")
    return [] if all(before[name] == after[name] for name in told) else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "lowered-to-validated-stale": lowered_to_validated_stale,
    "lowered-to-validated-untold": lowered_to_validated_untold,
    "only-traits-told": only_traits_told,
    "second-fall-untold": second_fall_untold,
}
"""What ``hand`` may name."""
