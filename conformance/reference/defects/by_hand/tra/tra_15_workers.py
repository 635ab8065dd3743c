"""Faults against TRA-15 of a worker that keeps something; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def header_of_the_document_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Feed the DMP with the header of the document before."""
    held = memory.own.get("held")
    memory.own["held"] = records
    return held if held and about["act"] == "FEED" else records


def no_feeding_once_refused(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Feed nothing more once the DMP has refused a document."""
    return [{**one, "feeds": one["feeds"] and not memory.shared.get("refused")} for one in records]


def refusal_of_dmp_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the DMP refused a document."""
    memory.shared["refused"] = memory.shared.get("refused", False) or bool(records[0]["errors"])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "header-of-the-document-before": header_of_the_document_before,
    "no-feeding-once-refused": no_feeding_once_refused,
    "refusal-of-dmp-noted": refusal_of_dmp_noted,
}
"""What ``hand`` may name."""
