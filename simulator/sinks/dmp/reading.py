"""What a message to the DMP says: which transaction, and of a submission its documents and the patients it names."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from simulator.sinks.dmp.mtom import MessageError, unpack
from simulator.sinks.dmp.queries import Retrieval, StoredQuery, read_query, read_retrieval
from simulator.xml import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

    from simulator.sinks.dmp.mtom import Parts

MAX_TAGS: Final = 200_000
"""Tags of one message."""
SET_PATIENT: Final = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SET_UNIQUE: Final = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
ENTRY_PATIENT: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
ENTRY_UNIQUE: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
ENTRY_TYPE: Final = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
ENTRY_AUTHOR: Final = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
_RESOURCE: Final = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
_ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
_SOAP: Final = ("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document as the metadata describe it."""

    id: str
    patient_ids: tuple[str, ...]
    unique_ids: tuple[str, ...]
    hash: str = ""
    size: str = ""
    type_code: str = ""
    title: str = ""
    mime_type: str = ""
    patient_info: tuple[str, ...] = ()
    """Values of sourcePatientInfo."""
    author_ids: tuple[str, ...] = ()
    """XCN-1 of each authorPerson."""
    element: etree._Element | None = field(default=None, repr=False, compare=False)
    """Its metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An ITI-41 request."""

    sets: int
    """RegistryPackages classified or not: one is expected."""
    set_patient_ids: tuple[str, ...]
    set_unique_ids: tuple[str, ...]
    entries: tuple[Entry, ...]
    contents: Mapping[str, bytes | None]
    """Documents by id; ``None``: announced by an Include that leads nowhere, or not base64."""
    replaced: tuple[str, ...] = ()
    """entryUUIDs of documents that these replace (associations RPLC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Existence:
    """A TD0.2 request."""

    root: str
    """OID of the identifier asked about."""
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to the DMP."""

    kind: str
    """``ITI-41``, ``ITI-18``, ``ITI-43``, ``TD0.2`` or ``OTHER``."""
    soap: str
    """Namespace of its envelope: the answer has the same."""
    message_id: str
    """Of WS-Addressing, empty when there is none."""
    action: str
    assertion_patient: str
    """What the VIHF names (resource-id), empty when it names none."""
    root: etree._Element = field(repr=False, compare=False)
    is_mtom: bool
    submission: Submission | None = None
    existence: Existence | None = None
    query: StoredQuery | None = None
    retrieval: Retrieval | None = None
    body: str = ""
    """Name of the element in the body."""


def read(content_type: str, data: bytes) -> Message:
    """Read a message.

    Raises:
        MessageError: it is no SOAP message.
    """
    parts = unpack(content_type, data)
    if parts.root.count(b"<") > MAX_TAGS * 2:
        raise MessageError(f"expected at most {MAX_TAGS} elements, got more")
    if b"<!DOCTYPE" in parts.root:
        raise MessageError("expected a SOAP message without a document type, got one with <!DOCTYPE")
    root = parsed(parts.root, huge_tree=True)
    if root is None:
        raise MessageError("expected a SOAP message, got what is not well-formed XML")
    soap = _namespace(root)
    if _name(root) != "Envelope" or soap not in _SOAP:
        raise MessageError(f"expected a SOAP Envelope, got {_name(root)!r:.80}")
    body = next((one for one in root if _name(one) == "Body"), None)
    asked = None if body is None else next((one for one in body if isinstance(one.tag, str)), None)
    name = "" if asked is None else _name(asked)
    message = Message(
        kind="OTHER",
        soap=soap,
        message_id=_text(root, f"{{{_ADDRESSING}}}MessageID"),
        action=_text(root, f"{{{_ADDRESSING}}}Action"),
        assertion_patient=_assertion_patient(root),
        root=root,
        is_mtom=parts.is_mtom,
        body=name,
    )
    if asked is not None and name == "ProvideAndRegisterDocumentSetRequest":
        return replace(message, kind="ITI-41", submission=_submission(asked, parts))
    if asked is not None and name == "PRPA_IN201307UV02":
        return replace(message, kind="TD0.2", existence=_existence(asked))
    if asked is not None and name == "AdhocQueryRequest":
        return replace(message, kind="ITI-18", query=read_query(asked))
    if asked is not None and name == "RetrieveDocumentSetRequest":
        return replace(message, kind="ITI-43", retrieval=read_retrieval(asked))
    return message


def _submission(asked: etree._Element, parts: Parts) -> Submission:
    packages = list(_all(asked, "RegistryPackage"))
    entries = [
        Entry(
            id=one.get("id", ""),
            patient_ids=tuple(_external(one, ENTRY_PATIENT)),
            unique_ids=tuple(_external(one, ENTRY_UNIQUE)),
            hash=_slot(one, "hash"),
            size=_slot(one, "size"),
            type_code=_type_code(one),
            title=_title(one),
            mime_type=one.get("mimeType", ""),
            patient_info=_slots(one, "sourcePatientInfo"),
            author_ids=tuple(value.partition("^")[0] for value in _authors(one)),
            element=one,
        )
        for one in _all(asked, "ExtrinsicObject")
    ]
    contents: dict[str, bytes | None] = {}
    for one in asked:
        if isinstance(one.tag, str) and _name(one) == "Document":
            contents[one.get("id", "")] = _content(one, parts)
    return Submission(
        sets=len(packages),
        set_patient_ids=tuple(value for one in packages for value in _external(one, SET_PATIENT)),
        set_unique_ids=tuple(value for one in packages for value in _external(one, SET_UNIQUE)),
        entries=tuple(entries),
        contents=contents,
        replaced=tuple(
            one.get("targetObject", "")
            for one in _all(asked, "Association")
            if one.get("associationType", "").endswith(":RPLC")
        ),
    )


def _content(document: etree._Element, parts: Parts) -> bytes | None:
    include = next(_all(document, "Include"), None)
    if include is not None:
        return parts.beside.get(unquote(include.get("href", "").removeprefix("cid:")))
    try:
        return base64.b64decode("".join("".join(map(str, document.itertext())).split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _existence(asked: etree._Element) -> Existence:
    holder = next(_all(asked, "patientIdentifier"), None)
    value = None if holder is None else next(_all(holder, "value"), None)
    if value is None:
        return Existence(root="", extension="")
    return Existence(root=value.get("root", ""), extension=value.get("extension", ""))


def _assertion_patient(root: etree._Element) -> str:
    for one in _all(root, "Attribute"):
        if one.get("Name") == _RESOURCE:
            return "".join(map(str, one.itertext())).strip()
    return ""


def _external(of: etree._Element, scheme: str) -> Iterator[str]:
    for one in _all(of, "ExternalIdentifier"):
        if one.get("identificationScheme") == scheme:
            yield one.get("value", "")


def _slot(of: etree._Element, name: str) -> str:
    return next(iter(_slots(of, name)), "")


def _slots(of: etree._Element, name: str) -> tuple[str, ...]:
    for slot in of:
        if isinstance(slot.tag, str) and _name(slot) == "Slot" and slot.get("name") == name:
            return tuple(str(one.text or "").strip() for one in _all(slot, "Value"))
    return ()


def _type_code(entry: etree._Element) -> str:
    return next(
        (
            one.get("nodeRepresentation", "")
            for one in _all(entry, "Classification")
            if one.get("classificationScheme") == ENTRY_TYPE
        ),
        "",
    )


def _title(entry: etree._Element) -> str:
    name = next((one for one in entry if isinstance(one.tag, str) and _name(one) == "Name"), None)
    told = None if name is None else next(_all(name, "LocalizedString"), None)
    return "" if told is None else told.get("value", "")


def _authors(entry: etree._Element) -> Iterator[str]:
    for one in _all(entry, "Classification"):
        if one.get("classificationScheme") == ENTRY_AUTHOR:
            yield from _slots(one, "authorPerson")


def _all(under: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield elements by local name, whatever their namespace: stacks differ in prefixes, old ones in namespaces."""
    return under.iter(f"{{*}}{name}")


def _text(under: etree._Element, tag: str) -> str:
    found = next(under.iter(tag), None)
    return "" if found is None else str(found.text or "").strip()[:500]


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _namespace(element: etree._Element) -> str:
    return str(element.tag)[1:].partition("}")[0] if str(element.tag).startswith("{") else ""
