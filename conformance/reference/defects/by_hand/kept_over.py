"""Faults of what a software carries from one act on a file to the next, one lot to the next, one user to another; see ``by_hand``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import all_with, fall, fall_alike
from conformance.reference.files import as_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_WITH_INS = frozenset({"RECUP", "QUAL"})
_TRAITS = ("birth_name", "first_name", "birth_date", "sex", "birth_place")
_USED = frozenset({"used_name", "used_first_name"})


# Statuses


def ins_of_namesake(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give a new file the INS of the one that has the same five traits."""
    record = records[0]
    for other in map(as_record, about["store"].patients()):
        same = other["id"] != record["id"] and all(other[name] == record[name] for name in _TRAITS)
        if same and other["matricule"]:
            number = {name: other[name] for name in ("matricule", "oid")}
            return all_with(records, status="RECUP", noted=True, **number)
    return records


def pending_dropped(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Forget what was proposed: it has been decided."""
    for one in records:
        memory.shared.get("pending", {}).pop(one["id"], None)
    return records


def pending_counts(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Qualify by a validation whoever waits for a decision."""
    return (
        all_with(records, status="QUAL")
        if about["patient_id"] in memory.shared.get("pending", {})
        else records
    )


def pending_written(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the number that waited."""
    waiting = memory.shared.get("pending", {}).get(records[0]["id"])
    if not waiting or records[0]["matricule"] or str(records[0]["status"]) != "QUAL":
        return records
    return all_with(records, matricule=waiting["matricule"], oid=waiting["oid"])


def typing_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who is typing."""
    memory.shared["typing"] = about["user"]
    return records


def given_right_keeps(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the status when the right to change traits was given to the user by hand."""
    is_given = memory.shared.get("typing") in memory.shared.get("entitled", ())
    return all_with(records, status=str(about["before"])) if is_given else records


def given_right_keeps_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the number when the right to change traits was given to the user by hand."""
    if memory.shared.get("typing") not in memory.shared.get("entitled", ()):
        return records
    return all_with(records, **{name: about["before"][name] for name in ("matricule", "oid")})


def _bare(text: Any) -> str:
    return re.sub("[-' ]", "", str(text or ""))


def spelling_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whether a change is one of signs only."""
    memory.shared["spelling"] = all(
        _bare(value) == _bare(about["before"].get(name)) for name, value in records[0].items()
    )
    return records


def added_name_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whether a change only adds something at the end."""
    memory.shared["spelling"] = all(
        str(value or "").startswith(str(about["before"].get(name) or ""))
        for name, value in records[0].items()
    )
    return records


def spelling_keeps(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the status when such a change is made."""
    return all_with(records, status=str(about["before"])) if memory.shared.get("spelling") else records


def lock_of_the_last_look(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lock what was locked when the user opened the file."""
    seen = memory.shared.get("looks", {}).get((about["file"]["id"], about["user"]))
    return [] if seen is not None and seen not in _WITH_INS else records


def author_opened_last(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Sign a change of status with whoever opened the file last."""
    user = memory.shared.get("opened", {}).get(about["patient_id"])
    return all_with(records, author=user) if user else records


def number_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the number that a file had."""
    if about["before"]["matricule"]:
        number = {name: about["before"][name] for name in ("matricule", "oid")}
        memory.shared.setdefault("numbers", {})[records[0]["id"]] = number
    return records


def used_name_over_the_fall(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the number of a fallen file again with its used name."""
    number = memory.shared.get("numbers", {}).get(records[0]["id"])
    is_used = bool(about["typed"]) and set(about["typed"]) <= _USED
    return all_with(records, **number) if number and is_used and not records[0]["matricule"] else records


def creator_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who made a file."""
    memory.shared.setdefault("creators", {}).setdefault(records[0]["id"], about["user"])
    return records


def used_names_by_creator(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let nobody but whoever made a file change its names in use."""
    creator = memory.shared.get("creators", {}).get(about["file"]["id"])
    if (
        set(records[0]) <= _USED
        and creator
        and creator != about["user"]
        and str(about["status"]) in _WITH_INS
    ):
        raise RefusedError("NOT_YOURS", "Ce dossier est suivi par un autre utilisateur.", sorted(records[0]))
    return records


def failed_files_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files whose last call failed."""
    failed = memory.shared.setdefault("failed-files", set())
    for one in records:
        (failed.add if str(about["outcome"]) == "ERROR" else failed.discard)(one["id"])
    return records


def failed_files_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave them out of the results of a search."""
    return [one for one in records if one["id"] not in memory.shared.get("failed-files", ())]


def failed_asked_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi again whenever such a file is opened."""
    from conformance.reference.defects.by_hand.beside import asks_insi  # noqa: PLC0415 - of the same room

    failed = memory.shared.get("failed-files", ())
    asks_insi([one for one in records if one["id"] in failed], about, memory)
    return records


# Lots and counters


def lot_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember how many files a lot has."""
    memory.shared["lot"] = len(records[0]["patient_ids"])
    return records


def single_line_untraced(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace no lot of one file."""
    return [] if memory.shared.get("lot") == 1 else records


def second_lot_untraced(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace a file in its first lot only."""
    seen = memory.own.setdefault("seen", set())
    out = [one for one in records if one["patient_id"] not in seen]
    seen.update(one["patient_id"] for one in out)
    return out


def denied_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who was denied."""
    memory.shared.setdefault("denied", set()).update(one["id"] for one in records)
    return records


def denied_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower once more whoever was denied earlier, by a lot or by a verification."""
    store = about["store"]
    for patient_id in memory.shared.get("denied", set()) - {one["id"] for one in records}:
        fall(store, store.patient(patient_id))
    return records


def namesakes_denied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower whoever has the same name and birth date with them."""
    return fall_alike(records, about, "birth_name", "birth_date")


def _more(records: list[Record], calls: int, failures: int) -> list[Record]:
    return [
        {
            **one,
            "insi_calls": one["insi_calls"] + calls,
            "insi_failures": one["insi_failures"] + failures,
            "insi_successes": one["insi_successes"] + calls - failures,
        }
        for one in records
    ]


def _is_answer(code: str | None) -> bool:
    return code in {"00", "01", "02"}


def _calls(about: Mapping[str, Any]) -> list[Any]:
    return [
        each
        for each in about["log"]
        if each.action in {"INSI_CALL", "INSI_VERIFICATION"} and each.mode != "LOT"
    ]


def creation_calls_uncounted(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Count the calls of a file only."""
    gone = [each for each in _calls(about) if not each.patient_id]
    return _more(records, -len(gone), -sum(not _is_answer(each.code) for each in gone))


def counted_on_last_page(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count what stands on the last page of the log."""
    last = {id(each) for each in about["log"][-50:]}
    gone = [each for each in _calls(about) if id(each) not in last]
    return _more(records, -len(gone), -sum(not _is_answer(each.code) for each in gone))


def verifications_counted_twice(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Count a verification as a call and as a verification."""
    more = [each for each in _calls(about) if each.action == "INSI_VERIFICATION"]
    return _more(records, len(more), sum(not _is_answer(each.code) for each in more))


def unanswered_uncounted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count no call without answer."""
    gone = sum(each.code is None for each in _calls(about))
    return _more(records, -gone, -gone)


# Logs, and what is shown


def emptied_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whether a change only empties."""
    memory.shared["emptied"] = all(value is None for value in records[0].values())
    return records


def emptied_unlogged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log no change that only empties."""
    return [] if memory.shared.pop("emptied", False) else records


def after_several_unlogged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log no request that follows a 02."""
    codes = memory.shared.get("codes", [])
    return [] if len(codes) > 1 and codes[-2] == "02" else records


def claim_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the number that is verified."""
    if records:
        memory.shared["number"] = records[0]["matricule"]
    return records


def number_told(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say which number it is about."""
    return [
        {**one, "message": f"INS {memory.shared.get('number', '')} : {one['message']}"} for one in records
    ]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        ins_of_namesake,
        pending_dropped,
        pending_counts,
        pending_written,
        typing_noted,
        given_right_keeps,
        given_right_keeps_number,
        spelling_noted,
        added_name_noted,
        spelling_keeps,
        lock_of_the_last_look,
        author_opened_last,
        number_noted,
        used_name_over_the_fall,
        creator_noted,
        used_names_by_creator,
        failed_files_noted,
        failed_files_hidden,
        failed_asked_again,
        lot_noted,
        single_line_untraced,
        second_lot_untraced,
        denied_noted,
        denied_again,
        namesakes_denied,
        creation_calls_uncounted,
        counted_on_last_page,
        verifications_counted_twice,
        unanswered_uncounted,
        emptied_noted,
        emptied_unlogged,
        after_several_unlogged,
        claim_noted,
        number_told,
    )
}
