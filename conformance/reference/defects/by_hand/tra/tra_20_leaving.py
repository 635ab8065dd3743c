"""Faults against TRA-20 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def ins_of_the_line_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Export a file récupéré with the INS of the line before."""
    out = []
    for one in records:
        if one["matricule"]:
            memory.own["ins"] = {"matricule": one["matricule"], "oid": one["oid"]}
        out.append({**one, **memory.own.get("ins", {})} if about["file_status"] == "RECUP" else one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "ins-of-the-line-before": ins_of_the_line_before,
}
"""What ``hand`` may name."""
