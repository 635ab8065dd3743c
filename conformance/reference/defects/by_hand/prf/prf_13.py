"""Faults against PRF-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def check_date_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the date of the validation in the resource once there was one."""
    out = []
    for one in records:
        if about["where"] == "fhir" and one["checked_date"]:
            memory.own[about["patient_id"]] = one["checked_date"]
        kept = memory.own.get(about["patient_id"])
        out.append({**one, "checked_date": kept} if about["where"] == "fhir" and kept else one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "check-date-kept": check_date_kept,
}
"""What ``hand`` may name."""
