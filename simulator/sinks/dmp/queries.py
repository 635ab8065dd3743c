"""What is asked of the documents that the DMP has: stored queries (ITI-18) and retrievals (ITI-43).

Evidence: IHE ITI TF-2 §3.18 and §3.43, from memory; which of the queries the real DMP takes is not established.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

FIND_DOCUMENTS: Final = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
GET_DOCUMENTS: Final = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
PATIENT: Final = "$XDSDocumentEntryPatientId"
STATUS: Final = "$XDSDocumentEntryStatus"
TYPE_CODE: Final = "$XDSDocumentEntryTypeCode"
UNIQUE_ID: Final = "$XDSDocumentEntryUniqueId"
ENTRY_UUID: Final = "$XDSDocumentEntryEntryUUID"
OBJECT_REF: Final = "ObjectRef"
LEAF_CLASS: Final = "LeafClass"
MOST_VALUES: Final = 1000
"""Values of one parameter, and documents of one retrieval."""
_LONGEST: Final = 500
_QUOTED: Final = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuery:
    """An AdhocQueryRequest."""

    id: str
    """``urn:uuid:…`` of the query."""
    return_type: str
    """``LeafClass``, ``ObjectRef``, or what came instead."""
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values by name, without their quotation marks; those of several Values and lists follow each other."""

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a parameter, none when it is not given."""
        return self.parameters.get(name, ())

    @property
    def patient_id(self) -> str:
        """The patient asked about, a CX; empty when none is given."""
        return next(iter(self.values(PATIENT)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A DocumentRequest."""

    repository: str
    unique_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """A RetrieveDocumentSetRequest."""

    documents: tuple[Wanted, ...]


def read_query(asked: etree._Element) -> StoredQuery:
    """Return a stored query."""
    option = next(asked.iter("{*}ResponseOption"), None)
    query = next(asked.iter("{*}AdhocQuery"), None)
    parameters: dict[str, tuple[str, ...]] = {}
    if query is not None:
        for slot in query.iter("{*}Slot"):
            name = slot.get("name", "")[:_LONGEST]
            found = (*parameters.get(name, ()), *_values(slot))
            parameters[name] = found[:MOST_VALUES]
    return StoredQuery(
        id="" if query is None else query.get("id", ""),
        return_type=LEAF_CLASS if option is None else option.get("returnType", LEAF_CLASS),
        parameters=parameters,
    )


def read_retrieval(asked: etree._Element) -> Retrieval:
    """Return which documents are to be read back."""
    documents = [
        Wanted(repository=_child(one, "RepositoryUniqueId"), unique_id=_child(one, "DocumentUniqueId"))
        for one in asked.iter("{*}DocumentRequest")
    ]
    return Retrieval(documents=tuple(documents[: MOST_VALUES + 1]))


def _values(slot: etree._Element) -> Iterator[str]:
    for value in slot.iter("{*}Value"):
        text = (value.text or "").strip()
        quoted = _QUOTED.findall(text)
        # ``'one'``, ``('one','two')``, or a number without marks.
        yield from (one.replace("''", "'")[:_LONGEST] for one in quoted) if quoted else (text[:_LONGEST],)


def _child(of: etree._Element, name: str) -> str:
    found = next(of.iterchildren(f"{{*}}{name}"), None)
    return "" if found is None else (found.text or "").strip()[:_LONGEST]
