"""The site settings of the reference LGO: names, defaults and checks. Those about rights, proofs and display: ``site.py``."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, LOW_CONFIDENCE_PROOFS
from conformance.drivers.protocol import RefusedError
from conformance.reference import site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.store import Store

INSI_TIMEOUT = "insi_timeout_seconds"
"""Seconds that one INSi request may take."""
HIGH_CONFIDENCE = "high_confidence_proofs"
"""Comma-separated kinds of documents that allow a validation (PRF-02, PRF-06, PRF-07)."""
LOW_CONFIDENCE = "low_confidence_proofs"
"""Comma-separated kinds that can be recorded but do not allow it (PRF-08)."""

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        **site.DEFAULTS,
        INSI_TIMEOUT: "10",
        HIGH_CONFIDENCE: ",".join(HIGH_CONFIDENCE_PROOFS),
        LOW_CONFIDENCE: ",".join(LOW_CONFIDENCE_PROOFS),
    }
)

_LONGEST_TIMEOUT = 300


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


def kinds(settings: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return the kinds of documents of a setting."""
    return tuple(kind.strip() for kind in settings[name].split(",") if kind.strip())


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
