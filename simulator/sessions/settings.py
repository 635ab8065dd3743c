"""What a tester can set on a session, checked at the door."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.registry.options import EXACT, MatchingOptions, MatchingOptionsError
from simulator.sessions.profiles import profiles
from simulator.sessions.recognition import Claim, claims_json, read_claims

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTHENTICATIONS = ("optional", "required")
STRICTNESSES = ("lenient", "strict")
MAX_OFFSET_S = 100 * 365 * 86400
"""How far the clock of a session may be moved, in seconds either way."""
YEARS = range(1900, 2200)
"""In which a clock may be frozen: what any other date and zone can be converted from and to."""
MAX_TTL_S = 10 * 365 * 86400
MAX_NAME = 200
"""Longest name of a session, in characters."""


class SettingsError(ValueError):
    """A setting cannot be used; the message names it, what was expected and what came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """The settings of a session."""

    profile: str = "production"
    """The environment imitated, see ``banc profiles``."""
    idams: tuple[str, ...] | None = None
    """Authorisation numbers accepted; ``None`` accepts any that is not empty."""
    authentication: str = "optional"
    """``optional``: an assertion is verified when there is one; its absence is a finding. ``required``: a call
    over one-way TLS or plain HTTP without a PS assertion is refused. Mutual TLS needs none either way."""
    strictness: str = "lenient"
    """``lenient``: what the live gateway is known to accept. ``strict``: what a homologation examiner asks is
    refused when it is not there (inferred faults). A departure is a finding in both."""
    clock_offset: float = 0.0
    """Seconds added to the real time."""
    clock_frozen_at: str | None = None
    """ISO 8601 date and time with its zone, at which the session's clock stands still."""
    apcv: bool = False
    """Whether a search by card may come with an ApCV assertion, or without any, instead of a Vitale one (inferred)."""
    name: str | None = None
    """What people call it, such as ``LGO X, build 12``."""
    ttl: float | None = None
    """Seconds of real time without a call or a change after which the session is gone; ``None``: never."""
    recognise: tuple[Claim, ...] = ()
    """What calls to the plain address are recognised by: see ``simulator.sessions.recognition``."""
    matching: MatchingOptions = EXACT
    """What matching is lenient about, nothing by default; every option is inferred."""

    def now(self) -> datetime:
        """Return the time as the session sees it, in UTC."""
        if self.clock_frozen_at is not None:
            return datetime.fromisoformat(self.clock_frozen_at).astimezone(UTC)
        if self.clock_offset:
            return datetime.now(UTC) + timedelta(seconds=self.clock_offset)
        return datetime.now(UTC)

    def changed(self, changes: Mapping[str, Any]) -> SessionSettings:
        """Return the settings with some of them changed.

        Raises:
            SettingsError: an unknown setting, or a value that it cannot have.
        """
        known = {field.name for field in fields(self)}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise SettingsError(f"unknown setting {unknown[0]!r}; known are {', '.join(sorted(known))}")
        values = dict(changes)
        for name, value in changes.items():
            _CHECKS[name](name, value)
        if "matching" in values:
            values["matching"] = MatchingOptions.read(values["matching"])
        if values.get("idams") is not None:
            values["idams"] = tuple(sorted(set(values["idams"])))
        if "recognise" in values:
            values["recognise"] = read_claims(values["recognise"])
        return replace(self, **values)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON data."""
        data = {name: getattr(self, name) for name in _NAMES}
        data["matching"] = {name: getattr(self.matching, name) for name in _OPTIONS}
        data["idams"] = None if self.idams is None else list(self.idams)
        data["recognise"] = claims_json(self.recognise)
        return data


_NAMES = tuple(field.name for field in fields(SessionSettings))
_OPTIONS = tuple(field.name for field in fields(MatchingOptions))


def _one_of(*allowed: str) -> Any:
    def check(name: str, value: Any) -> None:
        if value not in allowed:
            raise SettingsError(f"{name}: expected one of {', '.join(allowed)}, got {value!r:.80}")

    return check


def _profile(name: str, value: Any) -> None:
    _one_of(*profiles())(name, value)


def _idams(name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, (list, tuple)) or not all(isinstance(entry, str) for entry in value):
        raise SettingsError(f"{name}: expected a list of texts, got {value!r:.80}")


def _offset(name: str, value: Any) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not -MAX_OFFSET_S <= value <= MAX_OFFSET_S:
        raise SettingsError(f"{name}: expected a number of seconds, at most a century, got {value!r:.80}")


def _instant(name: str, value: Any) -> None:
    if value is None:
        return
    try:
        instant = datetime.fromisoformat(value)
        zoned = instant.tzinfo is not None and instant.year in YEARS
    except (TypeError, ValueError):
        zoned = False
    if not zoned:
        raise SettingsError(
            f"{name}: expected a date and time with its zone, such as 2026-11-23T10:00:00Z, from {YEARS.start}"
            f" to {YEARS.stop - 1}, got {value!r:.80}"
        )


def _flag(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise SettingsError(f"{name}: expected true or false, got {value!r:.80}")


def _name(name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_NAME or not value.isprintable():
        raise SettingsError(
            f"{name}: expected a text of 1 to {MAX_NAME} printable characters, got {value!r:.80}"
        )


def _ttl(name: str, value: Any) -> None:
    if value is None:
        return
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 1 <= value <= MAX_TTL_S:
        raise SettingsError(
            f"{name}: expected a number of seconds from 1 to {MAX_TTL_S}, or null for ever, got {value!r:.80}"
        )


def _recognise(_: str, value: Any) -> None:
    try:
        read_claims(value)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _matching(name: str, value: Any) -> None:
    try:
        MatchingOptions.read(value)
    except MatchingOptionsError as error:
        raise SettingsError(f"{name}: {error}") from error


_CHECKS = {
    "profile": _profile,
    "idams": _idams,
    "authentication": _one_of(*AUTHENTICATIONS),
    "strictness": _one_of(*STRICTNESSES),
    "clock_offset": _offset,
    "clock_frozen_at": _instant,
    "apcv": _flag,
    "name": _name,
    "ttl": _ttl,
    "recognise": _recognise,
    "matching": _matching,
}
