"""Faults that note what became of a file and act on it later: every note with every consequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.files import file_at_hand
from conformance.reference.defects.by_hand.common.notes import is_noted, status_when_noted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_NOTES = (
    "waiting", "declined", "nobody", "failed", "refreshed", "verified", "weak", "renewed", "doubted", "started",
    "carded", "called", "announced", "several", "automatic",
)  # fmt: skip


def _noting(note: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        memory.shared.setdefault(note, set()).add(file_at_hand(records, about))
        return records

    return hand


def _lost_when_noted(note: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        return [] if is_noted(note, records, about, memory) else records

    return hand


FUNCTIONS: Final[dict[str, Hand]] = {
    **{f"kept-{note}-is-recup": status_when_noted(note, "RECUP") for note in _NOTES},
    **{f"kept-{note}-is-vali": status_when_noted(note, "VALI") for note in _NOTES},
    **{f"kept-{note}-passes": _lost_when_noted(note) for note in _NOTES},
    **{f"recall-{note}": _noting(note) for note in _NOTES},
}
"""What ``hand`` may name."""
