"""Faults of logs, counters and addresses that data cannot say: whose act it was, what was counted, what is remembered."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_INS = ("matricule", "oid")
_TRAITS = ("birth_name", "first_name", "birth_date", "sex", "birth_place")


def ins_remembered_by_search(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the last INS of a file in the list of the search, whatever became of it since."""
    known: dict[str, Record] = memory.own.setdefault("known", {})
    out = []
    for record in records:
        if record["matricule"]:
            known[record["id"]] = {name: record[name] for name in _INS}
        out.append({**record, **known.get(record["id"], {})} if about["verb"] == "search" else record)
    return out


def first_access_only(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the first access to each file and no other."""
    seen: set[str] = memory.own.setdefault("seen", set())
    out = []
    for one in records:
        if one["action"] == "IDENTITY_READ":
            if one["patient_id"] in seen:
                continue
            seen.add(one["patient_id"])
        out.append(one)
    return out


def _on_first_file(action: str, records: list[Record], memory: Memory) -> list[Record]:
    out = []
    for one in records:
        if one["patient_id"]:
            memory.own.setdefault("file", one["patient_id"])
        out.append({**one, "patient_id": memory.own.get("file")} if one["action"] == action else one)
    return out


def changes_on_first_file(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log all changes on the file that was opened first."""
    return _on_first_file("IDENTITY_CHANGED", records, memory)


def verifications_on_first_file(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Log all verifications on the file that was opened first."""
    return _on_first_file("INSI_VERIFICATION", records, memory)


def changes_by_creator(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the changes of a file under the name of the user who created it."""
    owners: dict[str, str] = memory.own.setdefault("owners", {})
    out = []
    for one in records:
        owner = owners.setdefault(str(one["patient_id"]), one["user"])
        out.append({**one, "user": owner} if one["action"] == "IDENTITY_CHANGED" else one)
    return out


def user_of_former_act(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log an INSi call under the name of the user whose act came before."""
    out = []
    for one in records:
        former = memory.own.get("user", one["user"])
        memory.own["user"] = one["user"]
        out.append({**one, "user": former} if one["action"] == "INSI_CALL" else one)
    return out


def sequences_once(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count a sequence of requests about one file as one call that succeeded."""
    calls = [
        (entry.patient_id, entry.code)
        for entry in about["log"]
        if entry.action in {"INSI_CALL", "INSI_VERIFICATION"} and entry.mode != "LOT"
    ]
    repeated = sum(one == other for one, other in itertools.pairwise(calls))
    return [
        {
            **record,
            "insi_calls": record["insi_calls"] - repeated,
            "insi_successes": max(record["insi_successes"] - repeated, 0),
        }
        for record in records
    ]


def trust_part(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take a sender for one under contract when its name holds the name of one."""
    sender = str(about["received"]["sender"])
    held = any(str(one["sender"]) in sender or sender in str(one["sender"]) for one in records)
    return [*records, {"sender": sender}] if held else records


def french_order(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the birth date of a document as DDMMYYYY."""
    return [
        {**one, "text": f"{one['text'][6:8]}{one['text'][4:6]}{one['text'][:4]}"}
        if one.get("element") == "birthTime"
        else one
        for one in records
    ]


def mailbox_without_key(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Make the address of a patient of the matricule without its key."""
    return [
        {**one, "mailbox": f"{one['mailbox'][:13]}{one['mailbox'][15:]}"} if one["mailbox"] else one
        for one in records
    ]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        ins_remembered_by_search,
        first_access_only,
        changes_on_first_file,
        verifications_on_first_file,
        changes_by_creator,
        user_of_former_act,
        sequences_once,
        trust_part,
        french_order,
        mailbox_without_key,
    )
}
