"""Faults against CAL-12 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def card_date_into_file(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the date of the card into the file, its zeros as ones."""
    born = (about.get("person") or {}).get("birth_date") or ""
    if "-00" in born:
        return [{**one, "birth_date": born.replace("-00", "-01")} for one in records]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "card-date-into-file": card_date_into_file,
}
"""What ``hand`` may name."""
