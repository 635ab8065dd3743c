"""People who are a case on purpose, and those that a case needs beside them.

``household`` makes the people of one case: somebody with the wished values, and the parent, child, twin or namesake
that goes with them. ``array`` makes those of the whole covering array, children being put on the cards of its parents
where ages allow.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from simulator.ins.identity import Traits
from simulator.population.births import date_tags
from simulator.population.cases import CaseError, check_case, designed_cases, parameters
from simulator.population.designed_births import DrawnDate, DrawnPlace, dated, draw_date, draw_place_of
from simulator.population.histories import FullPlaceError, NumberParts, draw_history, number_of
from simulator.population.name_draws import NameDraw, all_birth_names, draw_first_list
from simulator.population.profiles import ADULT_AGE, FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR
from simulator.population.shapes import birth_name_of, first_names_of_shape
from simulator.registry.person import Card

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from simulator.ins.identity import HistoricId
    from simulator.ins.matricule import Matricule
    from simulator.population.cases import Case
    from simulator.population.ordinary import Ordinary
    from simulator.population.registrar import Registrar
    from simulator.registry.person import Person

DESIGNED: Final = "designed"
"""Tag of the people of the covering array."""
COMPANION: Final = "companion"
"""Tag of those who are there because a designed person needs them."""

_ATTEMPTS: Final = 1000
_NAME_ATTEMPTS: Final = 50
_DATE_ATTEMPTS: Final = 20
_FIRST_DESIGNED_DAY: Final = dt.date(1930, 1, 1).toordinal()
_FIRST_DAY: Final = dt.date(FIRST_BIRTH_YEAR, 1, 1).toordinal()
_LAST_DAY: Final = dt.date(LAST_BIRTH_YEAR, 12, 31).toordinal()
_OTHER_SEX: Final = {"M": "F", "F": "M"}
_FIRST_CHILD_DAY: Final = dt.date(LAST_BIRTH_YEAR - ADULT_AGE + 1, 1, 1).toordinal()
_YEAR: Final = 365
_PARENT_AGE: Final = (20 * _YEAR, 42 * _YEAR)
"""Age in days of a companion parent at the birth."""
_ADOPTED_AGE: Final = (16 * _YEAR, 60 * _YEAR)
"""Age at the birth of a parent of the array who is given a child of it."""


@dataclass(slots=True, kw_only=True)
class _Draft:
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


@dataclass(slots=True)
class _Parent:
    """A parent of the array and the places taken on their card."""

    person: Person
    day: int
    taken: set[tuple[str, str]] = field(default_factory=set)


class Designer:
    """Makes the people of cases, among those of one population."""

    def __init__(self, registrar: Registrar, ordinary: Ordinary) -> None:
        """Take what gives numbers and what gives everything a case says nothing about."""
        self._registrar = registrar
        self._random = registrar.random
        self._ordinary = ordinary
        self._complete = False
        self._run_out: set[tuple[str, ...]] = set()

    def array(self) -> Iterator[Person]:
        """Yield the people of the covering array, drawn anew at each call: parents before their children.

        In a very large population some cases run out, such as 29 February in a country that no longer exists; they
        are then left out of the arrays after the first.

        Raises:
            CaseError: in the first array, a case that nobody can be made of.
        """
        parents: list[_Parent] = []
        children: list[Case] = []
        for case in designed_cases():
            if case["family"] in ("child", "twin"):
                children.append(case)
            else:
                yield from self._without_children(case, parents)
        for case in children:
            yield from self._with_parent(case, parents)
        for parent in parents:
            if not parent.taken:
                yield self._companion_child(parent, tagged=True)
        self._complete = True

    def _without_children(self, case: Case, parents: list[_Parent]) -> Iterator[Person]:
        """Make the people of a case of the array; a parent is noted, the children are put on the card later."""
        for draft in self._drafts(case):
            if case["family"] == "parent":
                parents.append(_Parent(self._on_own_card(draft), draft.date.day))
                yield parents[-1].person
            else:
                yield from self._people_of(draft, case["family"], tagged=True)

    def _with_parent(self, case: Case, parents: list[_Parent]) -> Iterator[Person]:
        """Make a child of the array, on the card of a parent of the array or of a companion."""
        for draft in self._drafts(case):
            parent = self._parent_among(parents, draft)
            if parent is None:
                parent = _Parent(self._companion_parent(draft, tagged=True), 0)
                yield parent.person
            yield from self._children(draft, parent, twin=case["family"] == "twin", tagged=True)

    def household(self, case: Case, *, tagged: bool = False) -> list[Person]:
        """Make the people of one case, the one it is about first, but for a parent who comes before a child.

        Args:
            case: values of some parameters of ``cases.yaml``; the others are left to chance, the family to a card of
                one's own.
            tagged: give the tags ``case:...``, ``designed`` and ``companion`` too.

        Raises:
            CaseError: nobody can be made of it, most often because two values exclude one another.
        """
        check_case(case)
        family = case.get("family", "own-card")
        return self._people_of(self._draft(case, tagged=tagged), family, tagged=tagged)

    def _people_of(self, draft: _Draft, family: str, *, tagged: bool) -> list[Person]:
        if family == "no-card":
            return [self._register(draft, None)]
        if family == "parent":
            parent = _Parent(self._on_own_card(draft), draft.date.day)
            return [parent.person, self._companion_child(parent, tagged=tagged)]
        if family in ("child", "twin"):
            parent = _Parent(self._companion_parent(draft, tagged=tagged), 0)
            return [parent.person, *self._children(draft, parent, twin=family == "twin", tagged=tagged)]
        if family.startswith("namesake-"):
            namesake = self._namesake(draft, family, tagged=tagged)
            return [self._register(draft, None), self._register(namesake, None)]
        return [self._on_own_card(draft)]

    def _drafts(self, case: Case) -> list[_Draft]:
        """Give the one draft of a case of the array; none when it has run out."""
        name = tuple(case.values())
        if name in self._run_out:
            return []
        try:
            return [self._draft(case, tagged=True)]
        except CaseError:
            if not self._complete:
                raise
            self._run_out.add(name)
            return []

    def _draft(self, case: Case, *, tagged: bool) -> _Draft:
        for _ in range(_ATTEMPTS):
            draft = self._attempt(case, tagged=tagged)
            if draft is not None:
                return draft
        raise CaseError(f"case: expected values that somebody can have together, got {dict(case)}")

    def _attempt(self, case: Case, *, tagged: bool) -> _Draft | None:
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
        return _Draft(
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
        last = min([_LAST_DAY, *(_ordinal(value.born_to) for value in values)])
        if first > last:
            raise CaseError(f"case: expected values with a common birth date, got {dict(case)}")
        kind = case.get("date", "complete")
        if not tagged and kind != "leap-day":
            for _ in range(_DATE_ATTEMPTS):
                start = dt.date(self._ordinary.adult_year(), 1, 1).toordinal()
                day = start + int(self._random.random() * _YEAR)
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

    def _register(self, draft: _Draft, card: Card | None, *tags: str) -> Person:
        return self._registrar.register(
            Traits(
                birth_name=draft.name.text,
                first_names=draft.first.text,
                sex=draft.sex,
                birth_date=draft.date.text,
                birth_place=draft.place.code,
            ),
            draft.matricule,
            tuple(
                dict.fromkeys((*draft.name.tags, *draft.first.tags, *draft.place.tags, *draft.tags, *tags))
            ),
            card,
            oid=draft.parts.oid,
            history=draft.history,
        )

    def _on_own_card(self, draft: _Draft, *tags: str) -> Person:
        serial = self._registrar.next_serial()
        card = Card(insured_number=draft.matricule.number, birth_rank="1", serial=serial)
        return self._register(draft, card, *tags)

    def _parent_among(self, parents: list[_Parent], child: _Draft) -> _Parent | None:
        """Choose the parent of the array of a fitting age with the fewest children."""
        youngest, oldest = _ADOPTED_AGE
        fitting = [
            parent
            for parent in parents
            if youngest <= child.date.day - parent.day <= oldest
            and (child.date.text, "1") not in parent.taken
            and parent.person.first_name != child.first.text.partition(" ")[0]
        ]
        return min(fitting, key=lambda parent: len(parent.taken), default=None)

    def _children(self, draft: _Draft, parent: _Parent, *, twin: bool, tagged: bool) -> Iterator[Person]:
        """Register a child on the card of a parent, and their twin."""
        yield self._register(draft, self._place_on(parent, draft, "1"))
        if twin:
            yield self._register(self._twin(draft, tagged=tagged), self._place_on(parent, draft, "2"))

    def _place_on(self, parent: _Parent, child: _Draft, rank: str) -> Card:
        card = parent.person.card
        if card is None:
            raise CaseError(f"card: expected a parent with a card, got {parent.person.key} without")
        parent.taken.add((child.date.text, rank))
        return Card(insured_number=card.insured_number, birth_rank=rank, serial=card.serial)

    def _companion_parent(self, child: _Draft, *, tagged: bool) -> Person:
        youngest, oldest = _PARENT_AGE
        draft = self._companion(
            name=child.name,
            day=lambda: child.date.day - youngest - int(self._random.random() * (oldest - youngest)),
            tagged=tagged,
        )
        return self._on_own_card(draft, "insured")

    def _companion_child(self, parent: _Parent, *, tagged: bool) -> Person:
        first = max(_FIRST_CHILD_DAY, parent.day + _ADOPTED_AGE[0])
        draft = self._companion(
            day=lambda: first + int(self._random.random() * (_LAST_DAY - first + 1)),
            tagged=tagged,
        )
        return self._register(draft, self._place_on(parent, draft, "1"), "beneficiary")

    def _twin(self, other: _Draft, *, tagged: bool) -> _Draft:
        return self._companion(
            name=other.name,
            date=other.date,
            place=other.place,
            not_first=other.first,
            tagged=tagged,
            tags=["beneficiary", "twin"],
        )

    def _namesake(self, other: _Draft, kind: str, *, tagged: bool) -> _Draft:
        """Draw somebody who shares 3, 4 or 5 traits, the others being different."""
        tags = [kind, "no-card"]
        if kind == "namesake-5":
            return self._companion(
                name=other.name,
                first=other.first,
                sex=other.sex,
                date=other.date,
                place=other.place,
                tagged=tagged,
                tags=tags,
            )
        return self._companion(
            name=other.name,
            first=other.first if kind == "namesake-4" else None,
            not_first=other.first,
            sex=other.sex,
            date=other.date,
            not_place=other.place,
            tagged=tagged,
            tags=tags,
        )

    def _companion(
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
    ) -> _Draft:
        """Draw somebody ordinary but for what is given. Given first names are shared on purpose."""
        for _ in range(_ATTEMPTS):
            born = date or dated(self._random, day() if day else _LAST_DAY, "complete")
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
            return _Draft(
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
