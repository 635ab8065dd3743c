"""Faults that overlook a slight difference: every kind of difference with everything that overlooks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_DAY_AT: Final = 8


def _order(name: str, new: str, old: str) -> bool:
    return name == "first_names" and new != old and sorted(new.split()) == sorted(old.split())


def _day(name: str, new: str, old: str) -> bool:
    return name == "birth_date" and new[:_DAY_AT] == old[:_DAY_AT]


def _department(name: str, new: str, old: str) -> bool:
    return name == "birth_place" and new[:2] == old[:2]


def _letter(name: str, new: str, old: str) -> bool:
    is_name = name in {"birth_name", "first_names"}
    return (
        is_name and len(new) == len(old) and sum(one != two for one, two in zip(new, old, strict=True)) == 1
    )


def _shorter(name: str, new: str, old: str) -> bool:
    return name in {"birth_name", "first_names"} and old.startswith(new) and new != ""


def _month(name: str, new: str, old: str) -> bool:
    return name == "birth_date" and (new[:4], new[_DAY_AT:]) == (old[:4], old[_DAY_AT:])


def _year(name: str, new: str, old: str) -> bool:
    return name == "birth_date" and new[4:] == old[4:]


def _first_letter(name: str, new: str, old: str) -> bool:
    return name in {"birth_name", "first_names"} and new[1:] == old[1:]


def _middle(name: str, new: str, old: str) -> bool:
    left, right = new.split(), old.split()
    return name == "first_names" and len(right) > 2 and (left[0], left[-1]) == (right[0], right[-1])  # noqa: PLR2004 - one in between


def _unseen(kind: str, name: str, new: Any, old: Any) -> bool:
    return bool(new and old and new != old and _SLIGHT[kind](name, str(new), str(old)))


def _passes_the_lock(kind: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        typed, file = about["typed"], about["file"]
        return [] if all(_unseen(kind, name, new, file.get(name)) for name, new in typed.items()) else records

    return hand


def _does_not_lower(kind: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        before: Record = memory.shared["typed-over"]
        kept = {name: before[name] for name in ("status", "matricule", "oid", "proof")}
        return [
            {**one, **kept}
            if all(_unseen(kind, name, one[name], before[name]) for name in about["changed"])
            else one
            for one in records
        ]

    return hand


def _not_written(kind: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        before = about.get("before") or {}
        return [
            {
                name: before[name] if _unseen(kind, name, value, before.get(name)) else value
                for name, value in one.items()
            }
            for one in records
        ]

    return hand


def _not_flagged(kind: str) -> Hand:
    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [
            {**one, "different": False} if _unseen(kind, one["field"], one["insi"], one["local"]) else one
            for one in records
        ]

    return hand


_SLIGHT: Final[Mapping[str, Callable[[str, str, str], bool]]] = {
    "order": _order,
    "day": _day,
    "department": _department,
    "first-letter": _first_letter,
    "year": _year,
    "letter": _letter,
    "middle": _middle,
    "month": _month,
    "shorter": _shorter,
}
"""Which change of a field is none for a software that compares roughly: its name, the new and the former value."""


FUNCTIONS: Final[dict[str, Hand]] = {
    **{
        f"slight-{kind}-{what}": make(kind)
        for kind in _SLIGHT
        for what, make in (
            ("passes-the-lock", _passes_the_lock),
            ("does-not-lower", _does_not_lower),
            ("not-written", _not_written),
            ("not-flagged", _not_flagged),
        )
    },
}
"""What ``hand`` may name."""
