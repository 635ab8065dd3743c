"""The faults that depend on what went before at the counter: another call, another way to call, another user; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_FAILURES = 2
"""After so many failed calls in a row INSi is taken to be away."""

BY_CARD = "VITALE"


def first_number_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the first number that each file bore."""
    first: dict[str, Any] = memory.shared.setdefault("first", {})
    for one in records:
        if one["matricule"]:
            first.setdefault(one["id"], one["matricule"])
    return records


def first_number_searched(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search the files that have a number by the first one that they bore."""
    first: dict[str, Any] = memory.shared.get("first", {})
    if about.get("verb") != "search-matricule":
        return records
    return [
        {**one, "matricule": first.get(one["id"], one["matricule"])} if one["matricule"] else one
        for one in records
    ]


def failures_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the calls that failed one after the other."""
    if about.get("event") == "called":
        has_failed = str(about.get("outcome")) == "ERROR"
        memory.shared["failures"] = memory.shared.get("failures", 0) + 1 if has_failed else 0
    return records


def no_creation_after_failures(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse a creation while INSi is taken to be away."""
    if about.get("verb") == "create" and memory.shared.get("failures", 0) >= _FAILURES:
        raise RefusedError("INSI_AWAY", "INSi ne répond pas : création impossible pour l'instant.", [])
    return records


def signed_in_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who signed in last."""
    if about.get("verb") == "sign-in":
        memory.shared["signed"] = about["user"]
    return records


def logged_for_signed_in(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log calls under the name of whoever signed in last."""
    user = memory.shared.get("signed")
    return [{**one, "user": user} if user and one["action"] == "INSI_CALL" else one for one in records]


def local_of_call_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the traits of the file and the way of the call, at each call."""
    memory.shared["local"] = dict(about.get("local") or {})
    memory.shared["way"] = about.get("way")
    return records


def compared_as_at_the_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compare with the traits that the file had when INSi was called."""
    local = memory.shared.get("local") or {}
    return [
        {**one, "local": local[one["field"]], "different": local[one["field"]] != one["insi"]}
        if one["field"] in local
        else one
        for one in records
    ]


def nothing_flagged_by_card(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Flag no difference when the last call was one by card."""
    if memory.shared.get("way") != BY_CARD:
        return records
    return [{**one, "different": False} for one in records]


def unchecked_by_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a checked identity as it is when the last call was one by card."""
    if memory.shared.get("way") != BY_CARD or about.get("cause") != "imported":
        return records
    return [{**one, "status": "VALI"} if about.get("before") == "VALI" else one for one in records]


def first_name_fed_by_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Overwrite the 1er prénom by the first of the list when the last call was one by card."""
    listed = (about["insi"].get("first_names") or "").split(" ")
    if memory.shared.get("way") != BY_CARD or not listed[0]:
        return records
    return [{**one, "first_name": listed[0]} for one in records]


def same_day_of_any_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """With a surname, compare day and month only."""
    asked = about["criteria"]
    day, name = asked.get("birth_date"), asked.get("name_prefix")
    if not day or not name:
        return records
    there = {one["id"] for one in records}
    return records + [
        one
        for one in about["everyone"]
        if one["id"] not in there
        and (one["birth_date"] or "")[4:] == day[4:]
        and (one["birth_name"] or "").startswith(name.upper())
    ]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        first_number_noted,
        first_number_searched,
        failures_counted,
        no_creation_after_failures,
        signed_in_noted,
        logged_for_signed_in,
        local_of_call_noted,
        compared_as_at_the_call,
        nothing_flagged_by_card,
        unchecked_by_card,
        first_name_fed_by_card,
        same_day_of_any_year,
    )
}
