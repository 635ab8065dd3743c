"""Faults against CRE-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import value_refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def one_unknown_place_a_day(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Have a unique index on birth date, sex and place, which 99999 enters as well."""
    known: set[Any] = memory.own.setdefault("known", set())
    for one in records:
        key = (one.get("birth_date"), one.get("sex"))
        if one.get("birth_place") == "99999":
            if key in known:
                raise value_refused("birth_place")
            known.add(key)
    return records


def second_unknown_place_numbered(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Number the unknown places of one birth date downwards, to keep an index unique."""
    known: dict[Any, int] = memory.own.setdefault("places", {})
    out = []
    for one in records:
        after = dict(one)
        if one.get("birth_place") == "99999":
            key = (one.get("birth_date"), one.get("sex"))
            known[key] = known.get(key, 100000) - 1
            after["birth_place"] = str(known[key])
        out.append(after)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "one-unknown-place-a-day": one_unknown_place_a_day,
    "second-unknown-place-numbered": second_unknown_place_numbered,
}
"""What ``hand`` may name."""
