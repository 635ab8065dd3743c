"""Faults on paths that are seldom walked, with what stands beside a file: refusals, sendings, the log, the feed, the night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import INS, USED
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.files import as_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_TRAITS: Final = ("birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place")
_NO_INS: Final = dict.fromkeys(INS, "")


def _refusals_gone(when: Callable[[Record, Record, str], bool]) -> Hand:
    """Return what forgets the refusals of a patient when something happens to the file."""

    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        before, [now] = about.get("before") or {}, records
        if before and when(before, now, about["event"]):
            about["store"].rows("DELETE FROM note WHERE topic = 'opposition' AND patient_id = ?", [now["id"]])
        return records

    return hand


def fewer_refusals_none(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take fewer refusals than before for none."""
    before: list[str] = memory.own.get(about["patient_id"], [])
    memory.own[about["patient_id"]] = records[0]["channels"]
    return all_with(records, channels=[]) if len(records[0]["channels"]) < len(before) else records


def number_of_sending(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note under which number something was sent."""
    for one in records:
        memory.shared.setdefault("sent", {})[one["patient_id"], one["at"]] = about["file"]["matricule"]
        memory.shared.setdefault("number", {})[one["patient_id"]] = about["file"]["matricule"]
    return records


def number_now(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the number of a file once INSi has fed it."""
    if about["event"] == "imported":
        memory.shared.setdefault("number", {})[records[0]["id"]] = records[0]["matricule"]
    return records


def trace_of_number(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the sendings under the number that the patient has now."""
    sent, number = memory.shared.get("sent", {}), memory.shared.get("number", {})
    return [
        one for one in records if sent.get((one["patient_id"], one["at"])) == number.get(one["patient_id"])
    ]


def user_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who prints or sends, and who did first."""
    for one in records:
        if one["action"] in {"DOCUMENT_PRINTED", "DOCUMENT_SENT"}:
            memory.shared["user"] = one["user"]
            memory.shared.setdefault("first-user", one["user"])
    return records


def fed_for_first_user(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Feed what the first user prints."""
    own = memory.shared.get("user") == memory.shared.get("first-user")
    return records if own else all_with(records, feeds=False)


def traced_for_first_user(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace what the first user sends."""
    return records if memory.shared.get("user") == memory.shared.get("first-user") else []


def sender_of_colleague_lost(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Trace what a colleague sends without its sender."""
    own = memory.shared.get("user") == memory.shared.get("first-user")
    return records if own else all_with(records, sender="")


def printed_early(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note what was printed before the identity was qualifiée."""
    if about["file_status"] != "QUAL":
        memory.shared.setdefault("early", set()).update(
            {(about["patient_id"], about["document"]), about["document"]}
        )
    return records


def not_fed_if_early(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take what was printed before for fed."""
    done = (about["patient_id"], about["document"]) in memory.shared.get("early", ())
    return all_with(records, feeds=False) if done else records


def not_fed_if_kind_early(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Feed no kind any more that was printed for somebody not qualifié."""
    done = about["document"] in memory.shared.get("early", ())
    return all_with(records, feeds=False) if done else records


def _unlogged(when: Callable[[Record, Memory], bool]) -> Hand:
    """Return what takes the entry of a change out of the log."""

    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if about["event"] == "updated" and when(records[0], memory):
            about["store"].rows(
                "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit WHERE action = 'IDENTITY_CHANGED'"
                " AND patient_id = ?)",
                [records[0]["id"]],
            )
        return records

    return hand


def _state(file: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(file[name] for name in (*_TRAITS, *USED))


def state_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note what a file was before a change."""
    file = about.get("file")
    if about["verb"] == "update" and file:
        memory.shared.setdefault("states", {}).setdefault(file["id"], set()).add(_state(file))
    return records


def _is_undone(record: Record, memory: Memory) -> bool:
    return _state(record) in memory.shared.get("states", {}).get(record["id"], ())


def feed_keeps_ins_of_nia(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep a NIA that the reference takes away."""
    before = about.get("before") or {}
    gone = str(before.get("oid")).endswith(".9") and not about["told"].get("matricule")
    kept = {name: before.get(name) for name in ("matricule", "oid", "status")}
    return all_with(records, **kept) if gone else records


def letters_as_digits(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write 19 and 18 for the letters of Corsica."""
    out = []
    for one in records:
        number = one["matricule"]
        place = number[5:7].replace("2A", "19").replace("2B", "18")
        out.append({**one, "matricule": f"{number[:5]}{place}{number[7:]}"})
    return out


def _purged(status: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        if records[0]["days"] >= 0:
            for one in map(as_record, about["store"].patients()):
                if one["status"] == status and not one["matricule"]:
                    about["store"].rows("DELETE FROM patient WHERE id = ?", [one["id"]])
        return records

    return hand


def day_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a day has gone by."""
    memory.shared["day"] = records[0]["days"] >= 0
    return records


def ins_of_the_day(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send no INS that was not verified today."""
    return all_with(records, **_NO_INS) if memory.shared.get("day") else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "unwalked-changed-in-doubt": _unlogged(lambda one, _: "DOUTEUSE" in one["attributes"]),
    "unwalked-changed-when-fictitious": _unlogged(lambda one, _: "FICTIVE" in one["attributes"]),
    "unwalked-changed-when-homonym": _unlogged(lambda one, _: "HOMONYME" in one["attributes"]),
    "unwalked-day-noted": day_noted,
    "unwalked-fed-for-first-user": fed_for_first_user,
    "unwalked-feed-keeps-nia": feed_keeps_ins_of_nia,
    "unwalked-fewer-refusals": fewer_refusals_none,
    "unwalked-ins-of-the-day": ins_of_the_day,
    "unwalked-letters-as-digits": letters_as_digits,
    "unwalked-not-fed-if-early": not_fed_if_early,
    "unwalked-not-fed-if-kind-early": not_fed_if_kind_early,
    "unwalked-number-now": number_now,
    "unwalked-number-of-sending": number_of_sending,
    "unwalked-printed-early": printed_early,
    "unwalked-purged-prov": _purged("PROV"),
    "unwalked-purged-vali": _purged("VALI"),
    "unwalked-refusals-gone-with-fall": _refusals_gone(
        lambda before, now, _: bool(before["matricule"]) and not now["matricule"]
    ),
    "unwalked-refusals-gone-with-number": _refusals_gone(
        lambda before, now, event: event == "imported" and before["matricule"] not in {None, now["matricule"]}
    ),
    "unwalked-refusals-gone-with-second-feed": _refusals_gone(
        lambda before, now, event: (
            event == "imported" and (before["status"], now["status"]) == ("VALI", "QUAL")
        )
    ),
    "unwalked-sender-of-colleague": sender_of_colleague_lost,
    "unwalked-state-noted": state_noted,
    "unwalked-trace-of-number": trace_of_number,
    "unwalked-traced-for-first-user": traced_for_first_user,
    "unwalked-undone": _unlogged(_is_undone),
    "unwalked-user-noted": user_noted,
}
"""What ``hand`` may name."""
