"""What faults of several rules SRC do alike. It holds no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.lookup import search_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.seams import Record

SURNAMES = ("birth_name", "used_name")
GIVEN = ("first_name", "used_first_name")


def keys(record: Record, names: tuple[str, ...]) -> list[str]:
    """Return names of a record as they are searched."""
    return [search_key(record[name]) for name in names if record.get(name)]


def typed_key(about: Mapping[str, Any], name: str) -> str:
    """Return a criterion as it is compared."""
    return search_key((about.get("criteria") or {}).get(name) or "")


def with_more(
    records: list[Record], about: Mapping[str, Any], criterion: str, names: tuple[str, ...]
) -> list[Record]:
    """Add the people of whom another name begins as typed."""
    typed, day = typed_key(about, criterion), (about.get("criteria") or {}).get("birth_date")
    if not typed:
        return records
    have = {one["id"] for one in records}
    more = [
        one
        for one in about["everyone"]
        if one["id"] not in have
        and day in {None, one["birth_date"]}
        and any(key.startswith(typed) for key in keys(one, names))
    ]
    return [*records, *more]
