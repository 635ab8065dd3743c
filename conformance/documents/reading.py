"""Recognising a document by its content, and reading it with the module of its format.

Whatever the bytes, a ``Document`` comes back; what could not be read is said in its problems, by name.
"""

from __future__ import annotations

import json
import re
import time
from importlib import import_module
from typing import TYPE_CHECKING, Final

from conformance.documents import drawing, letters, printer, tape
from conformance.documents.context import LimitReachedError, Limits, Reading
from conformance.documents.document import Document
from conformance.documents.packed import is_packed, unpacked
from conformance.documents.problems import official, unjudged
from conformance.documents.record import Format
from conformance.documents.scripts import holds_resource
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

_IMAGES: Final = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"RIFF",
)  # fmt: skip
_MODULES: Final = {
    Format.CDA: "cda.reading", Format.HL7V2: "hl7.v2", Format.FHIR: "fhir.reading", Format.DATAMATRIX: "datamatrix.document",
    Format.PDF: "pdf.reading", Format.IMAGE: "image", Format.MAIL: "mail.reading", Format.XDM: "ihe.xdm", Format.XDS: "ihe.xds",
}  # fmt: skip
_BLANK: Final = b" \t\r\n\x0b\x0c\xef\xbb\xbf"
_HEADER_LINE: Final = re.compile(rb"[!-9;-~]{1,100}:[^\r\n]*\r?\n")
_MBOX: Final = re.compile(rb"From [^\r\n]{1,400}\r?\n(?=[!-9;-~]{1,100}:)")
"""The line before a mail in a mailbox file."""
_HTTP_REQUEST: Final = re.compile(rb"(?:POST|PUT) \S{1,4000} HTTP/[0-9.]+\r?\n")
_BOUNDARY: Final = re.compile(
    rb"--[^\s-][^\r\n]{0,200}\r?\n|-{3,}[^\r\n]{1,200}\r?\n(?:[!-9;-~]{1,100}:|\r?\n)"
)
"""The line before the first part of a message of several; a comment of SQL has a blank, YAML begins with three strokes alone."""
_SECTION: Final = re.compile(rb"\[{1,2}[^\[\]{}\"\r\n,]{1,80}\]{1,2}[ \t]{0,20}\r?\n[^\r\n=]{1,80}=")
"""The first section of a file of settings: no JSON."""
_MAIL_HEADER: Final = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|received|mime-version|content-type|return-path|delivered-to|reply-to|sender"
    rb"|x-mss-[a-z]{1,20}):",
    re.IGNORECASE | re.MULTILINE,
)
"""A file whose lines look like headers (YAML, a calendar) is a mail by one of these."""
_OF_HEALTH: Final = re.compile(rb"ihe:iti|ebxml|oasis|hl7|Assertion\b")
"""A SOAP message without any of this is one of the software's own, and no lot of documents."""
_PAYLOAD: Final = re.compile(rb"S[12][0-9.]{11,}|IS\d\d0{8,}")
_SEGMENTS: Final = (b"MSH", b"FHS", b"BHS")


def read_document(data: bytes, name: str = "", limits: Limits | None = None) -> Document:
    """Read a document and all those inside it.

    Args:
        data: the bytes, of any format and any quality.
        name: how to call it in the places of problems.
        limits: bounds on what it may cost.
    """
    bounds = limits or Limits()
    reading = Reading(name=name, reader=_read, limits=bounds, deadline=time.monotonic() + bounds.seconds)
    if len(data) > bounds.bytes_in:
        return reading.not_judged(
            LimitReachedError(
                "too-large",
                Text(
                    f"au plus {bounds.bytes_in} octets, en voici {len(data)}",
                    f"expected at most {bounds.bytes_in} bytes, got {len(data)}",
                ),
            )
        )
    return _read(data, reading)


def recognise(data: bytes) -> Format:
    """Tell the format of a document from its content."""
    start = data[:4096].lstrip(_BLANK)
    if data[:1024].find(b"%PDF-") >= 0:
        return Format.PDF
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Format.XDM
    if data.startswith(_IMAGES):
        return Format.IMAGE
    plain = (
        start.replace(b"\0", b"") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in start[:8] else start
    )
    plain = plain.lstrip(b"\xff\xfe" + _BLANK)
    if plain.startswith(_SEGMENTS):
        return Format.HL7V2
    if _is_resource(plain):
        return Format.FHIR
    if plain.startswith(b"<"):
        return _recognise_xml(data)
    if _BOUNDARY.match(plain) or _HTTP_REQUEST.match(plain):
        return Format.XDS
    if (_HEADER_LINE.match(plain) and _MAIL_HEADER.search(plain)) or _MBOX.match(plain):
        return Format.XDS if _is_mtom(data) else Format.MAIL
    is_line = len(data) < 10_000 and not set(b"\r\n") & set(start.strip())  # noqa: PLR2004 - a symbol holds 2,335 characters at most
    if is_line and _PAYLOAD.search(plain):
        return Format.DATAMATRIX
    return Format.UNKNOWN


def _is_resource(plain: bytes) -> bool:
    if not plain.startswith((b"{", b"[")):
        return holds_resource(plain)
    return not _SECTION.match(plain) and not plain.startswith(rb"{\rtf")


def _recognise_xml(data: bytes) -> Format:
    plain = data.replace(b"\0", b"") if b"\0" in data[:200] else data
    if b"ClinicalDocument" in plain:
        # A submission may hold a CDA in clear only as base64: the tag itself is never in it.
        return Format.XDS if re.search(rb"<[\w.-]*:?Envelope\b", plain[:4096]) else Format.CDA
    if b"http://hl7.org/fhir" in plain:
        return Format.FHIR
    if b"urn:hl7-org:v2xml" in plain[:4096]:
        return Format.HL7V2
    found = re.search(
        rb"<[\w.-]*:?(Envelope|SubmitObjectsRequest|ProvideAndRegisterDocumentSetRequest|XDW\.WorkflowDocument)\b",
        plain[:20_000],
    )
    if found is None or (found[1] == b"Envelope" and not _OF_HEALTH.search(plain)):
        return Format.UNKNOWN
    return Format.XDS


def _is_other_json(data: bytes) -> bool:
    """Tell whether whole JSON is none of FHIR: nothing in it names a resource."""
    if b"resourceType" in data.replace(b"\0", b"") or data.lstrip(_BLANK).startswith(b"<"):
        return False
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _is_mtom(data: bytes) -> bool:
    head = re.split(rb"\r?\n\r?\n", data[:20_000], maxsplit=1)[0].lower()
    return b"application/xop+xml" in head or b"soap+xml" in head


_MAYBE_OWN: Final = frozenset({Format.UNKNOWN, Format.FHIR, Format.XDM, Format.MAIL})
"""As which a file of the software's own making is recognised: JSON, a workbook, a contact card, a text."""


def _own(data: bytes, kind: Format, reading: Reading) -> Document | None:
    """Read a file of the software's own making; what is attached to something else may be about anybody."""
    if reading.level and not reading.among_own:
        return _office(data, reading) if kind is Format.XDM else None
    if (
        kind is Format.FHIR
        and (b"resourceType" in data.replace(b"\0", b"") or b"http://hl7.org/fhir" in data)
    ) or (kind is Format.MAIL and not re.match(rb"BEGIN:VCARD", data[:4096].lstrip(_BLANK), re.IGNORECASE)):
        return None
    read: Callable[[bytes, Reading], Document | None]
    read = import_module("conformance.documents.exports.document").read_export
    try:
        return read(data, reading)
    except LimitReachedError as error:
        return reading.not_judged(error, kind)
    except (RecursionError, MemoryError):
        return None


def _office(data: bytes, reading: Reading) -> Document | None:
    """Read a letter or a workbook that is attached to something else: for what leaves with it."""
    read: Callable[[bytes, Reading], Document | None]
    read = import_module("conformance.documents.exports.document").read_attached
    try:
        return read(data, reading)
    except LimitReachedError as error:
        return reading.not_judged(error, Format.XDM)


def _packed(data: bytes, reading: Reading) -> Document:
    """Read what a compressed file holds, as the file itself."""
    most = min(reading.limits.bytes_in, len(data) * reading.limits.ratio)
    content = unpacked(data, most)
    try:
        reading.spend(len(content or b""))
    except LimitReachedError as error:
        return reading.not_judged(error)
    if content is None or is_packed(content):
        text = Text(
            "fichier compressé qui n’a pas pu être déballé en entier",
            "compressed file that could not be unpacked whole",
        )
        return reading.not_judged(LimitReachedError("not-unpacked", text))
    return _read(content, reading)


def _of_tape(data: bytes, reading: Reading) -> Document:
    """Read a tape archive as the zip archive of the same files."""
    try:
        return _read(tape.as_zip(data, reading), reading)
    except LimitReachedError as error:
        return reading.not_judged(error)


def _read(data: bytes, reading: Reading) -> Document:
    if not data.strip(b" \t\r\n\0"):
        text = Text("le document est vide", "the document is empty")
        return Document(
            format=Format.UNKNOWN,
            name=reading.name,
            problems=(official("empty", text, at=(reading.place(),)),),
        )
    if printer.is_label(data):
        return printer.read(data, reading)
    if is_packed(data):
        return _packed(data, reading)
    if tape.is_tape(data):
        return _of_tape(data, reading)
    if drawing.is_drawing(data):
        return drawing.read(data, reading)
    kind = recognise(data)
    if kind in _MAYBE_OWN and (own := _own(data, kind, reading)) is not None:
        return own
    return _read_as(Format.UNKNOWN if kind is Format.FHIR and _is_other_json(data) else kind, data, reading)


def _read_as(kind: Format, data: bytes, reading: Reading) -> Document:
    if kind is Format.UNKNOWN:
        text = Text(
            "format non reconnu : CDA, HL7 v2, FHIR, Datamatrix, image, PDF, courriel, IHE_XDM, lot XDS ou export de patients attendu",
            "unknown format: expected CDA, HL7 v2, FHIR, Datamatrix, image, PDF, mail, IHE_XDM, XDS submission or export of patients",
        )
        # A number leaks in a table or a text of the software's own making too.
        told, letter = letters.letter_of(data)
        return Document(
            format=kind,
            name=reading.name,
            problems=(unjudged("format-unknown", text, reading.place()),),
            text=told,
            facts=letter,
        )
    read: Callable[[bytes, Reading], Document] = import_module(f"conformance.documents.{_MODULES[kind]}").read
    try:
        return read(data, reading)
    except LimitReachedError as error:
        return reading.not_judged(error, kind)
    except ImportError as error:
        text = Text(
            f"il faut les bibliothèques de l’option documents : pip install 'banc-insi[documents]' ({error.name})",
            f"this needs the extra documents: pip install 'banc-insi[documents]' ({error.name})",
        )
        return Document(
            format=kind, name=reading.name, problems=(unjudged("library-missing", text, reading.place()),)
        )
    except RecursionError:
        text = Text(
            "les éléments sont imbriqués trop profondément pour être lus",
            "parts are nested too deeply to be read",
        )
        return reading.not_judged(LimitReachedError("too-deep", text), kind)
    except Exception as error:  # noqa: BLE001 - bytes from outside never end in a trace; the tests refuse this code
        text = Text(
            f"le banc n’a pas su lire ce document ({type(error).__name__} : {error}) ; merci de le signaler",
            f"the bench could not read this document ({type(error).__name__}: {error}); please report it",
        )
        return Document(
            format=kind, name=reading.name, problems=(unjudged("bench-error", text, reading.place()),)
        )
