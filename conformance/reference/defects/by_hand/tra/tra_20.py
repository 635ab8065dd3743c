"""Faults against TRA-20 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import INS
from conformance.reference.defects.by_hand.common.exports import (
    COLUMNS,
    as_csv,
    as_json,
    as_workbook,
    as_xml,
    rows_of,
    written,
)
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.tra.common import first_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_NUMBER_6 = 6
_OID = 7
_PLACE = 5
_SEX = 4
_NUMBER: Final = COLUMNS.index("Matricule INS")
_BORN: Final = COLUMNS.index("Né(e) le")
_ADULT_SINCE = "2009"


def ins_of_the_record_before(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Do not empty the INS between two records."""
    out = []
    for one in records:
        if one["matricule"]:
            memory.own.update({name: one[name] for name in INS})
        out.append({**one, **memory.own})
    return out


def first_oid(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the OID of the first number of the file."""
    return first_kept(records, about, memory, "oid")


def export_of_what_changed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Export the INS of what has changed since the last export only."""
    key, now = about["patient_id"], str(sorted(records[0].items()))
    if memory.own.get(key) == now:
        return all_with(records, matricule="", oid="", nature="", mailbox="")
    memory.own[key] = now
    return records


def shifted(column: int, width: int = 1) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return what writes the table with columns one row too low, among the rows that have something there."""

    def write(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        made = []
        for one in records:
            rows = rows_of(one)
            filled = [row for row in rows if row[column]]
            values = [row[column : column + width] for row in filled]
            for row, value in zip(filled, [*values[-1:], *values[:-1]], strict=True):
                row[column : column + width] = value
            made.append(as_csv(one, rows))
        return made

    return write


def _exported(change: Callable[[list[Any]], list[Any]]) -> Hand:
    """Return a fault that changes the entries of the export."""

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        out = []
        for one in records:
            bundle = json.loads(one["content"])
            bundle["entry"] = change(bundle["entry"])
            out.append({**one, "content": json.dumps(bundle).encode()})
        return out

    return hand


def _one_of_each(entries: list[Any]) -> list[Any]:
    seen: dict[tuple[str, ...], Any] = {}
    for one in entries:
        who = one["resource"]
        name = who["name"][0]
        seen.setdefault((name["family"], name["given"][0], who["birthDate"]), one)
    return list(seen.values())


FUNCTIONS: Final[dict[str, Hand]] = {
    "export-dates-shifted": shifted(_BORN),
    "export-numbers-shifted": shifted(_NUMBER, 2),
    "export-of-namesakes-once": _exported(_one_of_each),
    "export-of-what-changed": export_of_what_changed,
    "export-without-minors": _exported(
        lambda entries: [one for one in entries if one["resource"]["birthDate"] < _ADULT_SINCE]
    ),
    "first-oid": first_oid,
    "ins-of-the-record-before": ins_of_the_record_before,
    "json-sexes-shifted": written(as_json, (_SEX, _SEX + 1)),
    "workbook-numbers-shifted": written(as_workbook, (_NUMBER_6, _OID + 1)),
    "xml-places-shifted": written(as_xml, (_PLACE, _PLACE + 1)),
}
"""What ``hand`` may name."""
