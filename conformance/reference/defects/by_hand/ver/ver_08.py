"""Faults against VER-08 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import querying
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def _of_the_item_before(name: str) -> Hand:
    """Return what writes one part of the item that came before on the worklist."""

    def carry(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            out.append({**one, **memory.own})
            memory.own[name] = one[name]
        return out

    return carry


def denied_document_twice(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """File a document that was held back before, when it is sent again."""
    came = about["received"]
    key = (came["sender"], came["document"], came["birth_name"])
    seen = memory.own.setdefault("seen", set())
    is_known = key in seen and bool(came["document"])
    seen.add(key)
    return all_with(records, files_document=True, queues=None) if is_known else records


def into_the_last_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the document of somebody unknown, whose INS is denied, into the file that got the last one."""
    if records:
        memory.own["last"] = records[0]["patient_id"]
        return records
    plan, document = about["plan"], about["received"]["document"]
    last = memory.own.get("last")
    if not (last and document and plan["act"] == "CREATE" and plan["queues"] == "VERIFICATION_KO"):
        return records
    return [{"name": document, "patient_id": last}]


FUNCTIONS: Final[dict[str, Hand]] = {
    "denied-document-twice": denied_document_twice,
    "file-of-the-item-before": _of_the_item_before("patient_id"),
    "into-the-last-file": into_the_last_file,
    "ten-items-kept": querying(
        "DELETE FROM work_item WHERE id NOT IN (SELECT id FROM work_item ORDER BY id DESC LIMIT 10)"
    ),
}
"""What ``hand`` may name."""
