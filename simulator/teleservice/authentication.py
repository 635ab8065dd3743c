"""Who calls: what the transport and the assertions of a call prove (insi-contract §1.6 and §4).

Mutual TLS wants no assertion; a card (CPx) signs one; Pro Santé Connect sends an unsigned one, with a token
whose way of travelling is not established. What each refusal answers is inferred, except ``desir_560``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import FaultError
from simulator.contract.messages import Finding
from simulator.contract.names import Operation
from simulator.security import (
    AssertionRefusedError,
    CertificateRefusedError,
    VerificationCache,
    check_client_certificate,
    find_assertions,
    read_psc_assertion,
    read_unverified_assertion,
    read_vitale_assertion,
    verify_ps_assertion,
)
from simulator.security.names import APCV, PSC

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lxml import etree

    from simulator.contract.messages import Call
    from simulator.security import PsAssertion, TrustStore, VitaleAssertion
    from simulator.sessions.settings import SessionSettings

Mode = Literal["none", "mtls", "cpx", "psc"]

_BEARER: Final = re.compile(r"(?i:bearer) +[A-Za-z0-9\-._~+/]+=*")
"""Form of the header that carries a token (RFC 6750); the token itself is not looked into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who a call comes from, as far as it is proved."""

    mode: Mode = "none"
    name: str = ""
    """CN of the software certificate, or identifier of the professional."""
    vitale: VitaleAssertion | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Verifies callers against the authorities of the bench."""

    trust: TrustStore | None = None
    """``None``: the simulator was started without a PKI, and no signature can be verified."""
    cache: VerificationCache = field(default_factory=VerificationCache)

    def identify(
        self,
        call: Call,
        *,
        client_certificate: bytes | None,
        headers: Mapping[str, str],
        settings: SessionSettings,
        now: datetime,
    ) -> Caller:
        """Return who calls.

        Args:
            call: the request, read.
            client_certificate: DER, from the mutual TLS port; ``None`` on the other ports.
            headers: of the HTTP request, names in lower case.
            settings: of the session.
            now: the time as the session sees it.

        Raises:
            FaultError: the certificate or an assertion is refused, or a required one is missing.
        """
        if client_certificate is None and call.security is None and settings.authentication == "optional":
            return _NOBODY
        try:
            root = None if call.security is None else call.security.getroottree().getroot()
            if client_certificate is not None:
                return self._software(call, client_certificate, root, settings, now)
            return self._professional(call, root, headers, settings, now)
        except AssertionRefusedError as error:
            raise FaultError(error.fault_code, error.cause) from error
        except CertificateRefusedError as error:
            raise FaultError(error.fault_code, f"{error.reason}: {error.cause}") from error

    def _software(
        self,
        call: Call,
        certificate: bytes,
        root: etree._Element | None,
        settings: SessionSettings,
        now: datetime,
    ) -> Caller:
        if self.trust is None:
            raise FaultError("desir_9108", "the simulator has no PKI to check client certificates with")
        software = check_client_certificate(certificate, self.trust, now)
        findings: list[Finding] = []
        vitale: VitaleAssertion | None = None
        if root is not None:
            elements = find_assertions(root)
            if elements.ps is not None:
                findings.append(_ASSERTION_WITH_CERTIFICATE)
            if elements.vitale is not None:
                vitale = _card(elements.vitale, root, settings, now)
                findings += vitale.findings
        findings += _issuer_findings(call, software.ou, "OU du certificat", "OU of the certificate")
        return Caller(mode="mtls", name=software.cn, vitale=vitale, findings=tuple(findings))

    def _professional(
        self,
        call: Call,
        root: etree._Element | None,
        headers: Mapping[str, str],
        settings: SessionSettings,
        now: datetime,
    ) -> Caller:
        elements = None if root is None else find_assertions(root)
        if root is None or elements is None or elements.ps is None:
            if settings.authentication == "required":
                raise FaultError("desir_9101", "expected a PS assertion in wsse:Security, got none")
            if root is None or elements is None or elements.vitale is None:
                return _NOBODY
            vitale = _card(elements.vitale, root, settings, now)
            return Caller(vitale=vitale, findings=(_NO_ASSERTION, *vitale.findings))
        ps, findings = self._ps(elements.ps, root, headers, settings, now)
        card: VitaleAssertion | None = None
        if elements.vitale is not None:
            card = _card(elements.vitale, root, settings, now)
            findings += card.findings
        if card is None and call.operation is Operation.SEARCH_BY_CARD and not settings.apcv:
            raise FaultError("desir_9101", "expected a Vitale assertion for a search by card, got none")
        findings += _issuer_findings(call, ps.name_id, "NameID de l'assertion", "NameID of the assertion")
        mode: Mode = "psc" if ps.qualifier == PSC else "cpx"
        return Caller(mode=mode, name=ps.name_id, vitale=card, findings=tuple(findings))

    def _ps(
        self,
        element: etree._Element,
        root: etree._Element,
        headers: Mapping[str, str],
        settings: SessionSettings,
        now: datetime,
    ) -> tuple[PsAssertion, list[Finding]]:
        qualifier = element.xpath("string(*/*[local-name() = 'NameID']/@NameQualifier)")
        if qualifier == PSC:
            ps = read_psc_assertion(element, root, now)
            findings = list(ps.findings)
            if not _BEARER.fullmatch(headers.get("authorization", "")):
                if settings.authentication == "required":
                    raise FaultError(
                        "desir_9101", "expected the header Authorization: Bearer with a PSC assertion"
                    )
                findings.append(_NO_TOKEN)
            return ps, findings
        if self.trust is None and settings.authentication == "optional":
            ps = read_unverified_assertion(element, root, now)
            return ps, [*ps.findings, _NOT_VERIFIED]
        if self.trust is None:
            raise FaultError(
                "desir_9103",
                "the simulator was started without a PKI and cannot verify a signature; "
                "make one with banc pki init and start banc serve --pki DIR",
            )
        ps = verify_ps_assertion(element, root, self.trust, now, self.cache)
        return ps, list(ps.findings)


def _card(
    element: etree._Element, root: etree._Element, settings: SessionSettings, now: datetime
) -> VitaleAssertion:
    """Read the assertion of the card; one of the *appli carte Vitale* only where the session takes it (inferred)."""
    card = read_vitale_assertion(element, root, now)
    if card.qualifier == APCV and not settings.apcv:
        raise FaultError(
            "desir_9102",
            "got an ApCV assertion (NameQualifier APCV), which this session does not take; how ApCV travels is not "
            "public: to try the inferred form, set apcv to true in the session",
        )
    return card


_NO_ASSERTION: Final = Finding(
    code="assertion-missing",
    fr="Aucune assertion PS : le service réel en demande une hors TLS mutuel",
    en="No PS assertion: the real service wants one outside mutual TLS",
    evidence=EvidenceLevel.OBSERVED,
)
_NO_TOKEN: Final = Finding(
    code="psc-token-missing",
    fr="Assertion PSC sans en-tête Authorization: Bearer (transport déduit)",
    en="PSC assertion without the header Authorization: Bearer (inferred transport)",
    evidence=EvidenceLevel.INFERRED,
)
_NOT_VERIFIED: Final = Finding(
    code="assertion-not-verified",
    fr="Signature de l'assertion PS non vérifiée : ce simulateur a été démarré sans PKI (banc pki init, banc serve --pki)",
    en="signature of the PS assertion not verified: this simulator was started without a PKI (banc pki init, banc serve --pki)",
    evidence=EvidenceLevel.INFERRED,
)
_ASSERTION_WITH_CERTIFICATE: Final = Finding(
    code="assertion-with-certificate",
    fr="Assertion PS envoyée en TLS mutuel : ce mode n'en porte pas",
    en="PS assertion sent over mutual TLS: this mode carries none",
    evidence=EvidenceLevel.OBSERVED,
)
_NOBODY: Final = Caller(findings=(_NO_ASSERTION,))


def _issuer_findings(call: Call, expected: str, fr: str, en: str) -> list[Finding]:
    issuer = call.contexts.issuer
    if issuer == expected:
        return []
    return [
        Finding(
            code="issuer-form",
            fr=f"Emetteur de ContexteLPS attendu : {fr} ({expected}), reçu {issuer or 'aucun'}",
            en=f"expected the Emetteur of ContexteLPS to be the {en} ({expected}), got {issuer or 'none'}",
            evidence=EvidenceLevel.OBSERVED,
        )
    ]
