"""Faults against VER-06 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status, StatusChange
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def lowered_and_raised_again(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Lower a known file for a KO that another domain brought, and set it back at once: the history tells."""
    one = records[0]
    if about["event"] == "received-nothing" and str(one["status"]) == "VALI" and about.get("result") != "OK":
        for previous, status in ((Status.VALI, Status.PROV), (Status.PROV, Status.VALI)):
            change = StatusChange(
                previous=previous, status=status, at=now(), author=about["user"], reason="réception"
            )
            about["store"].add_status_change(one["id"], change)
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "lowered-and-raised-again": lowered_and_raised_again,
}
"""What ``hand`` may name."""
