"""Making assertions, for those who test a client: what a card and its middleware would do (insi-contract §4.2 to §4.4)."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC
from typing import TYPE_CHECKING, Final

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from xmlsec import constants

from simulator.security.certificates import card_of
from simulator.security.names import (
    DSIG,
    ENVELOPED,
    EXCLUSIVE_C14N,
    ISSUER_FORMAT,
    PSC,
    RSA_SHA256,
    SAML,
    SHA256,
    VITALE,
)
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    Attributes = Mapping[str, str | Sequence[str]]

_NAMESPACES: Final = {"saml": SAML}


class SigningError(TextError):
    """The assertion cannot be made; the message says why."""


def make_ps_assertion(
    certificate: bytes,
    key: bytes,
    *,
    attributes: Attributes,
    issue_instant: datetime,
    name_id: str | None = None,
    qualifier: str | None = None,
    assertion_id: str | None = None,
) -> bytes:
    """Return a PS assertion signed by a card, ready to be put in ``wsse:Security`` as it is.

    Args:
        certificate: the signature certificate of the card, PEM.
        key: its private key, PEM, without password.
        attributes: at least ``identifiantFacturation``; values are texts or lists of texts.
        issue_instant: aware.
        name_id: that of the certificate by default.
        qualifier: that of the type of card by default.
        assertion_id: ``_<uuid>`` by default.

    Raises:
        SigningError: the certificate or the key cannot be used.
    """
    try:
        loaded = x509.load_pem_x509_certificate(certificate)
        card = card_of(loaded)
        signing_key = xmlsec.Key.from_memory(key, constants.KeyDataFormatPem)
    except (ValueError, xmlsec.Error) as error:
        raise SigningError(
            Text(
                f"le certificat d'une carte et sa clé sont attendus, PEM : {error}",
                f"expected the certificate of a card and its key, PEM: {error}",
            )
        ) from error
    root = _assertion(
        issuer=card.subject,
        issuer_format=ISSUER_FORMAT,
        qualifier=qualifier or card.qualifier,
        name_id=name_id or card.cn,
        attributes=attributes,
        issue_instant=issue_instant,
        assertion_id=assertion_id,
    )
    der = loaded.public_bytes(Encoding.DER)
    signature = _signature_template(root.attrib["ID"], base64.b64encode(der).decode("ascii"))
    root.insert(1, signature)
    context = xmlsec.SignatureContext()
    context.key = signing_key
    context.register_id(root, "ID")
    try:
        context.sign(signature)
    except xmlsec.Error as error:
        raise SigningError(
            Text(
                f"l'assertion ne peut pas être signée par cette clé : {error}",
                f"the assertion cannot be signed with this key: {error}",
            )
        ) from error
    return etree.tostring(root)


def make_psc_assertion(
    *,
    name_id: str,
    issuer: str,
    attributes: Attributes,
    issue_instant: datetime,
    assertion_id: str | None = None,
) -> bytes:
    """Return the unsigned assertion of a call made with Pro Santé Connect (insi-contract §4.4, second-hand)."""
    return etree.tostring(
        _assertion(
            issuer=issuer,
            qualifier=PSC,
            name_id=name_id,
            attributes=attributes,
            issue_instant=issue_instant,
            assertion_id=assertion_id,
        )
    )


def make_vitale_assertion(
    *,
    serial: str,
    issuer: str,
    issue_instant: datetime,
    assertion_id: str | None = None,
    qualifier: str = VITALE,
) -> bytes:
    """Return the unsigned assertion of a Vitale card; ``issuer`` is the CN of the professional's certificate.

    ``qualifier`` ``APCV`` makes that of a card on a telephone (inferred, insi-contract §4.5).
    """
    return etree.tostring(
        _assertion(
            issuer=issuer,
            qualifier=qualifier,
            name_id=serial,
            attributes={},
            issue_instant=issue_instant,
            assertion_id=assertion_id,
        )
    )


def _assertion(
    *,
    issuer: str,
    qualifier: str,
    name_id: str,
    attributes: Attributes,
    issue_instant: datetime,
    assertion_id: str | None,
    issuer_format: str | None = None,
) -> etree._Element:
    if issue_instant.tzinfo is None:
        raise SigningError(
            Text(
                f"une heure avec son fuseau est attendue, reçu : {issue_instant}",
                f"expected an aware time, got {issue_instant}",
            )
        )
    root = etree.Element(_saml("Assertion"), nsmap=_NAMESPACES)
    root.set("Version", "2.0")
    root.set("ID", assertion_id or f"_{uuid.uuid4()}")
    root.set("IssueInstant", _utc(issue_instant))
    issuer_element = etree.SubElement(root, _saml("Issuer"))
    if issuer_format:
        issuer_element.set("Format", issuer_format)
    issuer_element.text = issuer
    name = etree.SubElement(etree.SubElement(root, _saml("Subject")), _saml("NameID"))
    name.set("NameQualifier", qualifier)
    name.text = name_id
    if attributes:
        statement = etree.SubElement(root, _saml("AttributeStatement"))
        for attribute_name, values in attributes.items():
            attribute = etree.SubElement(statement, _saml("Attribute"), Name=attribute_name)
            for value in [values] if isinstance(values, str) else values:
                etree.SubElement(attribute, _saml("AttributeValue")).text = value
    return root


def _signature_template(own_id: str, certificate: str) -> etree._Element:
    signature = etree.Element(_ds("Signature"), nsmap={"ds": DSIG})
    signed_info = etree.SubElement(signature, _ds("SignedInfo"))
    etree.SubElement(signed_info, _ds("CanonicalizationMethod"), Algorithm=EXCLUSIVE_C14N)
    etree.SubElement(signed_info, _ds("SignatureMethod"), Algorithm=RSA_SHA256)
    reference = etree.SubElement(signed_info, _ds("Reference"), URI=f"#{own_id}")
    transforms = etree.SubElement(reference, _ds("Transforms"))
    etree.SubElement(transforms, _ds("Transform"), Algorithm=ENVELOPED)
    etree.SubElement(transforms, _ds("Transform"), Algorithm=EXCLUSIVE_C14N)
    etree.SubElement(reference, _ds("DigestMethod"), Algorithm=SHA256)
    etree.SubElement(reference, _ds("DigestValue"))
    etree.SubElement(signature, _ds("SignatureValue"))
    data = etree.SubElement(etree.SubElement(signature, _ds("KeyInfo")), _ds("X509Data"))
    etree.SubElement(data, _ds("X509Certificate")).text = certificate
    return signature


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _saml(name: str) -> str:
    return f"{{{SAML}}}{name}"


def _ds(name: str) -> str:
    return f"{{{DSIG}}}{name}"
