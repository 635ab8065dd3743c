"""Faults against CRE-08 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def nameless_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a second nameless person of one day as a duplicate."""
    days = memory.own.setdefault("days", set())
    if records[0]["birth_date"] in days:
        raise RefusedError("DUPLICATE", "Ce patient existe déjà.", ["birth_name"])
    days.add(records[0]["birth_date"])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "nameless-once": nameless_once,
}
"""What ``hand`` may name."""
