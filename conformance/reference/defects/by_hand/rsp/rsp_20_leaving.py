"""Faults against RSP-20 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def former_ins_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS that a file had before."""
    for one in records:
        if one["matricule"] != about["matricule"]:
            memory.shared[about["patient_id"]] = one["matricule"]
    return records


def exported_the_other_way_round(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Export the former INS as the one of today, and the other way round."""
    former = memory.shared.get(about["patient_id"], "")
    return [
        {**one, "value": former, "former": one["value"]} if former and one["value"] else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "exported-the-other-way-round": exported_the_other_way_round,
    "former-ins-noted": former_ins_noted,
}
"""What ``hand`` may name."""
