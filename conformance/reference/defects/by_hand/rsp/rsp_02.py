"""Faults against RSP-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.constants import USED
from conformance.reference.defects.by_hand.common.files import others, written_into
from conformance.reference.defects.by_hand.common.memory import (
    filled_from_memory,
    into_opened_file,
    to_others,
)
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.rsp.common import as_at_call
from conformance.reference.files import NEW, from_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store


def made_twice(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Make a second file like the one that was made: the button was pressed twice, or the request sent again."""
    store: Store = about["store"]
    for record in records:
        store.add_patient(from_record({**record, "id": NEW}))
    return records


def way_and_answer_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the way of the last call, and what it proposes for a file."""
    memory.shared["way"] = about["way"]
    if str(records[0]["outcome"]) == "FOUND" and about["patient_id"]:
        memory.shared.setdefault("pending", {})[about["patient_id"]] = about["insi"]
    return records


def night_counted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the nights."""
    # A night that the bench lets pass is a second short of a day.
    if records[0]["days"] >= 0:
        memory.shared["nights"] = memory.shared.get("nights", 0) + 1
    return records


def provisional_after_a_night(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Leave an identity provisoire that is accepted after a night."""
    return all_with(records, status=Status.PROV) if memory.shared.get("nights") else records


def ins_to_namesakes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the accepted INS into every file of this name and birth date."""
    for record in records:
        for other in others(about, record, ("birth_name", "birth_date")):
            written_into(
                about, other, matricule=record["matricule"], oid=record["oid"], status=record["status"]
            )
    return records


def number_into_opened(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the accepted number into the file opened last as well: the band of the screen is its own."""
    into_opened_file(records, about, memory, ("matricule", "oid"))
    return records


def answer_of_last_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the last answer, whoever it was for: what ``last_answer_written`` writes."""
    for one in records:
        memory.shared["answer"] = one
    return records


def call_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who called for a file, with which traits, and which answer came."""
    kept = {"user": about["user"], "local": dict(about["local"]), "nights": memory.shared.get("nights", 0)}
    if about.get("patient_id"):
        memory.shared.setdefault("calls", {})[about["patient_id"]] = kept
    if about.get("insi"):
        memory.shared.setdefault("answers", {})[about["insi"]["matricule"]] = kept
    return records


def file_at_call_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file as it was when INSi was called."""
    for one in records:
        memory.shared.setdefault("at-call", {})[one["id"]] = one
    return records


def used_names_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the names in use back as they were when INSi was called."""
    return as_at_call(records, memory, "used_name", "used_first_name")


def marks_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the attributes back as they were when INSi was called."""
    return as_at_call(records, memory, "attributes")


def billing_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the billing number back as it was when INSi was called."""
    return as_at_call(records, memory, "billing_number")


def document_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the document back as it was when INSi was called."""
    return as_at_call(records, memory, "proof")


def other_hand_undone(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file as it was when another user than the one who had it in hand has acted."""
    hands: dict[str, tuple[str, Record]] = memory.shared.setdefault("hands", {})
    out = []
    for one in records:
        user, former = hands.get(str(one["id"]), (about["user"], one))
        out.append(one if user == about["user"] else {**former})
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "answer-of-last-call": answer_of_last_call,
    "billing-as-at-call": billing_as_at_call,
    "call-noted": call_noted,
    "document-as-at-call": document_as_at_call,
    "file-at-call-noted": file_at_call_noted,
    "ins-to-namesakes": ins_to_namesakes,
    "made-twice": made_twice,
    "marks-as-at-call": marks_as_at_call,
    "night-counted": night_counted,
    "number-into-opened": number_into_opened,
    "other-hand-undone": other_hand_undone,
    "provisional-after-a-night": provisional_after_a_night,
    "used-names-as-at-call": used_names_as_at_call,
    "used-names-of-the-one-before": filled_from_memory("used_name", "used_first_name"),
    "used-names-to-the-number": to_others(("birth_name", "birth_date", "first_names"), USED, "imported"),
    "way-and-answer-noted": way_and_answer_noted,
}
"""What ``hand`` may name."""
