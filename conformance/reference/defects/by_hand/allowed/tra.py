"""Right behaviours near rules TRA that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.exports import (
    as_csv,
    as_json,
    as_workbook,
    as_xml,
    rows_of,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def as_table(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the export as a table for spreadsheets: semicolons, French dates, UTF-16 with its mark."""
    return [as_csv(one, rows_of(one)) for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "export-as-own-json": written(as_json),
    "export-as-own-xml": written(as_xml),
    "export-as-table": as_table,
    "export-as-workbook": written(as_workbook),
}
"""What ``hand`` may name."""
