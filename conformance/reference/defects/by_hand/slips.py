"""Faults of rights, logs, lots, searches and counters that show with time and company: a second user, another file open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import all_with
from conformance.reference.files import as_record
from conformance.reference.store import TracedAct, now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_OFTEN = 3


def acts_done_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a user go on with what they have done before, whatever was withdrawn."""
    done = memory.own.setdefault("done", set())
    act = (about["user"], about["act"])
    if not records:
        done.add(act)
    return [] if act in done else records


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


def note_open(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which file was opened last."""
    for record in records:
        if record["action"] == "IDENTITY_READ":
            memory.shared["open"] = record["patient_id"]
    return records


def as_open(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log an act about the file that was opened last."""
    return all_with(records, patient_id=memory.shared.get("open") or records[0]["patient_id"])


def second_card_as_traits(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the second call by card for a file as one by traits."""
    seen = memory.own.setdefault("seen", set())
    out = []
    for record in records:
        again = record["patient_id"] in seen
        seen.add(record["patient_id"])
        out.append({**record, "mode": "TRAITS"} if again else record)
    return out


def first_line_code(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log every line of a lot with the code of the first one."""
    code = memory.own.setdefault("code", records[0]["code"])
    return all_with(records, code=code)


def refused_logged_as_done(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log a refused change as made."""
    about["store"].add_audit(
        TracedAct(at=now(), user=about["user"], action="IDENTITY_CHANGED", patient_id=records[0]["id"])
    )
    return records


def calls_purged(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Purge the calls from the log with the INS that they brought."""
    about["store"].rows("DELETE FROM audit WHERE action = 'INSI_CALL' AND patient_id = ?", [records[0]["id"]])
    return records


def queued_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put a file on the worklist once in its life."""
    seen = memory.own.setdefault("seen", set())
    out = [record for record in records if record["patient_id"] not in seen]
    seen.update(record["patient_id"] for record in records)
    return out


def lines_by_rank(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Match results and files by rank, counting the files that were not sent."""
    asked = about["asked"]
    if all(one["line_id"] for one in asked):
        return records
    ranks = [one["line_id"] for one in asked]
    return [{**one, "line_id": ranks[rank] or one["line_id"]} for rank, one in enumerate(records)]


def failing_again_is_ko(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the second failure of a verification in a row for a KO."""
    if str(about["kind"]) == "answer" or str(about["kind"]).endswith("ANSWER"):
        memory.own["failed"] = 0
        return records
    memory.own["failed"] = memory.own.get("failed", 0) + 1
    return all_with(records, result="KO") if memory.own["failed"] > 1 else records


def worklist_emptied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Empty the whole worklist once something is verified."""
    about["store"].rows("DELETE FROM work_item")
    return records


def tilde_lost(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the letter that bears a tilde."""
    return [{**one, "key": one["key"].replace("N", "")} for one in records]


def uncertain_as_stored(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show a date that was made up as the database writes it."""
    out = []
    for record in records:
        if record["name"] != "birth_date":
            out.append(record)
            continue
        day, month, year = str(record["value"])[:10].split("/")
        out.append({**record, "value": f"{year}-{month}-{day} (incertaine)"})
    return out


def hides_along(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Hide the used first name with the OID."""
    names = {record["name"] for record in records}
    return records if "oid" in names else [one for one in records if one["name"] != "used_first_name"]


def cards_not_counted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the calls by card out of the counters."""
    cards = [one for one in about["log"] if one.action == "INSI_CALL" and one.mode == "VITALE"]
    return [{**one, "insi_calls": one["insi_calls"] - len(cards)} for one in records]


def ever_qualified(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the identities that were ever qualified."""
    out = []
    for record in records:
        memory.own["most"] = max(memory.own.get("most", 0), record["qualified"])
        out.append({**record, "qualified": memory.own["most"]})
    return out


def dp_as_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Exchange with the DP for whoever it was done for once."""
    known = memory.own.setdefault("known", set())
    key = about["file"]["id"]
    if str(about["file_status"]) == "QUAL":
        known.add(key)
        return records
    return all_with(records, why="", recipient="dp") if key in known else records


def nameless_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a second nameless person of one day as a duplicate."""
    days = memory.own.setdefault("days", set())
    if records[0]["birth_date"] in days:
        raise RefusedError("DUPLICATE", "Ce patient existe déjà.", ["birth_name"])
    days.add(records[0]["birth_date"])
    return records


def count_visits(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count how often each file was opened."""
    visits = memory.shared.setdefault("visits", {})
    for record in records:
        visits[record["patient_id"]] = visits.get(record["patient_id"], 0) + 1
    return records


def often_seen(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Need no document of whoever comes often."""
    often = memory.shared.get("visits", {}).get(about["file"]["id"], 0) >= _OFTEN
    return [] if often else records


def cards_twice(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count a call by card twice."""
    cards = [one for one in about["log"] if one.action == "INSI_CALL" and one.mode == "VITALE"]
    return [{**one, "insi_calls": one["insi_calls"] + len(cards)} for one in records]


def file_of_a_namesake(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give back the file of a namesake born the same day in place of the one that was made."""
    store, made = about["store"], records[0]
    for other in store.patients():
        same = (other.birth_name, other.birth_date) == (made["birth_name"], made["birth_date"])
        if same and other.id != made["id"]:
            store.rows("DELETE FROM patient WHERE id = ?", [made["id"]])
            return [as_record(other)]
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


_ALL = (
    second_card_as_nothing,
    acts_done_before, read_again, first_of_list, note_open, as_open, second_card_as_traits, first_line_code,
    refused_logged_as_done, calls_purged, queued_once, lines_by_rank,
    failing_again_is_ko, worklist_emptied, tilde_lost, uncertain_as_stored, hides_along,
    cards_not_counted, ever_qualified, dp_as_before, nameless_once, count_visits, often_seen, cards_twice,
    file_of_a_namesake,
)  # fmt: skip

FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function for function in _ALL
}
