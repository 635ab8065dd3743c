"""Faults against TRA-09 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.papers.leaving import PATIENT_DOMAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def mailbox_of_the_address_book(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write to the address that the patient had."""
    out = []
    for one in records:
        if one["why"] and one["why"].startswith("l'identité"):
            kept = memory.own.get(about["patient_id"], "")
            out.append({**one, "why": "", "recipient": kept} if kept else one)
            continue
        memory.own[about["patient_id"]] = one["recipient"]
        out.append(one)
    return out


def mailbox_of_the_file_number(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Give whoever has no INS an address made of the number of the file."""
    return [{**one, "mailbox": one["mailbox"] or f"{one['local_id']}@{PATIENT_DOMAIN}"} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "mailbox-of-the-address-book": mailbox_of_the_address_book,
    "mailbox-of-the-file-number": mailbox_of_the_file_number,
}
"""What ``hand`` may name."""
