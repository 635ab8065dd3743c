"""Faults against TRA-16 in what a deletion message carries; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def last_paper_withdrawn(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the document made last into the message that withdraws another."""
    if about.get("act") == "WITHDRAW" and "pdf" in memory.own:
        return [{**one, "pdf": memory.own["pdf"]} for one in records]
    memory.own["pdf"] = records[0]["pdf"]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "last-paper-withdrawn": last_paper_withdrawn,
}
"""What ``hand`` may name."""
