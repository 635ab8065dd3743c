"""Faults against CAL-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def indented(element: bytes) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that breaks the line before the end of an element."""

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        end = b"</insi:%s>" % element
        return [{**one, "content": one["content"].replace(end, b"\n    " + end)} for one in records]

    return hand


FUNCTIONS: Final[dict[str, Hand]] = {
    "line-broken-in-name": indented(b"NomNaissance"),
}
"""What ``hand`` may name."""
