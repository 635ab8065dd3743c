"""Faults against CRE-06 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def scan_before_delivered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Deliver what was scanned before, as a buffer that is read too early does."""
    copies = [dict(one) for one in records]
    before, memory.own["before"] = memory.own.get("before", copies), copies
    return [dict(one) for one in before]


def place_of_the_scan_before(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Fill the place that a symbol does not tell with that of the symbol before."""
    out = []
    for one in records:
        if one["birth_place"] == "99999":
            out.append({**one, "birth_place": memory.own.get("place", "99999")})
        else:
            memory.own["place"] = one["birth_place"]
            out.append(one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "place-of-the-scan-before": place_of_the_scan_before,
    "scan-before-delivered": scan_before_delivered,
}
"""What ``hand`` may name."""
