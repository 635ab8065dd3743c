"""Reading a request: its XML (see ``parsing``), schema validation, dispatch on the action, contexts.

Everything that can be wrong with the bytes ends in one ``FaultError``; nothing here touches a registry, a
clock or a network.
"""

from __future__ import annotations

import threading
from email.message import Message
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.contract.bodies import BODIES
from simulator.contract.card_form import card_findings
from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import FaultError
from simulator.contract.headers import (
    ACTION,
    CONTEXT_BAM,
    CONTEXT_LPS,
    MESSAGE_ID,
    SECURITY,
    form_findings,
    other_addressing,
    read_headers,
)
from simulator.contract.limits import body_limit
from simulator.contract.messages import Call, Contexts, Coverage, Finding
from simulator.contract.names import (
    CTXBAM,
    CTXLPS,
    MAX_BODY_BYTES,
    SOAP11,
    SOAP12,
    Operation,
)
from simulator.contract.parsing import NOT_UTF8, check_markup, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.contract.headers import Headers

_ENVELOPE: Final = f"{{{SOAP12}}}Envelope"
_BODY: Final = f"{{{SOAP12}}}Body"

_SOAP11_ENVELOPE: Final = f"{{{SOAP11}}}Envelope"

_OPERATION_OF_ACTION: Final = {operation.action: operation for operation in Operation}
_OPERATION_OF_BODY: Final = {body.tag: operation for operation, body in BODIES.items()}

_DATES: Final = (
    f"{{{CTXBAM}}}Temps",
    f"{{{CTXBAM}}}DateRef",
    f"{{{CTXBAM}}}DateCertification",
    f"{{{CTXLPS}}}Temps",
)
MEDIA_TYPE: Final = "application/soap+xml"
"""Of a request (SOAP 1.2 part 2, §7.1.4)."""
_BAM_ID, _BAM_TIME, _COVERAGE = (f"{{{CTXBAM}}}{name}" for name in ("Id", "Temps", "COUVERTURE"))
_LPS_ID, _LPS_TIME, _ISSUER, _IDAM, _VERSION, _INSTANCE, _NAME = (
    f"{{{CTXLPS}}}{name}" for name in ("Id", "Temps", "Emetteur", "IDAM", "Version", "Instance", "Nom")
)

_local = threading.local()


def read(body: bytes, content_type: str, soap_action: str = "", *, encoding: str = "") -> Call:
    """Read one request.

    Args:
        body: the HTTP body, as received.
        content_type: the ``Content-Type`` header, empty when absent.
        soap_action: the ``SOAPAction`` header, of SOAP 1.1: it names no operation here, but a refusal says that it is there.
        encoding: what the body came in, where it was transcribed (``simulator.contract.encodings``).

    Raises:
        FaultError: with the fault to answer and the precise cause.
    """
    limit = body_limit(content_type, body)
    if len(body) > limit:
        raise FaultError("desir_9004", f"expected at most {limit} bytes, got {len(body)}")
    if len(body) > MAX_BODY_BYTES:
        check_markup(body)
    media_type, action_parameter = _read_content_type(content_type, transcribed=bool(encoding))
    root = parse(body, media_type)
    if root.tag != _ENVELOPE:
        raise _no_envelope(str(root.tag))
    headers = read_headers(root, body)
    message_id = headers.text(MESSAGE_ID)
    try:
        action = headers.text(ACTION)
        operation = _dispatch(action, action_parameter, soap_action, root)
        noticed = (
            ()
            if action and media_type == MEDIA_TYPE and action_parameter in (None, action) and not encoding
            else tuple(_transport_findings(media_type, action, action_parameter, encoding))
        )
        return _read_call(root, headers, operation, message_id, noticed, size=len(body))
    except FaultError as error:
        error.message_id = message_id
        raise


def _read_call(
    root: etree._Element,
    headers: Headers,
    operation: Operation,
    message_id: str | None,
    noticed: tuple[Finding, ...],
    *,
    size: int,
) -> Call:
    if size > MAX_BODY_BYTES and operation is not Operation.DEPOSIT_LOT:
        raise FaultError("desir_9004", f"expected at most {MAX_BODY_BYTES} bytes, got {size}")
    schema = _schema()
    if not schema.validate(root) and not (_collapse_dates(headers) and schema.validate(root)):
        error = schema.error_log[0]
        raise FaultError("desir_9003", f"line {error.line}: {error.message}")
    body = BODIES[operation]
    content = _body_content(root, operation, body.tag)
    bam, lps = headers.blocks.get(CONTEXT_BAM), headers.blocks.get(CONTEXT_LPS)
    for element, name in ((bam, "ContexteBAM"), (lps, "ContexteLPS")):
        if element is None:
            raise FaultError("desir_9007", f"expected the header {name}, got none")
    if message_id is None:
        raise FaultError(
            "desir_9007",
            f"expected the header wsa:MessageID with a value, got none{other_addressing(headers)}",
        )
    assert bam is not None and lps is not None  # noqa: S101, PT018 - narrowed by the loop above
    contexts = _read_contexts(bam, lps)
    return Call(
        operation=operation,
        message_id=message_id,
        contexts=contexts,
        query=body.read(content),
        security=headers.blocks.get(SECURITY),
        findings=(
            *noticed,
            *headers.findings,
            *form_findings(headers, contexts, message_id),
            *(card_findings(content, bam) if operation is Operation.SEARCH_BY_CARD else ()),
        ),
    )


_CHARSETS: Final = frozenset({"", "utf-8", "utf8", "us-ascii"})


@lru_cache(maxsize=64)
def _read_content_type(content_type: str, *, transcribed: bool) -> tuple[str, str | None]:
    """Return the media type and the ``action`` parameter; refuse any charset that is not UTF-8 and was not transcribed."""
    header = Message()
    header["Content-Type"] = content_type
    charset = header.get_param("charset")
    # An empty one says nothing; a quote that is not closed is no empty one.
    if (
        not transcribed
        and isinstance(charset, str)
        and (charset.strip("\"' ").lower() or charset) not in _CHARSETS
    ):
        raise FaultError("desir_9001", f"expected the charset utf-8, got {charset[:40]!r}", label=NOT_UTF8)
    action = header.get_param("action")
    # An empty one says nothing either: Spring-WS sends it unless it is told an action.
    named = action if isinstance(action, str) and action.strip("\"' ") else None
    return header.get_content_type() if content_type else "", named


def _no_envelope(root: str) -> FaultError:
    cause = f"expected the root element {_ENVELOPE}, got {root!r}"
    if root != _SOAP11_ENVELOPE:
        return FaultError("desir_9002", cause)
    return FaultError(
        "desir_9002",
        f"{cause}, which is SOAP 1.1: choose SOAP 1.2 in the client",
        label="Seul SOAP 1.2 est accepté : le message reçu est en SOAP 1.1",
    )


def _dispatch(action: str | None, parameter: str | None, soap_action: str, root: etree._Element) -> Operation:
    asked = action or parameter
    if not asked:
        raise _no_action(soap_action.strip("\"' \t"), root)
    operation = _OPERATION_OF_ACTION.get(asked)
    if operation is None:
        known = ", ".join(_OPERATION_OF_ACTION)
        raise FaultError("desir_9006", f"expected one of {known}; got {asked[:200]!r}")
    return operation


def _no_action(soap_action: str, root: etree._Element) -> FaultError:
    """Refuse a message without action, and say which one it wants: that of its body, when it holds a request.

    RFC 3902 leaves the parameter to the client; what the gateway does without any action is not established.
    """
    body = root.find(_BODY)
    content = None if body is None else next(body.iterchildren(etree.Element), None)
    operation = None if content is None else _OPERATION_OF_BODY.get(str(content.tag))
    hint = "" if operation is None else f"; for this body it is {operation.action}"
    expected = "expected wsa:Action or the action parameter of Content-Type"
    if not soap_action:
        return FaultError("desir_9006", f"{expected}, got none{hint}")
    return FaultError(
        "desir_9006",
        f"{expected}, got the HTTP header SOAPAction alone ({soap_action[:200]!r}), which is of SOAP 1.1{hint}",
        label="L'action n'est donnée que par l'en-tête HTTP SOAPAction, propre à SOAP 1.1 : ajoutez wsa:Action",
    )


def _collapse_dates(headers: Headers) -> bool:
    """Take the white space around the dates of the contexts away; tell whether there was any.

    It does not count in an XML Schema date, and libxml2 refuses it.
    """
    changed = False
    for tag in (CONTEXT_BAM, CONTEXT_LPS):
        context = headers.blocks.get(tag)
        for element in () if context is None else context.iter(*_DATES):
            text = element.text or ""
            element.text = text.strip(" \t\r\n")
            changed |= element.text != text
    return changed


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
    """Read both contexts; the schema has said what they hold."""
    bam_texts: dict[object, str] = {}
    for element in bam.iterchildren(etree.Element):
        bam_texts[element.tag] = element.text or ""
    lps_texts: dict[object, str] = {}
    for element in lps.iter(etree.Element):
        lps_texts[element.tag] = element.text or ""
    cover = bam.find(_COVERAGE)
    return Contexts(
        bam_id=bam_texts[_BAM_ID],
        bam_time=bam_texts[_BAM_TIME].strip(),
        lps_id=lps_texts[_LPS_ID],
        lps_time=lps_texts[_LPS_TIME].strip(),
        issuer=lps_texts.get(_ISSUER, "").strip() or None,
        idam=lps_texts.get(_IDAM, "").strip() or None,
        lps_version=lps_texts.get(_VERSION, "").strip() or None,
        lps_instance=lps_texts.get(_INSTANCE, "").strip() or None,
        lps_name=lps_texts.get(_NAME, "").strip() or None,
        coverage=_NO_COVERAGE if cover is None or len(cover) == 0 else _read_coverage(cover),
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


def _transport_findings(
    media_type: str, action: str | None, action_parameter: str | None, encoding: str
) -> Iterator[Finding]:
    if encoding:
        yield Finding(
            code="encoding",
            fr=f"message en {encoding}, gardé ici en UTF-8 : les clients réels envoient de l'UTF-8, ce que fait la passerelle n'est pas établi",
            en=f"message in {encoding}, kept here in UTF-8: real clients send UTF-8, what the gateway does is not established",
            evidence=EvidenceLevel.INFERRED,
        )
    if media_type != MEDIA_TYPE:
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


def _text(element: etree._Element | None) -> str | None:
    """Return the stripped text of an element, ``None`` when there is none."""
    if element is None or element.text is None:
        return None
    return element.text.strip() or None


def _schema() -> etree.XMLSchema:
    """Return this thread's schema: a shared one mixes the error logs of concurrent validations."""
    schema: etree.XMLSchema | None = getattr(_local, "schema", None)
    if schema is None:
        with as_file(files("simulator.contract") / "xsd") as folder:
            schema = _local.schema = etree.XMLSchema(etree.parse(folder / "envelope.xsd"))
    return schema
