"""Faults against SEC-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def claim_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the number that is verified."""
    if records:
        memory.shared["number"] = records[0]["matricule"]
    return records


def number_told(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say which number it is about."""
    return [
        {**one, "message": f"INS {memory.shared.get('number', '')} : {one['message']}"} for one in records
    ]


def lost_number_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the number that a file loses."""
    if about["before"]["matricule"] and not records[0]["matricule"]:
        memory.shared["lost"] = about["before"]["matricule"]
    return records


def lost_number_in_reason(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the lost number into the reason of the change, in groups."""
    lost = memory.shared.pop("lost", None)
    return (
        [{**one, "reason": f"{one['reason']} (INS {lost[:7]} {lost[7:13]} {lost[13:]})"} for one in records]
        if lost
        else records
    )


def corrected_number_in_reason(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the first half of the number that a correction takes away into the reason."""
    lost = memory.shared.pop("lost", None)
    return (
        [{**one, "reason": f"{one['reason']} (ancien NIR {'.'.join(lost)})"} for one in records]
        if lost
        else records
    )


FUNCTIONS: Final[dict[str, Hand]] = {
    "corrected-number-in-reason": corrected_number_in_reason,
    "lost-number-noted": lost_number_noted,
    "lost-number-in-reason": lost_number_in_reason,
    "claim-noted": claim_noted,
    "number-told": number_told,
}
"""What ``hand`` may name."""
