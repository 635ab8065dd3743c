"""Faults against SRC-10 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def one_bar_for_all(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Join the criteria and look for each word in every name."""
    criteria = about["criteria"]
    words = [
        comparison_key(criteria.get(name) or "")
        for name in ("name_prefix", "first_name_prefix")
        if criteria.get(name)
    ]
    if not words:
        return records
    fields = ("birth_name", "used_name", "first_names", "first_name", "used_first_name")
    return [
        one
        for one in about["everyone"]
        if criteria.get("birth_date") in {None, one["birth_date"]}
        and all(any(comparison_key(one[name] or "").startswith(word) for name in fields) for word in words)
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "one-bar-for-all": one_bar_for_all,
}
"""What ``hand`` may name."""
