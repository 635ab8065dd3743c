"""The names and birth days of the people of a check: what is damaged in some of them alone shows in one.

Drawn as often as they are in France, one name in fifty has an apostrophe and one birth day in three hundred is the first of
January. So whoever a check draws, without a wish of its own, takes turns here too: names with an apostrophe, a hyphen, a space,
lists of four, compound first names, days at the edge of a month or a year. The turns are of unlike lengths, so that each
shape meets each other one in the end.
"""

from __future__ import annotations

import calendar
import datetime as dt
import zlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
_SUPER_USER: Final = "super-user"
"""Stands in the name of a check that is done by each user."""
_APART: Final = 2
"""By how many turns those whom the other user meets are apart."""


class Shapes:
    """Whose turn it is in one check.

    Args:
        key: of the check; it says where each turn begins.
    """

    def __init__(self, key: str) -> None:
        """Begin somewhere."""
        number = zlib.crc32(f"shapes/{key.replace(_SUPER_USER, 'user')}".encode())
        self._begin = number % (len(_BIRTH_NAMES) * len(_FIRST_NAMES) * len(_DAYS))
        self._begin += _APART * (_SUPER_USER in key)

    def names(self, turn: int, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is wished of a draw, with the shape of the names at this turn where nothing was wished of them."""
        place = self._begin + turn
        wish = dict(wanted)
        for shapes in (_BIRTH_NAMES, _FIRST_NAMES):
            features = {name for shape in shapes for name in shape}
            if not any(wanted.get(name) is not None for name in features):
                wish |= shapes[place % len(shapes)]
        return wish

    def day(self, turn: int, date: str) -> str:
        """Return a birth date of the same year with the day of this turn, as AAAA-MM-JJ."""
        edge = _DAYS[(self._begin + turn) % len(_DAYS)]
        if edge is None:
            return date
        drawn = dt.date.fromisoformat(date)
        month, day = edge[0] or drawn.month, edge[1]
        last = calendar.monthrange(drawn.year, month)[1]
        return drawn.replace(month=month, day=min(day, last)).isoformat()
