"""Faults against VER-09 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.ver.common import BARE, first_alike

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def alike_but_place(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Do not compare the birth place."""
    return records or first_alike(about, ("birth_name", "first_name", "birth_date", "sex"))


def alike_but_sex(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Do not compare the sex."""
    return records or first_alike(about, ("birth_name", "first_name", "birth_date", "birth_place"))


def alike_by_used_name(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the used name for the birth name too."""
    if records:
        return records
    values = about["values"]
    return [
        {**one, "stands": "SAME_TRAITS"}
        for one in about["everyone"]
        if one["status"] in BARE
        and (one["used_name"], one["birth_date"]) == (values["birth_name"], values["birth_date"])
    ][:1]


FUNCTIONS: Final[dict[str, Hand]] = {
    "alike-but-place": alike_but_place,
    "alike-but-sex": alike_but_sex,
    "alike-by-used-name": alike_by_used_name,
}
"""What ``hand`` may name."""
