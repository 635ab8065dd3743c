"""The VIHF: the assertion of a call to the DMP, which says who calls, from which software, and about whom.

Evidence: the names of the attributes were read in a public kit (documents §A8.7); the shape of the signature is taken to be
that of the INSi assertion, and that a card or a software certificate of the bench may sign it is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from simulator.security.certificates import SIGNER_REFUSED
from simulator.security.names import CLOCK_SKEW, PS_LIFETIME
from simulator.security.parts import ASSERTION, SIGNATURE
from simulator.security.refusals import AssertionRefusal, AssertionRefusedError
from simulator.security.signature import verify_signed
from simulator.security.trust import CertificateRefusal, CertificateRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.security.trust import TrustStore

RESOURCE: Final = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
"""Attribute that names the patient."""
EXPECTED: Final = (
    "Identifiant_Structure",
    "LPS_ID",
    "LPS_Version",
    "LPS_ID_HOMOLOGATION_DMP",
    "Authentification_Mode",
    "Ressource_URN",
    "VIHF_Version",
)
"""Attributes that the kit has beside the patient (documents §A8.7, seen)."""
DMP_URN: Final = "urn:dmp"
"""Value of ``Ressource_URN``."""
_MOST_ATTRIBUTES: Final = 100
_LONGEST: Final = 500
_SAML: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vihf:
    """What a VIHF says; nothing of it is proved before ``verify_vihf``."""

    name_id: str = ""
    """The professional."""
    issuer: str = ""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Values by name; a coded value (role, purpose of use) is its code."""
    is_signed: bool = False
    """There is a signature; nothing is said of its value."""
    issue_instant: str = ""
    not_before: str = ""
    not_on_or_after: str = ""

    def attribute(self, name: str) -> str:
        """Return the first value of an attribute, empty when there is none."""
        return next(iter(self.attributes.get(name, ())), "")

    @property
    def patient(self) -> str:
        """The patient that it names, a CX; empty when it names none."""
        return self.attribute(RESOURCE)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of ``EXPECTED`` that it has no value for."""
        return tuple(name for name in EXPECTED if not self.attribute(name))


def find_vihf(root: etree._Element) -> etree._Element | None:
    """Return the assertion in the Header of an envelope, ``None`` when there is none.

    Raises:
        AssertionRefusedError: there are several.
    """
    header = next((one for one in root if _local(one) == "Header"), None)
    found = [] if header is None else list(header.iter(ASSERTION))
    if len(found) > 1:
        raise AssertionRefusedError(
            AssertionRefusal.SEVERAL, f"expected one assertion in the header, got {len(found)}"
        )
    return found[0] if found else None


def read_vihf(assertion: etree._Element) -> Vihf:
    """Return what an assertion says, as far as it can be read; long texts are cut."""
    attributes: dict[str, tuple[str, ...]] = {}
    for one in assertion.iter(f"{_SAML}Attribute"):
        name = one.get("Name", "")[:_LONGEST]
        if len(attributes) < _MOST_ATTRIBUTES and name not in attributes:
            attributes[name] = tuple(_values(one))
    conditions = next(assertion.iterchildren(f"{_SAML}Conditions"), None)
    return Vihf(
        name_id=_text(next(assertion.iter(f"{_SAML}NameID"), None)),
        issuer=_text(next(assertion.iterchildren(f"{_SAML}Issuer"), None)),
        attributes=MappingProxyType(attributes),
        is_signed=next(assertion.iter(SIGNATURE), None) is not None,
        issue_instant=assertion.get("IssueInstant", "")[:_LONGEST],
        not_before="" if conditions is None else conditions.get("NotBefore", "")[:_LONGEST],
        not_on_or_after="" if conditions is None else conditions.get("NotOnOrAfter", "")[:_LONGEST],
    )


def verify_vihf(assertion: etree._Element, trust: TrustStore, now: datetime) -> tuple[Vihf, str]:
    """Return what a signed VIHF says and whose certificate signed it, once the signature and the life time hold.

    Only the bytes that the signature covers are read.

    Args:
        assertion: found by ``find_vihf``.
        trust: the authorities of the bench.
        now: the clock of the session, aware.

    Raises:
        AssertionRefusedError: with the reason and the cause.
    """
    content = etree.tostring(assertion, with_tail=False)
    try:
        root, _, (who, _) = verify_signed(content, lambda der: _signer(der, trust, now))
    except CertificateRefusedError as error:
        raise AssertionRefusedError(
            AssertionRefusal.CERTIFICATE, f"{error.reason}: {error.cause}", error.fault_code
        ) from error
    vihf = read_vihf(root)
    _check_lifetime(vihf, now)
    return vihf, who


def _signer(der: bytes, trust: TrustStore, now: datetime) -> tuple[str, rsa.RSAPublicKey]:
    known = trust.examine(der, SIGNER_REFUSED)
    trust.check_now(known, now, SIGNER_REFUSED)
    usage = known.usage
    if usage is None or not (usage.content_commitment or usage.digital_signature) or usage.key_cert_sign:
        raise CertificateRefusedError(
            CertificateRefusal.KEY_USAGE,
            "expected a certificate that may sign (digitalSignature or nonRepudiation), got another",
            SIGNER_REFUSED,
        )
    key = known.certificate.public_key()
    if known.weak or not isinstance(key, rsa.RSAPublicKey):
        raise CertificateRefusedError(
            CertificateRefusal.WEAK_KEY, known.weak or "expected an RSA key, got another", SIGNER_REFUSED
        )
    names = known.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return (str(names[0].value) if names else ""), key


def _check_lifetime(vihf: Vihf, now: datetime) -> None:
    """Refuse an assertion outside its Conditions; without any, one that is older than that of INSi may be (inferred)."""
    issued = _time("IssueInstant", vihf.issue_instant)
    start = _time("NotBefore", vihf.not_before) if vihf.not_before else issued
    end = _time("NotOnOrAfter", vihf.not_on_or_after) if vihf.not_on_or_after else issued + PS_LIFETIME
    if start - now > CLOCK_SKEW:
        raise AssertionRefusedError(
            AssertionRefusal.NOT_YET_VALID,
            f"expected an assertion valid at {now.isoformat()}, got one from {start.isoformat()}",
        )
    if now >= end:
        raise AssertionRefusedError(
            AssertionRefusal.EXPIRED,
            f"expected an assertion valid at {now.isoformat()}, got one until {end.isoformat()}",
        )


def _time(name: str, text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise AssertionRefusedError(
            AssertionRefusal.MALFORMED,
            f"expected {name} of the form 2026-01-31T10:00:00Z, got {text[:60]!r}",
        ) from error


def _values(attribute: etree._Element) -> Iterator[str]:
    for value in attribute.iterchildren(f"{_SAML}AttributeValue"):
        coded = next((one.get("code") for one in value.iterdescendants() if one.get("code")), None)
        yield (coded or _text(value))[:_LONGEST]


def _text(element: etree._Element | None) -> str:
    return "" if element is None else "".join(map(str, element.itertext())).strip()[:_LONGEST]


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
