"""Birth dates as the teleservice carries them, incomplete ones included.

On the wire a date is ``AAAA-MM-JJ``; ``00`` stands for an unknown month or day ("date lunaire", official XSD,
insi-contract §5.4). An incomplete date is never an acceptable trait of a health identity (ins-rules CAL-12,
RSP-08), so the RNIV says how a software completes it (ins-rules TRT-08).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, replace

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_MONTHS_IN_YEAR = 12
_LONGEST_MONTH = 31


class BirthDateError(ValueError):
    """Not a birth date: ``part`` is ``format``, ``year``, ``month`` or ``day``."""

    def __init__(self, part: str, expected: str, got: str) -> None:
        """Keep the part that is wrong, what it must be, and what was found."""
        super().__init__(f"birth date, {part}: expected {expected}, got {got}")
        self.part = part
        self.expected = expected
        self.got = got

    def __reduce__(self) -> tuple[type[BirthDateError], tuple[str, str, str]]:
        """Survive a trip between processes, which rebuilds exceptions from their arguments."""
        return type(self), (self.part, self.expected, self.got)


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A possible birth date, with 0 for an unknown month or day.

    Raises:
        BirthDateError: the date does not exist in the (Gregorian) calendar.
    """

    year: int
    """1 to 9999; never unknown."""
    month: int
    """1 to 12, or 0."""
    day: int
    """1 to the length of the month (31 when the month is unknown), or 0."""

    def __post_init__(self) -> None:
        if not dt.MINYEAR <= self.year <= dt.MAXYEAR:
            raise BirthDateError("year", "0001 to 9999", f"{self.year:04d}")
        if not 0 <= self.month <= _MONTHS_IN_YEAR:
            raise BirthDateError("month", "01 to 12, or 00 when it is unknown", f"{self.month:02d}")
        last = calendar.monthrange(self.year, self.month)[1] if self.month else _LONGEST_MONTH
        if not 0 <= self.day <= last:
            where = f" in {self.year:04d}-{self.month:02d}" if self.month else ""
            raise BirthDateError("day", f"01 to {last}{where}, or 00 when it is unknown", f"{self.day:02d}")

    @classmethod
    def parse_iso(cls, text: str) -> BirthDate:
        """Read ``AAAA-MM-JJ``, where month and day may be ``00``.

        Raises:
            BirthDateError: another format, or a date that does not exist.
        """
        match = _ISO.fullmatch(text)
        if match is None:
            raise BirthDateError("format", "AAAA-MM-JJ", repr(text))
        return cls(*(int(part) for part in match.groups()))

    @classmethod
    def from_date(cls, date: dt.date) -> BirthDate:
        """Take a complete date."""
        return cls(date.year, date.month, date.day)

    @property
    def is_lunar(self) -> bool:
        """Whether the month or the day is unknown."""
        return not (self.month and self.day)

    def iso(self) -> str:
        """Write ``AAAA-MM-JJ``, the wire format."""
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    def french(self) -> str:
        """Write ``JJ/MM/AAAA``, the only format shown to users (ins-rules RSP-04)."""
        return f"{self.day:02d}/{self.month:02d}/{self.year:04d}"

    def complete(self) -> BirthDate:
        """Apply the RNIV completion (ins-rules TRT-08, EXI ID 11, reported).

        Day unknown: first of the month. Month unknown: January, same day. Both: 31 December. A complete date
        is returned as it is.
        """
        if not self.month and not self.day:
            return replace(self, month=_MONTHS_IN_YEAR, day=_LONGEST_MONTH)
        return replace(self, month=self.month or 1, day=self.day or 1)

    def to_date(self) -> dt.date:
        """Give the day in the calendar.

        Raises:
            BirthDateError: the month or the day is unknown.
        """
        if self.is_lunar:
            part = "day" if self.month else "month"
            raise BirthDateError(part, "a complete date", self.iso())
        return dt.date(self.year, self.month, self.day)

    def __str__(self) -> str:
        return self.iso()
