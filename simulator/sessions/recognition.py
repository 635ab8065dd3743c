"""What a session may be recognised by, when the address of a call names none: its software or its client certificate.

A *claim* is a kind and a value, such as ``("lps_instance", "poste-12")``. A claim belongs to one session at most, so
that looking a call up is one look in a table whatever the number of sessions.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from simulator.security.trust import UNREADABLE_CERTIFICATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.contract.messages import Contexts

Claim: TypeAlias = tuple[str, str]

CERTIFICATE: Final = "certificate"
KINDS: Final = ("lps_instance", "idam", "lps_name", CERTIFICATE)
"""ContexteLPS/LPS Instance, IDAM and Nom, and the client certificate of mutual TLS."""
MAX_VALUES: Final = 100
"""Most values of one kind in a session."""
MAX_LENGTH: Final = 500
"""Longest value, in characters."""

_SERIAL: Final = re.compile(r"serial=([0-9A-Fa-f]{1,64})")
_FINGERPRINT: Final = re.compile(r"sha256=([0-9A-Fa-f]{64})")
_NAMES: Final = re.compile(r"CN=(.+?),\s*OU=(.+)")
_CERTIFICATE_FORMS: Final = "serial=<hexadecimal>, sha256=<64 hexadecimal digits> or CN=<name>,OU=<structure>"


def read_claims(data: Any) -> tuple[Claim, ...]:
    """Return the claims of the setting ``recognise``, sorted.

    Args:
        data: kind to value, or to a list of values; ``None`` and an empty object claim nothing. A certificate is
            ``serial=…`` (hexadecimal), ``sha256=…`` (fingerprint of the DER) or ``CN=…,OU=…``.

    Raises:
        ValueError: naming the kind, what was expected and what came.
    """
    if data is None:
        return ()
    if not isinstance(data, dict):
        raise ValueError(f"recognise: expected an object, got {data!r:.80}")  # noqa: TRY004 - what the door catches
    claims: set[Claim] = set()
    for kind, given in data.items():
        if kind not in KINDS:
            raise ValueError(f"recognise: expected one of {', '.join(KINDS)}, got {kind!r:.80}")
        values = given if isinstance(given, (list, tuple)) else [given]
        if len(values) > MAX_VALUES:
            raise ValueError(f"recognise.{kind}: expected at most {MAX_VALUES} values, got {len(values)}")
        claims.update((kind, _value(kind, value)) for value in values)
    return tuple(sorted(claims))


def claims_json(claims: Iterable[Claim]) -> dict[str, Any]:
    """Return claims as ``read_claims`` takes them: a text, or a list when there are several of a kind."""
    listed: dict[str, list[str]] = {}
    for kind, value in claims:
        listed.setdefault(kind, []).append(value)
    return {kind: values[0] if len(values) == 1 else values for kind, values in listed.items()}


def recognised(
    claims: Mapping[Claim, str], contexts: Contexts, certificate: bytes | None
) -> dict[str, list[Claim]]:
    """Return the sessions that claim this call, each with the claims that it meets.

    Args:
        claims: session id by claim.
        contexts: of the call.
        certificate: DER of the client certificate, when there is one.
    """
    found: dict[str, list[Claim]] = {}
    for claim in _offered(contexts, certificate):
        session = claims.get(claim)
        if session is not None:
            found.setdefault(session, []).append(claim)
    return found


def _offered(contexts: Contexts, certificate: bytes | None) -> Iterator[Claim]:
    """Yield the claims that a call would meet."""
    for kind, value in (
        ("lps_instance", contexts.lps_instance),
        ("idam", contexts.idam),
        ("lps_name", contexts.lps_name),
    ):
        if value is not None:
            yield kind, value
    if certificate is not None:
        for value in _certificate_values(certificate):
            yield CERTIFICATE, value


@lru_cache(maxsize=256)
def _certificate_values(der: bytes) -> tuple[str, ...]:
    try:
        certificate = x509.load_der_x509_certificate(der)
        subject = certificate.subject
        names, units = (
            [entry.value for entry in subject.get_attributes_for_oid(oid) if isinstance(entry.value, str)]
            for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)
        )
        return (
            f"serial={certificate.serial_number:X}",
            f"sha256={certificate.fingerprint(SHA256()).hex()}",
            *(f"CN={name},OU={unit}" for name in names for unit in units),
        )
    except UNREADABLE_CERTIFICATE:
        # What is wrong with it is told by the check of client certificates, in the session that answers.
        return ()


def _value(kind: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_LENGTH or not value.isprintable():
        raise ValueError(
            f"recognise.{kind}: expected a text of 1 to {MAX_LENGTH} printable characters, got {value!r:.80}"
        )
    text = value.strip()
    return _certificate(text) if kind == CERTIFICATE else text


def _certificate(text: str) -> str:
    """Return the canonical form of what a certificate is recognised by."""
    plain = text.replace(":", "").replace(" ", "")
    if serial := _SERIAL.fullmatch(plain):
        return f"serial={int(serial[1], 16):X}"
    if fingerprint := _FINGERPRINT.fullmatch(plain):
        return f"sha256={fingerprint[1].lower()}"
    if names := _NAMES.fullmatch(text):
        return f"CN={names[1].strip()},OU={names[2].strip()}"
    raise ValueError(f"recognise.{CERTIFICATE}: expected {_CERTIFICATE_FORMS}, got {text!r:.80}")
