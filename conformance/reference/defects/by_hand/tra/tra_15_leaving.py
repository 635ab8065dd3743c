"""Faults against TRA-15 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def automatic_once_set(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the site has set the automatic feeding."""
    memory.shared["set"] = memory.shared.get("set") or any("dmp_automatic" in one for one in records)
    return records


def no_feeding_unless_set(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Feed nothing by itself as long as the site has not asked for it."""
    return records if memory.shared.get("set") else [{**one, "feeds": False} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "automatic-once-set": automatic_once_set,
    "no-feeding-unless-set": no_feeding_unless_set,
}
"""What ``hand`` may name."""
