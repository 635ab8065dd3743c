"""Faults against TRA-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import put_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def prefix_as_component(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the particle of a name as a component of its own (FN-2)."""
    return [
        {
            **one,
            "birth_name": re.sub(
                r"^((?:DE LA|DE|DU|DES|LE|LA|EL|BEN|VAN|VON)) (.+)$", r"\2&\1", one["birth_name"]
            ),
        }
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "note-of-the-person-before": put_in("note"),
    "prefix-as-component": prefix_as_component,
}
"""What ``hand`` may name."""
