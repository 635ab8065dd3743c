"""Faults against SEC-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import asks_insi, querying

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_LENGTH = 20
_SEVERAL = 2


def last_call_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the last INSi call of the log and the rest."""
    calls = [one for one in records if one["action"] == "INSI_CALL"]
    return [one for one in records if one["action"] != "INSI_CALL" or one is calls[-1]]


def last_call_of_each(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the last INSi call of each file, as a column of the file would."""
    last = {one["patient_id"]: one for one in records if one["action"] == "INSI_CALL"}
    return [one for one in records if one["action"] != "INSI_CALL" or one is last[one["patient_id"]]]


def five_calls(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the five latest INSi calls: the page size of the screen."""
    calls = [one for one in records if one["action"] == "INSI_CALL"][-5:]
    return [one for one in records if one["action"] != "INSI_CALL" or any(one is call for call in calls)]


def one_a_second(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one line for each second and file: the key of the table."""
    lines: dict[tuple[str, str | None], Record] = {}
    for one in records:
        lines.setdefault((one["at"][:19], one["patient_id"]), one)
    return list(lines.values())


def failed_asked_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi again whenever such a file is opened."""
    failed = memory.shared.get("failed-files", ())
    asks_insi([one for one in records if one["id"] in failed], about, memory)
    return records


def after_several_unlogged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log no request that follows a 02."""
    codes = memory.shared.get("codes", [])
    return [] if len(codes) > 1 and codes[-2] == "02" else records


def creation_on_last_file(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the INSi call of a creation on the file that was open before."""
    out = []
    for record in records:
        if record["patient_id"]:
            memory.own["file"] = record["patient_id"]
        is_creation = record["action"] == "INSI_CALL" and not record["patient_id"]
        out.append({**record, "patient_id": memory.own.get("file")} if is_creation else record)
    return out


def refused_answer_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show nothing of an answer that the user has refused."""
    out = list(records)
    for index, record in enumerate(records):
        if record["action"] == "INSI_DECISION" and "refus" in record["detail"]:
            for back in range(index - 1, -1, -1):
                same = records[back]["patient_id"] == record["patient_id"]
                if same and records[back]["action"] == "INSI_CALL":
                    out[back] = {**records[back], "returned": {}}
                    break
    return out


def returned_by_reference(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show for every answer of a file what the last one said: the log points to the file."""
    last: dict[str, Any] = {}
    for record in records:
        if record["action"] == "INSI_CALL" and record["returned"] and record["patient_id"]:
            last[record["patient_id"]] = record["returned"]
    return [
        {**one, "returned": last[one["patient_id"]]} if one["returned"] and one["patient_id"] in last else one
        for one in records
    ]


def code_as_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log the code of an answer as a number."""
    return [
        {**one, "code": str(int(one["code"]))} if str(one["code"] or "").isdecimal() else one
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


def one_behind(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write an entry when the next one comes: the last one waits in the buffer."""
    waiting: list[Record] = memory.own.get("waiting", [])
    memory.own["waiting"] = list(records)
    return waiting


def second_card_as_traits(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the second call by card for a file as one by traits."""
    seen = memory.own.setdefault("seen", set())
    out = []
    for record in records:
        again = record["patient_id"] in seen
        seen.add(record["patient_id"])
        out.append({**record, "mode": "TRAITS"} if again else record)
    return out


def calls_purged(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Purge the calls from the log with the INS that they brought."""
    about["store"].rows("DELETE FROM audit WHERE action = 'INSI_CALL' AND patient_id = ?", [records[0]["id"]])
    return records


def second_card_as_nothing(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the second call by card for a file without its code."""
    seen = memory.own.setdefault("seen", set())
    out = []
    for record in records:
        again = record["patient_id"] in seen
        seen.add(record["patient_id"])
        out.append({**record, "code": None} if again else record)
    return out


def same_code_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the first of the calls in a row for a file that bring the same code."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    former = known.get(one["patient_id"])
    known[one["patient_id"]] = one["code"]
    return [] if one["patient_id"] and former == one["code"] else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "after-several-unlogged": after_several_unlogged,
    "calls-purged": calls_purged,
    "code-as-number": code_as_number,
    "creation-on-last-file": creation_on_last_file,
    "failed-asked-again": failed_asked_again,
    "five-calls": five_calls,
    "french-date-in-the-log": french_date_in_the_log,
    "last-call-of-each": last_call_of_each,
    "last-call-only": last_call_only,
    "list-cut-in-the-log": list_cut_in_the_log,
    "log-emptied": querying("DELETE FROM audit"),
    "log-of-calls-emptied": querying("DELETE FROM audit WHERE action = 'INSI_CALL'"),
    "one-a-second": one_a_second,
    "one-behind": one_behind,
    "refused-answer-dropped": refused_answer_dropped,
    "returned-by-reference": returned_by_reference,
    "second-card-as-nothing": second_card_as_nothing,
    "second-card-as-traits": second_card_as_traits,
    "thread-same-code-once": same_code_once,
}
"""What ``hand`` may name."""
