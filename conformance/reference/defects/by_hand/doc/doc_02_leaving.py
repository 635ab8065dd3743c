"""Faults against DOC-02 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def traits_of_the_first_print(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Print the extra traits that were asked for when the first page was printed."""
    extra = {"used_name", "used_first_name", "birth_place"}
    known = memory.own.setdefault("extra", {one["key"] for one in records} & extra)
    return [one for one in records if one["key"] not in extra - known]


FUNCTIONS: Final[dict[str, Hand]] = {
    "traits-of-the-first-print": traits_of_the_first_print,
}
"""What ``hand`` may name."""
