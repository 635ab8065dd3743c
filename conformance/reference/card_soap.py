"""The search by Vitale card on the wire (insi-contract §2.2, §2.6 and §4.3). Pure: values in, bytes out.

The beneficiary asked for is said twice, in the body and in ``COUVERTURE`` of the context, and both have to agree with
the card that the Vitale assertion names (CNDA test 1.03).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

from lxml import etree

from conformance.reference.soap import BAM, SENDER, add, envelope_xml

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.reference.reader import CardCriteria

REQUEST: Final = "http://www.cnamts.fr/INSiRecVit"
WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"

ACTION: Final = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecCarteVitale"
CONTENT_TYPE: Final = f'application/soap+xml; charset=utf-8; action="{ACTION}"'


def request_xml(criteria: CardCriteria, *, instance: str) -> bytes:
    """Return the SOAP request for a place on a card, with its Vitale assertion.

    Args:
        criteria: the place, the serial number of the card, and when it was read.
        instance: UUID of this installation.
    """
    body = etree.Element(f"{{{REQUEST}}}RECVITALE", nsmap={"insi": REQUEST})
    if criteria.own_number is not None:
        add(add(body, REQUEST, "MatriculeIndividu"), REQUEST, "NumIdentifiant", criteria.own_number)
    add(add(body, REQUEST, "MatriculeOD"), REQUEST, "NumIdentifiant", criteria.insured_number)
    if criteria.birth_name is not None:
        add(body, REQUEST, "NomNaissance", criteria.birth_name)
    add(body, REQUEST, "DateNaissance", criteria.birth_date)
    add(body, REQUEST, "RangNaissance", criteria.birth_rank)

    envelope = etree.fromstring(envelope_xml(body, action=ACTION, instance=instance))
    cover = envelope.find(f".//{{{BAM}}}COUVERTURE")
    assert cover is not None  # noqa: S101 - our own envelope has one
    _fill(cover, criteria)
    header = envelope[0]
    security = etree.Element(f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "saml": SAML})
    security.append(vitale_assertion(criteria.serial, criteria.issued_at))
    header.insert(0, security)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def vitale_assertion(serial: str, issued_at: datetime) -> etree._Element:
    """Return the assertion that a reading of a card is worth: unsigned, as middleware makes it by default.

    Its Issuer is the professional; this software signs nobody in by card, so it names its own sender.

    Args:
        serial: serial number of the card.
        issued_at: when the card was read, aware.
    """
    assertion = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml": SAML})
    assertion.set("ID", f"_{uuid4()}")
    assertion.set("IssueInstant", issued_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    assertion.set("Version", "2.0")
    add(assertion, SAML, "Issuer", SENDER)
    name = add(add(assertion, SAML, "Subject"), SAML, "NameID", serial)
    name.set("NameQualifier", "VITALE")
    return assertion


def _fill(cover: etree._Element, criteria: CardCriteria) -> None:
    """Say in the context whom the body asks for; the order is that of the schema."""
    add(add(add(cover, BAM, "ASSURE"), BAM, "Id"), BAM, "Num", criteria.insured_number)
    person = add(cover, BAM, "BENEFICIAIRE")
    if criteria.own_number is not None:
        add(add(person, BAM, "Nir"), BAM, "Num", criteria.own_number)
    add(person, BAM, "DateNai", criteria.birth_date)
    add(person, BAM, "Rang", criteria.birth_rank)
