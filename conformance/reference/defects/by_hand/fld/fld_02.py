"""Faults against FLD-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def billing_of_one(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the billing number out of every other file."""
    [one] = records
    for other in about["store"].patients():
        if other.id != one["id"] and one["billing_number"] and other.billing_number == one["billing_number"]:
            about["store"].save_patient(replace(other, billing_number=None))
    return records


def redundant_billing(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Drop a billing number that is the matricule."""
    [one] = records
    number = (one["billing_number"] or "")[:13]
    return (
        all_with(records, billing_number=None)
        if number and (one["matricule"] or "")[:13] == number
        else records
    )


FUNCTIONS: Final[dict[str, Hand]] = {
    "billing-of-one": billing_of_one,
    "redundant-billing": redundant_billing,
}
"""What ``hand`` may name."""
