"""Which certificates may call (mutual TLS) and which may sign an assertion (cards): insi-contract §4.1 and §4.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.security.names import CARD_QUALIFIERS, CARD_TYPE_EXTENSION, OTHER_CARD, SOFTWARE_NAMES
from simulator.security.trust import (
    CertificateRefusal,
    CertificateRefusedError,
    KnownCertificate,
    TrustStore,
    TrustStoreError,
    dn,
)

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "CardCertificate",
    "CertificateRefusal",
    "CertificateRefusedError",
    "SoftwareCertificate",
    "TrustStore",
    "TrustStoreError",
    "check_card_certificate",
    "check_client_certificate",
]

ACCESS_DENIED: Final = "desir_560"
CLIENT_REFUSED: Final = "desir_9108"
SIGNER_REFUSED: Final = "desir_9105"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareCertificate:
    """A software certificate that may call."""

    cn: str
    ou: str
    """Identifier of the structure; what Emetteur must say."""
    mode: Literal["AUTO", "MANU"]
    serial: str
    """Hexadecimal, upper case."""
    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCertificate:
    """The signature certificate of a card, or of what stands for one."""

    cn: str
    """National identifier of the holder."""
    subject: str
    """As the Issuer of an assertion writes it."""
    card_type: int | None
    """``None``: the certificate does not say."""
    serial: str
    """Hexadecimal, upper case."""
    issuer: str

    @property
    def qualifier(self) -> str:
        """The NameQualifier of the assertions that this card signs."""
        return OTHER_CARD if self.card_type is None else CARD_QUALIFIERS.get(self.card_type, OTHER_CARD)


def check_client_certificate(der: bytes, trust: TrustStore, now: datetime) -> SoftwareCertificate:
    """Return who calls with this client certificate.

    The name is looked at last: the answer desir_560 says that everything else is right. Only that code is
    known from the real service; the others are inferred.

    Args:
        der: the certificate of the handshake.
        trust: the authorities of the bench.
        now: the clock of the session, aware.

    Raises:
        CertificateRefusedError: with the reason, the cause and the code of the fault.
    """
    known = trust.examine(der, CLIENT_REFUSED)
    trust.check_now(known, now, CLIENT_REFUSED)
    if known.usage is None or not known.usage.digital_signature:
        raise _refused(
            CertificateRefusal.KEY_USAGE, "expected the key usage digitalSignature, got none", known
        )
    if ExtendedKeyUsageOID.CLIENT_AUTH not in known.purposes:
        raise _refused(
            CertificateRefusal.KEY_USAGE, "expected the extended key usage clientAuth, got none", known
        )
    _check_strength(known, CLIENT_REFUSED)
    subject = known.certificate.subject
    names = _values(subject, NameOID.COMMON_NAME)
    if len(names) != 1 or names[0] not in SOFTWARE_NAMES:
        raise CertificateRefusedError(
            CertificateRefusal.NAME,
            f"expected the CN {' or '.join(SOFTWARE_NAMES)} exactly, got {', '.join(map(repr, names)) or 'none'}",
            ACCESS_DENIED,
        )
    structures = _values(subject, NameOID.ORGANIZATIONAL_UNIT_NAME)
    if len(structures) != 1 or not structures[0].strip():
        got = ", ".join(map(repr, structures)) or "none"
        raise _refused(CertificateRefusal.STRUCTURE, f"expected one OU, the structure; got {got}", known)
    return SoftwareCertificate(
        cn=names[0],
        ou=structures[0],
        mode="AUTO" if SOFTWARE_NAMES[names[0]] == "AUTO" else "MANU",
        serial=known.serial,
        issuer=dn(known.certificate.issuer),
    )


def check_card_certificate(
    der: bytes, trust: TrustStore, now: datetime
) -> tuple[CardCertificate, rsa.RSAPublicKey]:
    """Return whose card signed, and the only key to verify with.

    Raises:
        CertificateRefusedError: with the reason, the cause and the code of the fault (inferred).
    """
    known = trust.examine(der, SIGNER_REFUSED)
    trust.check_now(known, now, SIGNER_REFUSED)
    if known.usage is None or not known.usage.content_commitment:
        raise _refused(
            CertificateRefusal.KEY_USAGE,
            "expected the signature certificate of the card (key usage nonRepudiation), got another",
            known,
            SIGNER_REFUSED,
        )
    _check_strength(known, SIGNER_REFUSED)
    key = known.certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise _refused(
            CertificateRefusal.KEY_USAGE, "expected an RSA key, got another", known, SIGNER_REFUSED
        )
    try:
        card = card_of(known.certificate)
    except ValueError as error:
        raise _refused(CertificateRefusal.NAME, str(error), known, SIGNER_REFUSED) from error
    return card, key


def card_of(certificate: x509.Certificate) -> CardCertificate:
    """Return what a card's certificate says, trusted or not.

    Raises:
        ValueError: there is not exactly one CN.
    """
    names = _values(certificate.subject, NameOID.COMMON_NAME)
    if len(names) != 1:
        raise ValueError(f"expected one CN, got {', '.join(map(repr, names)) or 'none'}")
    return CardCertificate(
        cn=names[0],
        subject=dn(certificate.subject),
        card_type=_card_type(certificate),
        serial=f"{certificate.serial_number:X}",
        issuer=dn(certificate.issuer),
    )


def _card_type(certificate: x509.Certificate) -> int | None:
    try:
        value = certificate.extensions.get_extension_for_oid(CARD_TYPE_EXTENSION).value
    except x509.ExtensionNotFound:
        return None
    content = value.public_bytes()
    if not content:
        return None
    # How real cards encode it is not established: last byte of a DER INTEGER, a string or a bare value.
    last = content[-1]
    return last - ord("0") if ord("0") <= last <= ord("9") else last


def _check_strength(known: KnownCertificate, fault_code: str) -> None:
    if known.weak:
        raise _refused(CertificateRefusal.WEAK_KEY, known.weak, known, fault_code)


def _refused(
    reason: CertificateRefusal, cause: str, known: KnownCertificate, fault_code: str = CLIENT_REFUSED
) -> CertificateRefusedError:
    subject = dn(known.certificate.subject)
    return CertificateRefusedError(reason, f"{cause} (certificate {subject})", fault_code)


def _values(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    values = (each.value for each in name.get_attributes_for_oid(oid))
    return [value if isinstance(value, str) else value.decode("latin-1") for value in values]
