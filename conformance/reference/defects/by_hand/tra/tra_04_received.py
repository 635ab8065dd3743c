"""Faults against TRA-04 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def received_noted_for_adt(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note of whom the last message received speaks."""
    if records[0]["matricule"]:
        memory.shared["ins"] = {name: records[0][name] for name in ("matricule", "oid")}
    return records


def adt_about_whoever_was_received(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the INS of the patient of the last message received."""
    return [{**one, **memory.shared.get("ins", {})} if one["matricule"] else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "adt-about-whoever-was-received": adt_about_whoever_was_received,
    "received-noted-for-adt": received_noted_for_adt,
}
"""What ``hand`` may name."""
