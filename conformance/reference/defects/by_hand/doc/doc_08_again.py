"""Faults against DOC-08 from the second print on; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def ordinary_pdf_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Claim PDF/A for the first print of a document alone."""
    key = f"{about['patient_id']} {about['document']}"
    times = memory.own[key] = memory.own.get(key, 0) + 1
    return [{**one, "part": ""} if times > 1 else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "ordinary-pdf-again": ordinary_pdf_again,
}
"""What ``hand`` may name."""
