"""Faults against TRA-15 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.notes import flagged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def refusals_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who refuses what."""
    memory.shared[about["patient_id"]] = [name for one in records for name in one["channels"]]
    return records


def not_fed_when_mails_refused(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Feed nothing by itself for a patient who refuses mails."""
    refused = "MSSANTE_PATIENT" in memory.shared.get(about["patient_id"], ())
    return [{**one, "feeds": one["feeds"] and not refused} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "flag-feeds-nothing": flagged(feeds=False),
    "not-fed-when-mails-refused": not_fed_when_mails_refused,
    "refusals-noted": refusals_noted,
}
"""What ``hand`` may name."""
