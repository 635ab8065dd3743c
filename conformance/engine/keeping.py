"""Keeping what the software produces: every document goes into the folder of the campaign, under its SHA-256.

A document produced twice is kept once; one too large is named with its digest and not kept. What identifies a
professional or a session is masked, and the digest is that of what is kept.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from conformance.drivers.partners import Document, MessageFormat, Sending
from conformance.record.merging import ATTACHMENTS
from conformance.record.timeline import DocumentEntry
from simulator.journal.masking import MASK, mask_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.record.timeline import Entry

LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a document that is kept; a larger one is only named."""
_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_OPENS: Final = re.compile(rb"<(?:[\w.-]{1,100}:)?Assertion\b")
_CLOSES: Final = re.compile(rb"</(?:[\w.-]{1,100}:)?Assertion\s{0,99}>")
_FORMATS: Final = {
    MessageFormat.HL7V2: "hl7v2",
    MessageFormat.CDA: "cda",
    MessageFormat.FHIR: "fhir",
    MessageFormat.MSSANTE: "mail",
    MessageFormat.PDF: "pdf",
}


def keeper(folder: Path | None, add: Callable[[Entry], object]) -> Callable[[object], None]:
    """Return what is told the answer of each verb, and keeps the documents in it.

    Args:
        folder: of the campaign; ``None`` when nothing is kept.
        add: receives a line for each document.
    """

    def keep(answer: object) -> None:
        for document in documents_of(answer):
            content = _fit(document.content)
            digest = hashlib.sha256(content).hexdigest()
            add(
                DocumentEntry(
                    at=datetime.now(UTC),
                    name=document.name,
                    format=_FORMATS.get(document.format, document.format.value.lower()),
                    sha256=digest,
                    file=_kept(folder, document.name, content, digest),
                )
            )

    return keep


def documents_of(answer: object) -> Iterator[Document]:
    """Yield the documents in the answer of a verb."""
    match answer:
        case Document():
            yield answer
        case Sending():
            yield from answer.documents
        case list():
            yield from (one for one in answer if isinstance(one, Document))


def _fit(content: bytes) -> bytes:
    """Return a document without the assertion that a submission to the DMP carries: that must not leave the machine."""
    if b"Assertion" not in content:
        return content
    try:
        return mask_xml(content.decode()).encode()
    except UnicodeDecodeError:
        return _without_assertions(content)


def _without_assertions(content: bytes) -> bytes:
    """Return bytes that are no text with what looks like an assertion masked; each byte is looked at once."""
    kept, at = list[bytes](), 0
    while (begins := _OPENS.search(content, at)) and (ends := _CLOSES.search(content, begins.end())):
        kept += (content[at : begins.start()], MASK.encode())
        at = ends.end()
    return b"".join((*kept, content[at:]))


def _kept(folder: Path | None, name: str, content: bytes, digest: str) -> str:
    """Write a document unless it is there, and return where it lies; empty when it was not kept."""
    if folder is None or len(content) > LARGEST:
        return ""
    # The name comes from the software: nothing of it may lead out of the folder, or be longer than a system takes.
    file = f"{digest[:16]}-{_SAFE.sub('-', name).strip('.-')[-60:] or 'document'}"
    path = folder / ATTACHMENTS / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return f"{ATTACHMENTS}/{file}"
