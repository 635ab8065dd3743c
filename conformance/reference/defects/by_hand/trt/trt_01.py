"""Faults against TRT-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def first_name_field_checked(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Check the first of the names changed only."""
    names = ("birth_name", "first_name", "first_names")
    out = []
    for one in records:
        skipped = [name for name in names if name in one][1:]
        out.append({name: value for name, value in one.items() if name not in skipped})
    return out


def refusal_undoes_used_name(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go back to the used name of the creation when a change is refused."""
    names: dict[str, Any] = memory.own.setdefault("names", {})
    out = []
    for one in records:
        if about["event"] == "created":
            names[one["id"]] = one["used_name"]
        is_undone = about["event"] == "update-refused" and one["id"] in names
        out.append({**one, "used_name": names[one["id"]]} if is_undone else one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-name-field-checked": first_name_field_checked,
    "refusal-undoes-used-name": refusal_undoes_used_name,
}
"""What ``hand`` may name."""
