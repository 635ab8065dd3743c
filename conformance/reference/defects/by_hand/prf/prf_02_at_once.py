"""Faults against PRF-02 of several kinds changed at once; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.site import HIGH_CONFIDENCE_PROOFS
from conformance.reference.site import parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def list_noted_used(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go by the list noted."""
    kept = memory.shared.get("kept")
    return [{**one, HIGH_CONFIDENCE_PROOFS: ",".join(kept)} if kept else one for one in records]


def lists_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a list written: of the kinds that are no more on it the first alone goes."""
    for one in records:
        if HIGH_CONFIDENCE_PROOFS in one:
            now = parts(one[HIGH_CONFIDENCE_PROOFS])
            gone = [kind for kind in memory.shared.get("written", now) if kind not in now]
            memory.shared["written"], memory.shared["kept"] = now, [*now, *gone[1:]]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "list-noted-used": list_noted_used,
    "lists-noted": lists_noted,
}
"""What ``hand`` may name."""
