"""The faults of software that does more than it was asked to, that data cannot say; see ``by_hand``.

It asks INSi in the background, because a search "completes" its rows or a reader looks people up; it makes a second file
where one was wanted, because a request was sent twice or an old version is kept as a file.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from conformance.reference import soap
from conformance.reference.files import NEW, as_record, from_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_NEEDED = ("birth_name", "first_name", "sex", "birth_date")
_SECONDS = 10


def store_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember where the address of INSi is: what ``asks_insi`` uses on seams that do not know."""
    memory.shared["store"] = about["store"]
    return records


def asks_insi(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi for everybody who passes, and do nothing with the answer."""
    import httpx  # noqa: PLC0415 - slow to import, and wanted by this fault alone

    store: Store | None = about.get("store") or memory.shared.get("store")
    if store is None:
        return records
    for record in records:
        traits = about.get("person") or record
        if all(traits.get(name) for name in _NEEDED):
            criteria = soap.Criteria(**{name: traits[name] for name in _NEEDED})
            content = soap.request_xml(criteria, instance=store.instance())
            with suppress(httpx.HTTPError, httpx.InvalidURL):
                httpx.post(
                    store.insi_url() or "",
                    content=content,
                    headers={"Content-Type": soap.CONTENT_TYPE},
                    timeout=_SECONDS,
                )
    return records


def made_twice(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Make a second file like the one that was made: the button was pressed twice, or the request sent again."""
    store: Store = about["store"]
    for record in records:
        store.add_patient(from_record({**record, "id": NEW}))
    return records


def version_kept_as_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the file as it was read before a change as a file of its own."""
    store: Store = about["store"]
    seen: dict[str, Record] = memory.own
    for record in records:
        if about["event"] == "updated" and record["id"] in seen:
            store.add_patient(from_record({**seen[record["id"]], "id": NEW}))
        seen[record["id"]] = record
    return records


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


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        store_kept,
        asks_insi,
        made_twice,
        version_kept_as_file,
        history_of_the_twin,
    )
}
