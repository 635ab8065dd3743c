"""Faults against CAL-21 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import TRAITS
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.files import as_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def ins_of_namesake(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give a new file the INS of the one that has the same five traits."""
    record = records[0]
    for other in map(as_record, about["store"].patients()):
        same = other["id"] != record["id"] and all(other[name] == record[name] for name in TRAITS)
        if same and other["matricule"]:
            number = {name: other[name] for name in ("matricule", "oid")}
            return all_with(records, status="RECUP", noted=True, **number)
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "ins-of-namesake": ins_of_namesake,
}
"""What ``hand`` may name."""
