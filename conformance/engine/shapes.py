"""The names, birth days and pasts of the people of a check: what is damaged in some of them alone shows in one.

Drawn as often as they are in France, one name in fifty has an apostrophe and one birth day in three hundred is the first of
January. So whoever a check draws, without a wish of its own, takes turns here too: names with an apostrophe, a hyphen, a space,
lists of four, compound first names, days at the edge of a month or a year, a former number. The turns are of unlike lengths, so
that each shape meets each other one in the end.
"""

from __future__ import annotations

import calendar
import datetime as dt
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.engine.lives import SUPER_USER
from simulator.ins.identity import HistoricId
from simulator.ins.matricule import Matricule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.registry.person import Person

_AS_CHANCE_WANTS: Final[Mapping[str, Any]] = {}
_BIRTH_NAMES: Final[Sequence[Mapping[str, Any]]] = (
    {"apostrophe_name": True},
    _AS_CHANCE_WANTS,
    {"space_name": True},
    {"hyphen_name": True},
    _AS_CHANCE_WANTS,
)
_FIRST_NAMES: Final[Sequence[Mapping[str, Any]]] = (
    {"first_names_count": 4},
    _AS_CHANCE_WANTS,
    {"compound_first_name": True},
    _AS_CHANCE_WANTS,
)
_DAYS: Final[Sequence[tuple[int, int] | None]] = (None, (1, 1), None, (0, 31), None, (2, 29), (12, 31))
"""Month and day; month 0: any; ``None``: as chance wants."""
_PASTS: Final = (False, False, True, True)
"""Whether somebody has a former number."""
_APART: Final = 2
"""By how many turns those whom the other user meets are apart."""


class Shapes:
    """Whose turn it is in one check.

    Args:
        key: of the check; it says where each turn begins.
    """

    def __init__(self, key: str) -> None:
        """Begin somewhere."""
        number = zlib.crc32(f"shapes/{key.replace(SUPER_USER, 'user')}".encode())
        self._begin = number % (len(_BIRTH_NAMES) * len(_FIRST_NAMES) * len(_DAYS))
        self._begin += _APART * (SUPER_USER in key)

    def names(self, turn: int, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is wished of a draw, with the shape of the names at this turn where nothing was wished of them."""
        place = self._begin + turn
        wish = dict(wanted)
        for shapes in (_BIRTH_NAMES, _FIRST_NAMES):
            # Whoever leaves one of them to chance by name has wished too.
            if wanted.keys().isdisjoint(name for shape in shapes for name in shape):
                wish |= shapes[place % len(shapes)]
        return wish

    def has_past(self, turn: int) -> bool:
        """Return whether whoever is drawn at this turn has a former number: one out of two."""
        return _PASTS[(self._begin // 2 + turn) % len(_PASTS)]

    def day(self, turn: int, date: str) -> str:
        """Return a birth date of the same year with the day of this turn, as AAAA-MM-JJ."""
        edge = _DAYS[(self._begin + turn) % len(_DAYS)]
        if edge is None:
            return date
        drawn = dt.date.fromisoformat(date)
        month, day = edge[0] or drawn.month, edge[1]
        last = calendar.monthrange(drawn.year, month)[1]
        return drawn.replace(month=month, day=min(day, last)).isoformat()


def is_shared(birth_date: str) -> bool:
    """Return whether a birth date is one on which many are born here: their names have to tell them apart."""
    return birth_date[5:] in {"01-01", "02-28", "02-29", "12-31"}


def with_past(person: Person) -> Person:
    """Return the person with a former number: the one now, of another order."""
    identity = person.identity
    number = identity.matricule.number
    former = HistoricId(
        matricule=Matricule.from_number(f"{number[:10]}{int(number[10:]) % 999 + 1:03d}"),
        oid=identity.oid,
        date_from="2011-05-02",
        date_to="2019-11-30",
    )
    return replace(person, identity=replace(identity, history=(former,)))
