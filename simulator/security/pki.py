"""A throw-away authority on disk: everything a tester needs, good and bad (``pki.yaml`` says what).

The keys of the authorities are never written: once made, nothing more can be issued in their name, so a
root left in a trust store by mistake does no harm.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from simulator.contract.evidence import EvidenceLevel
from simulator.security.issuing import Kind, server_names
from simulator.security.pki_making import Maker, PkiEntry
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cryptography import x509

    from simulator.security.pki_making import Leaf, Made

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
    maker = Maker(now=now, end=now + timedelta(days=days), names=names)
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


def _write(summary: PkiSummary, made: Made) -> None:
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


def _leaf_files(leaf: Leaf, root: x509.Certificate, password: str) -> Iterator[tuple[str, bytes, bool]]:
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
