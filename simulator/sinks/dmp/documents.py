"""The documents that the DMP has: registered when a submission is taken, found by queries, read back from what was sent."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from lxml import etree

from simulator.sinks.dmp.deciding import ins_of
from simulator.sinks.dmp.mtom import MessageError
from simulator.sinks.dmp.queries import ENTRY_UUID, FIND_DOCUMENTS, STATUS, TYPE_CODE, UNIQUE_ID
from simulator.sinks.dmp.reading import read
from simulator.xml import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.sinks.dmp.queries import StoredQuery
    from simulator.sinks.dmp.reading import Entry, Submission
    from simulator.sinks.kept import SinkStore

REPOSITORY: Final = "2.999.250.90"
"""repositoryUniqueId of the stand-in, in the arc kept for examples."""
_RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
APPROVED: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
DEPRECATED: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
MOST_FOUND: Final = 1000
"""Documents of one answer."""
_COLUMNS: Final = "unique_id, entry_uuid, item, part, number, oid, type_code, mime_type, status, metadata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A document that was taken."""

    unique_id: str
    entry_uuid: str
    item: int
    """Id of the submission among what was received."""
    part: str
    """Id of the document in it."""
    number: str
    """Matricule of the patient, as it was then; empty when the patientId could not be read."""
    oid: str
    type_code: str
    mime_type: str
    status: str
    metadata: bytes
    """Its ExtrinsicObject."""

    @property
    def element(self) -> etree._Element | None:
        """The ExtrinsicObject as it is now."""
        found = parsed(self.metadata, huge_tree=True)
        if found is not None:
            found.set("status", self.status)
        return found


class DocumentRegistry:
    """Registry and repository of the stand-in for the DMP. Safe to use from several threads and processes."""

    def __init__(self, store: SinkStore) -> None:
        """Take where submissions are kept: documents are read from them."""
        self._store = store

    def register(self, session: str, item: int, submission: Submission) -> None:
        """Note the documents of a submission that was taken; those that they replace are deprecated."""
        rows = [
            (session, *_row(item, entry, submission.contents.get(entry.id) or b""))
            for entry in submission.entries
            if entry.element is not None and entry.unique_ids
        ]
        with self._store.database.write() as connection:
            connection.executemany(
                f"INSERT INTO document (session, {_COLUMNS}) VALUES ({', '.join('?' * 11)})",  # noqa: S608 - our own names
                rows,
            )
            for former in submission.replaced:
                connection.execute(
                    "UPDATE document SET status = ? WHERE session = ? AND (entry_uuid = ? OR unique_id = ?)",
                    (DEPRECATED, session, former, former.removeprefix("urn:oid:")),
                )

    def find(self, session: str, query: StoredQuery) -> list[Registered]:
        """Return the documents that a query asks for, in the order in which they came.

        FindDocuments compares number and OID of the patient, status and type code; GetDocuments unique ids or entryUUIDs.
        """
        conditions, values = ["session = ?"], [session]
        if query.id == FIND_DOCUMENTS:
            number, oid = ins_of(query.patient_id) or ("", "")
            conditions += ["number = ?", "oid = ?"]
            values += [number, oid]
            wanted = {"status": query.values(STATUS), "type_code": _codes(query.values(TYPE_CODE))}
        else:
            wanted = {"unique_id": query.values(UNIQUE_ID), "entry_uuid": query.values(ENTRY_UUID)}
        for column, texts in wanted.items():
            if texts:
                conditions.append(f"{column} IN ({', '.join('?' * len(texts))})")
                values += texts
        rows = self._store.database.connection().execute(
            f"SELECT {_COLUMNS} FROM document WHERE {' AND '.join(conditions)} ORDER BY id LIMIT {MOST_FOUND}",  # noqa: S608 - our own names
            values,
        )
        return [_registered(row) for row in rows]

    def get(self, session: str, unique_id: str) -> Registered | None:
        """Return a document, ``None`` when there is none such."""
        row = (
            self._store.database.connection()
            .execute(
                f"SELECT {_COLUMNS} FROM document WHERE session = ? AND unique_id = ?",  # noqa: S608 - our own names
                (session, unique_id),
            )
            .fetchone()
        )
        return None if row is None else _registered(row)

    def contents(self, documents: Sequence[Registered]) -> Iterator[tuple[Registered, bytes | None]]:
        """Yield documents with their bytes, as they were sent; ``None``: what was received has been removed since."""
        opened: dict[int, Submission | None] = {}
        for one in documents:
            if one.item not in opened:
                opened = {one.item: self._submission(one.item)}
            submission = opened[one.item]
            yield one, None if submission is None else submission.contents.get(one.part)

    def _submission(self, item: int) -> Submission | None:
        kept, content = self._store.get(item), self._store.content(item)
        if kept is None or content is None:
            return None
        try:
            return read(str(kept.facts.get("content_type", "")), content).submission
        except MessageError:
            return None


def _row(item: int, entry: Entry, content: bytes) -> tuple[object, ...]:
    assert entry.element is not None  # noqa: S101 - only such are registered
    number, oid = ins_of(entry.patient_ids[0] if entry.patient_ids else "") or ("", "")
    uuid = entry.id if entry.id.startswith("urn:uuid:") else f"urn:uuid:{uuid4()}"
    metadata = _completed(entry, uuid, content)
    return (
        *(entry.unique_ids[0], uuid, item, entry.id, number, oid, entry.type_code),
        *(entry.mime_type, APPROVED, metadata),
    )


def _completed(entry: Entry, uuid: str, content: bytes) -> bytes:
    """Return the metadata of a document as a registry gives them: its own id, and what the repository adds."""
    element = copy.deepcopy(entry.element)
    assert element is not None  # noqa: S101 - only such are registered
    element.tail = None
    for one in element.iter(etree.Element):
        for name in ("id", "lid", "classifiedObject", "registryObject"):
            if one.get(name) == entry.id:
                one.set(name, uuid)
    element.set("id", uuid)
    element.set("lid", uuid)
    element.set("status", APPROVED)
    added = {
        "hash": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "size": str(len(content)),
        "repositoryUniqueId": REPOSITORY,
    }
    for name, value in added.items():
        if not any(one.get("name") == name for one in element.iterchildren(f"{{{_RIM}}}Slot")):
            slot = etree.Element(f"{{{_RIM}}}Slot", name=name)
            etree.SubElement(etree.SubElement(slot, f"{{{_RIM}}}ValueList"), f"{{{_RIM}}}Value").text = value
            element.insert(0, slot)
    return etree.tostring(element)


def _codes(values: Sequence[str]) -> tuple[str, ...]:
    """Return codes without their coding system: ``code^^system``."""
    return tuple(value.partition("^")[0] for value in values)


def _registered(row: Sequence[Any]) -> Registered:
    unique_id, entry_uuid, item, part, number, oid, type_code, mime_type, status, metadata = row
    return Registered(
        unique_id=str(unique_id),
        entry_uuid=str(entry_uuid),
        item=int(item),
        part=str(part),
        number=str(number),
        oid=str(oid),
        type_code=str(type_code),
        mime_type=str(mime_type),
        status=str(status),
        metadata=metadata,
    )
