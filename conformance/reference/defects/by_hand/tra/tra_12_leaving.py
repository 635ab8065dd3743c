"""Faults against TRA-12 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def patient_received_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note of whom the last document received speaks."""
    if records[0]["matricule"]:
        memory.shared["ins"] = {name: records[0][name] for name in ("matricule", "oid")}
    return records


def for_the_patient_received(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Send with the INS of the patient of the last document received."""
    return [{**one, **memory.shared.get("ins", {})} if one["matricule"] else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "for-the-patient-received": for_the_patient_received,
    "patient-received-noted": patient_received_noted,
}
"""What ``hand`` may name."""
