"""Faults against CAL-16 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def signed_in_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who signed in last."""
    if about.get("verb") == "sign-in":
        memory.shared["signed"] = about["user"]
    return records


def logged_for_signed_in(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log calls under the name of whoever signed in last."""
    user = memory.shared.get("signed")
    return [{**one, "user": user} if user and one["action"] == "INSI_CALL" else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "logged-for-signed-in": logged_for_signed_in,
    "signed-in-noted": signed_in_noted,
}
"""What ``hand`` may name."""
