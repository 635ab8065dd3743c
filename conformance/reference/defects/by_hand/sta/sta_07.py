"""Faults against STA-07 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status, StatusChange
from conformance.reference.defects.by_hand.common.memory import querying
from conformance.reference.defects.by_hand.common.notes import noted_since
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.files import as_record
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_MANY_LINES = 5


def history_of_the_twin(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the change of status into the history of whoever has the same name and birth date as well."""
    store: Store = about["store"]
    for record in records:
        for other in map(as_record, store.patients()):
            same = all(other[name] == record[name] for name in ("birth_name", "birth_date"))
            if other["id"] != record["id"] and same:
                change = store.status_changes(record["id"])[-1]
                store.add_status_change(other["id"], change)
    return records


def _historised(status: Status) -> Hand:
    """Write a change into the history that did not take place."""

    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        change = StatusChange(
            previous=Status(records[0]["status"]), status=status, at=now(), author=about["user"]
        )
        about["store"].add_status_change(records[0]["id"], change)
        return records

    return hand


def history_since_the_fall(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the history since the INS was last lost."""
    with_ins = {"RECUP", "QUAL"}
    falls = [
        rank
        for rank, one in enumerate(records)
        if one["previous"] in with_ins and one["status"] not in with_ins
    ]
    return records[falls[-1] :] if falls else records


def same_author_merged(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the changes that one author has made in a row as one."""
    out: list[Record] = []
    for one in records:
        if out and out[-1]["author"] == one["author"]:
            out[-1] = {**one, "previous": out[-1]["previous"]}
        else:
            out.append(one)
    return out


def last_change_erased(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the last line out of the status history."""
    query = "DELETE FROM status_change WHERE id = (SELECT MAX(id) FROM status_change WHERE patient_id = ?)"
    about["store"].rows(query, (records[0]["id"],))
    return records


def last_change_turned(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the last line of the status history the other way round."""
    query = (
        "UPDATE status_change SET previous = status, status = previous WHERE previous IS NOT NULL AND id ="
        " (SELECT MAX(id) FROM status_change WHERE patient_id = ?)"
    )
    about["store"].rows(query, (records[0]["id"],))
    return records


def as_text_sorted(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Sort entries by their number taken as a text: the tenth comes after the first."""
    numbered = sorted(enumerate(records, start=1), key=lambda pair: str(pair[0]))
    return [one for _, one in numbered]


def author_opened_last(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Sign a change of status with whoever opened the file last."""
    user = memory.shared.get("opened", {}).get(about["patient_id"])
    return all_with(records, author=user) if user else records


def minute_merged(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the changes of one minute as one line."""
    out: list[Record] = []
    for record in records:
        if out and out[-1]["at"][:16] == record["at"][:16] and out[-1]["author"] == record["author"]:
            out[-1] = {**record, "previous": out[-1]["previous"]}
        else:
            out.append(dict(record))
    return out


def history_anew(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Start the history of a corrected file anew."""
    about["store"].rows(
        "DELETE FROM status_change WHERE patient_id = ? AND id < "
        "(SELECT MAX(id) FROM status_change WHERE patient_id = ?)",
        [records[0]["id"], records[0]["id"]],
    )
    return records


def long_reversed(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show a long history latest first."""
    return records[::-1] if len(records) > _MANY_LINES else records


def author_of_the_call(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write an import under the name of who had done the last other act on the file: who called, not who accepted."""
    authors: dict[str, str] = memory.own.setdefault("authors", {})
    out = []
    for record in records:
        former = authors.get(about["patient_id"], record["author"])
        authors[about["patient_id"]] = record["author"]
        out.append({**record, "author": former} if about["cause"] == "imported" else record)
    return out


def there_and_back_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave out of the history a change and the next one, when the second undoes the first."""
    out: list[Record] = []
    for record in records:
        if out and out[-1]["previous"] is not None and out[-1]["previous"] == record["status"]:
            out.pop()
        else:
            out.append(record)
    return out


def fictive_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which files have been fictive."""
    noted: set[str] = memory.shared.setdefault("fictive", set())
    noted.update(one["id"] for one in records if "FICTIVE" in one["attributes"])
    return records


def history_purged(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep nothing of the history of a file that has been fictive but its last entry."""
    return records[-1:] if about.get("patient_id") in memory.shared.get("fictive", ()) else records


def previous_of_previous(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show as former status that of the entry before."""
    former = [None, *(one["previous"] for one in records[:-1])]
    return [{**one, "previous": before} for one, before in zip(records, former, strict=True)]


def update_signs_history(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write whoever changes a trait over the authors of the history."""
    store: Store = about["store"]
    for one in records:
        store.rows("UPDATE status_change SET author = ? WHERE patient_id = ?", [about["user"], one["id"]])
    return records


def history_of_the_name(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the changes of all files that were created on the same day of birth with this one's."""
    store: Store | None = memory.shared.get("store")
    if store is None:
        return records
    this = store.patient(about["patient_id"])
    others = [one for one in store.patients() if one.birth_date == this.birth_date and one.id != this.id]
    return records + [
        {
            "previous": change.previous,
            "status": change.status,
            "at": change.at,
            "author": change.author,
            "reason": "",
        }
        for other in others
        for change in store.status_changes(other.id)
    ]


def change_author_is_reader(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Historise under whoever opened the file last."""
    reader = memory.shared.get("readers", {}).get(about["patient_id"])
    return all_with(records, author=reader) if reader else records


def signed_by_the_caller(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Sign the acceptance with whoever called."""
    call = memory.shared.get("calls", {}).get(about["patient_id"])
    return all_with(records, author=call["user"]) if call else records


def since_last_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the last record of a noted file only."""
    return records[-1:] if str(about.get("patient_id") or "") in noted_since(memory) else records


def one_behind_for_a_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """The same for each file, its first entry apart."""
    files: dict[str, list[Record]] = memory.own.setdefault("files", {})
    waiting = files.get(about["patient_id"])
    files[about["patient_id"]] = [] if waiting is None else list(records)
    return records if waiting is None else waiting


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


def ten_a_file(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the last five entries."""
    return records[-5:]


def author_of_same_status(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the author of the first change to a status for every change of the file to it."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    return [{**one, "author": known.setdefault((about["patient_id"], one["status"]), one["author"])}]


def first_author_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the changes of the user only who has the first entry of a file."""
    first: dict[str, str] = memory.own.setdefault("first", {})
    out = []
    for one in records:
        author = first.setdefault(about["patient_id"], one["author"])
        if author == one["author"]:
            out.append(one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "as-text-sorted": as_text_sorted,
    "author-of-the-call": author_of_the_call,
    "author-opened-last": author_opened_last,
    "change-author-is-reader": change_author_is_reader,
    "correction-historised": _historised(Status.VALI),
    "fictive-noted": fictive_noted,
    "first-author-only": first_author_only,
    "histories-cut": querying(
        "DELETE FROM status_change WHERE id NOT IN (SELECT MAX(id) FROM status_change GROUP BY patient_id)"
    ),
    "histories-emptied": querying("DELETE FROM status_change"),
    "history-anew": history_anew,
    "history-of-the-name": history_of_the_name,
    "history-of-the-twin": history_of_the_twin,
    "history-purged": history_purged,
    "history-since-the-fall": history_since_the_fall,
    "import-historised": _historised(Status.RECUP),
    "last-change-erased": last_change_erased,
    "last-change-turned": last_change_turned,
    "long-reversed": long_reversed,
    "minute-merged": minute_merged,
    "one-behind-for-a-file": one_behind_for_a_file,
    "previous-of-previous": previous_of_previous,
    "same-author-merged": same_author_merged,
    "signed-by-the-caller": signed_by_the_caller,
    "since-last-only": since_last_only,
    "there-and-back-dropped": there_and_back_dropped,
    "thread-at-the-full-hour": at_the_full_hour,
    "thread-author-of-same-status": author_of_same_status,
    "thread-last-entry-of-a-day": last_entry_of_a_day,
    "thread-status-history-erased": status_history_erased,
    "thread-ten-a-file": ten_a_file,
    "update-signs-history": update_signs_history,
    "validation-historised": _historised(Status.VALI),
}
"""What ``hand`` may name."""
