"""Somebody of a case drawn whole, before they are registered: traits, matricule, history and tags that go together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.population.described.cases import CaseError, parameters
from simulator.population.described.profiles import FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR
from simulator.population.designed.births import DrawnDate, DrawnPlace, dated, draw_date, draw_place_of
from simulator.population.designed.histories import FullPlaceError, NumberParts, draw_history, number_of
from simulator.population.designed.shapes import birth_name_of, first_names_of_shape
from simulator.population.drawing.births import date_tags
from simulator.population.drawing.name_draws import NameDraw, all_birth_names, draw_first_list

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.ins.identity import HistoricId
    from simulator.ins.matricule import Matricule
    from simulator.population.described.cases import Case
    from simulator.population.drawing.ordinary import Ordinary
    from simulator.population.drawing.registrar import Registrar

DESIGNED: Final = "designed"
"""Tag of the people of the covering array."""
COMPANION: Final = "companion"
"""Tag of those who are there because a designed person needs them."""

LAST_DAY: Final = dt.date(LAST_BIRTH_YEAR, 12, 31).toordinal()
"""Ordinal of the last possible birth."""
YEAR: Final = 365
"""Days."""

_ATTEMPTS: Final = 1000
_NAME_ATTEMPTS: Final = 50
_DATE_ATTEMPTS: Final = 20
_FIRST_DESIGNED_DAY: Final = dt.date(1930, 1, 1).toordinal()
_FIRST_DAY: Final = dt.date(FIRST_BIRTH_YEAR, 1, 1).toordinal()
_OTHER_SEX: Final = {"M": "F", "F": "M"}


@dataclass(slots=True, kw_only=True)
class Draft:
    """Somebody not registered yet."""

    sex: str
    date: DrawnDate
    place: DrawnPlace
    name: NameDraw
    first: NameDraw
    parts: NumberParts
    matricule: Matricule
    tags: list[str]
    history: tuple[HistoricId, ...] = ()


class Drafter:
    """Draws people of cases, and those who go with them, for one population."""

    def __init__(self, registrar: Registrar, ordinary: Ordinary) -> None:
        """Take what gives numbers and what gives everything a case says nothing about."""
        self._registrar = registrar
        self._random = registrar.random
        self._ordinary = ordinary

    def draft(self, case: Case, *, tagged: bool) -> Draft:
        """Draw somebody of a case.

        Args:
            case: values of some parameters; the others are left to chance.
            tagged: give the tags of the covering array too.

        Raises:
            CaseError: nobody can be made of it.
        """
        for _ in range(_ATTEMPTS):
            draft = self._attempt(case, tagged=tagged)
            if draft is not None:
                return draft
        raise CaseError(f"case: expected values that somebody can have together, got {dict(case)}")

    def _attempt(self, case: Case, *, tagged: bool) -> Draft | None:
        """Draw a whole draft; none when a place did not exist or is full, or the traits are taken."""
        identifier = case.get("identifier", "nir")
        date = self._date(case, tagged=tagged)
        sex = self._ordinary.sex(date.year)
        with_nia = identifier == "nia" or case.get("history") in ("nia-to-nir", "several")
        try:
            place = draw_place_of(
                self._random,
                case.get("place"),
                date.day,
                recoded=identifier == "place-recoded",
                quiet=with_nia,
            )
        except ValueError:
            return None
        names = self._names(case, sex, date)
        if names is None:
            return None
        parts = NumberParts(
            sex=_OTHER_SEX[sex] if identifier == "sex-differs" else sex,
            nature="NIA" if identifier == "nia" else "NIR",
            year=date.year - 1 if identifier == "number-date-differs" else date.year,
            month=date.month,
            place=place.registered,
        )
        try:
            matricule = number_of(self._registrar, parts)
            history = draw_history(self._registrar, case.get("history", "none"), matricule, parts, date.day)
        except FullPlaceError:
            return None
        return Draft(
            sex=sex,
            date=date,
            place=place,
            name=names[0],
            first=names[1],
            parts=parts,
            matricule=matricule,
            tags=[*date_tags(date.text, date.month), *_tags(case, tagged=tagged)],
            history=history,
        )

    def _date(self, case: Case, *, tagged: bool) -> DrawnDate:
        values = [parameters()[parameter].values[value] for parameter, value in case.items()]
        first = max([_FIRST_DAY, *(_ordinal(value.born_from) for value in values)])
        last = min([LAST_DAY, *(_ordinal(value.born_to) for value in values)])
        if first > last:
            raise CaseError(f"case: expected values with a common birth date, got {dict(case)}")
        kind = case.get("date", "complete")
        if not tagged and kind != "leap-day":
            for _ in range(_DATE_ATTEMPTS):
                start = dt.date(self._ordinary.adult_year(), 1, 1).toordinal()
                day = start + int(self._random.random() * YEAR)
                if first <= day <= last:
                    return dated(self._random, day, kind)
        # Designed people are of all ages alike; so are those whose case few adults can have, such as children.
        start = _FIRST_DESIGNED_DAY if first <= _FIRST_DESIGNED_DAY <= last else first
        return draw_date(self._random, kind, start, last)

    def _names(self, case: Case, sex: str, date: DrawnDate) -> tuple[NameDraw, NameDraw] | None:
        shape, first_shape = case.get("name"), case.get("first_names")
        if shape is None and first_shape is None:
            return self._ordinary.draw_names(sex, date.text, date.day, date.year)
        draw = self._random.random
        for _ in range(_NAME_ATTEMPTS):
            name = all_birth_names().draw(draw) if shape is None else birth_name_of(self._random, shape)
            first = (
                draw_first_list(draw, sex, date.year)
                if first_shape is None
                else first_names_of_shape(self._random, first_shape, sex, date.year)
            )
            if self._registrar.take_traits(name.mark, first.mark, sex, date.text):
                return name, first
        return None

    def twin(self, other: Draft, *, tagged: bool) -> Draft:
        """Draw the twin of somebody: same name, date and place.

        Raises:
            CaseError: no matricule is free there.
        """
        return self.companion(
            name=other.name,
            date=other.date,
            place=other.place,
            not_first=other.first,
            tagged=tagged,
            tags=["beneficiary", "twin"],
        )

    def namesake(self, other: Draft, kind: str, *, tagged: bool) -> Draft:
        """Draw somebody who shares 3, 4 or 5 traits, the others being different.

        Raises:
            CaseError: no matricule is free there.
        """
        tags = [kind, "no-card"]
        if kind == "namesake-5":
            return self.companion(
                name=other.name,
                first=other.first,
                sex=other.sex,
                date=other.date,
                place=other.place,
                tagged=tagged,
                tags=tags,
            )
        return self.companion(
            name=other.name,
            first=other.first if kind == "namesake-4" else None,
            not_first=other.first,
            sex=other.sex,
            date=other.date,
            not_place=other.place,
            tagged=tagged,
            tags=tags,
        )

    def companion(
        self,
        *,
        tagged: bool,
        day: Callable[[], int] | None = None,
        sex: str | None = None,
        date: DrawnDate | None = None,
        name: NameDraw | None = None,
        first: NameDraw | None = None,
        not_first: NameDraw | None = None,
        place: DrawnPlace | None = None,
        not_place: DrawnPlace | None = None,
        tags: Sequence[str] = (),
    ) -> Draft:
        """Draw somebody ordinary but for what is given. Given first names are shared on purpose.

        Raises:
            CaseError: nobody goes with what is given.
        """
        for _ in range(_ATTEMPTS):
            born = date or dated(self._random, day() if day else LAST_DAY, "complete")
            its_sex = sex or self._ordinary.sex(born.year)
            where = place or draw_place_of(self._random, None, born.day, recoded=False, quiet=False)
            if not_place is not None and where.code == not_place.code:
                continue
            if name is None:
                its_name, its_first = self._ordinary.draw_names(its_sex, born.text, born.day, born.year)
            else:
                its_name = name
                its_first = first or draw_first_list(self._random.random, its_sex, born.year)
                if first is None and (
                    (not_first is not None and its_first.mark == not_first.mark)
                    or not self._registrar.take_traits(name.mark, its_first.mark, its_sex, born.text)
                ):
                    continue
            parts = NumberParts(
                sex=its_sex, nature="NIR", year=born.year, month=born.month, place=where.registered
            )
            try:
                matricule = number_of(self._registrar, parts)
            except FullPlaceError:
                if place is not None:
                    raise CaseError(f"matricule: none is free for {parts.start}") from None
                continue
            return Draft(
                sex=its_sex,
                date=born,
                place=where,
                name=its_name,
                first=its_first,
                parts=parts,
                matricule=matricule,
                tags=[*date_tags(born.text, born.month), *tags, *((COMPANION,) if tagged else ())],
            )
        raise CaseError("companion: nobody who goes with this case could be drawn")


def _tags(case: Case, *, tagged: bool) -> list[str]:
    values = [parameters()[parameter].values[value] for parameter, value in case.items()]
    tags = [tag for value in values for tag in value.tags]
    return [*tags, DESIGNED, *(value.tag for value in values)] if tagged else tags


def _ordinal(iso: str) -> int:
    return dt.date.fromisoformat(iso).toordinal()
