"""The certificate of a peer, as people read it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from simulator.security.trust import UNREADABLE_CERTIFICATE


def describe_certificate(der: bytes) -> dict[str, Any]:
    """Return ``cn``, ``ou``, ``serial`` (hexadecimal), ``issuer`` and ``der`` (base64).

    A certificate that cannot be read has its ``der`` alone, and ``problem``.
    """
    described: dict[str, Any] = {"der": b64encode(der).decode("ascii")}
    try:
        certificate = x509.load_der_x509_certificate(der)
        return {
            "cn": _values(certificate.subject, NameOID.COMMON_NAME),
            "ou": _values(certificate.subject, NameOID.ORGANIZATIONAL_UNIT_NAME),
            "serial": f"{certificate.serial_number:X}",
            "issuer": certificate.issuer.rfc4514_string(),
            **described,
        }
    except UNREADABLE_CERTIFICATE as error:
        return {"problem": f"this certificate cannot be read: {error}", **described}


def _values(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return ", ".join(str(attribute.value) for attribute in name.get_attributes_for_oid(oid))
