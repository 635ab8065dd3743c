"""Faults against DOC-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def document_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hand out the document of this kind that was made first for this file, whatever became of the file since."""
    key = f"{about['patient_id']} {about['document']}"
    return [{**record, "content": memory.own.setdefault(key, record["content"])} for record in records]


def number_of_before_for_a_super_user(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Print for a super-user the number that the file had on the document before."""
    before: dict[str, Record] = memory.own
    for one in records:
        if one["matricule"]:
            before[about["patient_id"]] = {name: one[name] for name in ("matricule", "oid", "nature")}
    kept = before.get(about["patient_id"], {}) if about["role"] == "SUPER_USER" else {}
    return [one if one["matricule"] else {**one, **kept} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "document-kept": document_kept,
    "number-of-before-for-a-super-user": number_of_before_for_a_super_user,
}
"""What ``hand`` may name."""
