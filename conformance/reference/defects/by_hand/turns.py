"""Faults of the second time: the second 02, the second lot, the next verification, what comes after a refusal; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.defects.by_hand.common import all_with, fall_alike

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

BY_CARD = "VITALE"
_ANSWERS = frozenset({"00", "01", "02"})


def _times(record: Record, memory: Memory, *, meets: bool) -> int:
    times: int = memory.own.get(record["id"], 0) + 1 if meets else 0
    memory.own[record["id"]] = times
    return times


def second_several_marks(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark homonyme at the second 02."""
    return [
        {**one, "attributes": ["HOMONYME"]} if _times(one, memory, meets=about["code"] == "02") > 1 else one
        for one in records
    ]


def second_failure_doubts(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark douteuse at the second failure in a row."""
    return [
        {**one, "attributes": ["DOUTEUSE"]}
        if _times(one, memory, meets=str(about["outcome"]) == "ERROR") > 1
        else one
        for one in records
    ]


def third_nobody_empties(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty the list of first names at the third 01 of a life."""
    out = []
    for one in records:
        memory.own[one["id"]] = memory.own.get(one["id"], 0) + (about["code"] == "01")
        out.append({**one, "used_name": None} if memory.own[one["id"]] > 2 else one)  # noqa: PLR2004 - the third
    return out


def user_before_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the call that follows a failure under the user of that one."""
    out = []
    for one in records:
        out.append({**one, "user": memory.own["user"]} if memory.own.get("user") else one)
        memory.own["user"] = None if one["code"] in _ANSWERS else one["user"]
    return out


def declined_falls(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Validate as provisoire whoever declined an identity."""
    return (
        all_with(records, status="PROV")
        if about["patient_id"] in memory.shared.get("declined", ())
        else records
    )


def verification_code_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a verification without code under that of the one before."""
    out = []
    for one in records:
        out.append({**one, "code": one["code"] or memory.own.get("code")})
        memory.own["code"] = out[-1]["code"]
    return out


def failed_cards_succeed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count no failure of a call by card."""
    gone = sum(
        each.action == "INSI_CALL" and each.mode == BY_CARD and each.code not in _ANSWERS
        for each in about["log"]
    )
    return [
        {
            **one,
            "insi_failures": one["insi_failures"] - gone,
            "insi_successes": one["insi_successes"] + gone,
        }
        for one in records
    ]


def same_day_denied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower whoever has the same name and sex with them."""
    return fall_alike(records, about, "birth_name", "sex")


def single_line_passes(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the result of a lot of one file for OK."""
    return all_with(records, code="00") if memory.shared.get("lot") == 1 else records


def second_lot_as_the_first(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace a file in its second lot twice."""
    out = []
    for one in records:
        seen = memory.own.setdefault("seen", set())
        out += [one, one] if one["patient_id"] in seen else [one]
        seen.add(one["patient_id"])
    return out


def time_of_first_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Date the assertion of a file as at its first call by card."""
    key = str(about.get("patient_id"))
    return all_with(records, issued_at=memory.own.setdefault(key, records[0]["issued_at"]))


def card_sex_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the name of INSi in the file, and keep that of the card with it."""
    name = about["local"].get("birth_name")
    if memory.shared.get("way") != BY_CARD or not name or name == records[0]["birth_name"]:
        return records
    return all_with(records, birth_name=f"{records[0]['birth_name']} {name}")


def oid_kept_by_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the OID when a file is refreshed by card."""
    return all_with(records, oid=about["before"]["oid"]) if memory.shared.get("way") == BY_CARD else records


def verification_failed_noted(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Remember whether the last verification failed."""
    memory.shared["failed"] = str(records[0]["result"]) == "ERROR"
    return records


def lock_once_late(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the first change of a user pass after the file was locked, if they had it open before."""
    key = (about["file"]["id"], about["user"])
    seen = memory.shared.get("looks", {}).pop(key, None)
    return [] if seen == "VALI" else records


def place_with_last_name(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the place with the last given name alone."""
    local = about.get("local") or {}
    names = (local.get("first_names") or "").split()
    del memory
    return [{**one, "first_name": names[-1]} if one["birth_place"] and names else one for one in records]


def after_active_dropped(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the history from the active INS on."""
    numbers = [one["matricule"] for one in records]
    return records[numbers.index(about["matricule"]) :] if about["matricule"] in numbers else records


def used_names_over_the_mark(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write status and number of a fallen file again with any used name."""
    number = memory.shared.get("numbers", {}).get(records[0]["id"])
    is_used = bool(set(about["typed"]) & {"used_name", "used_first_name"})
    if not number or not is_used or records[0]["matricule"]:
        return records
    return all_with(records, status="RECUP", **number)


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        second_several_marks,
        second_failure_doubts,
        third_nobody_empties,
        user_before_kept,
        declined_falls,
        verification_code_kept,
        failed_cards_succeed,
        same_day_denied,
        single_line_passes,
        second_lot_as_the_first,
        time_of_first_card,
        card_sex_kept,
        oid_kept_by_card,
        verification_failed_noted,
        lock_once_late,
        place_with_last_name,
        after_active_dropped,
        used_names_over_the_mark,
    )
}
