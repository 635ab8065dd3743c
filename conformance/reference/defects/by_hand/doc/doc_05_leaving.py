"""Faults against DOC-05 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def symbol_from_before_marking(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Draw the symbol of a marked file with the INS of the symbol before."""
    out = []
    for one in records:
        if one["matricule"]:
            memory.own[about["patient_id"]] = {"matricule": one["matricule"], "oid": one["oid"]}
        kept = memory.own.get(about["patient_id"], {}) if about["file"]["attributes"] else {}
        out.append({**one, **kept})
    return out


def page_from_the_cache(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Print the INS that was printed for this file before."""
    out = []
    for one in records:
        if one["matricule"]:
            memory.shared[about["patient_id"]] = {name: one[name] for name in ("matricule", "oid", "nature")}
        kept = memory.shared.get(about["patient_id"], {}) if not about["file"]["attributes"] else {}
        out.append({**one, **kept})
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "page-from-the-cache": page_from_the_cache,
    "symbol-from-before-marking": symbol_from_before_marking,
}
"""What ``hand`` may name."""
