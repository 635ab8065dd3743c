"""Which exchanges are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulator.text import Text, TextError, parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator


class FilterError(TextError, ValueError):
    """A filter cannot be used; the message says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Conditions that an exchange must meet, all those given."""

    session: str | None = None
    service: str | None = None
    """``insi``, ``dmp`` or ``mssante``."""
    person: str | None = None
    """Key of a person answered or considered, or the birth name asked (in capitals or not)."""
    operation: str | None = None
    """Wire name, or its end such as ``TraitsIdentite``."""
    code: str | None = None
    finding: str | None = None
    """Code of a finding."""
    since: datetime | None = None
    """Kept at that time or later."""
    until: datetime | None = None
    """Kept before that time."""

    def conditions(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        """Yield SQL conditions on the index with their values."""
        for column in ("session", "service", "code"):
            value = getattr(self, column)
            if value is not None:
                yield f"{column} = ?", (value,)
        if self.operation is not None:
            yield "(operation = ? OR substr(operation, -length(?)) = ?)", (self.operation,) * 3
        if self.person is not None:
            yield (
                "(instr(people, char(10) || ? || char(10)) > 0 OR birth_name = ?)",
                (self.person, self.person.upper()),
            )
        if self.finding is not None:
            yield "instr(findings, char(10) || ? || char(10)) > 0", (self.finding,)
        if self.since is not None:
            yield "stamp >= ?", (_nanoseconds(self.since),)
        if self.until is not None:
            yield "stamp < ?", (_nanoseconds(self.until),)


def parse_time(text: str, *, now: datetime | None = None) -> datetime:
    """Return the time meant by an ISO 8601 text (UTC when it names no zone), or by ``10m ago`` (s, m, h, d).

    Raises:
        FilterError: it is neither.
    """
    words = text.strip().removesuffix("ago").rstrip()
    # A number alone is a date (20260131), not seconds.
    ago = None if words[-1:].isdigit() else parse_duration(words)
    try:
        if ago is not None and ago >= 0:
            return (now or datetime.now(UTC)) - timedelta(seconds=ago)
        found = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        raise FilterError(
            Text(
                f"une heure telle que 2026-01-31T09:30 (UTC) ou 10m ago (s, m, h, d) est attendue, reçu : {text!r}",
                f"expected a time such as 2026-01-31T09:30 (UTC) or 10m ago (s, m, h, d), got {text!r}",
            )
        ) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _nanoseconds(time: datetime) -> int:
    """Return nanoseconds since 1970, within what SQLite compares."""
    return min(max(int(time.timestamp() * 1000) * 1_000_000, -(2**63)), 2**63 - 1)
