"""Faults against TRA-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.notes import flagged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def number_of_the_dmp_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Warn, go on, and remember the number that the DMP told."""
    for one in records:
        memory.shared[about["patient_id"]] = one["number"]
    return [{**one, "stops": False} for one in records]


def number_of_the_dmp(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the number that the DMP told."""
    told = memory.shared.get(about["patient_id"])
    return [{**one, "matricule": told} if told and one["matricule"] else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "flag-asks-nothing": flagged(asks=False),
    "number-of-the-dmp": number_of_the_dmp,
    "number-of-the-dmp-noted": number_of_the_dmp_noted,
}
"""What ``hand`` may name."""
