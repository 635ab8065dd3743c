"""Birth places: the codes of the Code officiel géographique (COG), communes and foreign countries.

The table covers 1943 to 2026, former communes included (see ``data/README.md`` for provenance and gaps). A
well-formed code that is absent deserves a warning, never a refusal: the live qualification service returns
``2A020``, which no list has (ins-formats §7).
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from simulator.ins.cog_table import parse_line, unpack
from simulator.ins.traits import LexicalCode, LexicalProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN_PLACE = "99999"
"""The code of an unknown place (ins-rules TRT-10). INSi never returns it."""

TABLE = "cog.txt.gz"
"""Name of the packaged table, beside ``data/README.md``."""

_FORMAT = re.compile(r"\d{5}|2[AB]\d{3}", re.ASCII)
_CODE_LENGTH = 5


class PlaceKind(StrEnum):
    """What a code designates during a period."""

    CURRENT = "current"
    """A commune."""
    DELEGATED = "delegated"
    ASSOCIATED = "associated"
    ARRONDISSEMENT = "arrondissement"
    """Of Paris, Lyon or Marseille."""
    FORMER = "former"
    """Any of the above during a period that is over."""
    COUNTRY = "country"
    """Foreign country or territory, extinct ones included."""
    UNKNOWN = "unknown"
    """The place is not known: code 99999."""


class Validity(StrEnum):
    """Whether a code was in force at a date."""

    VALID = "valid"
    NOT_YET = "not yet"
    """The code came later. Registers re-coded after the event do carry it: the CNDA test person TOUSSAINT,
    born in 1960, has 2B020, in force from 1976."""
    NO_LONGER = "no longer"
    """The code was out of force: its last period, or the one before a gap, had ended."""
    UNKNOWN_CODE = "unknown code"


@dataclass(frozen=True, slots=True)
class Place:
    """One code during one period with the same name and status."""

    code: str
    name: str
    """With accents and article; for a country, its latest designation."""
    kind: PlaceKind
    valid_from: dt.date | None
    """First day; none when there is no known lower bound."""
    valid_to: dt.date | None
    """Last day, included; none when still valid at 2026-01-01."""
    successor: str | None
    """Code that names the place from the next day, often the same; none when open, split or a country."""
    parent: str | None
    """Commune to which a delegated or associated commune, or an arrondissement, belonged."""

    def covers(self, date: dt.date) -> bool:
        """Tell whether a day falls in this period."""
        return (self.valid_from is None or self.valid_from <= date) and (
            self.valid_to is None or date <= self.valid_to
        )


_SHARED_PREFIX = "985"
_LAST_DAY_OF_INDOCHINA = dt.date(1954, 7, 19)
"""The codes of Vietnam begin on the next day."""

_UNKNOWN = Place(UNKNOWN_PLACE, "Lieu inconnu", PlaceKind.UNKNOWN, None, None, None, None)


class Cog:
    """The table of codes. ``cog()`` gives the packaged one.

    99999 is no code of the COG: ``periods`` and ``at`` name it, with kind UNKNOWN, everything else denies it.
    """

    def __init__(self, table: bytes) -> None:
        """Read a table written by ``simulator.ins.build_cog``.

        Raises:
            ValueError: not such a table.
        """
        self._lines = unpack(table)

    def __len__(self) -> int:
        """Count the codes."""
        return len(self._lines)

    def codes(self) -> Iterator[str]:
        """Yield every code, communes then countries, sorted."""
        return (line[:_CODE_LENGTH].decode() for line in self._lines)

    def exists(self, code: str) -> bool:
        """Tell whether a code was ever used since 1943."""
        return self._line(code) is not None

    def periods(self, code: str) -> tuple[Place, ...]:
        """Give the periods of a code, oldest first; empty for an unknown code."""
        if code == UNKNOWN_PLACE:
            return (_UNKNOWN,)
        line = self._line(code)
        return () if line is None else _places(line)

    def at(self, code: str, date: dt.date | None) -> Place | None:
        """Give the period of a code that covers a date; without date, the latest period.

        As lenient as ``is_valid_at``: a country is found at any date before its ``valid_from``. The codes 985xx, of Mayotte,
        were those of Indochina until 1954: which of the two a birth before that was in, the code does not say.
        """
        periods = self.periods(code)
        if not periods or date is None:
            return periods[-1] if periods else None
        if code.startswith(_SHARED_PREFIX) and date <= _LAST_DAY_OF_INDOCHINA:
            return Place(
                code, "Indochine ou Mayotte", PlaceKind.FORMER, None, _LAST_DAY_OF_INDOCHINA, code, None
            )
        if periods[0].kind is PlaceKind.COUNTRY and self.is_valid_at(code, date):
            return periods[-1]
        return next((place for place in periods if place.covers(date)), None)

    def validity_at(self, code: str, date: dt.date) -> Validity:
        """Tell whether a code was in force at a date, as far as the data says.

        After 2021 the dates of changes may be up to a year late (``data/README.md``).
        """
        if not self.exists(code):
            return Validity.UNKNOWN_CODE
        periods = self.periods(code)
        if any(place.covers(date) for place in periods):
            return Validity.VALID
        first = periods[0].valid_from
        return Validity.NOT_YET if first is not None and date < first else Validity.NO_LONGER

    def is_valid_at(self, code: str, date: dt.date) -> bool:
        """Tell whether a birth at that date may bear this code.

        Strict for communes. For countries a code that came later is accepted, because births were coded after
        the event: typically Algeria, Morocco and Tunisia before independence.
        """
        validity = self.validity_at(code, date)
        return validity is Validity.VALID or (
            validity is Validity.NOT_YET and self.periods(code)[0].kind is PlaceKind.COUNTRY
        )

    def current(self, code: str) -> Place | None:
        """Give the place today: follow successors from the latest period of the code until an open one.

        The result may be a delegated commune or an arrondissement: its ``parent`` is the commune. None for an
        unknown code, an extinct country, and a commune that was split.
        """
        place = self.at(code, None) if self.exists(code) else None
        while place is not None and place.valid_to is not None:
            if place.successor is None:
                return None
            place = self.at(place.successor, place.valid_to + dt.timedelta(days=1))
        return place

    def _line(self, code: str) -> bytes | None:
        if len(code) != _CODE_LENGTH or not code.isascii():
            return None
        start = code.encode() + b"\t"
        index = bisect_left(self._lines, start)
        if index < len(self._lines) and self._lines[index].startswith(start):
            return self._lines[index]
        return None


@cache
def cog() -> Cog:
    """Give the packaged COG, read at the first call (Source: Insee, Licence Ouverte 2.0)."""
    return Cog((files("simulator.ins") / "data" / TABLE).read_bytes())


def check_place_format(code: str) -> list[LexicalProblem]:
    """Check the shape of a birth place: five digits, or 2A or 2B and three digits (ins-formats §9).

    Whether the code exists is for ``cog()`` to say; 99999 has the right shape.
    """
    if _FORMAT.fullmatch(code):
        return []
    expected = "five digits, or 2A or 2B and three digits"
    return [LexicalProblem(None, expected, repr(code), LexicalCode.FORMAT)]


@lru_cache(maxsize=4096)
def _places(line: bytes) -> tuple[Place, ...]:
    return tuple(
        Place(
            code=row.code,
            name=row.name,
            kind=PlaceKind(row.kind),
            valid_from=_date(row.valid_from),
            valid_to=_date(row.valid_to),
            successor=row.successor or None,
            parent=row.parent or None,
        )
        for row in parse_line(line)
    )


def _date(iso: str) -> dt.date | None:
    return dt.date.fromisoformat(iso) if iso else None
