"""Faults of history, log and rights that data cannot say: what rolls over, is shared or is cached."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record


_TRAITS = ("birth_name", "first_names", "birth_date", "sex", "birth_place")


def local_as_utc(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the time of Paris as if it were universal."""
    out = []
    for record in records:
        at = datetime.fromisoformat(record["at"]) + timedelta(hours=1)
        out.append({**record, "at": at.isoformat(timespec="milliseconds")})
    return out


def there_and_back_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave out of the history a change and the next one, when the second undoes the first."""
    out: list[Record] = []
    for record in records:
        if out and out[-1]["previous"] is not None and out[-1]["previous"] == record["status"]:
            out.pop()
        else:
            out.append(record)
    return out


def fictive_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which files have been fictive."""
    noted: set[str] = memory.shared.setdefault("fictive", set())
    noted.update(one["id"] for one in records if "FICTIVE" in one["attributes"])
    return records


def history_purged(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep nothing of the history of a file that has been fictive but its last entry."""
    return records[-1:] if about.get("patient_id") in memory.shared.get("fictive", ()) else records


def previous_of_previous(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show as former status that of the entry before."""
    former = [None, *(one["previous"] for one in records[:-1])]
    return [{**one, "previous": before} for one, before in zip(records, former, strict=True)]


def last_author_of_calls(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a call under the user of the last other entry of the log: whoever was logged in before."""
    out = []
    for one in records:
        record = one
        if record["action"] == "INSI_CALL" and "user" in memory.own:
            record = {**record, "user": memory.own["user"]}
        elif record["action"] != "INSI_CALL":
            memory.own["user"] = record["user"]
        out.append(record)
    return out


def last_author_of_file(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a call or a verification under the user who changed the file last."""
    authors: dict[str, str] = memory.own.setdefault("authors", {})
    out = []
    for one in records:
        record = one
        key = str(record["patient_id"])
        if record["action"] in {"IDENTITY_CREATED", "IDENTITY_CHANGED", "IDENTITY_VALIDATED"}:
            authors[key] = record["user"]
        elif record["action"] in {"INSI_CALL", "INSI_VERIFICATION"}:
            record = {**record, "user": authors.get(key, record["user"])}
        out.append(record)
    return out


def read_once_a_day(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the accesses of a user to a file once."""
    seen: set[tuple[str, str]] = memory.own.setdefault("seen", set())
    out = []
    for record in records:
        key = (record["user"], str(record["patient_id"]))
        if record["action"] == "IDENTITY_READ":
            if key in seen:
                continue
            seen.add(key)
        out.append(record)
    return out


def imports_not_logged(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log neither the change of an identity that an import has made, nor that it was accepted."""
    return [
        one
        for one in records
        if one["action"] != "INSI_DECISION"
        and not (one["action"] == "IDENTITY_CHANGED" and "matricule" in one["detail"])
    ]


def refusal_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a refused change: the log has it already."""
    if about["verb"] == "update" and records and about.get("file"):
        memory.shared["refused"] = {"patient_id": about["file"]["id"], "user": about["user"]}
    return records


def refused_change_logged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a change before it is made, and leave it there when it is refused."""
    refused = memory.shared.pop("refused", None)
    ghost = {**records[-1], "action": "IDENTITY_CHANGED", "detail": "birth_name", "code": None, "mode": None}
    return [*records, {**ghost, **refused}] if refused and records else records


def lost_with_the_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find in the log of a file nothing that is older than the last change of its name."""
    last: dict[str, int] = {}
    for index, record in enumerate(records):
        if record["action"] == "IDENTITY_CHANGED" and "birth_name" in record["detail"].split(", "):
            last[str(record["patient_id"])] = index
    return [one for index, one in enumerate(records) if index >= last.get(str(one["patient_id"]), 0)]


def refused_answer_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show nothing of an answer that the user has refused."""
    out = list(records)
    for index, record in enumerate(records):
        if record["action"] == "INSI_DECISION" and "refus" in record["detail"]:
            for back in range(index - 1, -1, -1):
                same = records[back]["patient_id"] == record["patient_id"]
                if same and records[back]["action"] == "INSI_CALL":
                    out[back] = {**records[back], "returned": {}}
                    break
    return out


def returned_by_reference(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show for every answer of a file what the last one said: the log points to the file."""
    last: dict[str, Any] = {}
    for record in records:
        if record["action"] == "INSI_CALL" and record["returned"] and record["patient_id"]:
            last[record["patient_id"]] = record["returned"]
    return [
        {**one, "returned": last[one["patient_id"]]} if one["returned"] and one["patient_id"] in last else one
        for one in records
    ]


def filtered_as_unknown(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log an answer that the filters stop under the code of nobody found."""
    insi = about.get("insi")
    stopped = insi is not None and not (insi.birth_name and insi.first_names and insi.sex)
    return [{**one, "code": "01", "returned": {}} if stopped else one for one in records]


def last_verification_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the last verification of each file only."""
    last = {
        str(one["patient_id"]): index
        for index, one in enumerate(records)
        if one["action"] == "INSI_VERIFICATION" and one["patient_id"]
    }
    return [
        one
        for index, one in enumerate(records)
        if one["action"] != "INSI_VERIFICATION" or not one["patient_id"] or last[one["patient_id"]] == index
    ]


def lot_of_one_code(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log each line of a lot with the result of the first."""
    out = []
    for one in records:
        record = one
        if record["mode"] == "LOT":
            record = {**record, "code": memory.own.setdefault("code", record["code"])}
        out.append(record)
    return out


def right_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep a right that has been withdrawn since the user logged in."""
    had: set[str] = memory.own.setdefault("had", set())
    key = f"{about['user']} {about['act']}"
    if not records:
        had.add(key)
    return [] if key in had else records


def refusal_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on refusing what was refused once, whatever rights are given since."""
    had: dict[str, list[Record]] = memory.own.setdefault("had", {})
    key = f"{about['user']} {about['act']}"
    if records:
        had[key] = records
    return had.get(key, records)


def right_of_the_role(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Decide once for each act what everybody may."""
    known: list[Record] = memory.own.setdefault(str(about["act"]), records)
    return known


def entitled_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who was given rights by hand."""
    memory.shared.setdefault("entitled", set()).add(about["user"])
    return records


def given_right_ignored(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the strict traits locked to whoever was given the right to change them one by one."""
    file = about.get("file") or {}
    if about["verb"] != "update" or about["user"] not in memory.shared.get("entitled", ()):
        return records
    touched = [name for name in _TRAITS if name in records[0] and records[0][name] != file.get(name)]
    if touched and str(about["status"]) in {"RECUP", "QUAL"}:
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé.", touched)
    return records


def log_of_everybody(_records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the whole log when that of one file is asked for."""
    return list(about["whole"])


def withdrawn_not_traced(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the trace of a sending away with the document that is withdrawn."""
    out: list[Record] = []
    for record in records:
        same = [
            one
            for one in out
            if one["recipient"] == record["recipient"] and one["patient_id"] == record["patient_id"]
        ]
        if same:
            out.remove(same[-1])
        else:
            out.append(record)
    return out


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        local_as_utc, there_and_back_dropped, fictive_noted, history_purged, previous_of_previous,
        last_author_of_calls, last_author_of_file, read_once_a_day, imports_not_logged, refusal_noted,
        refused_change_logged, lost_with_the_name, refused_answer_dropped, returned_by_reference,
        filtered_as_unknown, last_verification_only, lot_of_one_code, right_remembered, refusal_remembered,
        right_of_the_role,
        entitled_noted, given_right_ignored, log_of_everybody, withdrawn_not_traced,
    )
}  # fmt: skip
