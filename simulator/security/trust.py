"""What the bench trusts: authorities and revocation lists, and what they say of a certificate.

The certificates sent in a message or a handshake never add to it: only the folder counts.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from simulator.security.names import MIN_EC_BITS, MIN_RSA_BITS
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from cryptography.x509.oid import ObjectIdentifier

_SUFFIXES: Final = {".pem", ".crt", ".cer", ".crl"}
_PEM_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_PEM_CRL: Final = b"-----BEGIN X509 CRL-----"
_REMEMBERED: Final = 1024
_MAX_CHAIN: Final = 8
_MAX_CERTIFICATE_BYTES: Final = 64 * 1024

_E = TypeVar("_E", bound=x509.ExtensionType)


class CertificateRefusal(StrEnum):
    """Why a certificate is refused."""

    UNREADABLE = "unreadable"
    UNTRUSTED = "untrusted"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    KEY_USAGE = "key-usage"
    WEAK_KEY = "weak-key"
    NAME = "name"
    """The common name is not one that the service knows."""
    STRUCTURE = "structure"
    """No organisational unit, or several: who calls cannot be told."""


class CertificateRefusedError(Exception):
    """A certificate is refused. ``cause`` says what was expected and what came; ``fault_code`` what to answer."""

    def __init__(self, reason: CertificateRefusal, cause: str, fault_code: str) -> None:
        """Keep the reason, the precise cause and the code of the fault."""
        self.reason = reason
        self.cause = cause
        self.fault_code = fault_code
        super().__init__(f"{fault_code}: {cause}")


class TrustStoreError(TextError):
    """The folder of trusted authorities cannot be used; the message says which file and why."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownCertificate:
    """A certificate that an authority of the store issued: what does not change with time."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    """The certificate, its authority, and so on up."""
    serial: str
    """Hexadecimal, upper case."""
    usage: x509.KeyUsage | None
    purposes: frozenset[ObjectIdentifier]
    """Extended key usages."""
    weak: str | None
    """What is weak in the key; ``None`` when it is strong enough."""


class TrustStore:
    """The authorities of the bench. Built once, shared by threads."""

    def __init__(
        self,
        authorities: Iterable[x509.Certificate],
        revocations: Iterable[x509.CertificateRevocationList] = (),
    ) -> None:
        """Index authorities and revocation lists.

        Raises:
            TrustStoreError: no authority, a certificate that is not one, or a list signed by none of them.
        """
        self._by_name: dict[x509.Name, list[x509.Certificate]] = {}
        for certificate in dict.fromkeys(authorities):
            if not _is_authority(certificate):
                raise TrustStoreError(
                    Text(
                        f"des autorités sont attendues, {dn(certificate.subject)} n'en est pas une",
                        f"expected authorities, got {dn(certificate.subject)}, which is not one",
                    )
                )
            self._by_name.setdefault(certificate.subject, []).append(certificate)
        if not self._by_name:
            raise TrustStoreError(
                Text(
                    "le certificat d'une autorité au moins est attendu, il n'y en a pas",
                    "expected the certificate of one authority at least, got none",
                )
            )
        self._revoked: dict[x509.Certificate, set[int]] = {}
        for crl in revocations:
            signer = next(
                (each for each in self._by_name.get(crl.issuer, ()) if _signed_list(crl, each)), None
            )
            if signer is None:
                raise TrustStoreError(
                    Text(
                        f"la liste de révocation de {dn(crl.issuer)} n'est signée par aucune autorité du magasin",
                        f"the revocation list of {dn(crl.issuer)} is signed by no authority of the store",
                    )
                )
            self._revoked.setdefault(signer, set()).update(entry.serial_number for entry in crl)
        self._known: OrderedDict[bytes, KnownCertificate] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def load(cls, directory: Path) -> TrustStore:
        """Read every ``.pem``, ``.crt``, ``.cer`` and ``.crl`` of a folder, PEM or DER.

        Every authority of the folder is trusted by itself. Revocation lists are believed whatever their
        next-update time, and an authority without a list revokes nothing (both inferred).

        Raises:
            TrustStoreError: the folder or a file cannot be used.
        """
        certificates: list[x509.Certificate] = []
        lists: list[x509.CertificateRevocationList] = []
        try:
            for path in sorted(directory.iterdir()):
                if path.suffix.lower() not in _SUFFIXES:
                    continue
                found_certificates, found_lists = _read(path.read_bytes())
                if not found_certificates and not found_lists:
                    raise TrustStoreError(
                        Text(
                            f"{path} : un certificat ou une liste de révocation est attendu, ce n'est ni l'un ni l'autre",
                            f"{path}: expected a certificate or a revocation list, got neither",
                        )
                    )
                certificates += found_certificates
                lists += found_lists
        except OSError as error:
            why = text_of(error)
            raise TrustStoreError(
                Text(f"{directory} ne peut pas être lu : {why.fr}", f"{directory} cannot be read: {why.en}")
            ) from error
        except ValueError as error:
            raise TrustStoreError(
                Text(
                    f"{path} : un certificat ou une liste de révocation est attendu, PEM ou DER : {error}",
                    f"{path}: expected a certificate or a revocation list, PEM or DER: {error}",
                )
            ) from error
        try:
            return cls(certificates, lists)
        except TrustStoreError as error:
            raise TrustStoreError(
                Text(f"{directory} : {error.text.fr}", f"{directory}: {error.text.en}")
            ) from error

    def examine(self, der: bytes, fault_code: str) -> KnownCertificate:
        """Return what is known of a certificate, remembered from one call to the next.

        Raises:
            CertificateRefusedError: unreadable, or issued by none of the authorities.
        """
        with self._lock:
            known = self._known.get(der)
            if known is not None:
                self._known.move_to_end(der)
                return known
        known = self._examine(der, fault_code)
        with self._lock:
            self._known[der] = known
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known

    def check_now(self, known: KnownCertificate, now: datetime, fault_code: str) -> None:
        """Refuse a certificate that is outside its validity, or revoked, itself or its authorities.

        Raises:
            CertificateRefusedError: not yet valid, expired or revoked.
        """
        for certificate in known.chain:
            start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            if start <= now <= end:
                continue
            early = now < start
            raise CertificateRefusedError(
                CertificateRefusal.NOT_YET_VALID if early else CertificateRefusal.EXPIRED,
                f"expected a certificate valid at {now.isoformat()}, got {dn(certificate.subject)} "
                f"{'valid from ' + start.isoformat() if early else 'expired on ' + end.isoformat()}",
                fault_code,
            )
        for certificate, issuer in zip(known.chain, known.chain[1:], strict=False):
            if certificate.serial_number in self._revoked.get(issuer, ()):
                raise CertificateRefusedError(
                    CertificateRefusal.REVOKED,
                    f"the certificate {dn(certificate.subject)}, serial {certificate.serial_number:X}, is revoked",
                    fault_code,
                )

    def _examine(self, der: bytes, fault_code: str) -> KnownCertificate:
        try:
            if len(der) > _MAX_CERTIFICATE_BYTES:
                raise ValueError(f"expected at most {_MAX_CERTIFICATE_BYTES} bytes, got {len(der)}")
            certificate = x509.load_der_x509_certificate(der)
            chain = self._chain(certificate, fault_code)
            usage = _extension(certificate, x509.KeyUsage)
            purposes = _extension(certificate, x509.ExtendedKeyUsage)
            return KnownCertificate(
                certificate=certificate,
                chain=chain,
                serial=f"{certificate.serial_number:X}",
                usage=usage,
                purposes=frozenset(purposes or ()),
                weak=_weakness(certificate),
            )
        except UNREADABLE_CERTIFICATE as error:
            raise CertificateRefusedError(
                CertificateRefusal.UNREADABLE, f"the certificate cannot be read: {error}", fault_code
            ) from error

    def _chain(self, certificate: x509.Certificate, fault_code: str) -> tuple[x509.Certificate, ...]:
        chain = [certificate]
        while len(chain) < _MAX_CHAIN and (issuer := self._issuer(chain[-1])) and issuer not in chain:
            chain.append(issuer)
        if len(chain) == 1:
            same_name = certificate.issuer in self._by_name
            raise CertificateRefusedError(
                CertificateRefusal.UNTRUSTED,
                f"the certificate {dn(certificate.subject)} is issued by {dn(certificate.issuer)}: "
                + (
                    "an authority of that name, but with another key, is trusted"
                    if same_name
                    else "not trusted"
                ),
                fault_code,
            )
        return tuple(chain)

    def _issuer(self, certificate: x509.Certificate) -> x509.Certificate | None:
        return next(
            (each for each in self._by_name.get(certificate.issuer, ()) if _issued_by(certificate, each)),
            None,
        )


def dn(name: x509.Name) -> str:
    """Return a distinguished name as the service writes it: ``2.5.4.42=…+CN=…+SN=…,T=…,C=FR``."""
    return name.rfc4514_string(_DN_NAMES)


UNREADABLE_CERTIFICATE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
    x509.DuplicateExtension,
)
"""What the library raises for a certificate that it cannot read, at once or when a part is looked at."""
_DN_NAMES: Final = {x509.OID_SURNAME: "SN", x509.OID_TITLE: "T"}


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        constraints = _extension(certificate, x509.BasicConstraints)
        usage = _extension(certificate, x509.KeyUsage)
    except ValueError:
        return False
    return constraints is not None and constraints.ca and (usage is None or usage.key_cert_sign)


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _signed_list(crl: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    try:
        return crl.is_signature_valid(authority.public_key())  # type: ignore[arg-type]  # other kinds raise TypeError
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _weakness(certificate: x509.Certificate) -> str | None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size >= MIN_RSA_BITS:
            return None
        return f"expected an RSA key of {MIN_RSA_BITS} bits at least, got {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.key_size >= MIN_EC_BITS:
            return None
        return f"expected a curve of {MIN_EC_BITS} bits at least, got {key.key_size}"
    return f"expected an RSA or elliptic-curve key, got {type(key).__name__}"


def _read(content: bytes) -> tuple[list[x509.Certificate], list[x509.CertificateRevocationList]]:
    if b"-----BEGIN" in content:
        certificates = x509.load_pem_x509_certificates(content) if _PEM_CERTIFICATE in content else []
        return certificates, [x509.load_pem_x509_crl(block) for block in _crl_blocks(content)]
    try:
        return [x509.load_der_x509_certificate(content)], []
    except ValueError:
        return [], [x509.load_der_x509_crl(content)]


def _crl_blocks(content: bytes) -> Iterator[bytes]:
    for part in content.split(_PEM_CRL)[1:]:
        yield _PEM_CRL + part
