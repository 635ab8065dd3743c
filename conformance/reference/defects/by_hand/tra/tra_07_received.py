"""Faults against TRA-07 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def received_noted_for_mail(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note of whom the last message received speaks."""
    memory.shared["who"] = f"{records[0]['birth_name']} {records[0]['first_name']}"
    return records


def subject_of_whoever_was_received(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Name the patient of the last message received in the subject."""
    file, who = about["file"], memory.shared.get("who")
    named = f"{file['birth_name']} {file['first_name']}"
    return [{**one, "subject": one["subject"].replace(named, who)} if who else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "received-noted-for-mail": received_noted_for_mail,
    "subject-of-whoever-was-received": subject_of_whoever_was_received,
}
"""What ``hand`` may name."""
