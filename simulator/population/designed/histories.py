"""Former matricules of designed people: the values of ``history`` in ``cases.yaml``.

History is only known since 2006, ten changes at most (insi-contract §5.6, reported): dates follow one another between
the birth, or 2006, and the last day of the population.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.ins.identity import HistoricId
from simulator.population.drawing.registrar import DIGIT, NIA, NIR, TWO_DIGITS

if TYPE_CHECKING:
    from simulator.ins.matricule import Matricule
    from simulator.population.drawing.registrar import Registrar

FIRST_DAY: Final = dt.date(2006, 1, 1).toordinal()
LAST_DAY: Final = dt.date(2024, 12, 31).toordinal()
_MOST: Final = 10
_OTHER_SEX: Final = {"M": "F", "F": "M"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberParts:
    """What a matricule is made of, but for its order and key."""

    sex: str
    nature: str
    """``NIR`` or ``NIA``."""
    year: int
    month: str
    place: str

    @property
    def start(self) -> str:
        """The first ten characters."""
        return f"{DIGIT[self.sex, self.nature]}{TWO_DIGITS[self.year % 100]}{self.month}{self.place}"

    @property
    def oid(self) -> str:
        """The OID of such a number in a population."""
        return NIA if self.nature == "NIA" else NIR


class FullPlaceError(ValueError):
    """No order number is free in this month and place."""


def number_of(registrar: Registrar, parts: NumberParts) -> Matricule:
    """Draw a free matricule.

    Raises:
        FullPlaceError: none seems free.
    """
    found = registrar.take_number(parts.start)
    if found is None:
        raise FullPlaceError(f"matricule: expected a free order number for {parts.start}, found none")
    return found


def draw_history(
    registrar: Registrar, kind: str, active: Matricule, parts: NumberParts, birth_day: int
) -> tuple[HistoricId, ...]:
    """Give the former matricules of somebody, oldest first.

    Args:
        registrar: gives free numbers.
        kind: a value of ``history`` in ``cases.yaml``.
        active: the matricule of today.
        parts: what it is made of.
        birth_day: ordinal.

    Raises:
        FullPlaceError: no order number is free.
    """
    if kind == "repeats-active":
        return (HistoricId(matricule=active, oid=parts.oid),)
    former = _former(kind, parts)
    dates = _dates(len(former), birth_day) if kind != "undated" else [_Period(None, None)] * len(former)
    return tuple(
        HistoricId(
            matricule=number_of(registrar, each), oid=each.oid, date_from=period.first, date_to=period.last
        )
        for each, period in zip(former, dates, strict=True)
    )


class _Period(NamedTuple):
    first: str | None
    last: str | None


def _former(kind: str, parts: NumberParts) -> list[NumberParts]:
    other_sex = _OTHER_SEX[parts.sex]
    match kind:
        case "none":
            return []
        case "nia-to-nir":
            return [replace(parts, nature="NIA")]
        case "sex-changed":
            return [replace(parts, sex=other_sex)]
        case "date-corrected":
            return [replace(parts, year=parts.year - 1)]
        case "several":
            return [replace(parts, nature="NIA", sex=other_sex), replace(parts, sex=other_sex)]
        case "ten":
            return [parts] * _MOST
        case "undated":
            return [parts]
    raise ValueError(f"history: expected a value of cases.yaml, got {kind!r}")


def _dates(count: int, birth_day: int) -> list[_Period]:
    """Cut the time that history knows in equal parts; the active matricule has the last one."""
    first = max(FIRST_DAY, birth_day)
    length = (LAST_DAY - first) // (count + 1)
    return [
        _Period(
            dt.date.fromordinal(first + index * length).isoformat(),
            dt.date.fromordinal(first + (index + 1) * length - 1).isoformat(),
        )
        for index in range(count)
    ]
