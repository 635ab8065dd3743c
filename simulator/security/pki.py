"""A throw-away authority on disk: everything a tester needs, good and bad (``pki.yaml`` says what).

The keys of the authorities are never written: once made, nothing more can be issued in their name, so a
root left in a trust store by mistake does no harm.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

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
    server_names,
)
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

TRUST_FOLDER: Final = "trust"
"""Folder of the PKI with what the bench trusts: authorities and revocation lists (for ``TrustStore.load``)."""
BUNDLE: Final = "ca-bundle.pem"
"""File of the PKI with the authorities: for the trust store of a client, and for the handshake of the bench."""
MANIFEST: Final = "manifest.json"
DEFAULT_PASSWORD: Final = "banc"  # noqa: S105 - printed for the tester: the keys are throw-away
DEFAULT_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
DEFAULT_DAYS: Final = 365
_MAX_DAYS: Final = 3650


class PkiError(TextError):
    """The PKI cannot be made or read; the message says why and what to do."""


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
class PkiSummary:
    """What ``init_pki`` made: the manifest."""

    directory: Path
    password: str
    """Of every PKCS#12 file."""
    hosts: tuple[str, ...]
    valid_until: str
    bundle: Path
    trust: Path
    entries: tuple[PkiEntry, ...]

    def entry(self, name: str) -> PkiEntry:
        """Return the entry of that name; ``KeyError`` when there is none."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(name)


def init_pki(
    directory: Path,
    *,
    now: datetime,
    days: int = DEFAULT_DAYS,
    hosts: Sequence[str] = (),
    password: str = DEFAULT_PASSWORD,
    force: bool = False,
) -> PkiSummary:
    """Make the authority and every certificate, and write them under ``directory``.

    Args:
        directory: made when missing; its private keys are readable by the owner only, where the platform can.
        now: aware; good certificates are valid from 90 days before until ``days`` after.
        days: 1 to 3650.
        hosts: names and addresses of the server besides localhost, 127.0.0.1 and ::1.
        password: of the PKCS#12 files.
        force: replace a PKI that is already there.

    Raises:
        PkiError: a PKI is already there, an argument is out of range, or a file cannot be written.
    """
    if now.tzinfo is None or not 1 <= days <= _MAX_DAYS or not password:
        raise PkiError(
            Text(
                f"une heure avec son fuseau, 1 à {_MAX_DAYS} jours et un mot de passe sont attendus, reçu : {now}, {days} jours",
                f"expected an aware time, 1 to {_MAX_DAYS} days and a password, got {now}, {days} days",
            )
        )
    if not force and (directory / MANIFEST).exists():
        raise PkiError(
            Text(
                f"{directory} a déjà une PKI ; prenez un autre dossier, ou --force pour la remplacer",
                f"{directory} already holds a PKI; use another directory, or force to replace it",
            )
        )
    now = now.replace(microsecond=0)
    all_hosts = tuple(dict.fromkeys((*DEFAULT_HOSTS, *hosts)))
    try:
        names = server_names(all_hosts)
    except ValueError as error:
        raise PkiError(
            Text(
                f"des noms ou adresses de machines en ASCII sont attendus dans {', '.join(all_hosts)} : {error}",
                f"expected ASCII host names or addresses in {', '.join(all_hosts)}: {error}",
            )
        ) from error
    maker = _Maker(now=now, end=now + timedelta(days=days), names=names, keys={})
    made = maker.make()
    summary = PkiSummary(
        directory=directory,
        password=password,
        hosts=all_hosts,
        valid_until=maker.end.isoformat(),
        bundle=directory / BUNDLE,
        trust=directory / TRUST_FOLDER,
        entries=tuple(each.entry for each in made.leaves),
    )
    try:
        _write(summary, made)
    except OSError as error:
        why = text_of(error)
        raise PkiError(
            Text(f"{directory} ne peut pas être écrit : {why.fr}", f"{directory} cannot be written: {why.en}")
        ) from error
    return summary


def read_pki(directory: Path) -> PkiSummary:
    """Read the manifest of a PKI made by ``init_pki``.

    Raises:
        PkiError: there is none, or it cannot be read.
    """
    try:
        data = json.loads((directory / MANIFEST).read_text("utf-8"))
        return PkiSummary(
            directory=directory,
            password=data["password"],
            hosts=tuple(data["hosts"]),
            valid_until=data["valid_until"],
            bundle=directory / BUNDLE,
            trust=directory / TRUST_FOLDER,
            entries=tuple(
                PkiEntry(**{**each, "kind": Kind(each["kind"]), "evidence": EvidenceLevel(each["evidence"])})
                for each in data["entries"]
            ),
        )
    except OSError as error:
        why = text_of(error)
        raise PkiError(
            Text(
                f"il n'y a pas de PKI dans {directory} ({why.fr}) ; faites-en une par banc pki init",
                f"no PKI in {directory} ({why.en}); make one with init_pki",
            )
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise PkiError(
            Text(
                f"{directory / MANIFEST} est abîmé ({error}) ; refaites la PKI",
                f"{directory / MANIFEST} is damaged ({error}); make the PKI again",
            )
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaf:
    entry: PkiEntry
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    issuer: Authority


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    authorities: dict[str, x509.Certificate]
    """By file name; the root first."""
    crls: dict[str, x509.CertificateRevocationList]
    leaves: tuple[_Leaf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    now: datetime
    end: datetime
    names: x509.SubjectAlternativeName
    keys: dict[str, rsa.RSAPrivateKey]
    """By entry name: an entry ``like`` another has its key."""

    def make(self) -> _Made:
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
        return _Made(authorities={"root.pem": root.certificate, **issuing}, crls=crls, leaves=leaves)

    def _leaf(
        self, spec: dict[str, Any], authorities: dict[str, Authority], others: dict[str, Authority]
    ) -> _Leaf:
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
        return _Leaf(entry=entry, certificate=certificate, key=key, issuer=issuer)

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


def _write(summary: PkiSummary, made: _Made) -> None:
    directory = summary.directory
    # Removed first and written last: a PKI with a manifest is complete.
    (directory / MANIFEST).unlink(missing_ok=True)
    authorities = {name: _pem(certificate) for name, certificate in made.authorities.items()}
    summary.trust.mkdir(parents=True, exist_ok=True)
    for name, content in authorities.items():
        (summary.trust / name).write_bytes(content)
    for name, crl in made.crls.items():
        (summary.trust / name).write_bytes(crl.public_bytes(Encoding.PEM))
    summary.bundle.write_bytes(b"".join(authorities.values()))
    root = made.authorities["root.pem"]
    for leaf in made.leaves:
        (directory / leaf.entry.cert).parent.mkdir(exist_ok=True)
        for path, content, private in _leaf_files(leaf, root, summary.password):
            if private:
                _write_private(directory / path, content)
            else:
                (directory / path).write_bytes(content)
    manifest = {
        "password": summary.password,
        "hosts": summary.hosts,
        "valid_until": summary.valid_until,
        "entries": [asdict(entry) for entry in summary.entries],
    }
    (directory / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _leaf_files(leaf: _Leaf, root: x509.Certificate, password: str) -> Iterator[tuple[str, bytes, bool]]:
    """Yield path, content and whether it is private."""
    cert, authority = _pem(leaf.certificate), _pem(leaf.issuer.certificate)
    key = leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    yield leaf.entry.cert, cert, False
    yield leaf.entry.chain, cert + authority, False
    yield leaf.entry.key, key, True
    yield leaf.entry.combined, key + cert + authority, True
    p12 = serialize_key_and_certificates(
        leaf.entry.name.encode(),
        leaf.key,
        leaf.certificate,
        [leaf.issuer.certificate, root],
        BestAvailableEncryption(password.encode()),
    )
    yield leaf.entry.p12, p12, True


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that never exists with wider rights than the owner's."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
