"""Faults against VER-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def removes_homonym(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the attributes away once INSi confirms."""
    return [{**one, "attributes": []} for one in records]


def first_number_verified(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify the first number that a file held, whatever it holds now."""
    local = about.get("local") or {}
    if not local.get("birth_name"):
        return records
    key = f"{local['birth_name']} {local.get('birth_date')} {local.get('first_names')}"
    first = memory.own.setdefault(key, {name: records[0][name] for name in ("matricule", "oid")})
    return [{**one, **first} for one in records]


def claimed_without_zero(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the key as a number."""
    return [{**one, "matricule": f"{one['matricule'][:13]}{int(one['matricule'][13:])}"} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "claimed-without-zero": claimed_without_zero,
    "first-number-verified": first_number_verified,
    "removes-attributes": removes_homonym,
}
"""What ``hand`` may name."""
