"""Faults against TRA-15 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def fed_by_the_app_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that the app has fed."""
    if about["event"] == "app-imported":
        memory.shared.setdefault("app", set()).add(records[0]["id"])
    return records


def not_fed_after_the_app(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Feed nothing by itself of whoever came by the app."""
    is_held = about["patient_id"] in memory.shared.get("app", ())
    return [{**one, "feeds": False} if is_held else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "fed-by-the-app-noted": fed_by_the_app_noted,
    "not-fed-after-the-app": not_fed_after_the_app,
}
"""What ``hand`` may name."""
