"""Faults against SEC-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import ANSWERS
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def user_of_creation(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the INSi calls under the name of the user who created the file."""
    owners: dict[str, str] = memory.own.setdefault("owners", {})
    out = []
    for one in records:
        owner = owners.setdefault(str(one["patient_id"]), one["user"]) if one["patient_id"] else one["user"]
        out.append({**one, "user": owner} if one["action"] == "INSI_CALL" else one)
    return out


def user_of_first_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write further INSi calls for a file under the name of the first caller."""
    callers: dict[str, str] = memory.own.setdefault("callers", {})
    return [{**one, "user": callers.setdefault(str(one["patient_id"]), one["user"])} for one in records]


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


def first_caller_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the calls of one user: whoever called first."""
    first = next((one["user"] for one in records if one["action"] == "INSI_CALL"), None)
    return [one for one in records if one["action"] != "INSI_CALL" or one["user"] == first]


def latest_caller(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show all calls under the user who called last."""
    last = next((one["user"] for one in reversed(records) if one["action"] == "INSI_CALL"), None)
    return [{**one, "user": last} if one["action"] == "INSI_CALL" else one for one in records]


def sign_in_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who signs in."""
    memory.shared["signed-in"] = about["user"]
    memory.shared.setdefault("ever-signed-in", set()).add(about["user"])
    return records


def as_signed_in(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log under whoever signed in last."""
    user = memory.shared.get("signed-in")
    return all_with(records, user=user) if user else records


def caller_of_the_file(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the calls of a file under whoever called first for it."""
    first: dict[str, str] = memory.own.setdefault("first", {})
    return [
        {**one, "user": first.setdefault(one["patient_id"], one["user"])}
        if one["action"] == "INSI_CALL" and one["patient_id"]
        else one
        for one in records
    ]


def note_open(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which file was opened last."""
    for record in records:
        if record["action"] == "IDENTITY_READ":
            memory.shared["open"] = record["patient_id"]
    return records


def as_open(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log an act about the file that was opened last."""
    return all_with(records, patient_id=memory.shared.get("open") or records[0]["patient_id"])


def user_of_former_act(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log an INSi call under the name of the user whose act came before."""
    out = []
    for one in records:
        former = memory.own.get("user", one["user"])
        memory.own["user"] = one["user"]
        out.append({**one, "user": former} if one["action"] == "INSI_CALL" else one)
    return out


def user_before_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the call that follows a failure under the user of that one."""
    out = []
    for one in records:
        out.append({**one, "user": memory.own["user"]} if memory.own.get("user") else one)
        memory.own["user"] = None if one["code"] in ANSWERS else one["user"]
    return out


def user_of_the_call_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the user of the call before for the same file."""
    out = []
    for one in records:
        is_call = one["action"] == "INSI_CALL" and one["patient_id"]
        user = memory.own.setdefault(one["patient_id"], one["user"]) if is_call else one["user"]
        out.append({**one, "user": user})
    return out


def late_callers_as_first(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the first user of the day from the third call of a file on."""
    out = []
    for one in records:
        if one["action"] == "INSI_CALL" and one["patient_id"]:
            users = memory.own.setdefault(one["patient_id"], [])
            users.append(one["user"])
            out.append({**one, "user": users[0] if len(users) > 2 else one["user"]})  # noqa: PLR2004
        else:
            out.append(one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "late-callers-as-first": late_callers_as_first,
    "user-of-the-call-before": user_of_the_call_before,
    "as-open": as_open,
    "as-signed-in": as_signed_in,
    "caller-of-the-file": caller_of_the_file,
    "first-caller-only": first_caller_only,
    "last-author-of-calls": last_author_of_calls,
    "last-author-of-file": last_author_of_file,
    "latest-caller": latest_caller,
    "note-open": note_open,
    "sign-in-remembered": sign_in_remembered,
    "user-before-kept": user_before_kept,
    "user-of-creation": user_of_creation,
    "user-of-first-call": user_of_first_call,
    "user-of-former-act": user_of_former_act,
}
"""What ``hand`` may name."""
