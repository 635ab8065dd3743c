"""Faults against CRE-05 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def status_of_the_act_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the status of the file validated just before."""
    out = []
    for one in records:
        if about["cause"] == "created" and memory.own.get("status") == "VALI":
            one = {**one, "status": "VALI"}  # noqa: PLW2901 - another record
        memory.own["status"] = str(one["status"])
        out.append(one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "status-of-the-act-before": status_of_the_act_before,
}
"""What ``hand`` may name."""
