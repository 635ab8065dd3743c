"""The assertions of ``wsse:Security``: what a PS or Vitale assertion says (insi-contract §4.2 to §4.4).

Whether a signature holds is the subject of ``simulator.security.signature``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.contract.names import SOAP12, WSSE
from simulator.security.findings import certificate_findings, content_findings, vitale_findings
from simulator.security.names import (
    APCV,
    CARD_QUALIFIERS,
    CLOCK_SKEW,
    OTHER_CARD,
    PS_LIFETIME,
    PSC,
    VITALE,
    VITALE_LIFETIME,
)
from simulator.security.parts import ASSERTION, NAME_ID, SUBJECT, identifier, read_parts
from simulator.security.refusals import VITALE_EXPIRED, AssertionRefusal, AssertionRefusedError, malformed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from simulator.contract.messages import Finding
    from simulator.security.certificates import CardCertificate

BILLING: Final = "identifiantFacturation"
"""The one mandatory attribute."""
SPELLINGS: Final = MappingProxyType(
    {
        "codeSpecialite": "codeSpecialiteAMO",
        "CodeSpecialite": "codeSpecialiteAMO",
        "SecteurActivite": "secteurActivite",
    }
)
"""Other spelling → name used here; accepting them is inferred (insi-contract §4.2)."""

_SECURITY: Final = f"{{{WSSE}}}Security"
_HEADER: Final = f"{{{SOAP12}}}Header"
_ENVELOPE: Final = f"{{{SOAP12}}}Envelope"
_CARDS: Final = frozenset({VITALE, APCV})
_QUALIFIERS: Final = frozenset({*CARD_QUALIFIERS.values(), OTHER_CARD, PSC})
_count_of_value = etree.XPath("count(//@*[. = $value])")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionElements:
    """The assertions of a message, told apart by their NameQualifier; nothing is verified yet."""

    ps: etree._Element | None = None
    vitale: etree._Element | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PsAssertion:
    """What a professional's assertion says."""

    id: str
    issuer: str
    issue_instant: datetime
    qualifier: str
    """``CPS``, ``CPF``, ``CDE-CPE``, ``CPA``, ``CPX`` or ``PSC``."""
    name_id: str
    """National identifier of the professional."""
    attributes: Mapping[str, tuple[str, ...]]
    """``identifiantFacturation``, ``codeSpecialiteAMO``, ``secteurActivite``, ``gipProfessionCode``, others."""
    signed: bool
    certificate: CardCertificate | None = None
    """Of the card that signed; ``None`` when not signed."""
    not_before: datetime | None = None
    not_on_or_after: datetime | None = None
    """From Conditions, which CPx assertions do not have."""
    findings: tuple[Finding, ...] = field(default=())

    @property
    def billing_identifier(self) -> str:
        """``identifiantFacturation``: FINESS, SIRET or billing number."""
        return self.attributes[BILLING][0]

    def attribute(self, name: str) -> str | None:
        """Return the first value of an attribute, ``None`` when it is absent."""
        values = self.attributes.get(name)
        return values[0] if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class VitaleAssertion:
    """What the assertion of a Vitale card, or of the *appli carte Vitale*, says; no signature that the bench could verify."""

    id: str
    issue_instant: datetime
    serial: str
    """Serial number of the card."""
    issuer: str
    qualifier: str = VITALE
    """``VITALE``, or ``APCV`` (inferred)."""
    findings: tuple[Finding, ...] = field(default=())


def find_assertions(document_root: etree._Element) -> AssertionElements:
    """Return the assertions of an envelope, by their place: Envelope, Header, Security, Assertion.

    Raises:
        AssertionRefusedError: several Security headers, several assertions of a kind, or something else than
            assertions in Security.
    """
    security = _security(document_root)
    found: dict[str, etree._Element] = {}
    for child in [] if security is None else security.iterchildren(etree.Element):
        if child.tag != ASSERTION:
            raise AssertionRefusedError(
                AssertionRefusal.MISPLACED, f"expected assertions only in wsse:Security, got {child.tag!s}"
            )
        name = child.find(f"{SUBJECT}/{NAME_ID}")
        kind = "Vitale" if name is not None and name.get("NameQualifier") in _CARDS else "PS"
        if kind in found:
            raise AssertionRefusedError(
                AssertionRefusal.SEVERAL, f"expected one {kind} assertion in wsse:Security, got several"
            )
        found[kind] = child
    return AssertionElements(ps=found.get("PS"), vitale=found.get("Vitale"))


def check_place(element: etree._Element | None, document_root: etree._Element) -> etree._Element:
    """Return the element, sure that it is an assertion in its place and that nothing else bears its ID.

    Raises:
        AssertionRefusedError: absent, elsewhere than in the Security header, or with an ID used twice.
    """
    if element is None:
        raise AssertionRefusedError(
            AssertionRefusal.ABSENT, "expected an assertion in wsse:Security, got none"
        )
    security = _security(document_root)
    if element.tag != ASSERTION or security is None or element.getparent() is not security:
        raise AssertionRefusedError(
            AssertionRefusal.MISPLACED,
            f"expected an Assertion that is a child of Envelope/Header/Security, got {element.tag!s} elsewhere",
        )
    own = identifier(element)
    # Any attribute counts, whatever its name: nothing else may be taken for this element.
    if _count_of_value(document_root, value=own) != 1:
        raise AssertionRefusedError(
            AssertionRefusal.DUPLICATE_ID,
            f"expected the ID {own!r} once in the message, got it several times",
        )
    return element


def read_psc_assertion(
    element: etree._Element | None,
    document_root: etree._Element,
    now: datetime,
    *,
    skew: timedelta = CLOCK_SKEW,
) -> PsAssertion:
    """Read the unsigned assertion of a call made with Pro Santé Connect (insi-contract §4.4, second-hand).

    It proves nothing: who calls is proved by the token (inferred).

    Raises:
        AssertionRefusedError: absent, malformed, not of PSC, or outside its life time.
    """
    assertion = read_ps(check_place(element, document_root))
    if assertion.qualifier != PSC:
        raise AssertionRefusedError(
            AssertionRefusal.NOT_SIGNED,
            f"expected the NameQualifier {PSC} on an assertion without signature, got {assertion.qualifier}",
        )
    check_lifetime(assertion, now, skew=skew)
    return assertion


def read_unverified_assertion(
    element: etree._Element | None,
    document_root: etree._Element,
    now: datetime,
    *,
    skew: timedelta = CLOCK_SKEW,
) -> PsAssertion:
    """Read the assertion of a card where nothing can verify its signature: it proves nothing, and is read all the same.

    Raises:
        AssertionRefusedError: absent, malformed, or outside its life time.
    """
    assertion = read_ps(check_place(element, document_root))
    check_lifetime(assertion, now, skew=skew)
    return assertion


def read_vitale_assertion(
    element: etree._Element | None,
    document_root: etree._Element,
    now: datetime,
    *,
    skew: timedelta = CLOCK_SKEW,
) -> VitaleAssertion:
    """Read a Vitale assertion. Its signature, if any, is of a proprietary kind and is not verified.

    One of the *appli carte Vitale* (``APCV``) is read in the same way, its life time included (inferred).

    Raises:
        AssertionRefusedError: absent, malformed, or older than 20 minutes.
    """
    parts = read_parts(check_place(element, document_root))
    if parts.qualifier not in _CARDS:
        raise malformed(f"expected the NameQualifier {VITALE} or {APCV}, got {parts.qualifier!r}")
    _check_age(parts.issue_instant, now, lifetime=VITALE_LIFETIME, skew=skew, fault_code=VITALE_EXPIRED)
    return VitaleAssertion(
        id=parts.id,
        issue_instant=parts.issue_instant,
        serial=parts.name_id,
        issuer=parts.issuer,
        qualifier=parts.qualifier,
        findings=tuple(vitale_findings(parts)),
    )


def read_ps(root: etree._Element, card: CardCertificate | None = None) -> PsAssertion:
    """Read a PS assertion; ``card`` is the one whose signature was verified, ``None`` for none.

    Raises:
        AssertionRefusedError: malformed, or naming somebody else than the card.
    """
    parts = read_parts(root)
    if parts.qualifier not in _QUALIFIERS:
        known = ", ".join(sorted(_QUALIFIERS))
        raise malformed(f"expected a NameQualifier among {known}; got {parts.qualifier!r}")
    if card is not None and card.cn != parts.name_id:
        raise AssertionRefusedError(
            AssertionRefusal.HOLDER,
            f"expected the NameID of the card that signs, {card.cn!r}; got {parts.name_id!r}",
        )
    attributes: dict[str, tuple[str, ...]] = {}
    for name, values in parts.attributes.items():
        ours = SPELLINGS.get(name, name)
        if ours in attributes:
            raise malformed(f"expected the attribute {ours} under one spelling, got two")
        attributes[ours] = values
    billing = attributes.get(BILLING, ())
    if len(billing) != 1 or not billing[0]:
        got = ", ".join(f"{name} ({len(values)})" for name, values in parts.attributes.items()) or "none"
        raise malformed(f"expected the attribute {BILLING} with one value, got the attributes {got}")
    return PsAssertion(
        id=parts.id,
        issuer=parts.issuer,
        issue_instant=parts.issue_instant,
        qualifier=parts.qualifier,
        name_id=parts.name_id,
        attributes=MappingProxyType(attributes),
        signed=card is not None,
        certificate=card,
        not_before=parts.not_before,
        not_on_or_after=parts.not_on_or_after,
        findings=(
            *content_findings(parts, [name for name in parts.attributes if name in SPELLINGS]),
            *(certificate_findings(parts, card) if card else ()),
        ),
    )


def check_lifetime(assertion: PsAssertion, now: datetime, *, skew: timedelta = CLOCK_SKEW) -> None:
    """Refuse a PS assertion older than an hour, in the future, or outside its own Conditions.

    Raises:
        AssertionRefusedError: expired or not yet valid.
    """
    _check_age(assertion.issue_instant, now, lifetime=PS_LIFETIME, skew=skew)
    start, end = assertion.not_before, assertion.not_on_or_after
    if start is not None and start - now > skew:
        raise AssertionRefusedError(
            AssertionRefusal.NOT_YET_VALID,
            f"expected NotBefore at most {_minutes(skew)} min after {now.isoformat()}, got {start.isoformat()}",
        )
    if end is not None and now >= end:
        raise AssertionRefusedError(
            AssertionRefusal.EXPIRED,
            f"expected NotOnOrAfter later than {now.isoformat()}, got {end.isoformat()}",
        )


def _check_age(
    issued: datetime, now: datetime, *, lifetime: timedelta, skew: timedelta, fault_code: str | None = None
) -> None:
    """Refuse an IssueInstant too old or too far ahead; the limits themselves are still good."""
    if now - issued > lifetime:
        raise AssertionRefusedError(
            AssertionRefusal.EXPIRED,
            f"expected an IssueInstant at most {_minutes(lifetime)} min before {now.isoformat()}, "
            f"got {issued.isoformat()}, {_minutes(now - issued)} min before",
            fault_code,
        )
    if issued - now > skew:
        raise AssertionRefusedError(
            AssertionRefusal.NOT_YET_VALID,
            f"expected an IssueInstant at most {_minutes(skew)} min after {now.isoformat()}, "
            f"got {issued.isoformat()}",
            fault_code,
        )


def _security(document_root: etree._Element) -> etree._Element | None:
    """Return the Security header of an envelope, ``None`` when it has none."""
    if document_root.tag != _ENVELOPE or document_root.getparent() is not None:
        raise AssertionRefusedError(
            AssertionRefusal.MISPLACED, f"expected the SOAP envelope as root, got {document_root.tag!s}"
        )
    found = document_root.findall(f"{_HEADER}/{_SECURITY}")
    if len(found) > 1:
        raise AssertionRefusedError(
            AssertionRefusal.SEVERAL, "expected one wsse:Security header, got several"
        )
    return found[0] if found else None


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.4g}"
