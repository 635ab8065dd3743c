"""Cousins of the faults of ``returning``: the same mistakes, made a little otherwise; see ``by_hand``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conformance.reference.claims import claim_of
from conformance.reference.defects.by_hand.common import PAUSED, all_with, querying
from conformance.reference.store import TracedAct, now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_FEW, _SOME, _STORM = 3, 5, 14


def failures_of_all_kinds(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count what failed, calls and verifications together."""
    one = records[0]
    if str(one.get("outcome")) == "BLOCKED":
        return records
    failed = "ERROR" in {str(one.get("outcome")), str(one.get("result"))}
    memory.shared["in-a-row"] = memory.shared.get("in-a-row", 0) + 1 if failed else 0
    memory.shared["worst"] = max(memory.shared.get("worst", 0), memory.shared["in-a-row"])
    return records


def searches_paused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search nobody with typed traits after a few failures of any kind."""
    is_over = about["path"] == "typed" and memory.shared.get("worst", 0) >= _FEW
    return records or ([dict(PAUSED)] if is_over else [])


def silent_from_the_third(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say nothing from the third failure in a row on, whomever it is about."""
    del about
    failed = str(records[0]["outcome"]) == "ERROR"
    memory.own["times"] = memory.own.get("times", 0) + 1 if failed else 0
    return all_with(records, message="", alerts=[]) if memory.own["times"] >= _FEW else records


def result_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember how the last verification ended."""
    memory.shared["last-result"] = str(records[0]["result"])
    return records


def asked_many_times_after_a_fault(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Make up for a failed verification by many, whoever is verified next."""
    return records * _STORM if memory.shared.pop("last-result", None) == "ERROR" else records


def rank_from_zero(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the last of the card for whoever has a rank beyond its length."""
    people, rank = memory.shared.get("people", ()), records[0]["rank"]
    is_beyond = rank.isdecimal() and int(rank) > len(people)
    return all_with(records, rank=people[-2].rank) if is_beyond and len(people) > 1 else records


def last_lot_again(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Deposit the lot before again when there is nobody to deposit."""
    if records:
        memory.own["last"] = [{name: one[name] for name in one if name != "line_id"} for one in records]
        return records
    return list(memory.own.get("last", ()))


def retrieved_without_being_asked(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Deposit the identités récupérées when nobody was chosen."""
    if records:
        return records
    claims = [(one["id"], claim_of(one)) for one in about["everyone"]]
    return [{**asdict(claim), "patient_id": patient_id} for patient_id, claim in claims if claim][:1]


def recorded_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files whose document was recorded."""
    del about
    memory.shared.setdefault("changed", set()).update(one["id"] for one in records)
    return records


def same_kind_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace one sending of each kind for each file and channel."""
    out = []
    for one in records:
        seen, key = (
            memory.own.setdefault("seen", set()),
            (one["patient_id"], one["channel"], about["document"]),
        )
        out += [] if key in seen else [one]
        seen.add(key)
    return out


def log_by_birth_date(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show for one file the log of those who were born the same day."""
    asked, days = about["asked"], memory.shared.get("days", {})
    if asked is None or asked not in days:
        return records
    same = {key for key, day in days.items() if day == days[asked]}
    return [one for one in about["whole"] if one["patient_id"] in same]


def days_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who was born when."""
    memory.shared.setdefault("days", {}).update({one["id"]: one["birth_date"] for one in records})
    return records


def known_by_name_and_place(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Have a message of the domain change the file with the same name, sex and place."""
    if records[0]["patient_id"]:
        return records
    same = [
        one["id"]
        for one in about["everyone"]
        if all(one[name] == about["told"].get(name) for name in ("birth_name", "sex", "birth_place"))
    ]
    return all_with(records, patient_id=same[0]) if same else records


def rightless_users_purged(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Forget the users who have no right at all."""
    about["store"].rows("DELETE FROM setting WHERE name LIKE 'rights/%' AND value = ''")
    about["store"].write_settings({})
    return records


def night_logged(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log the job of the night."""
    about["store"].add_audit(TracedAct(at=now(), user="nuit", action="NIGHT_JOB", patient_id=None))
    return records


def pause_begins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call while INSi has failed five times in a row, until the clock has gone on."""
    del about
    return records or ([dict(PAUSED)] if memory.shared.get("in-a-row", 0) >= _SOME else [])


def pause_ends(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let calls be made again."""
    memory.shared["in-a-row"] = 0
    return records


FUNCTIONS: dict[str, Hand] = {
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            failures_of_all_kinds,
            searches_paused,
            silent_from_the_third,
            result_noted,
            asked_many_times_after_a_fault,
            rank_from_zero,
            last_lot_again,
            retrieved_without_being_asked,
            recorded_noted,
            same_kind_once,
            log_by_birth_date,
            days_noted,
            known_by_name_and_place,
            rightless_users_purged,
            night_logged,
            pause_begins,
            pause_ends,
        )
    },
    "items-renewed": querying("UPDATE work_item SET id = id + 100000"),
    "log-of-calls-emptied": querying("DELETE FROM audit WHERE action = 'INSI_CALL'"),
    "log-of-others-emptied": querying(
        "DELETE FROM audit WHERE user <> (SELECT user FROM audit ORDER BY id DESC)"
    ),
    "denied-items-emptied": querying("DELETE FROM work_item WHERE reason = 'VERIFICATION_KO'"),
    "histories-cut": querying(
        "DELETE FROM status_change WHERE id NOT IN (SELECT MAX(id) FROM status_change GROUP BY patient_id)"
    ),
    "oldest-former-number-emptied": querying(
        "DELETE FROM former_ins WHERE id IN (SELECT MIN(id) FROM former_ins GROUP BY patient_id)"
    ),
}
