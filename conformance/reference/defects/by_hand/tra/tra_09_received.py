"""Faults against TRA-09 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.papers.leaving import PATIENT_DOMAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def address_received_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the number of the last patient received."""
    if records[0]["matricule"]:
        memory.shared["number"] = records[0]["matricule"]
    return records


def address_of_whoever_was_received(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write to the patient of the last message received."""
    number = memory.shared.get("number")
    return [
        {**one, "recipient": f"{number}@{PATIENT_DOMAIN}"} if number and not one["why"] else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "address-of-whoever-was-received": address_of_whoever_was_received,
    "address-received-noted": address_received_noted,
}
"""What ``hand`` may name."""
