"""What the teleservice must answer, worked out from the registry alone.

Independent of the simulator's own matching on purpose: the load test is there to catch it lying.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from conformance.load.profile import STUDY_SHARES
from simulator.ins import comparison_key
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from random import Random

    from simulator.registry.person import Person

WITH_PLACE_SHARE: Final = 0.5
"""Share of look-ups that give the birth place."""
UNKNOWN_MARK: Final = "XQZ"
"""No name of a registry ends so."""


class NobodyToAskError(TextError, ValueError):
    """The registry has nobody whom the shares asked for can be about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """A former matricule that the answer must tell."""

    matricule: str
    oid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What one call asks, and the answer it must get."""

    birth_name: str
    first_name: str
    sex: str
    birth_date: str
    birth_place: str | None
    code: str
    operation: str = "traits"
    matricule: str | None = None
    """15 characters; of the answer for code 00 of a search, claimed by a verification."""
    oid: str | None = None
    first_names: str | None = None
    place_answered: str | None = None
    history: tuple[Former, ...] = ()
    insured: str | None = None
    """Of a search by card, as the two following."""
    rank: str | None = None
    serial: str | None = None

    def __str__(self) -> str:
        """Return what is asked on one line."""
        parts = (self.birth_name, self.first_name, self.sex, self.birth_date, self.birth_place)
        line = " ".join(part for part in parts if part)
        return line if self.operation == "traits" else f"{self.operation} {line}"


class Lookups:
    """Draws look-ups of people of a registry, in shares that are kept by choosing people."""

    def __init__(
        self,
        people: Iterable[Person],
        random: Random,
        *,
        shares: Mapping[str, float] | None = None,
        partial: bool = False,
    ) -> None:
        """Keep the people and find out whom their traits tell apart.

        Args:
            people: of the registry.
            random: what draws them.
            shares: of ``found``, ``unknown`` and ``several``; those of the public study when left out.
            partial: the registry has more people: the birth place is always given, as a namesake may be among them.

        Raises:
            NobodyToAskError: there is nobody to look up.
        """
        self._people = list(people)
        if not self._people:
            raise NobodyToAskError(
                Text(
                    "des personnes sont attendues dans le registre, il n'y en a pas",
                    "expected people in the registry, got none",
                )
            )
        self._random = random
        self._shares = dict(shares or STUDY_SHARES)
        self._partial = partial
        alone, self._several, apart = _sorted_out(self._people)
        self._found = [*alone, *apart]
        self._claimable = [
            person
            for person in self._people
            if person.identity.matricule.is_valid and "-00" not in person.identity.traits.birth_date
        ] or self._people
        self._needs_place = {id(person) for person in apart}
        on_card = Counter(_card_place(person) for person in self._people if person.card)
        self._cards = [person for person in self._people if person.card and on_card[_card_place(person)] == 1]
        kinds = {"found": bool(self._found), "unknown": True, "several": bool(self._several)}
        self._kinds = [kind for kind, there in kinds.items() if there and self._shares.get(kind, 0) > 0]
        self._cumulated = list(accumulate(self._shares[kind] for kind in self._kinds))
        if not self._kinds:
            raise NobodyToAskError(
                Text(
                    f"des personnes que le registre peut répondre en {', '.join(self._shares)} sont attendues, il n'y en a pas : donnez plus de personnes",
                    f"expected people whom the registry can answer as {', '.join(self._shares)}, got none: give more people",
                )
            )

    @property
    def can_find_by_card(self) -> bool:
        """Whether anybody is on a card."""
        return bool(self._cards)

    @property
    def findable(self) -> Sequence[Person]:
        """People whom a software can enter and finds by their traits: those of a complete birth date."""
        return [
            person
            for person in self._found
            if id(person) not in self._needs_place and "-00" not in person.identity.traits.birth_date
        ]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of people that are drawn; ``several`` needs namesakes."""
        return tuple(self._kinds)

    def draw(self) -> Lookup:
        """Return a look-up by traits: of somebody known, of namesakes, or of nobody."""
        kind = self._kind()
        if kind == "several":
            person = self._random.choice(self._several)
            return _asking(person, None, "02")
        person = self._random.choice(self._found or self._people)
        place = self._place(person)
        if kind == "unknown":
            return _unknown(_asking(person, place, "01"))
        return _finding(person, place)

    def draw_unknown(self) -> Lookup:
        """Return a look-up by traits of nobody."""
        return _unknown(_asking(self._random.choice(self._claimable), None, "01"))

    def card(self) -> Lookup:
        """Return a search by card: of somebody on it, or of nobody."""
        person = self._random.choice(self._cards)
        card = person.card
        assert card is not None  # noqa: S101 - never so: for the type checker
        about = _finding(person, None) if self._kind() != "unknown" else None
        if about is None:
            # A rank that nobody of this card has: it exists, the beneficiary does not.
            about = replace(_asking(person, None, "01"), birth_date="1850-01-01")
        return replace(
            about,
            operation="card",
            insured=card.insured_number,
            rank=card.birth_rank,
            serial=card.serial,
        )

    def claim(self) -> Lookup:
        """Return a unit verification: of the identity of somebody, or of one with a trait of somebody else."""
        person = self._random.choice(self._claimable)
        place = self._place(person)
        told = replace(_finding(person, place), operation="verify")
        return replace(_unknown(told), code="01") if self._kind() == "unknown" else told

    def _place(self, person: Person) -> str | None:
        needed = self._partial or id(person) in self._needs_place
        if needed or self._random.random() < WITH_PLACE_SHARE:
            return person.identity.traits.birth_place
        return None

    def _kind(self) -> str:
        point = self._random.random() * self._cumulated[-1]
        return self._kinds[min(bisect(self._cumulated, point), len(self._kinds) - 1)]


def journey(lookup: Lookup) -> list[Lookup]:
    """Return the look-ups of a client that tries all first names: one by one, then joined (insi-contract §1.3, §6.2)."""
    names = (lookup.first_names or lookup.first_name).split(" ")
    if lookup.code != "01" or len(names) < 2:  # noqa: PLR2004 - what it stands for is in the line
        return [lookup]
    tried = list(dict.fromkeys([lookup.first_name, *names, " ".join(names)]))
    return [replace(lookup, first_name=name) for name in tried]


def _sorted_out(people: Sequence[Person]) -> tuple[list[Person], list[Person], list[Person]]:
    """Return those whom four traits tell apart, those who share them, and those of these whom the place tells apart."""
    groups: dict[tuple[str, str, str], list[Person]] = {}
    for person in people:
        traits = person.identity.traits
        groups.setdefault((comparison_key(traits.birth_name), traits.sex, traits.birth_date), []).append(
            person
        )
    alone: list[Person] = []
    several: list[Person] = []
    apart: list[Person] = []
    for members in groups.values():
        if len(members) == 1:
            alone += members
            continue
        for person in members:
            # Who may be meant by this first name, hyphens and all: how the real service compares them is not known.
            asked = comparison_key(person.first_name).split()
            same = [each for each in members if _given(each)[: len(asked)] == asked]
            if len(same) == 1:
                alone.append(person)
                continue
            several.append(person)
            places = [each.identity.traits.birth_place for each in same]
            if places.count(person.identity.traits.birth_place) == 1 and person.identity.traits.birth_place:
                apart.append(person)
    return alone, several, apart


def _given(person: Person) -> list[str]:
    return comparison_key(person.identity.traits.first_names).split()


def _card_place(person: Person) -> tuple[str, str, str]:
    card = person.card
    assert card is not None  # noqa: S101 - never so: for the type checker
    return card.insured_number, person.identity.traits.birth_date, card.birth_rank


def _asking(person: Person, place: str | None, code: str) -> Lookup:
    traits = person.identity.traits
    return Lookup(
        birth_name=traits.birth_name,
        first_name=person.first_name,
        sex=traits.sex,
        birth_date=traits.birth_date,
        birth_place=place,
        code=code,
    )


def _finding(person: Person, place: str | None) -> Lookup:
    identity, traits = person.identity, person.identity.traits
    return replace(
        _asking(person, place, "00"),
        matricule=identity.matricule.value,
        oid=str(identity.oid),
        first_names=traits.first_names,
        place_answered=traits.birth_place,
        history=tuple(
            Former(matricule=former.matricule.value, oid=str(former.oid)) for former in identity.history
        ),
    )


def _unknown(lookup: Lookup) -> Lookup:
    # Order is kept, and the length stays lawful.
    return replace(lookup, birth_name=f"{lookup.birth_name[: 80 - len(UNKNOWN_MARK)]}{UNKNOWN_MARK}")
