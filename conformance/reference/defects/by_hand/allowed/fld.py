"""Right behaviours near rules FLD that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def nothing_to_save_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse to save a form in which nothing was changed."""
    file = about["file"]
    if all(file.get(name) == (value or None) for name, value in records[0].items()):
        raise RefusedError("NOTHING_CHANGED", "Aucune modification à enregistrer.", sorted(records[0]))
    return records


def card_is_a_document(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Record the card that is attached as the document shown, where there is none."""
    proof = {"kind": "VITALE_CARD", "recorded_at": now(), "recorded_by": about["user"]}
    return [one if one["proof"] else {**one, "proof": proof} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "card-is-a-document": card_is_a_document,
    "nothing-to-save-refused": nothing_to_save_refused,
}
"""What ``hand`` may name."""
