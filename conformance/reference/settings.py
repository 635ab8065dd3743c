"""The site settings of the reference LGO: names, defaults and checks. Those about rights, proofs and display: ``site.py``."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.drivers import site as names
from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, LOW_CONFIDENCE_PROOFS
from conformance.drivers.protocol import RefusedError
from conformance.reference import site
from conformance.reference.papers.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.store import Store

INSI_TIMEOUT = "insi_timeout_seconds"
"""Seconds that one INSi request may take."""
HIGH_CONFIDENCE = "high_confidence_proofs"
"""Comma-separated kinds of documents that allow a validation (PRF-02, PRF-06, PRF-07)."""
LOW_CONFIDENCE = "low_confidence_proofs"
"""Comma-separated kinds that can be recorded but do not allow it (PRF-08)."""

DOCUMENT_KINDS = "document_kinds"
"""Comma-separated kinds of documents that the software prints; fixed."""
PRINTED_TRAITS = "printed_traits"
"""Comma-separated traits printed besides those that have to be (DOC-02): ``used_name``, ``used_first_name``, ``birth_place``."""

DMP_URL, MSSANTE_SMTP, MSSANTE_ACCOUNT = names.DMP_URL, names.MSSANTE_SMTP, names.MSSANTE_ACCOUNT
MSSANTE_IMAP, MSSANTE_MAILBOX = names.MSSANTE_IMAP, names.MSSANTE_MAILBOX
DMP_AUTOMATIC = "dmp_automatic"
"""``true`` or ``false``: whether a document goes to the DMP once it is made (TRA-15)."""

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        **site.DEFAULTS,
        INSI_TIMEOUT: "10",
        HIGH_CONFIDENCE: ",".join(HIGH_CONFIDENCE_PROOFS),
        LOW_CONFIDENCE: ",".join(LOW_CONFIDENCE_PROOFS),
        DOCUMENT_KINDS: ",".join(KINDS),
        PRINTED_TRAITS: "",
        DMP_URL: "",
        DMP_AUTOMATIC: "true",
        MSSANTE_SMTP: "",
        MSSANTE_ACCOUNT: "",
        MSSANTE_IMAP: "",
        MSSANTE_MAILBOX: "",
        names.IDENTITY_REFERENCE: "",
        names.IDENTITY_FEED: "",
    }
)

_LONGEST_TIMEOUT = 300
_PRINTABLE = frozenset({"used_name", "used_first_name", "birth_place"})


def of(store: Store) -> dict[str, str]:
    """Return all settings: those written at this site, the defaults for the rest."""
    written = store.settings()
    return {**DEFAULTS, **{name: value for name, value in written.items() if name in DEFAULTS}}


def check(changes: Mapping[str, str]) -> None:
    """Refuse settings that do not exist or have no sense.

    Raises:
        RefusedError: code ``UNKNOWN_SETTING`` or ``INVALID_VALUE``.
    """
    unknown = sorted(set(changes) - set(DEFAULTS))
    if unknown:
        raise RefusedError("UNKNOWN_SETTING", f"Paramètre inconnu : {', '.join(unknown)}.", unknown)
    site.check(changes)
    if INSI_TIMEOUT in changes and not _is_duration(changes[INSI_TIMEOUT]):
        raise RefusedError(
            "INVALID_VALUE",
            f"{INSI_TIMEOUT} : de 0,1 à {_LONGEST_TIMEOUT} secondes attendues.",
            [INSI_TIMEOUT],
        )
    if changes.get(DOCUMENT_KINDS, DEFAULTS[DOCUMENT_KINDS]) != DEFAULTS[DOCUMENT_KINDS]:
        raise RefusedError("INVALID_VALUE", f"{DOCUMENT_KINDS} : ne se change pas.", [DOCUMENT_KINDS])
    _check_addresses(changes)
    if unprintable := sorted(set(kinds(changes, PRINTED_TRAITS)) - _PRINTABLE):
        raise RefusedError(
            "INVALID_VALUE",
            f"{PRINTED_TRAITS} : {', '.join(sorted(_PRINTABLE))} attendus, {', '.join(unprintable)} reçus.",
            [PRINTED_TRAITS],
        )


def _check_addresses(changes: Mapping[str, str]) -> None:
    if changes.get(DMP_AUTOMATIC, "true") not in {"true", "false"}:
        raise RefusedError("INVALID_VALUE", f"{DMP_AUTOMATIC} : true ou false attendu.", [DMP_AUTOMATIC])
    if not changes.get(DMP_URL, "http://").startswith(("http://", "https://")) and changes[DMP_URL]:
        raise RefusedError("INVALID_VALUE", f"{DMP_URL} : une adresse http(s) attendue.", [DMP_URL])
    for name in (MSSANTE_SMTP, MSSANTE_IMAP, names.IDENTITY_FEED):
        if (address := changes.get(name, "")) and not address.rpartition(":")[2].isdecimal():
            raise RefusedError("INVALID_VALUE", f"{name} : hôte:port attendu.", [name])


def kinds(settings: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return the parts of a setting that is a list."""
    return tuple(kind.strip() for kind in settings.get(name, "").split(",") if kind.strip())


def check_kind(settings: Mapping[str, str], kind: str) -> None:
    """Refuse a kind of document that this site does not know.

    Raises:
        RefusedError: code ``UNKNOWN_PROOF``.
    """
    known = site.known_proofs(settings)
    if kind not in known:
        raise RefusedError(
            "UNKNOWN_PROOF", f"Dispositif inconnu : {kind}. Connus : {', '.join(known)}.", ["kind"]
        )


def _is_duration(text: str) -> bool:
    try:
        return 0.1 <= float(text) <= _LONGEST_TIMEOUT  # noqa: PLR2004 - the message says the bounds
    except ValueError:
        return False
