"""Faults of what comes back: the next failure, message, lot or sending, and what a night leaves of the rest; see ``by_hand``."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.claims import claim_of
from conformance.reference.defects.by_hand.common import PAUSED, all_with, querying

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

BY_CARD: Final = "VITALE"
_ANSWERS: Final = frozenset({"00", "01", "02"})
_FEW, _SOME, _STORM = 3, 5, 12
_GOOD: Final = re.compile(rb"CodeCR>00<.*NumIdentifiant", re.DOTALL)


# Failures, one after the other


def verification_failures_counted(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Count the verifications that failed, and whether the last one did."""
    memory.shared["failed"] = str(records[0]["result"]) == "ERROR"
    memory.shared["failures"] = memory.shared.get("failures", 0) + memory.shared["failed"]
    return records


def verifications_paused(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify nobody any more after a few failures."""
    return [] if memory.shared.get("failures", 0) >= _FEW else records


def pause_told(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say that INSi is away while nobody is verified."""
    if memory.shared.get("failures", 0) < _FEW:
        return records
    return all_with(records, outcome="ERROR", code=None, message=PAUSED["message"])


def asked_again_and_again(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send a verification many times when the one before has failed."""
    return records * _STORM if memory.shared.get("failed") else records


def call_failures_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the calls that failed, by their way."""
    if str(records[0]["outcome"]) == "ERROR":
        memory.shared[about["way"]] = memory.shared.get(about["way"], 0) + 1
    return records


def card_calls_paused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call by card any more after a few failures."""
    is_over = about["way"] == BY_CARD and memory.shared.get(BY_CARD, 0) >= _FEW
    return records or ([dict(PAUSED)] if is_over else [])


def calls_paused_after_some(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call any more after five failures."""
    return records or ([dict(PAUSED)] if memory.shared.get("TRAITS", 0) >= _SOME else [])


def second_failure_silent(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say nothing of the second failure in a row for a file."""
    key, failed = str(about["patient_id"]), str(records[0]["outcome"]) == "ERROR"
    times = memory.own.get(key, 0) + 1 if failed else 0
    memory.own[key] = times
    return all_with(records, message="", alerts=[]) if times > 1 else records


def fault_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the last good answer where INSi answers by a fault."""
    content = records[0]["content"]
    if b"Fault>" in content and memory.own.get("good"):
        return all_with(records, content=memory.own["good"])
    if _GOOD.search(content):
        memory.own["good"] = content
    return records


def _once(action: str) -> Hand:
    def logged_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            if one["action"] == action:
                before, memory.own["code"] = memory.own.get("code", "none"), one["code"]
                if one["code"] not in _ANSWERS and before == one["code"]:
                    continue
            out.append(one)
        return out

    return logged_once


# Calls


def declined_calls_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files for which an identity was declined."""
    memory.shared.setdefault("declined-once", set()).update(one["id"] for one in records)
    return records


def blocked_once_declined(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call any more for a file for which an identity was declined."""
    is_known = about["patient_id"] in memory.shared.get("declined-once", ())
    reason = {"code": "DECLINED", "message": "L'identité INSi de ce patient a été refusée."}
    return records or ([reason] if is_known and about["patient_id"] else [])


def several_whose(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that the last call ended with a 02, and whose it was."""
    memory.shared["several"] = about["patient_id"] if records[0]["code"] == "02" else None
    return records


def widening_goes_on(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Begin with the list of given names for the patient who comes after a 02."""
    former = memory.shared.get("several")
    return [records[-1], *records[:-1]] if former and former != about["patient_id"] else records


def people_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the people of the card that was read."""
    memory.shared["people"] = records[0]["card"].beneficiaries
    return records


def rank_as_position(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the rank of a person on the card for a position in its list."""
    people, rank = memory.shared.get("people", ()), records[0]["rank"]
    if not rank.isdecimal() or not 1 <= int(rank) <= len(people):
        return records
    return all_with(records, rank=people[int(rank) - 1].rank)


# Verifications and what arrives


def confirmed_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the numbers that INSi has confirmed."""
    if str(records[0]["result"]) == "OK":
        memory.shared.setdefault("confirmed", set()).add((about.get("local") or {}).get("matricule"))
    return records


def confirmed_not_asked(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask nothing of a number that was confirmed before."""
    return [one for one in records if one["matricule"] not in memory.shared.get("confirmed", ())]


def denied_document_twice(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """File a document that was held back before, when it is sent again."""
    came = about["received"]
    key = (came["sender"], came["document"], came["birth_name"])
    seen = memory.own.setdefault("seen", set())
    is_known = key in seen and bool(came["document"])
    seen.add(key)
    return all_with(records, files_document=True, queues=None) if is_known else records


def received_files_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files that a reception has made."""
    memory.shared.setdefault("made", set()).update(one["id"] for one in records)
    return records


def reduced_file_unknown(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do not know the file again that a document has made."""
    del about
    return [one for one in records if one["id"] not in memory.shared.get("made", ())]


def known_by_name_and_date(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Have a message of the domain change the file with the same name and birth date."""
    if records[0]["patient_id"]:
        return records
    same = [
        one["id"]
        for one in about["everyone"]
        if all(one[name] == about["told"].get(name) for name in ("birth_name", "birth_date"))
    ]
    return all_with(records, patient_id=same[0]) if same else records


def known_by_number_alone(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Have a message of the domain change the file of this number, whichever authority has given it."""
    if records[0]["patient_id"] or not about["number"]:
        return records
    same = [one["patient_id"] for one in about["numbers"] if one["value"] == about["number"][1]]
    return all_with(records, patient_id=same[0]) if same else records


def reference_remembered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Follow the reference that was set first for good."""
    return [
        {name: memory.own.setdefault(name, value) if value else memory.own.get(name, "")}
        for one in records
        for name, value in one.items()
    ]


def place_of_the_message_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Give who comes without a birth place that of the message before."""
    told = about["told"].get("birth_place")
    former, memory.own["place"] = memory.own.get("place"), told or memory.own.get("place")
    is_new = not told and not about.get("before") and former
    return all_with(records, birth_place=former) if is_new else records


# Lots


def empty_lot_of_everybody(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Deposit everybody when there is nobody to deposit."""
    if records:
        return records
    claims = [(one["id"], claim_of(one)) for one in about["everyone"]]
    return [{**asdict(claim), "patient_id": patient_id} for patient_id, claim in claims if claim]


# Logs, sendings and refusals


def same_recipient_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace one sending to each recipient for each file."""
    out = []
    for one in records:
        seen, key = memory.own.setdefault("seen", set()), (one["patient_id"], one["recipient"])
        out += [] if key in seen else [one]
        seen.add(key)
    return out


def refused_again_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that a patient refuses now."""
    memory.shared.setdefault("changed", set()).discard(about["patient_id"])
    return records


def change_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that a file has changed."""
    memory.shared.setdefault("changed", set()).update(one["id"] for one in records)
    return records


def refusal_gone_with_the_change(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Send all the same once the file has changed since the refusal."""
    one = records[0]
    addresses = {"DMP": "dmp@monespacesante.example", "MSSANTE_PATIENT": about["file"]["mailbox"]}
    address = addresses.get(one["channel"])
    is_over = "oppose" in one["why"] and about["patient_id"] in memory.shared.get("changed", ())
    return all_with(records, why="", recipient=address) if is_over and address else records


def one_channel_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one channel of a refusal."""
    return [{**one, "channels": one["channels"][-1:]} for one in records]


def export_of_what_changed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Export the INS of what has changed since the last export only."""
    key, now = about["patient_id"], str(sorted(records[0].items()))
    if memory.own.get(key) == now:
        return all_with(records, matricule="", oid="", nature="", mailbox="")
    memory.own[key] = now
    return records


# Nights


def rights_of_delivery(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give every user the usual rights again."""
    store = about["store"]
    store.rows("DELETE FROM setting WHERE name LIKE 'rights/%'")
    store.write_settings({})
    return records


FUNCTIONS: dict[str, Hand] = {
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            verification_failures_counted,
            verifications_paused,
            pause_told,
            asked_again_and_again,
            call_failures_counted,
            card_calls_paused,
            calls_paused_after_some,
            second_failure_silent,
            fault_hidden,
            declined_calls_noted,
            blocked_once_declined,
            several_whose,
            widening_goes_on,
            people_noted,
            rank_as_position,
            confirmed_noted,
            confirmed_not_asked,
            denied_document_twice,
            received_files_noted,
            reduced_file_unknown,
            known_by_name_and_date,
            known_by_number_alone,
            reference_remembered,
            place_of_the_message_before,
            empty_lot_of_everybody,
            same_recipient_once,
            refused_again_noted,
            change_noted,
            refusal_gone_with_the_change,
            one_channel_refused,
            export_of_what_changed,
            rights_of_delivery,
        )
    },
    "same-failed-call-logged-once": _once("INSI_CALL"),
    "same-failed-verification-logged-once": _once("INSI_VERIFICATION"),
    "log-emptied": querying("DELETE FROM audit"),
    "items-emptied": querying("DELETE FROM work_item"),
    "trace-of-sendings-emptied": querying("DELETE FROM note WHERE topic = 'transmission'"),
    "refusals-emptied": querying("DELETE FROM note WHERE topic = 'opposition'"),
    "former-numbers-emptied": querying("DELETE FROM former_ins"),
    "histories-emptied": querying("DELETE FROM status_change"),
    "lots-closed": querying("UPDATE lot SET is_complete = 1"),
}
