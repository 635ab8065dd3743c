"""Moving the clock of a session by command."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from simulator.sessions.settings import SessionSettings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Final = ("advance", "freeze", "offset", "resume", "reset")


def moved(settings: SessionSettings, command: Mapping[str, Any]) -> SessionSettings:
    """Return the settings with the clock moved.

    Args:
        settings: as they are now.
        command: one of ``{"advance": seconds}`` (of a frozen clock: its instant; back when negative),
            ``{"freeze": "2026-11-23T10:00:00Z"}`` or ``{"freeze": "now"}`` (the session's own),
            ``{"offset": seconds}`` (from the real time, running), ``{"resume": true}`` (a frozen clock runs again,
            from where it stands) and ``{"reset": true}`` (the real time).

    Raises:
        SettingsError: it is something else, or leads too far.
    """
    if len(command) != 1 or not set(command) <= set(COMMANDS):
        got = ", ".join(sorted(map(str, command))) or "none"
        raise SettingsError(f"clock: expected exactly one of {', '.join(COMMANDS)}, got {got:.80}")
    ((name, value),) = command.items()
    if name == "advance":
        return _advanced(settings, value)
    if name == "offset":
        return _named(name, settings, {"clock_offset": _seconds(name, value), "clock_frozen_at": None})
    if name == "freeze":
        if value is None:
            raise SettingsError("freeze: expected a date and time with its zone, or now, got None")
        instant = settings.now().isoformat() if value == "now" else value
        return _named(name, settings, {"clock_offset": 0.0, "clock_frozen_at": instant})
    if value is not True:
        raise SettingsError(f"{name}: expected true, got {value!r:.80}")
    if name == "reset":
        return replace(settings, clock_offset=0.0, clock_frozen_at=None)
    offset = (settings.now() - datetime.now(UTC)).total_seconds() if settings.clock_frozen_at else None
    return settings if offset is None else replace(settings, clock_offset=offset, clock_frozen_at=None)


def _advanced(settings: SessionSettings, value: Any) -> SessionSettings:
    seconds = _seconds("advance", value)
    if settings.clock_frozen_at is None:
        return _named("advance", settings, {"clock_offset": settings.clock_offset + seconds})
    try:
        instant = settings.now() + timedelta(seconds=seconds)
    except OverflowError as error:
        raise SettingsError(
            f"advance: the clock cannot be moved by {seconds} s from {settings.now()}"
        ) from error
    return _named("advance", settings, {"clock_frozen_at": instant.isoformat()})


def _seconds(name: str, value: Any) -> float:
    try:
        seconds = (
            float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
        )
    except OverflowError:  # JSON knows whole numbers of any length
        seconds = math.inf
    if not math.isfinite(seconds):
        raise SettingsError(f"{name}: expected a number of seconds, got {value!r:.80}")
    return seconds


def _named(name: str, settings: SessionSettings, changes: dict[str, Any]) -> SessionSettings:
    """Change settings; a refusal names the command, not the setting behind it."""
    try:
        return settings.changed(changes)
    except SettingsError as error:
        raise SettingsError(f"{name}: {error}") from error
