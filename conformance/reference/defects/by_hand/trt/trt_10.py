"""Faults against TRT-10 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import value_refused
from simulator.ins.places import cog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def place_of_today(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Replace the code of Corsica before 1976 by one of today."""
    return [
        {**one, "birth_place": f"2A{place[2:]}"}
        if re.fullmatch(r"20\d{3}", place := one["birth_place"] or "")
        else one
        for one in records
    ]


def ceased_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse the code of a commune that ceased to be."""
    code = records[0].get("birth_place") or ""
    known = code[:2] not in {"99", ""} and cog().exists(code)
    if known and all(period.valid_to is not None for period in cog().periods(code)):
        raise value_refused("birth_place")
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "ceased-refused": ceased_refused,
    "place-of-today": place_of_today,
}
"""What ``hand`` may name."""
