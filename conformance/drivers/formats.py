"""How texts on the driver API are written: marks on the types of the model, which the reader obeys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Format:
    """A form that a text has to have."""

    name: str
    fits: Callable[[str], bool]
    expected: Text
    """What an error says was expected."""


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


NOT_EMPTY = Format("not_empty", bool, Text("un texte qui n'est pas vide", "a text that is not empty"))
DAY = Format(
    "day",
    lambda text: re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None,
    Text(
        "une date AAAA-MM-JJ telle qu'enregistrée, sans heure (00 pour un jour ou un mois inconnu)",
        "a date AAAA-MM-JJ as stored, without a time (00 for an unknown day or month)",
    ),
)
MOMENT = Format(
    "moment",
    _is_moment,
    Text(
        "une date et heure ISO telle que 2026-03-02T09:14:05+01:00",
        "an ISO date and time such as 2026-03-02T09:14:05+01:00",
    ),
)

Identifier = Annotated[str, NOT_EMPTY]
"""A text that is not empty."""
Day = Annotated[str, DAY]
"""A stored date: ``AAAA-MM-JJ``, not necessarily of the calendar (``1960-00-00``)."""
Moment = Annotated[str, MOMENT]
"""An ISO date and time."""
