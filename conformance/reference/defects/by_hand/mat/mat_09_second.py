"""Faults against MAT-09 of what is kept of a number; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def number_first_known(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the number under which somebody was known first."""
    names = ("matricule", "oid", "nature", "mailbox")
    out: list[Record] = []
    for one in records:
        if not one["matricule"]:
            out.append(one)
            continue
        first = memory.own.setdefault(about["patient_id"], {name: one[name] for name in names})
        out.append({**one, **first})
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "number-first-known": number_first_known,
}
"""What ``hand`` may name."""
