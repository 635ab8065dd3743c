"""What faults of several groups do to the files of the software. It holds no fault."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from conformance.reference import soap
from conformance.reference.defects.by_hand.common.constants import NEEDED
from conformance.reference.files import as_record, from_record
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import timedelta

    from conformance.drivers.model import Patient
    from conformance.reference.seams import Record
    from conformance.reference.store import Store

_SECONDS = 0.5


def ask_insi(store: Store | None, people: Iterable[Record]) -> bool:
    """Ask INSi for these people by traits; return whether one of them got no answer."""
    import httpx  # noqa: PLC0415 - slow to import, and wanted by these faults alone

    silent = False
    for one in people:
        if store is None or not all(one.get(name) for name in NEEDED):
            continue
        criteria = soap.Criteria(**{name: one[name] for name in NEEDED})
        content = soap.request_xml(criteria, instance=store.instance())
        answered = False
        with suppress(httpx.HTTPError, httpx.InvalidURL):
            answered = httpx.post(
                store.insi_url() or "",
                content=content,
                headers={"Content-Type": soap.CONTENT_TYPE},
                timeout=_SECONDS,
            ).is_success
        silent = silent or not answered
    return silent


def seen_as(
    about: Mapping[str, Any], records: list[Record], age: Callable[[timedelta, Record], timedelta]
) -> list[Record]:
    """Return what is known of the reader with another age of the reading."""
    read_at = about["reading"]["read_at"]
    return [{**one, "now": read_at + age(one["now"] - read_at, one)} for one in records]


def queue(record: Record, about: Mapping[str, Any], reason: str, message: str) -> None:
    """Put an entry for a file on the worklist."""
    entry = {"reason": reason, "message": message, "patient_id": record["id"], "at": now()}
    about["store"].insert("work_item", entry)


def others(about: Mapping[str, Any], record: Record, same: Iterable[str]) -> list[Record]:
    """Return the other files that have these values in common with one."""
    store: Store = about["store"]
    return [
        other
        for other in map(as_record, store.patients())
        if other["id"] != record["id"] and all(other[name] and other[name] == record[name] for name in same)
    ]


def written_into(about: Mapping[str, Any], record: Record, **values: Any) -> None:
    """Save a record of a patient with these values."""
    store: Store = about["store"]
    with store.transaction():
        store.save_patient(from_record({**record, **values}))


def other_files(store: Store, record: Record) -> list[Patient]:
    """Return all files but that of a record."""
    return [one for one in store.patients() if one.id != record["id"]]


def file_at_hand(records: list[Record], about: Mapping[str, Any]) -> str:
    """Return the number of the file that a fault is about; empty when there is none."""
    file = about.get("file") or {}
    own = records[0].get("id") if records else None
    return str(own or about.get("patient_id") or file.get("id") or "")


def file_concerned(record: Record, about: Mapping[str, Any]) -> str:
    """Return the number of the file of a record; empty when it has none."""
    file = about.get("file") or {}
    return str(
        record.get("id") or record.get("patient_id") or about.get("patient_id") or file.get("id") or ""
    )
