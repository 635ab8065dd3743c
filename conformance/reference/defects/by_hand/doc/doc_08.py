"""Faults against DOC-08 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def dated_by_birth(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Name the file beside the archive after the birth date in the place of that of the act."""
    date = (about["file"]["birth_date"] or "").replace("-", "")
    return [{**one, "pdf_name": re.sub(r"^\d{8}", date, one["pdf_name"])} for one in records]


def name_before_the_apostrophe(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Name a file by what stands before the apostrophe."""
    return [{**one, "birth_name": one["birth_name"].split("'")[0]} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "dated-by-birth": dated_by_birth,
    "name-before-the-apostrophe": name_before_the_apostrophe,
}
"""What ``hand`` may name."""
