"""Reading a request: hardened XML parsing, schema validation, dispatch on the action, contexts.

Everything that can be wrong with the bytes ends in one ``FaultError``; nothing here touches a registry, a
clock or a network.
"""

from __future__ import annotations

import threading
from email.message import Message
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from simulator.contract.bodies import BODIES, local_name
from simulator.contract.faults import FaultError
from simulator.contract.limits import MAX_LOT_MARKUP, body_limit
from simulator.contract.messages import Call, Contexts, Coverage, Finding
from simulator.contract.names import (
    CTXBAM,
    CTXLPS,
    MAX_ATTRIBUTES,
    MAX_BODY_BYTES,
    MAX_DEPTH,
    SOAP12,
    WSA,
    WSSE,
    Operation,
)
from simulator.evidence import EvidenceLevel

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENVELOPE: Final = f"{{{SOAP12}}}Envelope"
_HEADER: Final = f"{{{SOAP12}}}Header"
_BODY: Final = f"{{{SOAP12}}}Body"
_ACTION: Final = f"{{{WSA}}}Action"
_MESSAGE_ID: Final = f"{{{WSA}}}MessageID"
_CONTEXT_BAM: Final = f"{{{CTXBAM}}}ContexteBAM"
_CONTEXT_LPS: Final = f"{{{CTXLPS}}}ContexteLPS"
_SECURITY: Final = f"{{{WSSE}}}Security"

_OPERATION_OF_ACTION: Final = {operation.action: operation for operation in Operation}
_SINGLE_HEADERS: Final = {
    _ACTION: "wsa:Action",
    _MESSAGE_ID: "wsa:MessageID",
    _CONTEXT_BAM: "ContexteBAM",
    _CONTEXT_LPS: "ContexteLPS",
    _SECURITY: "wsse:Security",
}

_PARSER_LIMITS: Final = {etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_NAME_TOO_LONG}

_local = threading.local()


def read(body: bytes, content_type: str) -> Call:
    """Read one request.

    Args:
        body: the HTTP body, as received.
        content_type: the ``Content-Type`` header, empty when absent.

    Raises:
        FaultError: with the fault to answer and the precise cause.
    """
    limit = body_limit(content_type, body)
    if len(body) > limit:
        raise FaultError("desir_9004", f"expected at most {limit} bytes, got {len(body)}")
    if len(body) > MAX_BODY_BYTES:
        _check_markup(body)
    media_type, action_parameter = _read_content_type(content_type)
    root = _parse(body)
    if root.tag != _ENVELOPE:
        raise FaultError("desir_9002", f"expected the root element {_ENVELOPE}, got {root.tag!r}")
    headers = _read_headers(root)
    message_id = _text(headers.get(_MESSAGE_ID))
    try:
        call = _read_call(root, headers, message_id, action_parameter, media_type, size=len(body))
    except FaultError as error:
        error.message_id = message_id
        raise
    return call


def _read_call(
    root: etree._Element,
    headers: dict[str, etree._Element],
    message_id: str | None,
    action_parameter: str | None,
    media_type: str,
    *,
    size: int,
) -> Call:
    action = _text(headers.get(_ACTION))
    operation = _dispatch(action, action_parameter)
    if size > MAX_BODY_BYTES and operation is not Operation.DEPOSIT_LOT:
        raise FaultError("desir_9004", f"expected at most {MAX_BODY_BYTES} bytes, got {size}")
    schema = _schema()
    if not schema.validate(root):
        error = schema.error_log[0]
        raise FaultError("desir_9003", f"line {error.line}: {error.message}")
    body = BODIES[operation]
    content = _body_content(root, operation, body.tag)
    bam, lps = headers.get(_CONTEXT_BAM), headers.get(_CONTEXT_LPS)
    for element, name in ((bam, "ContexteBAM"), (lps, "ContexteLPS")):
        if element is None:
            raise FaultError("desir_9007", f"expected the header {name}, got none")
    if message_id is None:
        raise FaultError("desir_9007", "expected the header wsa:MessageID with a value, got none")
    assert bam is not None and lps is not None  # noqa: S101, PT018 - narrowed by the loop above
    contexts = _read_contexts(bam, lps)
    return Call(
        operation=operation,
        message_id=message_id,
        contexts=contexts,
        query=body.read(content),
        security=headers.get(_SECURITY),
        findings=(
            *_transport_findings(media_type, action, action_parameter),
            *_header_findings(headers, contexts, message_id),
        ),
    )


@lru_cache(maxsize=64)
def _read_content_type(content_type: str) -> tuple[str, str | None]:
    """Return the media type and the ``action`` parameter; refuse any charset that is not UTF-8."""
    header = Message()
    header["Content-Type"] = content_type
    charset = header.get_param("charset")
    if isinstance(charset, str) and charset.strip("\"' ").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise FaultError("desir_9001", f"expected the charset utf-8, got {charset[:40]!r}")
    action = header.get_param("action")
    return header.get_content_type() if content_type else "", action if isinstance(action, str) else None


def _parse(body: bytes) -> etree._Element:
    if not body.strip():
        raise FaultError("desir_9001", "expected a SOAP envelope, got an empty body")
    if b"\0" in body:  # libxml2 would read UTF-16 and then name it UTF-8
        raise FaultError("desir_9001", "expected the encoding UTF-8, got a NUL byte (UTF-16 or UTF-32?)")
    try:
        root = etree.fromstring(body, _parser())
    except etree.XMLSyntaxError as error:
        raise _unreadable(error, body) from error
    except ValueError as error:  # an encoding declaration lxml refuses
        raise FaultError("desir_9001", f"not well-formed XML: {error}") from error
    document: Any = root.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise FaultError("desir_9005", "expected no document type declaration, got one")
    if document.encoding and document.encoding.upper() not in {"UTF-8", "US-ASCII", "ASCII"}:
        raise FaultError("desir_9001", f"expected the encoding UTF-8, got {document.encoding!r}")
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


def _check_markup(body: bytes) -> None:
    """Bound the tree that a large request becomes, before it does."""
    for sign in (b"<", b"="):
        count = body.count(sign)
        if count > MAX_LOT_MARKUP:
            raise FaultError(
                "desir_9004", f"expected at most {MAX_LOT_MARKUP} {sign!r} in a lot, got {count}"
            )


def _unreadable(error: etree.XMLSyntaxError, body: bytes) -> FaultError:
    reason = " ".join((error.msg or "unknown reason").split())
    if b"<!DOCTYPE" in body:
        return FaultError("desir_9005", f"expected no document type declaration, got one ({reason})")
    if error.code in _PARSER_LIMITS:
        return FaultError("desir_9004", f"a limit of the XML parser was reached: {reason}")
    return FaultError("desir_9001", f"not well-formed XML: {reason}")


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


def _read_headers(root: etree._Element) -> dict[str, etree._Element]:
    header = root.find(_HEADER)
    found: dict[str, etree._Element] = {}
    if header is None:
        return found
    for element in header.iterchildren(etree.Element):
        tag = str(element.tag)
        if tag in _SINGLE_HEADERS and tag in found:
            raise FaultError("desir_9007", f"expected one header {_SINGLE_HEADERS[tag]}, got several")
        found[tag] = element
    return found


def _dispatch(action: str | None, parameter: str | None) -> Operation:
    asked = action or parameter
    if not asked:
        raise FaultError(
            "desir_9006", "expected wsa:Action or the action parameter of Content-Type, got none"
        )
    operation = _OPERATION_OF_ACTION.get(asked)
    if operation is None:
        known = ", ".join(_OPERATION_OF_ACTION)
        raise FaultError("desir_9006", f"expected one of {known}; got {asked[:200]!r}")
    return operation


def _body_content(root: etree._Element, operation: Operation, expected: str) -> etree._Element:
    body = root.find(_BODY)
    children = [] if body is None else list(body.iterchildren(etree.Element))
    if len(children) != 1 or children[0].tag != expected:
        got = ", ".join(str(child.tag) for child in children[:3]) or "nothing"
        raise FaultError(
            "desir_9006", f"expected {expected} alone in the body for {operation.value}, got {got}"
        )
    return children[0]


def _read_contexts(bam: etree._Element, lps: etree._Element) -> Contexts:
    bam_fields, lps_fields, software = _children(bam), _children(lps), {}
    if "LPS" in lps_fields:
        software = _children(lps_fields["LPS"])
    return Contexts(
        bam_id=bam_fields["Id"].text or "",
        bam_time=bam_fields["Temps"].text or "",
        lps_id=lps_fields["Id"].text or "",
        lps_time=lps_fields["Temps"].text or "",
        issuer=_text(lps_fields.get("Emetteur")),
        idam=_text(software.get("IDAM")),
        lps_version=_text(software.get("Version")),
        lps_instance=_text(software.get("Instance")),
        lps_name=_text(software.get("Nom")),
        coverage=_read_coverage(bam_fields["COUVERTURE"]),
    )


_NO_COVERAGE: Final = Coverage()


def _read_coverage(cover: etree._Element) -> Coverage:
    if len(cover) == 0:
        return _NO_COVERAGE

    def text(*path: str) -> str | None:
        return _text(cover.find("/".join(f"{{{CTXBAM}}}{name}" for name in path)))

    return Coverage(
        insured_number=text("ASSURE", "Id", "Num"),
        individual_number=text("BENEFICIAIRE", "Nir", "Num"),
        birth_date=text("BENEFICIAIRE", "DateNai"),
        birth_rank=text("BENEFICIAIRE", "Rang"),
    )


def _children(parent: etree._Element) -> dict[str, etree._Element]:
    """Return the child elements by local name; the schema has already said which there are."""
    return {local_name(str(child.tag)): child for child in parent.iterchildren(etree.Element)}


def _transport_findings(
    media_type: str, action: str | None, action_parameter: str | None
) -> Iterator[Finding]:
    if media_type != "application/soap+xml":
        yield Finding(
            code="media-type",
            fr=f"Content-Type application/soap+xml attendu, reçu {media_type or 'aucun'}",
            en=f"expected Content-Type application/soap+xml, got {media_type or 'none'}",
            evidence=EvidenceLevel.OBSERVED,
        )
    if action is None:
        yield Finding(
            code="wsa-action-missing",
            fr="wsa:Action absent : tous les clients réels l'envoient",
            en="wsa:Action missing: every real client sends it",
            evidence=EvidenceLevel.OBSERVED,
        )
    elif action_parameter is not None and action_parameter != action:
        yield Finding(
            code="action-mismatch",
            fr=f"action du Content-Type ({action_parameter[:80]}) différente de wsa:Action",
            en=f"Content-Type action ({action_parameter[:80]}) differs from wsa:Action",
            evidence=EvidenceLevel.OBSERVED,
        )


def _header_findings(
    headers: dict[str, etree._Element], contexts: Contexts, message_id: str
) -> Iterator[Finding]:
    if not message_id.startswith("uuid:"):
        yield Finding(
            code="message-id-form",
            fr="wsa:MessageID attendu sous la forme uuid:<uuid> (toléré par la passerelle réelle)",
            en="expected wsa:MessageID of the form uuid:<uuid> (tolerated by the real gateway)",
            evidence=EvidenceLevel.OBSERVED,
        )
    if contexts.lps_name is None or not contexts.lps_name.startswith("urn:lps:"):
        yield Finding(
            code="lps-name-form",
            fr="LPS/Nom attendu sous la forme urn:lps:<nom>:<version>",
            en="expected LPS/Nom of the form urn:lps:<name>:<version>",
            evidence=EvidenceLevel.OBSERVED,
        )
    versions = ((_CONTEXT_BAM, "ContexteBAM", "01_02"), (_CONTEXT_LPS, "ContexteLPS", "01_00"))
    for tag, name, expected in versions:
        got = headers[tag].get("Version")
        if got != expected:
            yield Finding(
                code="context-version",
                fr=f"{name} : Version {expected} attendue, reçue {got}",
                en=f"{name}: expected Version {expected}, got {got}",
                evidence=EvidenceLevel.OFFICIAL,
            )
    security = headers.get(_SECURITY)
    if security is not None and len(security) == 0:
        yield Finding(
            code="security-empty",
            fr="wsse:Security vide : contraire au schéma, toléré par la passerelle réelle",
            en="empty wsse:Security: against the schema, tolerated by the real gateway",
            evidence=EvidenceLevel.OBSERVED,
        )


def _text(element: etree._Element | None) -> str | None:
    """Return the stripped text of an element, ``None`` when there is none."""
    if element is None or element.text is None:
        return None
    return element.text.strip() or None


def _parser() -> etree.XMLParser:
    """Return this thread's parser: no entities, no DTD, no network, bounded text."""
    parser: etree.XMLParser | None = getattr(_local, "parser", None)
    if parser is None:
        parser = _local.parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True
        )
    return parser


def _schema() -> etree.XMLSchema:
    """Return this thread's schema: a shared one mixes the error logs of concurrent validations."""
    schema: etree.XMLSchema | None = getattr(_local, "schema", None)
    if schema is None:
        with as_file(files("simulator.contract") / "xsd") as folder:
            schema = _local.schema = etree.XMLSchema(etree.parse(folder / "envelope.xsd"))
    return schema
