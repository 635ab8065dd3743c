"""Faults of what is shown, logged and sent that hang on what was shown, logged or sent before."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.reference.defects.by_hand.common import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record


def status_of_the_first_list(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Show in lists the status that a file had when it was first in one."""
    seen = memory.own.setdefault("seen", {})
    return [{**one, "status": seen.setdefault(one["id"], one["status"])} for one in records]


def last_entry_of_a_day(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the last entry of each day."""
    return list({one["at"][:10]: one for one in records}.values())


def status_history_erased(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Erase the status history of a file."""
    about["store"].rows("DELETE FROM status_change WHERE patient_id = ?", [records[0]["id"]])
    return records


def at_the_full_hour(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the hour without minutes."""
    return [{**one, "at": f"{one['at'][:13]}:00:00.000+00:00"} for one in records]


def sought_by_noted_ins(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search by the matricule that a file had."""
    known = memory.shared.get("ins", {})
    return [
        {**one, "matricule": one["matricule"] or known.get(one["id"], {}).get("matricule")} for one in records
    ]


def locks_of_the_first_look(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the locks that a file had when a user first saw it."""
    seen = memory.own.setdefault("seen", {})
    return [
        {**one, "locked_fields": seen.setdefault((one["id"], _about["user"]), one["locked_fields"])}
        for one in records
    ]


def allowed_once_is_allowed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a user do what they were let do once."""
    done = memory.own.setdefault("done", set())
    key = about["user"], about["act"]
    if not records:
        done.add(key)
    return [] if key in done else records


def refused_once_is_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a user what they were refused once."""
    kept = memory.own.setdefault("kept", {})
    key = about["user"], about["act"]
    if records:
        kept[key] = records
    return records or kept.get(key, records)


def read_again_not_logged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the first of two readings of a file in a row."""
    out = []
    for one in records:
        key = one["user"], one["patient_id"]
        if one["action"] != "IDENTITY_READ" or memory.own.get("last") != key:
            out.append(one)
        memory.own["last"] = key if one["action"] == "IDENTITY_READ" else None
    return out


def by_the_user_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log under whoever acted before."""
    known = memory.own.setdefault("known", {})
    out = []
    for one in records:
        former = known.get(one["patient_id"], one["user"])
        known[one["patient_id"]] = one["user"]
        out.append({**one, "user": former})
    return out


def first_change_of_a_user(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the first change of a file by each user."""
    seen = memory.own.setdefault("seen", set())
    out = []
    for one in records:
        key = one["user"], one["patient_id"], one["action"]
        if key not in seen:
            out.append(one)
        seen.add(key)
    return out


def partner_told_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace the first sending to each recipient."""
    seen: Counter[Any] = memory.own.setdefault("seen", Counter())
    key = records[0]["recipient"], about["file"]["id"]
    seen[key] += 1
    return records if seen[key] == 1 else []


def partner_of_the_last(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace the recipient of the sending before."""
    former = memory.own.get("recipient") or records[0]["recipient"]
    memory.own["recipient"] = records[0]["recipient"]
    return all_with(records, recipient=former)


def opened_before_opens(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let pass for a file what once passed for it."""
    seen = memory.own.setdefault("seen", set())
    if not records[0]["why"]:
        seen.add(about["file"]["id"])
    return all_with(records, why="") if about["file"]["id"] in seen else records


def address_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the first address of a file."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    kept = known.get(about["file"]["id"]) or one["mailbox"]
    known[about["file"]["id"]] = kept
    return [{**one, "mailbox": kept}]


def first_values_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the traits as they were in the first document of a file."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    names = ("birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place")
    kept = known.setdefault((about["file"]["id"], about["document"]), {name: one[name] for name in names})
    return [{**one, **kept}]


def used_names_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the names in use as they were in the first document of a file."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    names = ("used_name", "used_first_name")
    kept = known.setdefault((about["file"]["id"], about["document"]), {name: one[name] for name in names})
    return [{**one, **kept}]


def ten_a_file(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the last five entries."""
    return records[-5:]


def used_first_name_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the used first name as it was in the first document of a file."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    kept = known.setdefault((about["file"]["id"], about["document"]), one["used_first_name"])
    return [{**one, "used_first_name": kept}]


def author_of_same_status(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the author of the first change to a status for every change of the file to it."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    return [{**one, "author": known.setdefault((about["patient_id"], one["status"]), one["author"])}]


def same_code_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the first of the calls in a row for a file that bring the same code."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    former = known.get(one["patient_id"])
    known[one["patient_id"]] = one["code"]
    return [] if one["patient_id"] and former == one["code"] else records


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    "thread-status-of-the-first-list": status_of_the_first_list,
    "thread-last-entry-of-a-day": last_entry_of_a_day,
    "thread-status-history-erased": status_history_erased,
    "thread-at-the-full-hour": at_the_full_hour,
    "thread-sought-by-noted-ins": sought_by_noted_ins,
    "thread-locks-of-the-first-look": locks_of_the_first_look,
    "thread-allowed-once-is-allowed": allowed_once_is_allowed,
    "thread-refused-once-is-refused": refused_once_is_refused,
    "thread-read-again-not-logged": read_again_not_logged,
    "thread-by-the-user-before": by_the_user_before,
    "thread-first-change-of-a-user": first_change_of_a_user,
    "thread-partner-told-once": partner_told_once,
    "thread-partner-of-the-last": partner_of_the_last,
    "thread-opened-before-opens": opened_before_opens,
    "thread-address-kept": address_kept,
    "thread-first-values-kept": first_values_kept,
    "thread-used-names-kept": used_names_kept,
    "thread-ten-a-file": ten_a_file,
    "thread-used-first-name-kept": used_first_name_kept,
    "thread-author-of-same-status": author_of_same_status,
    "thread-same-code-once": same_code_once,
}
"""By the name used in the defect files."""
