"""Faults of the status history: what did not take place is in it, what did is gone, merged or turned round; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Status, StatusChange
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]


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


FUNCTIONS: dict[str, Hand] = {
    "validation-historised": _historised(Status.VALI),
    "import-historised": _historised(Status.RECUP),
    "correction-historised": _historised(Status.VALI),
    "history-since-the-fall": history_since_the_fall,
    "same-author-merged": same_author_merged,
    "last-change-erased": last_change_erased,
    "last-change-turned": last_change_turned,
}
"""By the name used under ``hand``."""
