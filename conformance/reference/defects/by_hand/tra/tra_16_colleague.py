"""Faults against TRA-16 of whoever is at the desk, and of a withdrawal; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def refusal_binds_others_only(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Send in spite of a refusal of the patient."""
    addresses = {"DMP": "dmp@monespacesante.example", "MSSANTE_PATIENT": about["file"]["mailbox"]}
    return [
        {**one, "why": "", "recipient": address}
        if "oppose" in one["why"] and (address := addresses.get(one["channel"]))
        else one
        for one in records
    ]


def withdrawn_from_the_last_of_the_patient(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Tell a withdrawal to whoever had something of this patient last."""
    file = about["patient_id"]
    if about["where"] == "withdrawal":
        return [{**one, "recipient": memory.own.get(file, one["recipient"])} for one in records]
    for one in records:
        memory.own[file] = one["recipient"] if not one["why"] else memory.own.get(file, "")
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "refusal-binds-others-only": refusal_binds_others_only,
    "withdrawn-from-the-last-of-the-patient": withdrawn_from_the_last_of_the_patient,
}
"""What ``hand`` may name."""
