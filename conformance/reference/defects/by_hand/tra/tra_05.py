"""Faults against TRA-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import put_in
from conformance.reference.defects.by_hand.tra.common import (
    first_kept,
    of_the_one_before,
    written_for_the_one_before,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def first_assertion(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the assertion of the first sending of an INS for all those after it."""
    out = []
    for one in records:
        if one["assertion_patient"].endswith("^NH"):
            memory.own.setdefault("kept", one["assertion_patient"])
        out.append({**one, "assertion_patient": memory.own.get("kept", one["assertion_patient"])})
    return out


def first_assertion_of_the_file(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Keep the assertion of the first sending about a file."""
    return first_kept(records, about, memory, "assertion_patient")


def second_entry_without_oid(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the OID out of the patient of an entry from the second one of a file on."""
    times = memory.own[about["patient_id"]] = memory.own.get(about["patient_id"], 0) + 1
    return [
        {**one, "entry_patient": f"{one['entry_patient'].partition('^')[0]}^^^^NH"} if times > 1 else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-assertion": first_assertion,
    "first-assertion-of-the-file": first_assertion_of_the_file,
    "hash-of-the-document-before": of_the_one_before("hash"),
    "index-for-the-one-before": written_for_the_one_before("index", "Documents de {}"),
    "index-of-the-person-before": put_in("index"),
    "lot-of-the-file-before": of_the_one_before("set_patient"),
    "readme-of-the-person-before": put_in("readme"),
    "source-of-the-file-before": of_the_one_before("birth_name", "first_name", "birth_date", "sex"),
    "second-entry-without-oid": second_entry_without_oid,
}
"""What ``hand`` may name."""
