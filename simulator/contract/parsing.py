"""From the bytes of a request to a tree, and no further: hardened, bounded, without document types or instructions."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from simulator.contract.faults import FaultError
from simulator.contract.limits import MAX_LOT_MARKUP
from simulator.contract.names import MAX_ATTRIBUTES, MAX_DEPTH
from simulator.xml import own_parser

NOT_UTF8: Final = "Le message n'est pas en UTF-8, ni dans un autre encodage lu ici"
_NUL: Final = "Le message contient un octet nul"
COMPRESSED: Final = "Le message est compressé : envoyez-le tel quel, sans Content-Encoding"
"""What the fault says where XML that is well formed elsewhere cannot be read here: the reason, not the symptom."""

_GZIP: Final = b"\x1f\x8b"
_PARSER_LIMITS: Final = {etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_NAME_TOO_LONG}


def parse(body: bytes, media_type: str = "") -> etree._Element:
    """Return the root of a request.

    Raises:
        FaultError: the bytes are no XML that is read here, or more of it than is read.
    """
    if not body.strip():
        raise FaultError(
            "desir_9001", "expected a SOAP envelope, got an empty body", label="Le message est vide"
        )
    if b"\0" in body:  # libxml2 would read UTF-16 and then name it UTF-8
        raise _other_format(body, media_type) or _nul(body)
    try:
        root = etree.fromstring(body, own_parser(remove_comments=True))
    except etree.XMLSyntaxError as error:
        raise _unreadable(error, body, media_type) from error
    except ValueError as error:  # an encoding declaration lxml refuses
        raise FaultError("desir_9001", f"not well-formed XML: {error}") from error
    document: Any = root.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise FaultError("desir_9005", "expected no document type declaration, got one")
    if document.encoding and document.encoding.upper() not in {"UTF-8", "UTF8", "US-ASCII", "ASCII"}:
        raise FaultError(
            "desir_9001", f"expected the encoding UTF-8, got {document.encoding!r}", label=NOT_UTF8
        )
    # One may be the XML declaration, which is no processing instruction.
    if (
        b"<?" in body
        and (body.count(b"<?") > 1 or not body.startswith(b"<?xml "))
        and _has_processing_instruction(root)
    ):
        raise FaultError("desir_9005", "expected no processing instruction, got one")
    # Elements that open bound the depth, and pairs of quotes the attributes: ordinary messages, signed ones
    # included, skip the walk.
    opened = body.count(b"<") - body.count(b"</")
    quoted = (body.count(b'"') + body.count(b"'")) // 2
    if opened > MAX_DEPTH or quoted > MAX_ATTRIBUTES:
        _check_limits(root)
    return root


def _nul(body: bytes) -> FaultError:
    if b"\0" in body[:4]:
        return FaultError(
            "desir_9001", "expected the encoding UTF-8, got a NUL byte (UTF-16 or UTF-32?)", label=NOT_UTF8
        )
    at = body.index(b"\0")
    return FaultError("desir_9001", f"expected XML, got a NUL byte at {at} of {len(body)} bytes", label=_NUL)


def check_markup(body: bytes) -> None:
    """Bound the tree that a large request becomes, before it does."""
    for sign in (b"<", b"="):
        count = body.count(sign)
        if count > MAX_LOT_MARKUP:
            raise FaultError(
                "desir_9004", f"expected at most {MAX_LOT_MARKUP} {sign!r} in a lot, got {count}"
            )


def _unreadable(error: etree.XMLSyntaxError, body: bytes, media_type: str) -> FaultError:
    reason = " ".join((error.msg or "unknown reason").split())
    if (other := _other_format(body, media_type)) is not None:
        return other
    if b"<!DOCTYPE" in body:
        return FaultError("desir_9005", f"expected no document type declaration, got one ({reason})")
    if error.code in _PARSER_LIMITS:
        return FaultError("desir_9004", f"a limit of the XML parser was reached: {reason}")
    return FaultError("desir_9001", f"not well-formed XML: {reason}")


def _other_format(body: bytes, media_type: str) -> FaultError | None:
    """Name a format that clients are known to send by a setting of theirs, when the bytes are not XML."""
    if media_type.startswith("multipart/") or body.lstrip().startswith(b"--"):
        return FaultError(
            "desir_9001",
            f"expected a SOAP envelope alone, got a MIME multipart ({media_type or 'no Content-Type'}): a message "
            "with MTOM or attachments; switch them off in the client",
            label="Le message est un multipart MIME (MTOM ou pièces jointes) : seule une enveloppe SOAP est acceptée",
        )
    if body.startswith(_GZIP):
        return FaultError("desir_9001", "expected a SOAP envelope, got gzip: compressed requests are refused")
    return None


def _has_processing_instruction(root: etree._Element) -> bool:
    kind = etree.ProcessingInstruction
    return (
        next(root.iter(kind), None) is not None
        or next(root.itersiblings(kind, preceding=True), None) is not None
        or next(root.itersiblings(kind), None) is not None
    )


def _check_limits(root: etree._Element) -> None:
    depth = declared = 0
    # Namespaces come as events of their own: asking each element for its map walks up the tree every time.
    for event, node in etree.iterwalk(root, events=("start", "end", "start-ns")):
        if isinstance(node, tuple):
            declared += 1
            continue
        if event == "end" or node is None:
            depth -= 1
            continue
        depth += 1
        if depth > MAX_DEPTH:
            raise FaultError("desir_9004", f"expected at most {MAX_DEPTH} nested elements, got more")
        declared += len(node.attrib)
        if declared > MAX_ATTRIBUTES:
            raise FaultError(
                "desir_9004",
                f"expected at most {MAX_ATTRIBUTES} attributes and namespaces on an element, got {declared}",
            )
        declared = 0
