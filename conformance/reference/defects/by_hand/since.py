"""Faults of what happened to a file, or to the post, some acts ago; the act is noted by one fault and acted upon by another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.drivers import site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_LENGTH = 20
_HOUR = 13
_SEVERAL = 2
_MANY = 5
_MAJORITY = 18


def _file_of(record: Record, about: Mapping[str, Any]) -> str:
    file = about.get("file") or {}
    return str(
        record.get("id") or record.get("patient_id") or about.get("patient_id") or file.get("id") or ""
    )


def _noted(memory: Memory) -> set[str]:
    ids: set[str] = memory.shared.setdefault("since", set())
    return ids


def since_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file of the act."""
    for one in records or [{}]:
        _noted(memory).add(_file_of(one, about))
    return records


def _giving(**values: Any) -> Hand:
    """Return a fault that gives these values to a noted file."""

    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        noted = _noted(memory)
        return [{**one, **values} if _file_of(one, about) in noted else one for one in records]

    return hand


def since_lost(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose what is about a noted file."""
    noted = _noted(memory)
    return [one for one in records if _file_of(one, about) not in noted]


def since_last_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the last record of a noted file only."""
    return records[-1:] if str(about.get("patient_id") or "") in _noted(memory) else records


def flag_raised(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that something has happened at this post."""
    memory.shared["flag"] = True
    return records


def flag_lowered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that it is over."""
    memory.shared["flag"] = False
    return records


def _flagged(**values: Any) -> Hand:
    """Return a fault that gives these values once something has happened."""

    def hand(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        return [{**one, **values} for one in records] if memory.shared.get("flag") else records

    return hand


def flag_loses(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose what comes once something has happened."""
    return [] if memory.shared.get("flag") else records


def flag_loses_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose the first record about a noted file, and have the next ones again."""
    out = []
    for one in records:
        if one["patient_id"] in _noted(memory):
            _noted(memory).discard(one["patient_id"])
        else:
            out.append(one)
    del about
    return out


def two_changed_fall_deeper(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower twice for two traits."""
    many = len(about["changed"]) >= _SEVERAL
    return [{**one, "status": "PROV"} for one in records] if many else records


def many_pass_the_lock(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a change of nearly everything pass: it is taken for another person's file."""
    return [] if len(about["typed"]) >= _MANY else records


def both_not_emptied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Empty one used name only when both are emptied."""
    return [
        {**one, "used_first_name": about["before"]["used_first_name"]}
        if {"used_name", "used_first_name"} <= set(one)
        and not one["used_name"]
        and not one["used_first_name"]
        else one
        for one in records
    ]


def of_age_today(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take whoever is 18 today, or was so this week, for a minor."""
    try:
        born = datetime.fromisoformat(about["file"]["birth_date"] or "").date()
    except ValueError:
        return records
    today = datetime.now(UTC).date()
    days = (today - born.replace(year=born.year + _MAJORITY)).days if born.day <= 28 else -1  # noqa: PLR2004
    if not 0 <= days < 7:  # noqa: PLR2004 - a week
        return records
    return [
        {**one, site.HIGH_CONFIDENCE_PROOFS: f"{one[site.HIGH_CONFIDENCE_PROOFS]},{one[site.MINOR_PROOFS]}"}
        for one in records
    ]


def to_the_hour(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Note the hour of an act without its minutes."""
    return [{**one, "at": f"{one['at'][:_HOUR]}:00:00+00:00"} for one in records]


def same_change_merged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a change only if the one logged before was of another file or user."""
    out = []
    for one in records:
        if one["action"] == "IDENTITY_CHANGED":
            who = (one["user"], one["patient_id"])
            if memory.own.get("who") == who:
                continue
            memory.own["who"] = who
        out.append(one)
    return out


def caller_of_the_file(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the calls of a file under whoever called first for it."""
    first: dict[str, str] = memory.own.setdefault("first", {})
    return [
        {**one, "user": first.setdefault(one["patient_id"], one["user"])}
        if one["action"] == "INSI_CALL" and one["patient_id"]
        else one
        for one in records
    ]


def list_cut_in_the_log(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log twenty characters of the list of given names."""
    return [{**one, "first_names": (one.get("first_names") or "")[:_LENGTH]} for one in records]


def french_date_in_the_log(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log the birth date with its month first."""
    return [
        {**one, "birth_date": "{0}-{2}-{1}".format(*one["birth_date"].split("-"))}
        if (one.get("birth_date") or "").count("-") == _SEVERAL
        else one
        for one in records
    ]


FUNCTIONS: dict[str, Hand] = {
    function.__name__.replace("_", "-"): function
    for function in (
        since_noted,
        since_lost,
        since_last_only,
        flag_raised,
        flag_lowered,
        flag_loses,
        flag_loses_once,
        two_changed_fall_deeper,
        many_pass_the_lock,
        both_not_emptied,
        of_age_today,
        to_the_hour,
        same_change_merged,
        caller_of_the_file,
        list_cut_in_the_log,
        french_date_in_the_log,
    )
} | {
    "since-retrieved": _giving(status="RECUP"),
    "since-qualified": _giving(status="QUAL"),
    "since-without-ins": _giving(matricule="", oid="", nature="", mailbox=""),
    "flag-selects-the-card": _flagged(value="VITALE_CARD"),
    "flag-feeds-nothing": _flagged(feeds=False),
    "flag-asks-nothing": _flagged(asks=False),
    "flag-of-nobody": _flagged(patient_id=None),
    "flag-sends-all-the-same": _flagged(why=""),
}
