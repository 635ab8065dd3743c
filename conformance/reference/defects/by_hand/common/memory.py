"""What faults of several groups remember from one act to the next. It holds no fault."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.reference import soap
from conformance.reference.defects.by_hand.common.constants import ANSWERS, COMPARED, NEEDED, WITH_INS
from conformance.reference.defects.by_hand.common.records import born, element_added, fallen, letter_words, of
from conformance.reference.files import as_record, from_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_SECONDS = 10


def asks_insi(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi for everybody who passes, and do nothing with the answer."""
    import httpx  # noqa: PLC0415 - slow to import, and wanted by this fault alone

    store: Store | None = about.get("store") or memory.shared.get("store")
    if store is None:
        return records
    for record in records:
        traits = about.get("person") or record
        if all(traits.get(name) for name in NEEDED):
            criteria = soap.Criteria(**{name: traits[name] for name in NEEDED})
            content = soap.request_xml(criteria, instance=store.instance())
            with suppress(httpx.HTTPError, httpx.InvalidURL):
                httpx.post(
                    store.insi_url() or "",
                    content=content,
                    headers={"Content-Type": soap.CONTENT_TYPE},
                    timeout=_SECONDS,
                )
    return records


def fallen_when_repeated(records: list[Record], memory: Memory, *, meets: bool) -> list[Record]:
    """Let an identity with an INS fall the second time that a condition is met."""
    out = []
    for one in records:
        times = memory.own.get(one["id"], 0) + 1 if meets else 0
        memory.own[one["id"]] = times
        out.append(fallen(one) if times > 1 and str(one["status"]) in WITH_INS else one)
    return out


def noting(topic: str, *names: str) -> Hand:
    """Return a fault that only notes people or files for another fault of the same defect."""

    def fault(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        noted = memory.shared.setdefault(topic, [])
        source = about.get("person") or about.get("typed") or {}
        one = {**records[0], **{name: source.get(name) for name in names if source.get(name)}}
        noted.append(one)
        return records

    return fault


def told_before(about: Mapping[str, Any], memory: Memory) -> str:
    """Return name, first name and birth date of the patient of the document before, if it was another one."""
    file = about["file"]
    told = f"{file['birth_name']} {file['first_name']} {born(file)}"
    if memory.own.get("now") != told:
        memory.own["before"], memory.own["now"] = memory.own.get("now", ""), told
    return str(memory.own["before"])


def of_the_sending_before(*names: str) -> Hand:
    """Return what leaves these values of the sending before, whoever it was about."""

    def carry(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            before = memory.own.get("values") or {}
            memory.own["values"] = {name: one[name] for name in names}
            out.append({**one, **before})
        return out

    return carry


def querying(query: str) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that runs a statement on the database, whatever the records, and lets them go on."""

    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        about["store"].rows(query)
        return records

    return hand


def at_night(change: Callable[[Patient], Patient], *, after_days: int = 0) -> Hand:
    """Return the job that does this to every file."""

    def job(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        if records[0]["days"] >= after_days:
            for one in about["store"].patients():
                about["store"].save_patient(change(one))
        return records

    return job


def to_others(same: tuple[str, ...], taken: tuple[str, ...], *events: str, typed: str = "") -> Hand:
    """Return what writes values of a file into all that had these values in common with it before the act."""

    def write(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        [one] = records
        before = memory.own.get(one["id"], one)
        if about["event"] in events and (not typed or typed in (about.get("typed") or {})):
            for other in map(as_record, about["store"].patients()):
                alike = all(before[name] and other[name] == before[name] for name in same)
                if alike and other["id"] != one["id"]:
                    about["store"].save_patient(from_record({**other, **{name: one[name] for name in taken}}))
        memory.own[one["id"]] = one
        return records

    return write


def noted_for_its_user(*events: str) -> Hand:
    """Return what notes who did one of these things to a file last."""

    def note(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if about["event"] in events:
            memory.shared.setdefault("whose", {})[records[0]["id"]] = about["user"]
        return records

    return note


def hidden_from_others(**empty: Any) -> Hand:
    """Return what shows these fields empty to all but the user noted."""

    def hide(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        whose = memory.shared.get("whose", {})
        return [
            one if whose.get(one["id"], about["user"]) == about["user"] else {**one, **empty}
            for one in records
        ]

    return hide


def held_since(*events: str, **wanted: Any) -> Hand:
    """Return what notes the files to which one of these things has happened."""

    def note(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if about["event"] in events and all(str(about.get(name)) == value for name, value in wanted.items()):
            memory.shared.setdefault("held", set()).add(records[0]["id"])
        return records

    return note


def refused_while_held(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse the act to a file that was noted."""
    if (about.get("file") or {}).get("id") in memory.shared.get("held", ()):
        raise RefusedError("HELD", "Action impossible pour ce dossier.", [])
    return records


def every_night(
    change: Callable[[Patient], Patient],
) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that changes every file at night."""

    def at_night(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        for one in about["store"].patients():
            about["store"].save_patient(change(one))
        return records

    return at_night


def turn_of_file(about: Mapping[str, Any], memory: Memory, record: Record) -> int:
    """Count how often a fault came to a file; return the count."""
    key = str(about.get("patient_id") or (about.get("file") or {}).get("id") or record.get("id") or "")
    count = int(memory.own.get(key, 0)) + 1
    memory.own[key] = count
    return count


def daily(change: Callable[[Patient, int], Patient]) -> Callable[..., list[Record]]:
    """Return a fault that changes every file when days have gone by."""

    def job(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        for one in about["store"].patients():
            about["store"].save_patient(change(one, int(records[0]["days"])))
        return records

    return job


def filled_from_before(records: list[Record], memory: Memory, names: Iterable[str]) -> list[Record]:
    """Fill what is empty with what the record before held."""
    before: Record = memory.own.get("before") or {}
    memory.own["before"] = {**before, **{name: value for name, value in records[-1].items() if value}}
    return [{**one, **{name: one.get(name) or before.get(name) for name in names}} for one in records]


def default_of(
    element: bytes, value: bytes
) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that reads an element which is absent from the traits as the default of its type."""

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [{**one, "content": element_added(one["content"], element, value)} for one in records]

    return hand


def filled_from_memory(*names: str) -> Hand:
    """Return a fault that fills these values, where one is missing, with that of the record before."""

    def hand(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        before: Record = memory.own.setdefault("before", {})
        out = [{**one, **{name: one.get(name) or before.get(name) for name in names}} for one in records]
        for one, came in zip(out, records, strict=True):
            if came.get("problem") and any(one[name] != came.get(name) for name in names):
                one["problem"] = None  # Nothing is missing any more.
            before.update({name: one[name] for name in names})
        return out

    return hand


def qualified_but(*left_out: str) -> Hand:
    """Return what takes a patient qualifié for the one received without comparing some parts."""
    compared = [name for name in COMPARED if name not in left_out]

    def take(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        values = about["values"]
        found = [
            one
            for one in about["everyone"]
            if one["status"] == Status.QUAL and all(one[name] == values[name] for name in compared)
        ]
        return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records

    return take


def into_opened_file(
    records: list[Record],
    about: Mapping[str, Any],
    memory: Memory,
    names: Iterable[str],
    *,
    status: bool = True,
) -> bool:
    """Write what INSi answered into the file that is open; tell whether there was another one."""
    store: Store = about["store"]
    opened = memory.shared.get("opened") or {}
    if not opened or opened["id"] in {one["id"] for one in records}:
        return False
    file = as_record(store.patient(opened["id"]))
    fed = {name: about["insi"][name] for name in names if about["insi"].get(name)}
    store.save_patient(from_record({**file, **fed, "status": "RECUP" if status else file["status"]}))
    return True


def failures_logged_once(action: str) -> Hand:
    """Return a fault that writes a failure which repeats once only."""

    def logged_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            if one["action"] == action:
                before, memory.own["code"] = memory.own.get("code", "none"), one["code"]
                if one["code"] not in ANSWERS and before == one["code"]:
                    continue
            out.append(one)
        return out

    return logged_once


def opened_file_set(about: Mapping[str, Any], memory: Memory, **values: Any) -> None:
    """Change the file that somebody just looked at."""
    store, number = memory.shared.get("store"), about.get("patient_id")
    if store is not None and number:
        patient: Patient = store.patient(number)
        store.save_patient(replace(patient, **{name: of(value, patient) for name, value in values.items()}))


def on_first_file(action: str, records: list[Record], memory: Memory) -> list[Record]:
    """Put every line of an action under the first file that had one."""
    out = []
    for one in records:
        if one["patient_id"]:
            memory.own.setdefault("file", one["patient_id"])
        out.append({**one, "patient_id": memory.own.get("file")} if one["action"] == action else one)
    return out


def times_met(record: Record, memory: Memory, *, meets: bool) -> int:
    """Count how many times in a row a condition is met for a record."""
    times: int = memory.own.get(record["id"], 0) + 1 if meets else 0
    memory.own[record["id"]] = times
    return times


def patient_before(about: Mapping[str, Any], memory: Memory) -> Record | None:
    """Return the file written about before this one, another person's; it is remembered with the fault."""
    file, own = about["file"], memory.own
    if own.get("now", {}).get("id") != about["patient_id"]:
        own["before"] = own.get("now")
        own["now"] = {**file, "id": about["patient_id"]}
    before: Record | None = own.get("before")
    same = before is not None and any(before[name] == file[name] for name in ("birth_name", "birth_date"))
    return None if same else before


def put_in(*names: str, who: str = "") -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that writes the name and the birth date of the person before into a text of the record."""

    def fault(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        before = patient_before(about, memory)
        if before is None:
            return records
        told = dict.fromkeys(names, letter_words(before))
        if who:
            told[who] = f"{before['birth_name']} {before['first_name']}"
        return [{**one, **told} for one in records]

    return fault
