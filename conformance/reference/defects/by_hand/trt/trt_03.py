"""Faults against TRT-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def quotes_doubled_again(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Double the apostrophes of a name that is saved along with another field."""
    touched = about["event"] == "updated" and "birth_name" not in (about.get("typed") or {})
    return [
        {**one, "birth_name": (one["birth_name"] or "").replace("'", "''")} if touched else one
        for one in records
    ]


def particle_last(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show DE LA TOUR as TOUR (DE LA)."""
    out = []
    for one in records:
        found = re.match(r"((?:DE |DU |DES |LA |LE )+)(.+)", one["birth_name"] or "")
        out.append({**one, "birth_name": f"{found[2]} ({found[1].strip()})"} if found else one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "particle-last": particle_last,
    "quotes-doubled-again": quotes_doubled_again,
}
"""What ``hand`` may name."""
