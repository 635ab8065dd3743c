"""What an examiner would note on an assertion that is accepted all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.messages import Finding
from simulator.security.names import APCV, ISSUER_FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.security.certificates import CardCertificate
    from simulator.security.parts import Parts


def content_findings(parts: Parts, spellings: Sequence[str]) -> Iterator[Finding]:
    """Yield what departs from the PS assertions seen (insi-contract §4.2); ``spellings``: odd attribute names."""
    for name in spellings:
        yield Finding(
            code="assertion-attribute-spelling",
            fr=f"attribut {name} : orthographe tolérée, celle des échanges réels est différente",
            en=f"attribute {name}: a tolerated spelling, not that of real exchanges",
            evidence=EvidenceLevel.OBSERVED,
        )
    if not parts.instant_text.endswith("Z"):
        yield Finding(
            code="assertion-time-zone",
            fr=f"IssueInstant attendu en UTC avec Z, reçu {parts.instant_text}",
            en=f"expected IssueInstant in UTC with Z, got {parts.instant_text}",
            evidence=EvidenceLevel.OBSERVED,
        )
    if parts.conditions:
        yield Finding(
            code="assertion-conditions",
            fr="Conditions ou AuthnStatement présent : absent des assertions CPx réelles",
            en="Conditions or AuthnStatement present: real CPx assertions have none",
            evidence=EvidenceLevel.OBSERVED,
        )


def certificate_findings(parts: Parts, card: CardCertificate) -> Iterator[Finding]:
    """Yield where the assertion and the certificate of the card say different things (insi-contract §4.2)."""
    if parts.issuer_format != ISSUER_FORMAT:
        yield Finding(
            code="assertion-issuer-format",
            fr=f"Issuer : Format {ISSUER_FORMAT} attendu, reçu {parts.issuer_format or 'aucun'}",
            en=f"Issuer: expected Format {ISSUER_FORMAT}, got {parts.issuer_format or 'none'}",
            evidence=EvidenceLevel.OBSERVED,
        )
    if _attributes_of(parts.issuer) != _attributes_of(card.subject):
        yield Finding(
            code="assertion-issuer",
            fr=f"Issuer attendu : le sujet du certificat, {card.subject} ; reçu {parts.issuer}",
            en=f"expected the subject of the certificate as Issuer, {card.subject}; got {parts.issuer}",
            evidence=EvidenceLevel.OBSERVED,
        )
    if parts.qualifier != card.qualifier:
        yield Finding(
            code="assertion-qualifier",
            fr=f"NameQualifier {card.qualifier} attendu d'après le type de carte, reçu {parts.qualifier}",
            en=f"expected NameQualifier {card.qualifier} from the type of card, got {parts.qualifier}",
            evidence=EvidenceLevel.OBSERVED,
        )


def vitale_findings(parts: Parts) -> Iterator[Finding]:
    """Yield what the bench could not do with a Vitale assertion (insi-contract §4.3), or had to infer (§4.5)."""
    if parts.qualifier == APCV:
        yield Finding(
            code="apcv-form-inferred",
            fr="assertion ApCV lue comme une assertion Vitale : sa vraie forme n'est pas publique",
            en="ApCV assertion read like a Vitale one: its real form is not public",
            evidence=EvidenceLevel.INFERRED,
        )
    if parts.signed:
        yield Finding(
            code="vitale-signature-not-verified",
            fr="signature Vitale présente, non vérifiée : son algorithme est propriétaire",
            en="Vitale signature present, not verified: its algorithm is proprietary",
            evidence=EvidenceLevel.OBSERVED,
        )


def _attributes_of(name: str) -> list[str]:
    """Return the attributes of a distinguished name, in no order: toolkits order and space them differently."""
    return sorted(part.strip() for part in name.replace("+", ",").split(","))
