"""What the DMP answers about the documents that it has: AdhocQueryResponse and RetrieveDocumentSetResponse."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from lxml import etree

from simulator.sinks.dmp.answers import RIM, RS, STATUS_TYPE, error_list, escape, in_envelope, quoteattr
from simulator.sinks.dmp.deciding import RegistryError, ins_of
from simulator.sinks.dmp.documents import REPOSITORY
from simulator.sinks.dmp.queries import (
    ENTRY_UUID,
    FIND_DOCUMENTS,
    GET_DOCUMENTS,
    LEAF_CLASS,
    MOST_VALUES,
    OBJECT_REF,
    PATIENT,
    STATUS,
    UNIQUE_ID,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.sinks.dmp.documents import DocumentRegistry, Registered
    from simulator.sinks.dmp.queries import Retrieval, StoredQuery
    from simulator.sinks.dmp.reading import Message

ITI_18_ANSWER: Final = "urn:ihe:iti:2007:RegistryStoredQueryResponse"
ITI_43_ANSWER: Final = "urn:ihe:iti:2007:RetrieveDocumentSetResponse"
PARTIAL: Final = "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"
MOST_BYTES: Final = 64 * 1024**2
"""Bytes of the documents of one answer."""
_QUERY: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
_XDSB: Final = "urn:ihe:iti:xds-b:2007"
_XOP: Final = "http://www.w3.org/2004/08/xop/include"
_KNOWN: Final = (FIND_DOCUMENTS, GET_DOCUMENTS)


def query_errors(query: StoredQuery) -> Iterator[RegistryError]:
    """Yield what is wrong with a stored query, the first thing first (IHE, from memory)."""
    if query.id not in _KNOWN:
        text = f"expected FindDocuments ({FIND_DOCUMENTS}) or GetDocuments ({GET_DOCUMENTS}), got {query.id!r:.80}"
        yield RegistryError(code="XDSUnknownStoredQuery", context=text)
    elif query.return_type not in {LEAF_CLASS, OBJECT_REF}:
        text = f"expected returnType {LEAF_CLASS} or {OBJECT_REF}, got {query.return_type!r:.60}"
        yield RegistryError(code="XDSRegistryError", context=text)
    elif query.id == GET_DOCUMENTS:
        if bool(query.values(UNIQUE_ID)) == bool(query.values(ENTRY_UUID)):
            text = f"expected either {UNIQUE_ID} or {ENTRY_UUID}, got {'both' if query.values(UNIQUE_ID) else 'neither'}"
            yield RegistryError(code="XDSStoredQueryMissingParam", context=text)
    else:
        for name in (PATIENT, STATUS):
            if not query.values(name):
                text = f"expected the parameter {name} of FindDocuments, got none"
                yield RegistryError(code="XDSStoredQueryMissingParam", context=text)
        if query.values(PATIENT) and ins_of(query.patient_id) is None:
            text = f"expected '<number>^^^&<OID>&ISO^NH' in {PATIENT}, got {query.patient_id!r:.120}"
            yield RegistryError(code="XDSUnknownPatientId", context=text)


def query_response(
    message: Message, errors: Sequence[RegistryError], found: Sequence[Registered], return_type: str
) -> bytes:
    """Return the envelope of an answer to ITI-18: metadata of documents, or their ids alone."""
    if return_type == OBJECT_REF:
        objects = "".join(f"<rim:ObjectRef id={quoteattr(one.entry_uuid)}/>" for one in found)
    else:
        elements = (one.element for one in found)
        objects = "".join(etree.tostring(one, encoding="unicode") for one in elements if one is not None)
    status = f"{STATUS_TYPE}:{'Failure' if errors else 'Success'}"
    body = (
        f'<query:AdhocQueryResponse xmlns:query="{_QUERY}" xmlns:rs="{RS}" xmlns:rim="{RIM}" status="{status}">'
        f"{error_list(errors)}<rim:RegistryObjectList>{objects}</rim:RegistryObjectList></query:AdhocQueryResponse>"
    )
    return in_envelope(message, ITI_18_ANSWER, body)


def retrieved(
    retrieval: Retrieval, registry: DocumentRegistry, session: str
) -> tuple[list[tuple[Registered, bytes]], list[RegistryError]]:
    """Return the documents asked for that are there, and an error for each other one."""
    if not retrieval.documents or len(retrieval.documents) > MOST_VALUES:
        text = f"expected 1 to {MOST_VALUES} DocumentRequest, got {len(retrieval.documents)}"
        return [], [RegistryError(code="XDSRepositoryError", context=text)]
    errors: list[RegistryError] = []
    there: list[Registered] = []
    for wanted in retrieval.documents:
        one = registry.get(session, wanted.unique_id)
        if wanted.repository != REPOSITORY:
            text = f"expected the RepositoryUniqueId {REPOSITORY}, got {wanted.repository!r:.80}"
            errors.append(RegistryError(code="XDSUnknownRepositoryId", context=text))
        elif one is None:
            text = f"expected the uniqueId of a document that is here, got {wanted.unique_id!r:.120}"
            errors.append(RegistryError(code="XDSDocumentUniqueIdError", context=text))
        else:
            there.append(one)
    found: list[tuple[Registered, bytes]] = []
    size = 0
    for one, content in registry.contents(there):
        size += len(content or b"")
        if content is None:
            text = f"the submission of {one.unique_id} has been removed from the bench"
            errors.append(RegistryError(code="XDSDocumentUniqueIdError", context=text))
        elif size > MOST_BYTES:
            text = f"expected documents of at most {MOST_BYTES} bytes together, {one.unique_id} is beyond"
            errors.append(RegistryError(code="XDSRepositoryOutOfResources", context=text))
        else:
            found.append((one, content))
    return found, errors


def retrieve_response(
    message: Message, found: Sequence[tuple[Registered, bytes]], errors: Sequence[RegistryError]
) -> tuple[bytes, dict[str, bytes]]:
    """Return the envelope of an answer to ITI-43, and its binary parts when the request was MTOM."""
    parts: dict[str, bytes] = {}
    told = []
    for one, content in found:
        if message.is_mtom:
            name = f"{uuid4()}@dmp.banc.test"
            parts[name] = content
            inside = f'<xop:Include xmlns:xop="{_XOP}" href="cid:{name}"/>'
        else:
            inside = base64.b64encode(content).decode("ascii")
        told.append(
            f"<DocumentResponse><RepositoryUniqueId>{REPOSITORY}</RepositoryUniqueId>"
            f"<DocumentUniqueId>{escape(one.unique_id)}</DocumentUniqueId>"
            f"<mimeType>{escape(one.mime_type or 'application/octet-stream')}</mimeType>"
            f"<Document>{inside}</Document></DocumentResponse>"
        )
    status = f"{STATUS_TYPE}:Success"
    if errors:
        status = PARTIAL if found else f"{STATUS_TYPE}:Failure"
    body = (
        f'<RetrieveDocumentSetResponse xmlns="{_XDSB}"><rs:RegistryResponse xmlns:rs="{RS}" status="{status}">'
        f"{error_list(errors)}</rs:RegistryResponse>{''.join(told)}</RetrieveDocumentSetResponse>"
    )
    return in_envelope(message, ITI_43_ANSWER, body), parts
