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
from simulator.population.described.cases import CaseError, check_case, designed_cases
from simulator.population.described.profiles import ADULT_AGE, LAST_BIRTH_YEAR
from simulator.population.designed.drafting import LAST_DAY, YEAR, Draft, Drafter
from simulator.registry.person import Card

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.population.described.cases import Case
    from simulator.population.drawing.ordinary import Ordinary
    from simulator.population.drawing.registrar import Registrar
    from simulator.registry.person import Person

_FIRST_CHILD_DAY: Final = dt.date(LAST_BIRTH_YEAR - ADULT_AGE + 1, 1, 1).toordinal()
_PARENT_AGE: Final = (20 * YEAR, 42 * YEAR)
"""Age in days of a companion parent at the birth."""
_ADOPTED_AGE: Final = (16 * YEAR, 60 * YEAR)
"""Age at the birth of a parent of the array who is given a child of it."""


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
        self._drafter = Drafter(registrar, ordinary)
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
        return self._people_of(self._drafter.draft(case, tagged=tagged), family, tagged=tagged)

    def _people_of(self, draft: Draft, family: str, *, tagged: bool) -> list[Person]:
        if family == "no-card":
            return [self._register(draft, None)]
        if family == "parent":
            parent = _Parent(self._on_own_card(draft), draft.date.day)
            return [parent.person, self._companion_child(parent, tagged=tagged)]
        if family in ("child", "twin"):
            parent = _Parent(self._companion_parent(draft, tagged=tagged), 0)
            return [parent.person, *self._children(draft, parent, twin=family == "twin", tagged=tagged)]
        if family.startswith("namesake-"):
            namesake = self._drafter.namesake(draft, family, tagged=tagged)
            return [self._register(draft, None), self._register(namesake, None)]
        return [self._on_own_card(draft)]

    def _drafts(self, case: Case) -> list[Draft]:
        """Give the one draft of a case of the array; none when it has run out."""
        name = tuple(case.values())
        if name in self._run_out:
            return []
        try:
            return [self._drafter.draft(case, tagged=True)]
        except CaseError:
            if not self._complete:
                raise
            self._run_out.add(name)
            return []

    def _register(self, draft: Draft, card: Card | None, *tags: str) -> Person:
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

    def _on_own_card(self, draft: Draft, *tags: str) -> Person:
        serial = self._registrar.next_serial()
        card = Card(insured_number=draft.matricule.number, birth_rank="1", serial=serial)
        return self._register(draft, card, *tags)

    def _parent_among(self, parents: list[_Parent], child: Draft) -> _Parent | None:
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

    def _children(self, draft: Draft, parent: _Parent, *, twin: bool, tagged: bool) -> Iterator[Person]:
        """Register a child on the card of a parent, and their twin."""
        yield self._register(draft, self._place_on(parent, draft, "1"))
        if twin:
            yield self._register(self._drafter.twin(draft, tagged=tagged), self._place_on(parent, draft, "2"))

    def _place_on(self, parent: _Parent, child: Draft, rank: str) -> Card:
        card = parent.person.card
        if card is None:
            raise CaseError(f"card: expected a parent with a card, got {parent.person.key} without")
        parent.taken.add((child.date.text, rank))
        return Card(insured_number=card.insured_number, birth_rank=rank, serial=card.serial)

    def _companion_parent(self, child: Draft, *, tagged: bool) -> Person:
        youngest, oldest = _PARENT_AGE
        draft = self._drafter.companion(
            name=child.name,
            day=lambda: child.date.day - youngest - int(self._random.random() * (oldest - youngest)),
            tagged=tagged,
        )
        return self._on_own_card(draft, "insured")

    def _companion_child(self, parent: _Parent, *, tagged: bool) -> Person:
        first = max(_FIRST_CHILD_DAY, parent.day + _ADOPTED_AGE[0])
        draft = self._drafter.companion(
            day=lambda: first + int(self._random.random() * (LAST_DAY - first + 1)),
            tagged=tagged,
        )
        return self._register(draft, self._place_on(parent, draft, "1"), "beneficiary")
