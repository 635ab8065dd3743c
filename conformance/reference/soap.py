"""The search by traits on the wire: the request to send and what an answer says (insi-contract §1 to §3, §7).

Pure: bytes in, values out. Two habits that save trouble with the real service:

* elements are found by namespace and local name, never by prefix: three prefixes bound to the SOAP namespace
  have been seen in one answer;
* a fault is told by ``siram:Erreur/@code``, never by the texts around it, which changed over the years.

The answer comes from outside, so it is read with no DTD, no entities, no network, up to ``MAX_BYTES``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from lxml import etree

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
BAM = "urn:siram:bam:ctxbam"
LPS = "urn:siram:lps:ctxlps"
SIRAM = "urn:siram"
REQUEST = "http://www.cnamts.fr/INSiRecSans"
RESULT = "http://www.cnamts.fr/INSiResultat"

ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
CONTENT_TYPE = f'application/soap+xml; charset=utf-8; action="{ACTION}"'

AUTHORISATION = "BANCINSI0001"
"""A fictional CNDA authorisation number (IDAM)."""
SENDER = "BANC-OFFICINE"
"""A fictional Emetteur."""
SOFTWARE_NAME = "urn:lps:banc-lgo:0.1"
SOFTWARE_VERSION = "0.1"

MAX_BYTES = 1024 * 1024
"""A longer answer is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The traits of one request."""

    birth_name: str
    first_name: str
    """The text of the one ``Prenom`` element."""
    sex: str
    birth_date: str
    birth_place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerIns:
    """One INSHISTO entry, kept as it came."""

    matricule: str
    oid: str
    date_from: str = ""
    date_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedIdentity:
    """An INDIVIDU as it came, unchecked; what was missing or empty is ``None``."""

    matricule: str | None = None
    oid: str | None = None
    birth_name: str | None = None
    first_names: str | None = None
    """From ``ListePrenom``, never from ``Prenom`` (RSP-03)."""
    prenom: str | None = None
    """From ``Prenom``, which feeds nothing."""
    birth_date: str | None = None
    sex: str | None = None
    birth_place: str | None = None
    history: tuple[FormerIns, ...] = ()


class ReplyKind(StrEnum):
    """What came back from one request."""

    ANSWER = "ANSWER"
    """A RESULTAT."""
    FAULT = "FAULT"
    """A SOAP fault."""
    FAILURE = "FAILURE"
    """Nothing, or nothing readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back from one request."""

    kind: ReplyKind
    code: str | None = None
    """CodeCR of an answer, ``siram:Erreur/@code`` of a fault."""
    message: str = ""
    """LibelleCR, the Reason of the fault, or what went wrong."""
    identity: ReturnedIdentity | None = None


def request_xml(criteria: Criteria, *, instance: str) -> bytes:
    """Return the SOAP request for these traits.

    Every request has its own identifiers and time: the CNDA asks for it.

    Args:
        criteria: the traits to search with.
        instance: UUID of this installation.
    """
    body = etree.Element(f"{{{REQUEST}}}RECSANSVITALE", nsmap={"insi": REQUEST})
    add(body, REQUEST, "NomNaissance", criteria.birth_name)
    add(body, REQUEST, "Prenom", criteria.first_name)
    add(body, REQUEST, "Sexe", criteria.sex)
    add(body, REQUEST, "DateNaissance", criteria.birth_date)
    if criteria.birth_place is not None:
        add(body, REQUEST, "LieuNaissance", criteria.birth_place)
    return envelope_xml(body, action=ACTION, instance=instance)


def envelope_xml(content: etree._Element, *, action: str, instance: str) -> bytes:
    """Return the SOAP request that holds this element, with the contexts that every operation wants.

    Args:
        content: the one child of the body.
        action: the SOAP action.
        instance: UUID of this installation.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    envelope = etree.Element(
        f"{{{SOAP12}}}Envelope", nsmap={"soap": SOAP12, "wsa": WSA, "ctxbam": BAM, "ctxlps": LPS}
    )
    header = add(envelope, SOAP12, "Header")

    bam = add(header, BAM, "ContexteBAM")
    bam.set("Version", "01_02")
    add(bam, BAM, "Id", str(uuid4()))
    add(bam, BAM, "Temps", now)
    add(bam, BAM, "Emetteur", SENDER)
    add(bam, BAM, "COUVERTURE")

    lps_context = add(header, LPS, "ContexteLPS")
    lps_context.set("Nature", "CTXLPS")
    lps_context.set("Version", "01_00")
    add(lps_context, LPS, "Id", str(uuid4()))
    add(lps_context, LPS, "Temps", now)
    add(lps_context, LPS, "Emetteur", SENDER)
    lps = add(lps_context, LPS, "LPS")
    add(lps, LPS, "IDAM", AUTHORISATION).set("R", "4")
    add(lps, LPS, "Version", SOFTWARE_VERSION)
    add(lps, LPS, "Instance", instance)
    add(lps, LPS, "Nom", SOFTWARE_NAME)

    add(header, WSA, "Action", action)
    add(header, WSA, "MessageID", f"uuid:{uuid4()}")

    add(envelope, SOAP12, "Body").append(content)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def read_reply(status: int, content: bytes) -> Reply:
    """Return what an HTTP answer says.

    Args:
        status: the HTTP status.
        content: the body.
    """
    body = read_body(status, content)
    if isinstance(body, Reply):
        return body
    result = body.find(f"{{{RESULT}}}RESULTAT")
    if result is None:
        return failure(f"la réponse (HTTP {status}) ne contient ni RESULTAT ni Fault")
    return _read_result(result)


def read_body(status: int, content: bytes) -> etree._Element | Reply:
    """Return the body of an HTTP answer, or the reply that there is none or that it holds a fault.

    Args:
        status: the HTTP status.
        content: the answer.
    """
    if len(content) > MAX_BYTES:
        return failure(f"réponse de plus de {MAX_BYTES} octets")
    try:
        envelope = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        return failure(f"réponse illisible (HTTP {status}) : {error}")
    if envelope.getroottree().docinfo.doctype:
        return failure("réponse refusée : elle contient une DTD")
    body = envelope.find(f"{{{SOAP12}}}Body")
    if envelope.tag != f"{{{SOAP12}}}Envelope" or body is None:
        return failure(f"la réponse (HTTP {status}) n'est pas une enveloppe SOAP 1.2")
    fault = body.find(f"{{{SOAP12}}}Fault")
    return body if fault is None else _read_fault(fault)


def failure(message: str) -> Reply:
    """Return the reply for an answer that did not come or cannot be read."""
    return Reply(kind=ReplyKind.FAILURE, message=message)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _read_fault(fault: etree._Element) -> Reply:
    error = next(fault.iter(f"{{{SIRAM}}}Erreur"), None)
    reason = _text(fault, f"{{{SOAP12}}}Reason/{{{SOAP12}}}Text")
    label = None if error is None else (error.text or "").strip()
    return Reply(
        kind=ReplyKind.FAULT,
        code=None if error is None else error.get("code"),
        message=reason or label or "erreur technique",
    )


def _read_result(result: etree._Element) -> Reply:
    person = result.find(_tag("INDIVIDU"))
    return Reply(
        kind=ReplyKind.ANSWER,
        code=_text(result, f"{_tag('CR')}/{_tag('CodeCR')}"),
        message=_text(result, f"{_tag('CR')}/{_tag('LibelleCR')}") or "",
        identity=None if person is None else _read_person(person),
    )


def _read_person(person: etree._Element) -> ReturnedIdentity:
    traits = _tag("TIQ")
    active = person.find(_tag("INSACTIF"))
    return ReturnedIdentity(
        matricule=None if active is None else _matricule(active),
        oid=None if active is None else _text(active, _tag("OID")),
        birth_name=_text(person, f"{traits}/{_tag('NomNaissance')}"),
        first_names=_text(person, f"{traits}/{_tag('ListePrenom')}"),
        prenom=_text(person, f"{traits}/{_tag('Prenom')}"),
        birth_date=_text(person, f"{traits}/{_tag('DateNaissance')}"),
        sex=_text(person, f"{traits}/{_tag('Sexe')}"),
        birth_place=_text(person, f"{traits}/{_tag('LieuNaissance')}"),
        # The CNDA sends DateDeb and DateFin before or after the rest, so nothing depends on the order.
        history=tuple(
            FormerIns(
                matricule=_matricule(former) or "",
                oid=_text(former, _tag("OID")) or "",
                date_from=_text(former, _tag("DateDeb")) or "",
                date_to=_text(former, _tag("DateFin")) or "",
            )
            for former in person.iterfind(_tag("INSHISTO"))
        ),
    )


def _matricule(holder: etree._Element) -> str | None:
    number = _text(holder, f"{_tag('IdIndividu')}/{_tag('NumIdentifiant')}") or ""
    key = _text(holder, f"{_tag('IdIndividu')}/{_tag('Cle')}") or ""
    return number + key or None


def _tag(name: str) -> str:
    return f"{{{RESULT}}}{name}"


def _text(parent: etree._Element, path: str) -> str | None:
    """Return the trimmed text of a descendant, ``None`` when it is missing or empty."""
    return (parent.findtext(path) or "").strip() or None


def add(parent: etree._Element, namespace: str, name: str, text: str | None = None) -> etree._Element:
    """Add an element with a text and return it."""
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    element.text = text
    return element
