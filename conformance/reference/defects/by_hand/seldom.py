"""Faults of calls and answers that show only after something else was done, or for a few people; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import PAUSED, all_with
from conformance.reference.files import as_record, from_record
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store


_FED = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")
_OWN_LETTERS = 2
_MAN = "1"


def doubles_left_out(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read a given name that comes twice in the list once."""
    return [
        {**one, "first_names": " ".join(dict.fromkeys((one["first_names"] or "").split())) or None}
        for one in records
    ]


def short_names_left_out(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take given names of two letters for particles."""
    return [
        {**one, "first_names": _without_short(one["first_names"]) if one["first_names"] else None}
        for one in records
    ]


def _without_short(listed: str) -> str:
    return " ".join(name for name in listed.split() if len(name) > _OWN_LETTERS) or listed


def former_of_file_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the former INS of the file fed before as well: the list was not emptied."""
    before, held = memory.own.get("left", (None, []))
    memory.own["left"] = (about["patient_id"], records)
    return records if before in {None, about["patient_id"]} else [*held, *records]


def filtered_history_written(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Keep the INS history of an answer that is not proposed."""
    store: Store = about["store"]
    for one in records:
        if one["id"] and about.get("insi"):
            store.write_former(one["id"], list(about["insi"]["history"]))
    return records


def history_wiped(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Empty the INS history of the file."""
    store: Store = about["store"]
    for one in records:
        if one["id"]:
            store.write_former(one["id"], [])
    return records


def filtered_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Filter every answer for a file of which one was filtered."""
    filtered: set[str] = memory.own.setdefault("filtered", set())
    patient_id = about["patient_id"]
    if about["judged"] == "REJECTED" and patient_id:
        filtered.add(patient_id)
    if about["judged"] == "FOUND" and patient_id in filtered:
        alert = {"code": "LUNAR_DATE", "message": "INSi a répondu avec une date de naissance incomplète."}
        return all_with(records, outcome="REJECTED", alerts=[alert])
    return records


def first_name_at_creation(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Judge the 1er prénom as it was when INSi was first called for the file."""
    if not about["patient_id"] or not about["insi"]:
        return records
    kept = memory.own.setdefault(about["patient_id"], about["local"].get("first_name"))
    if kept and starts_list(kept, about["insi"].get("first_names") or ""):
        return [
            {
                **one,
                "alerts": [each for each in one["alerts"] if each["code"] != "FIRST_NAME_NOT_START_OF_LIST"],
            }
            for one in records
        ]
    return records


def mark_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files of which a mark was taken away."""
    before, marks = about["before"]["attributes"], {"DOUTEUSE", "FICTIVE"}
    if marks.intersection(before) and not marks.intersection(records[0]["attributes"]):
        memory.shared.setdefault("cleared", set()).add(records[0]["id"])
    return records


def cleared_not_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the call go for a file that was once cleared of its mark."""
    return [] if about["patient_id"] in memory.shared.get("cleared", ()) else records


def changed_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that were changed."""
    memory.shared.setdefault("changed", set()).update(one["id"] for one in records)
    return records


def changed_not_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the call go for a file that was changed."""
    return [] if about["patient_id"] in memory.shared.get("changed", ()) else records


def last_answer_in_every_entry(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show with every call of a file what INSi returned last."""
    last = {one["patient_id"]: one["returned"] for one in records if one["returned"]}
    return [{**one, "returned": last[one["patient_id"]]} if one["returned"] else one for one in records]


def failed_held_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write a failed call into the log with the next entry that is none."""
    held: list[Record] = memory.own.setdefault("held", [])
    if records[0]["action"] == "INSI_CALL" and about.get("kind") != "ANSWER":
        held.extend(records)
        return []
    if records[0]["action"] != "INSI_CALL":
        return records
    out, held[:] = [*held, *records], []
    return out


def file_at_call_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file as it was when INSi was called."""
    for one in records:
        memory.shared.setdefault("at-call", {})[one["id"]] = one
    return records


def used_names_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the names in use back as they were when INSi was called."""
    return _as_at_call(records, memory, "used_name", "used_first_name")


def marks_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the attributes back as they were when INSi was called."""
    return _as_at_call(records, memory, "attributes")


def first_name_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the 1er prénom back as it was when INSi was called."""
    return _as_at_call(records, memory, "first_name")


def billing_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the billing number back as it was when INSi was called."""
    return _as_at_call(records, memory, "billing_number")


def _as_at_call(records: list[Record], memory: Memory, *names: str) -> list[Record]:
    noted = memory.shared.get("at-call", {})
    return [
        {**one, **{name: noted[one["id"]][name] for name in names}} if one["id"] in noted else one
        for one in records
    ]


def failed_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files whose call failed."""
    memory.shared.setdefault("failed", set()).update(one["id"] for one in records)
    return records


def failed_file_locked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse an act on a file whose call failed: the call still holds it."""
    if about["file"]["id"] in memory.shared.get("failed", ()):
        raise RefusedError("BUSY", "Appel INSi en cours pour ce dossier.")
    return records


def answer_to_namesake(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the accepted identity into the oldest file of this name and day of birth."""
    return _to_namesake(records, about, newest=False)


def _to_namesake(records: list[Record], about: Mapping[str, Any], *, newest: bool) -> list[Record]:
    before, store = about["before"], about["store"]
    for other in store.patients():
        same = (other.birth_name, other.birth_date) == (before["birth_name"], before["birth_date"])
        if same and (int(other.id) > int(before["id"]) if newest else int(other.id) < int(before["id"])):
            fed = {name: about["insi"][name] for name in _FED if about["insi"].get(name)}
            store.save_patient(from_record({**as_record(other), **fed, "status": "RECUP"}))
            return [{**one, **{name: before[name] for name in (*_FED, "status")}} for one in records]
    return records


def sex_by_first_digit(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the sex that the first digit of the number gives: 1 is a man, all else a woman."""
    number = (about.get("local") or {}).get("matricule")
    return all_with(records, sex="M" if number.startswith(_MAN) else "F") if number else records


def sex_from_the_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the sex that is missing in the number."""
    return [
        {**one, "sex": {"1": "M", "2": "F", "7": "M", "8": "F"}.get((one["matricule"] or "")[:1])}
        for one in records
    ]


def first_number_transmitted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the number under which the file was first sent into what leaves."""
    out = []
    for one in records:
        if one.get("matricule"):
            kept = memory.shared.setdefault(about["patient_id"], (one["matricule"], one["oid"]))
            out.append({**one, "matricule": kept[0], "oid": kept[1]})
        else:
            out.append(one)
    return out


def first_given_doubled(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the 1er prénom before the list that begins with it."""
    first = (about.get("local") or {}).get("first_name")
    return [{**one, "first_name": f"{first} {one['first_name']}"} for one in records]


def list_with_own_first(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Store the local 1er prénom before a list that does not begin with it."""
    first = (about.get("local") or {}).get("first_name")
    return [
        {**one, "first_names": f"{first} {one['first_names']}"}
        if first and one.get("first_names") and not starts_list(first, one["first_names"])
        else one
        for one in records
    ]


def place_dropped_alone(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask with the birth place only when names could be added before."""
    listed = ((about.get("local") or {}).get("first_names") or "").split()
    return all_with(records, birth_place=None) if len(listed) < _OWN_LETTERS else records


def no_alert_when_compound(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Say nothing of the 1er prénom."""
    return _without_alert(records, "FIRST_NAME_NOT_START_OF_LIST")


def _without_alert(records: list[Record], code: str) -> list[Record]:
    return [{**one, "alerts": [each for each in one["alerts"] if each["code"] != code]} for one in records]


def letters_unchecked(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an answer whose number holds a letter, whatever its key."""
    number = (about["insi"] or {}).get("matricule") or ""
    only = about["reasons"] and all("KEY" in reason or "MATRICULE" in reason for reason in about["reasons"])
    if only and any(sign.isalpha() for sign in number):
        return all_with(records, outcome="FOUND", alerts=[])
    return records


def document_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the document back as it was when INSi was called."""
    return _as_at_call(records, memory, "proof")


def alert_stays(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show an alert on the 1er prénom with every later call for the file that finds."""
    found = [
        each for one in records for each in one["alerts"] if each["code"] == "FIRST_NAME_NOT_START_OF_LIST"
    ]
    if found:
        memory.own[str(about["patient_id"])] = found
    kept = memory.own.get(str(about["patient_id"]))
    if found or not kept or about["judged"] != "FOUND":
        return records
    return [{**one, "alerts": [*one["alerts"], *kept]} for one in records]


def several_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell every answer for a file as several once one was."""
    several: set[str] = memory.own.setdefault("several", set())
    if about["judged"] == "SEVERAL" and about["patient_id"]:
        several.add(about["patient_id"])
    if about["judged"] == "FOUND" and about["patient_id"] in several:
        message = "INSi trouve plusieurs identités : précisez les traits."
        return all_with(records, outcome="SEVERAL", message=message, alerts=[])
    return records


def noted_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call for the files noted."""
    return [dict(PAUSED)] if about["patient_id"] in memory.shared.get("failed", ()) else records


def answer_to_newest(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the accepted identity into the newest file of this name and day of birth."""
    return _to_namesake(records, about, newest=True)


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        doubles_left_out,
        short_names_left_out,
        former_of_file_before,
        filtered_history_written,
        history_wiped,
        filtered_for_ever,
        first_name_at_creation,
        mark_counted,
        cleared_not_blocked,
        changed_noted,
        changed_not_blocked,
        last_answer_in_every_entry,
        failed_held_back,
        file_at_call_noted,
        used_names_as_at_call,
        marks_as_at_call,
        first_name_as_at_call,
        billing_as_at_call,
        failed_noted,
        failed_file_locked,
        answer_to_namesake,
        sex_by_first_digit,
        sex_from_the_number,
        first_number_transmitted,
        first_given_doubled,
        list_with_own_first,
        place_dropped_alone,
        no_alert_when_compound,
        letters_unchecked,
        document_as_at_call,
        alert_stays,
        several_for_ever,
        noted_blocked,
        answer_to_newest,
    )
}
