"""The settings of a site about proofs, validation, environment and display: defaults, checks and what they mean. Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.drivers import site
from conformance.drivers.model import IDENTITY_FIELDS
from conformance.drivers.protocol import RefusedError
from simulator.ins.dates import BirthDate, BirthDateError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

ALWAYS_DISPLAYED = ("birth_name", "first_name", "birth_date", "sex")
"""The four traits that no site can hide (DIS-01)."""

DISPLAYABLE = tuple(name for name in IDENTITY_FIELDS if name not in ALWAYS_DISPLAYED)

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        site.MINOR_PROOFS: ",".join(site.COMPOSITE_PROOFS),
        site.AUTOMATIC_VALIDATION: site.OFF,
        site.ENVIRONMENT: site.TEST,
        site.DISPLAYED_FIELDS: ",".join(DISPLAYABLE),
    }
)
"""A test installation that validates nothing by itself (Règle 19, PRF-05) and shows everything."""

_VALUES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        site.AUTOMATIC_VALIDATION: frozenset({site.ON, site.OFF}),
        site.ENVIRONMENT: frozenset({site.PRODUCTION, site.TEST}),
    }
)

_MAJORITY = 18


def check(changes: Mapping[str, str]) -> None:
    """Refuse values that these settings cannot take.

    Raises:
        RefusedError: code ``INVALID_VALUE``.
    """
    for name, values in _VALUES.items():
        if name in changes and changes[name] not in values:
            raise RefusedError(
                "INVALID_VALUE",
                f"{name} : {' ou '.join(sorted(values))} attendu, {changes[name]!r} reçu.",
                [name],
            )
    unknown = sorted(set(parts(changes.get(site.DISPLAYED_FIELDS, ""))) - set(DISPLAYABLE))
    if unknown:
        raise RefusedError(
            "INVALID_VALUE",
            f"{site.DISPLAYED_FIELDS} : {', '.join(DISPLAYABLE)} attendus, {', '.join(unknown)} reçu.",
            [site.DISPLAYED_FIELDS],
        )


def parts(text: str) -> tuple[str, ...]:
    """Return the parts of a setting that is a list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def known_proofs(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the kinds of documents that can be recorded at this site (PRF-02)."""
    return (
        parts(settings[site.HIGH_CONFIDENCE_PROOFS])
        + parts(settings[site.LOW_CONFIDENCE_PROOFS])
        + parts(settings[site.MINOR_PROOFS])
    )


def validating_proofs(settings: Mapping[str, str], birth_date: str | None, today: dt.date) -> tuple[str, ...]:
    """Return the kinds that allow validating this person: for a minor the composite proofs too (PRF-09)."""
    high = parts(settings[site.HIGH_CONFIDENCE_PROOFS])
    return high + parts(settings[site.MINOR_PROOFS]) if is_minor(birth_date, today) else high


def is_minor(birth_date: str | None, today: dt.date) -> bool:
    """Tell whether somebody is under 18; a date that cannot be read is nobody's minority."""
    try:
        born = BirthDate.parse_iso(birth_date or "").to_date()
    except BirthDateError:
        return False
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return age < _MAJORITY
