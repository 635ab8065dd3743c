"""DMP submissions (ITI-41) as sent: SOAP in clear or MTOM/XOP; queries (ITI-18) and metadata alone are read too."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from conformance.documents.cda.reading import refused
from conformance.documents.document import Document
from conformance.documents.ihe import xdw
from conformance.documents.ihe.metadata import check_content, missing_source, read_metadata, signature
from conformance.documents.page.running_text import of_another
from conformance.documents.problems import Quote, official, unjudged
from conformance.documents.record import Format, Place, PlaceKind, Trait
from conformance.documents.values import decode_base64
from conformance.documents.xmltree import XmlRefusedError, descend, local, parse, path_of, text_of
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem

_HTTP: Final = re.compile(rb"\s*(?:POST|PUT|HTTP/[0-9.]{1,9})[^\r\n]*\r?\n")
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_CHUNK: Final = re.compile(rb"(?:\r?\n)?([0-9A-Fa-f]{1,8})(?:;[^\r\n]{0,200})?\r?\n")
_MAX_HEADERS: Final = 100_000
_LONG: Final = 20_000
_MESSAGES: Final = re.compile(
    r"(?:ProvideAndRegisterDocumentSet|SubmitObjects|RemoveObjects|AdhocQuery|RetrieveDocumentSet|Registry)(?:Request|Response)"
    r"|RegistryObjectList|PRPA_\w{1,20}|MCCI_\w{1,20}|Fault"
)
"""Messages of document sharing, of the identities beside it (HL7 v3), and what a server says of one that failed."""
"""A longer text is a file."""


@dataclass(frozen=True, slots=True)
class Message:
    """A SOAP message and the binary parts beside it, by content id."""

    root: bytes
    parts: dict[str, bytes]
    is_mtom: bool


def read(data: bytes, reading: Reading) -> Document:
    """Read a submission and the documents in it."""
    message = unpack(data, reading.limits.bytes_in)
    if message is None:
        text = Text(
            "un message MTOM avec sa partie racine attendu", "expected an MTOM message with its root part"
        )
        return Document(
            format=Format.XDS,
            name=reading.name,
            problems=(official("mtom-malformed", text, "TRA-05", at=(reading.place(),)),),
        )
    try:
        root = parse(message.root, reading.limits)
    except XmlRefusedError as error:
        return refused(error, reading, Format.XDS)
    if local(root) == xdw.ROOT:
        return xdw.read(root, reading)
    metadata = read_metadata(root, reading, Format.XDS)
    problems = [*metadata.problems, *missing_source(root, reading)]
    contents = dict(_contents(root, message, reading, problems))
    entries = {entry.id: entry for entry in metadata.entries}
    submits = any(True for _ in descend(root, "ProvideAndRegisterDocumentSetRequest"))
    for name, entry in entries.items():
        if name in contents:
            problems.extend(check_content(entry, contents[name]))
        elif submits:
            text = Text(
                f"le document {name} décrit n’est pas dans le lot (XDSMissingDocument)",
                f"the document {name} described is not in the submission (XDSMissingDocument)",
            )
            problems.append(official("xds-missing-document", text, "TRA-05", at=(Quote(entry.place, name),)))
    if submits:
        problems.extend(_undescribed(name, reading) for name in contents if name not in entries)
    if not any(_MESSAGES.fullmatch(local(one)) for one in root.iter() if isinstance(one.tag, str)):
        text = Text(
            "message SOAP qui n’est ni un lot, ni une recherche de documents : il n’a pas été jugé",
            "SOAP message that is neither a submission nor a query of documents: it was not judged",
        )
        problems.append(unjudged("soap-unknown", text, reading.place()))
    signatures = {name for name, entry in entries.items() if signature(entry, root)}
    parts = [reading.part(content, name) for name, content in contents.items() if name not in signatures]
    parts = [part for part in parts if part.counts_inside]
    return Document(
        format=Format.XDS, name=reading.name, records=metadata.records, problems=tuple(problems), parts=tuple(parts),
        text="\n".join(_texts(root)),
    )  # fmt: skip


def _undescribed(name: str, reading: Reading) -> Problem:
    text = Text(
        f"le document {name} n’a pas de métadonnées (XDSMissingDocumentMetadata)",
        f"the document {name} has no metadata (XDSMissingDocumentMetadata)",
    )
    return official("xds-missing-metadata", text, "TRA-05", at=(reading.place(name),))


def judge(document: Document, expected: Expected) -> Iterator[Problem]:
    """Ask for an INS when there is a submission, for the DMP takes nothing else; and look at the titles."""
    if not document.records or expected.forbids_ins:
        return
    known = document.said(Trait.MATRICULE)
    said = Text(
        "un titre de la soumission donne l’INS d’une autre personne que ses documents",
        "a title of the submission gives the INS of another person than its documents",
    )
    place = Place(kind=PlaceKind.FILE, file=document.name)
    yield from of_another(document.text, known, place, "xds-title-of-another", said, "F13", "TRA-05")
    if not any(record.has_ins for record in document.records):
        text = Text(
            "une soumission au DMP porte l’INS de l’identité qualifiée, aucun ici",
            "a submission to the DMP holds the INS of a qualified identity, there is none",
        )
        yield official("xds-without-ins", text, "TRA-12", "TRA-05", at=(document.records[0].place,))


def unpack(data: bytes, largest: int = 256 * 1024 * 1024) -> Message | None:
    """Split an MTOM message into its root and its parts; a message in clear is all root; none when it has no root.

    Args:
        data: with its HTTP headers, with its MIME headers, or bare.
        largest: bytes that a body compressed by HTTP may unpack to.
    """
    rest = _transferred(data[head.end() :], largest) if (head := _HTTP.match(data)) else data
    stripped = rest.lstrip(b"\xef\xbb\xbf \t\r\n")
    if stripped.startswith((b"<", b"\xff\xfe", b"\xfe\xff")) or rest[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return Message(rest, {}, is_mtom=False)
    boundary, start, body = _boundary(rest)
    if boundary is None:
        return (
            Message(body, {}, is_mtom=False) if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else None
        )
    parts: dict[str, bytes] = {}
    root: bytes | None = None
    for number, (headers, content) in enumerate(_split(body, boundary)):
        name = headers.get("content-id", f"part {number}").strip().strip("<>")
        if headers.get("content-transfer-encoding", "").strip().lower() == "base64":
            try:
                content = decode_base64(content)  # noqa: PLW2901 - the same part, decoded
            except ValueError:
                content = b""  # noqa: PLW2901 - then it is not the document that the metadata describe
        if root is None and (name == start if start else True):
            root = content
        else:
            parts[name] = content
    return None if root is None else Message(root, parts, is_mtom=True)


def _transferred(message: bytes, largest: int) -> bytes:
    """Undo what HTTP did to a body: pieces (``chunked``), compression (``gzip``, ``deflate``)."""
    end = _BLANK_LINE.search(message, 0, _MAX_HEADERS)
    if end is None:
        return message
    headers = BytesHeaderParser(policy=compat32).parsebytes(message[: end.end()])
    body = message[end.end() :]
    if "chunked" in str(headers.get("Transfer-Encoding", "")).lower():
        body = b"".join(_chunks(body))
    coding = str(headers.get("Content-Encoding", "")).lower()
    if "gzip" in coding or "deflate" in coding:
        try:
            body = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, largest)
        except zlib.error:
            return message
    return message[: end.end()] + body


def _chunks(body: bytes) -> Iterator[bytes]:
    position = 0
    while match := _CHUNK.match(body, position):
        size = int(match[1], 16)
        if not size:
            return
        yield body[match.end() : match.end() + size]
        position = match.end() + size


def _boundary(data: bytes) -> tuple[bytes | None, str, bytes]:
    stripped = data.lstrip(b"\r\n")
    if stripped.startswith(b"--"):
        return re.split(rb"[\r\n]", stripped[2:200], maxsplit=1)[0].rstrip(), "", stripped
    end = _BLANK_LINE.search(data, 0, _MAX_HEADERS)
    if end is None:
        return None, "", b""
    headers = BytesHeaderParser(policy=compat32).parsebytes(data[: end.end()])
    boundary = headers.get_param("boundary")
    start = headers.get_param("start")
    named = boundary.encode("latin-1", errors="replace") if isinstance(boundary, str) and boundary else None
    return named, start.strip("<>") if isinstance(start, str) else "", data[end.end() :]


def _split(body: bytes, boundary: bytes) -> Iterator[tuple[dict[str, str], bytes]]:
    """Yield headers and content of each part; the line end before a boundary belongs to the boundary."""
    mark = b"--" + boundary
    positions = [match.start() for match in re.finditer(rb"(?:^|(?<=\n))" + re.escape(mark), body)][:2_000]
    for number, position in enumerate(positions):
        begin = position + len(mark)
        if body[begin : begin + 2] == b"--":
            return
        end = positions[number + 1] if number + 1 < len(positions) else len(body)
        part = body[begin:end]
        part = part[part.find(b"\n") + 1 :]
        part = part.removesuffix(b"\n").removesuffix(b"\r")
        gap = _BLANK_LINE.search(part, 0, _MAX_HEADERS)
        if gap is None:
            continue
        told = BytesHeaderParser(policy=compat32).parsebytes(part[: gap.end()])
        yield {name.lower(): str(value) for name, value in told.items()}, part[gap.end() :]


def _contents(
    root: etree._Element, message: Message, reading: Reading, problems: list[Problem]
) -> Iterator[tuple[str, bytes]]:
    for number, element in enumerate(descend(root, "Document"), start=1):
        # In an answer (ITI-43) documents have no id of their own.
        name = element.get("id") or f"Document {number}"
        include = next(descend(element, "Include"), None)
        place = reading.place(path_of(element), PlaceKind.XPATH, line=element.sourceline or None)
        if include is not None:
            cid = unquote(include.get("href", "").removeprefix("cid:"))
            if cid not in message.parts:
                text = Text(
                    f"la partie MTOM cid:{cid} n’est pas dans le message",
                    f"the MTOM part cid:{cid} is not in the message",
                )
                problems.append(official("mtom-missing-part", text, "TRA-05", at=(Quote(place, cid),)))
                continue
            yield name, message.parts[cid]
            continue
        try:
            yield name, decode_base64(text_of(element))
        except ValueError as error:
            text = Text(f"base64 lisible attendu : {error}", f"expected readable base64: {error}")
            problems.append(official("embedded-base64", text, "TRA-05", at=(place,)))


def _texts(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag.endswith("}Document"):
            continue
        yield from (value for value in element.attrib.values() if len(value) < _LONG)
        if element.text and element.text.strip() and len(element.text) < _LONG:
            yield element.text
