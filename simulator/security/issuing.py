"""Making the certificates of a throw-away authority: pure, everything stays in memory.

Two issuing authorities under one root, as in IGC-Santé: one for organisations (servers and software), one for
persons (cards). See insi-contract §4.1 and §4.2.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.security.names import CARD_TYPE_EXTENSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BACKDATED: Final = timedelta(days=90)
"""Certificates are valid from that long ago, so that a session's clock may be set back."""
_WEAK_BITS: Final = 1024
_BITS: Final = 2048


class Kind(StrEnum):
    """What a certificate is for."""

    SERVER = "server"
    SOFTWARE = "software"
    CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From when until when a certificate is valid."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate authority with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


def new_key(*, weak: bool = False) -> rsa.RSAPrivateKey:
    """Return a new RSA key of 2048 bits, of 1024 when ``weak``."""
    # The weak key is one of the bad cases that the bench must refuse.
    return rsa.generate_private_key(public_exponent=65537, key_size=_WEAK_BITS if weak else _BITS)


def issue_authority(
    name: str, key: rsa.RSAPrivateKey, period: Period, issuer: Authority | None = None
) -> Authority:
    """Return a root authority, or an issuing one when there is an ``issuer``."""
    subject = _name((NameOID.COUNTRY_NAME, "FR"), (NameOID.ORGANIZATION_NAME, "BANC-INSI"), common_name=name)
    builder = _builder(subject, key, period, issuer.certificate if issuer else None)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=0 if issuer else 1), critical=True
    ).add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    return Authority(certificate=builder.sign(issuer.key if issuer else key, hashes.SHA256()), key=key)


def server_names(hosts: Iterable[str]) -> x509.SubjectAlternativeName:
    """Return host names and addresses as a certificate holds them.

    Raises:
        ValueError: a host is neither an address nor an ASCII host name.
    """
    return x509.SubjectAlternativeName([_general_name(host) for host in hosts])


def issue_server(
    key: rsa.RSAPrivateKey,
    issuer: Authority,
    period: Period,
    *,
    common_name: str,
    names: x509.SubjectAlternativeName,
) -> x509.Certificate:
    """Return a server certificate for these names."""
    subject = _name((NameOID.COUNTRY_NAME, "FR"), common_name=common_name)
    return (
        _leaf(subject, key, period, issuer)
        .add_extension(names, critical=False)
        .add_extension(_key_usage(digital_signature=True, key_encipherment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def issue_software(
    key: rsa.RSAPrivateKey,
    issuer: Authority,
    period: Period,
    *,
    common_name: str,
    structure: str,
    for_server: bool = False,
) -> x509.Certificate:
    """Return a software certificate (insi-contract §4.1); ``for_server`` gives it the wrong usage."""
    subject = _name(
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.ORGANIZATION_NAME, "STRUCTURE FICTIVE"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, structure),
        common_name=common_name,
    )
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if for_server else ExtendedKeyUsageOID.CLIENT_AUTH
    return (
        _leaf(subject, key, period, issuer)
        .add_extension(_key_usage(digital_signature=True, key_encipherment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def issue_card(
    key: rsa.RSAPrivateKey,
    issuer: Authority,
    period: Period,
    *,
    common_name: str,
    given_name: str,
    surname: str,
    profession: str,
    card_type: int,
    for_authentication: bool = False,
) -> x509.Certificate:
    """Return the signature certificate of a card (insi-contract §4.2), or its authentication certificate.

    Only the signature certificate may sign for a person: its key usage is non-repudiation (inferred from
    "signature, not authentication").
    """
    holder = x509.RelativeDistinguishedName(
        [
            x509.NameAttribute(NameOID.GIVEN_NAME, given_name),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.SURNAME, surname),
        ]
    )
    country = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")])
    title = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.TITLE, profession)])
    # An INTEGER: the encoding in real cards is not established.
    extension = x509.UnrecognizedExtension(CARD_TYPE_EXTENSION, bytes([0x02, 0x01, card_type]))
    builder = _leaf(x509.Name([country, title, holder]), key, period, issuer).add_extension(
        extension, critical=False
    )
    if for_authentication:
        builder = builder.add_extension(_key_usage(digital_signature=True), critical=True).add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
    else:
        builder = builder.add_extension(_key_usage(content_commitment=True), critical=True)
    return builder.sign(issuer.key, hashes.SHA256())


def issue_crl(
    issuer: Authority, period: Period, revoked: Sequence[x509.Certificate], revoked_at: datetime
) -> x509.CertificateRevocationList:
    """Return the revocation list of an authority."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(period.start)
        .next_update(period.end)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(_authority_key(issuer.certificate), critical=False)
    )
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(revoked_at).build())
    return builder.sign(issuer.key, hashes.SHA256())


def _builder(
    subject: x509.Name, key: rsa.RSAPrivateKey, period: Period, issuer: x509.Certificate | None
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(period.start)
        .not_valid_after(period.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.add_extension(_authority_key(issuer), critical=False) if issuer else builder


def _leaf(
    subject: x509.Name, key: rsa.RSAPrivateKey, period: Period, issuer: Authority
) -> x509.CertificateBuilder:
    builder = _builder(subject, key, period, issuer.certificate)
    return builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)


def _authority_key(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _name(*attributes: tuple[x509.ObjectIdentifier, str], common_name: str) -> x509.Name:
    every = (*attributes, (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in every])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        if not host:
            raise
        return x509.DNSName(host)
