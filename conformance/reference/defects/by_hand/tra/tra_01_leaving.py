"""Faults against TRA-01 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def former_number_held(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS that a file holds."""
    for one in records:
        if one["matricule"]:
            memory.shared[one["id"]] = (one["matricule"], one["oid"])
    return records


def lost_number_as_old(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell the INS that a file has lost as a former one."""
    number, oid = memory.shared.get(about["patient_id"], ("", ""))
    return [
        {**one, "former": number, "system": f"urn:oid:{oid}"} if number and not one["value"] else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "former-number-held": former_number_held,
    "lost-number-as-old": lost_number_as_old,
}
"""What ``hand`` may name."""
