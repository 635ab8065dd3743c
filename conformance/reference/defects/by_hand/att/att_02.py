"""Faults against ATT-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def refused_pairs(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse two attributes together, whichever they are."""
    if any(len(one["attributes"]) > 1 for one in records):
        raise RefusedError("ATTRIBUTE_COMBINATION", "Un seul attribut à la fois.", ["attributes"])
    return records


def pair_in_one_step(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Allow douteuse with homonyme only when both are set at once."""
    there, asked = set((about.get("file") or {}).get("attributes") or ()), set(records[0]["attributes"])
    if len(there) == 1 and len(asked) > 1:
        raise RefusedError("ATTRIBUTE_COMBINATION", "Retirez d'abord l'attribut en place.", ["attributes"])
    return records


def combination_asked_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Accept a combination of attributes for a file that was refused it before."""
    refused = memory.own.setdefault("refused", set())
    key = (about["user"], about["combination"], about["status"])
    if key in refused:
        return []
    refused.add(key)
    return records


def pair_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse douteuse and homonyme together."""
    if {"DOUTEUSE", "HOMONYME"} <= set(records[0]["attributes"]):
        raise RefusedError("ATTRIBUTE_COMBINATION", "Un seul attribut à ce statut.", ["attributes"])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "combination-asked-again": combination_asked_again,
    "pair-in-one-step": pair_in_one_step,
    "pair-refused": pair_refused,
    "refused-pairs": refused_pairs,
}
"""What ``hand`` may name."""
