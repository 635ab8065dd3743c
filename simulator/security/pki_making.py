"""The certificates of a throw-away PKI, made in memory as ``pki.yaml`` lists them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from simulator.contract.evidence import EvidenceLevel
from simulator.datafile import load_yaml
from simulator.security.issuing import (
    BACKDATED,
    Authority,
    Kind,
    Period,
    issue_authority,
    issue_card,
    issue_crl,
    issue_server,
    issue_software,
    new_key,
)

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True, slots=True, kw_only=True)
class PkiEntry:
    """One certificate with its files. Paths are relative to the directory of the PKI, with ``/``."""

    name: str
    kind: Kind
    subject: str
    """RFC 4514, most specific first."""
    not_before: str
    not_after: str
    cert: str
    """The certificate alone, PEM."""
    key: str
    """The private key, PEM (PKCS#8, no password)."""
    chain: str
    """The certificate then its issuing authority, PEM: what a TLS server or client presents."""
    combined: str
    """Key, certificate and authority in one PEM file, as curl and PHP (``local_cert``) want them."""
    p12: str
    """PKCS#12, with the password of the summary."""
    defect: str | None
    answer: str
    """``accepted``; ``tls``: the handshake fails; otherwise the code of the fault."""
    evidence: EvidenceLevel
    """How sure ``answer`` is."""
    purpose_fr: str
    purpose_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A certificate with its key, and who issued it."""

    entry: PkiEntry
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    issuer: Authority


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """All that a PKI holds."""

    authorities: dict[str, x509.Certificate]
    """By file name; the root first."""
    crls: dict[str, x509.CertificateRevocationList]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes the authorities and every certificate of ``pki.yaml``."""

    now: datetime
    """Aware."""
    end: datetime
    """Of the good certificates."""
    names: x509.SubjectAlternativeName
    """Of the server."""
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    """By entry name: an entry ``like`` another has its key."""

    def make(self) -> Made:
        """Return new authorities, certificates and revocation lists."""
        always = Period(start=self.now - BACKDATED, end=self.end)
        root = issue_authority("AC RACINE BANC-INSI", new_key(), always)
        authorities = {
            kind: issue_authority(f"AC BANC-INSI {kind}", new_key(), always, root)
            for kind in ("ORGANISATIONS", "PERSONNES")
        }
        # Same names, other keys: a bench that trusts names only would accept what they issue.
        other_root = issue_authority("AC RACINE BANC-INSI", new_key(), always)
        others = {
            kind: issue_authority(f"AC BANC-INSI {kind}", other_root.key, always, other_root)
            for kind in authorities
        }
        leaves = tuple(self._leaf(spec, authorities, others) for spec in _specifications())
        crls = {
            f"{kind.lower()}.crl.pem": issue_crl(
                authority,
                always,
                [
                    leaf.certificate
                    for leaf in leaves
                    if leaf.issuer is authority and leaf.entry.defect == "revoked"
                ],
                self.now,
            )
            for kind, authority in authorities.items()
        }
        issuing = {f"{kind.lower()}.pem": authority.certificate for kind, authority in authorities.items()}
        return Made(authorities={"root.pem": root.certificate, **issuing}, crls=crls, leaves=leaves)

    def _leaf(
        self, spec: dict[str, Any], authorities: dict[str, Authority], others: dict[str, Authority]
    ) -> Leaf:
        defect, kind = spec.get("defect"), Kind(spec["kind"])
        known = others if defect == "other-authority" else authorities
        issuer = known["PERSONNES" if kind is Kind.CARD else "ORGANISATIONS"]
        if defect == "weak-key":
            key = new_key(weak=True)
        else:
            key = self.keys.get(spec.get("like", "")) or self.keys.setdefault(spec["name"], new_key())
        certificate = self._certificate(kind, spec, key, issuer)
        base = f"{spec['folder']}/{spec['name']}"
        entry = PkiEntry(
            name=spec["name"],
            kind=kind,
            subject=certificate.subject.rfc4514_string(),
            not_before=certificate.not_valid_before_utc.isoformat(),
            not_after=certificate.not_valid_after_utc.isoformat(),
            cert=f"{base}.cert.pem",
            key=f"{base}.key.pem",
            chain=f"{base}.chain.pem",
            combined=f"{base}.combined.pem",
            p12=f"{base}.p12",
            defect=defect,
            answer=spec["answer"],
            evidence=EvidenceLevel(spec["evidence"]),
            purpose_fr=spec["purpose"]["fr"],
            purpose_en=spec["purpose"]["en"],
        )
        return Leaf(entry=entry, certificate=certificate, key=key, issuer=issuer)

    def _certificate(
        self, kind: Kind, spec: dict[str, Any], key: rsa.RSAPrivateKey, issuer: Authority
    ) -> x509.Certificate:
        period, wrong_usage = self._period(spec.get("defect")), spec.get("defect") == "key-usage"
        if kind is Kind.SERVER:
            return issue_server(key, issuer, period, common_name=spec["common_name"], names=self.names)
        if kind is Kind.SOFTWARE:
            return issue_software(
                key,
                issuer,
                period,
                common_name=spec["common_name"],
                structure=spec["structure"],
                for_server=wrong_usage,
            )
        return issue_card(
            key,
            issuer,
            period,
            common_name=spec["common_name"],
            given_name=spec["given_name"],
            surname=spec["surname"],
            profession=spec["profession"],
            card_type=spec["card_type"],
            for_authentication=wrong_usage,
        )

    def _period(self, defect: str | None) -> Period:
        if defect == "expired":
            return Period(start=self.now - timedelta(days=60), end=self.now - timedelta(days=30))
        if defect == "not-yet-valid":
            return Period(start=self.end, end=self.end + timedelta(days=365))
        return Period(start=self.now - BACKDATED, end=self.end)


@cache
def _specifications() -> tuple[dict[str, Any], ...]:
    """Return the entries of ``pki.yaml``, completed from the entry each is ``like``."""
    here = files("simulator.security")
    schema = json.loads((here / "pki.schema.json").read_text("utf-8"))
    entries = load_yaml(here / "pki.yaml", schema)["entries"]
    by_name = {entry["name"]: entry for entry in entries}
    return tuple({**by_name.get(entry.get("like"), {}), **entry} for entry in entries)
