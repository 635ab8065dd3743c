"""Faults against ERR-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import STRICT_TRAITS
from conformance.reference.defects.by_hand.common.memory import into_opened_file
from conformance.reference.files import as_record, from_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_FED = ("matricule", "oid", *STRICT_TRAITS)
_FED_TOO = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")


def latest_answer_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the last answer."""
    if about.get("insi"):
        memory.shared["last"] = about["insi"]
    return records


def fed_from_the_last_answer(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the last answer, whichever was accepted."""
    last = memory.shared["last"]
    return [{**one, **{name: last[name] for name in one if last.get(name)}} for one in records]


def birth_date_of_the_last_answer(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the birth date of the last answer, whichever was accepted."""
    return [{**one, "birth_date": memory.shared["last"]["birth_date"]} for one in records]


def opened_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which file was opened last."""
    for one in records:
        memory.shared["opened"] = one
    return records


def answer_into_opened(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the accepted identity into the file opened last, and not into that of the call."""
    if not into_opened_file(records, about, memory, _FED):
        return records
    before = about["before"]
    return [
        {**one, **{name: before[name] for name in (*_FED, "status")}} if before else one for one in records
    ]


def answer_into_both(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the accepted identity into the file opened last as well."""
    into_opened_file(records, about, memory, _FED)
    return records


def place_into_opened(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the accepted birth place into the form that is on the screen."""
    into_opened_file(records, about, memory, ("birth_place",), status=False)
    return records


def answer_to_namesake(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the accepted identity into the oldest file of this name and day of birth."""
    return _to_namesake(records, about, newest=False)


def _to_namesake(records: list[Record], about: Mapping[str, Any], *, newest: bool) -> list[Record]:
    before, store = about["before"], about["store"]
    for other in store.patients():
        same = (other.birth_name, other.birth_date) == (before["birth_name"], before["birth_date"])
        if same and (int(other.id) > int(before["id"]) if newest else int(other.id) < int(before["id"])):
            fed = {name: about["insi"][name] for name in _FED_TOO if about["insi"].get(name)}
            store.save_patient(from_record({**as_record(other), **fed, "status": "RECUP"}))
            return [{**one, **{name: before[name] for name in (*_FED_TOO, "status")}} for one in records]
    return records


def answer_to_newest(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the accepted identity into the newest file of this name and day of birth."""
    return _to_namesake(records, about, newest=True)


def open_one_written(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the INS accepted into the file that is open, when that one is QUAL."""
    [one], event = records, about["event"]
    if event == "read":
        memory.own["open"] = one["id"]
    if event != "imported" or not about.get("before"):
        return records
    for other in about["store"].patients():
        if other.id == memory.own.get("open") != one["id"] and other.status == "QUAL":
            ins = {"matricule": one["matricule"], "oid": one["oid"]}
            about["store"].save_patient(from_record({**as_record(other), **ins}))
            return [{**about["before"], "locked_fields": one["locked_fields"]}]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "answer-into-both": answer_into_both,
    "answer-into-opened": answer_into_opened,
    "answer-to-namesake": answer_to_namesake,
    "answer-to-newest": answer_to_newest,
    "birth-date-of-the-last-answer": birth_date_of_the_last_answer,
    "fed-from-the-last-answer": fed_from_the_last_answer,
    "latest-answer-noted": latest_answer_noted,
    "open-one-written": open_one_written,
    "opened-noted": opened_noted,
    "place-into-opened": place_into_opened,
}
"""What ``hand`` may name."""
