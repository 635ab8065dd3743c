"""Faults against SEC-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.notes import noted_since
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_HOUR = 13


def at_midnight(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the day of a moment in a column of moments."""
    return [{**one, "at": f"{one['at'][:10]}T00:00:00+00:00"} for one in records]


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


def status_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the status that a file gets."""
    memory.shared.setdefault("statuses", {})[about["patient_id"]] = str(records[0]["status"])
    return records


def unless_retrieved(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log no access to a récupérée identity."""
    known = memory.shared.get("statuses", {})
    return [one for one in records if known.get(one["patient_id"]) != "RECUP"]


def last_access_erased(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the entry of this access out of the log."""
    about["store"].rows("DELETE FROM audit WHERE id = (SELECT MAX(id) FROM audit)")
    return records


def found_counted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note how many files a search finds."""
    memory.shared["found"] = len(records)
    return records


def unless_several(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a list of results with one file only."""
    return [] if memory.shared.get("found", 0) > 1 else records


def maker_remembered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who creates a file."""
    for one in records:
        memory.shared.setdefault("creators", {}).setdefault(one["patient_id"], one["user"])
    return records


def as_creator(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log under whoever created the file."""
    creators = memory.shared.get("creators", {})
    return [{**one, "user": creators.get(one["patient_id"], one["user"])} for one in records]


def nobody_of_several(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a list of several files without the files."""
    return all_with(records, patient_id=None) if memory.shared.get("found", 0) > 1 else records


def last_found_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the last file that a search finds."""
    memory.shared["last-found"] = records[-1]["id"] if records else None
    return records


def last_found_only(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the last file of a list only."""
    return [one for one in records if one["patient_id"] == memory.shared.get("last-found")]


def flag_loses_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose the first record about a noted file, and have the next ones again."""
    out = []
    for one in records:
        if one["patient_id"] in noted_since(memory):
            noted_since(memory).discard(one["patient_id"])
        else:
            out.append(one)
    del about
    return out


def to_the_hour(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Note the hour of an act without its minutes."""
    return [{**one, "at": f"{one['at'][:_HOUR]}:00:00+00:00"} for one in records]


def read_again(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a reading by the same user of the same file as before once."""
    out = []
    for record in records:
        act = (record["user"], record["patient_id"])
        if memory.own.get("last") != act:
            out.append(record)
        memory.own["last"] = act
    return out


def first_of_list(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the first file of a list of results, not the next ones."""
    out = []
    for record in records:
        is_result = record["detail"] == "résultat de recherche"
        if not (is_result and memory.own.get("in-list")):
            out.append(record)
        memory.own["in-list"] = is_result
    return out


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


def found_the_first_time(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the first entry of each user for each patient found."""
    out = []
    for one in records:
        seen = (one["user"], one["patient_id"])
        if str(seen) not in memory.own:
            memory.own[str(seen)] = True
            out.append(one)
    return out


def access_at_the_arrival(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Date what a user opens as the first thing that they did."""
    out = []
    for one in records:
        arrival = memory.own.setdefault(one["user"], one["at"])
        out.append({**one, "at": arrival} if one["action"] == "IDENTITY_READ" else one)
    return out


def access_at_the_time_before(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Date each opening as the one before."""
    out = []
    for one in records:
        if one["action"] == "IDENTITY_READ":
            before, memory.own["at"] = memory.own.get("at", one["at"]), one["at"]
            out.append({**one, "at": before})
        else:
            out.append(one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "access-at-the-arrival": access_at_the_arrival,
    "access-at-the-time-before": access_at_the_time_before,
    "as-creator": as_creator,
    "at-midnight": at_midnight,
    "first-access-only": first_access_only,
    "first-of-list": first_of_list,
    "flag-loses-once": flag_loses_once,
    "found-counted": found_counted,
    "found-the-first-time": found_the_first_time,
    "last-access-erased": last_access_erased,
    "last-found-noted": last_found_noted,
    "last-found-only": last_found_only,
    "maker-remembered": maker_remembered,
    "nobody-of-several": nobody_of_several,
    "read-again": read_again,
    "read-once-a-day": read_once_a_day,
    "status-noted": status_noted,
    "thread-by-the-user-before": by_the_user_before,
    "thread-read-again-not-logged": read_again_not_logged,
    "to-the-hour": to_the_hour,
    "unless-retrieved": unless_retrieved,
    "unless-several": unless_several,
}
"""What ``hand`` may name."""
