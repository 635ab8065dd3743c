"""Families on a Vitale card: drawn afresh, known to INSi by card, and the card that the software reads.

Ordinary people drawn for a check are on no card. A family here is an insured person with those who depend on them, made
so that a wrong choice is seen whoever is asked for: an only child who bears the 1er prénom of his father, twins of one sex
whom the *rang gémellaire* alone tells apart, and an adult whose own certified number the card holds (insi-contract §2.2
and §2.6).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.cards import Beneficiary, VitaleCard
from conformance.suite.desk.cast import played
from simulator.ins.matricule import Matricule
from simulator.registry.person import Card, Person

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.people import Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of a family and their place on its card."""

    key: str
    """Kebab-case, shown in reasons."""
    person: Person
    rank: str
    """How the bench names them to the software: their order on the card."""

    @property
    def card(self) -> Card:
        """Where INSi finds them."""
        card = self.person.card
        assert card is not None
        return card


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Everybody on one card."""

    serial: str
    members: tuple[Member, ...]

    @property
    def insured(self) -> Member:
        """Whose card it is."""
        return self.members[0]

    def member(self, key: str) -> Member:
        """Return a member by key."""
        return next(each for each in self.members if each.key == key)

    def card(self, serial: str | None = None) -> VitaleCard:
        """Return the card as a reader reads it; with ``serial``, another card of the same family."""
        return VitaleCard(
            number=serial or self.serial, beneficiaries=tuple(map(self._beneficiary, self.members))
        )

    def _beneficiary(self, member: Member) -> Beneficiary:
        traits = member.person.identity.traits
        own = member.person.identity.matricule.value
        return Beneficiary(
            rank=member.rank,
            birth_name=traits.birth_name,
            # In no file: what the card says of a name in use is then seen wherever it goes.
            used_name="VOLBRIKEN" if member.key in ADULTS else None,
            first_name=member.person.first_name,
            birth_date=traits.birth_date,
            sex=traits.sex,
            billing_number=self.insured.person.identity.matricule.value,
            birth_rank=member.card.birth_rank,
            # Children are on the card without a number of their own; the adults have theirs.
            own_number=own if member.key in ADULTS else None,
        )


ADULTS: Final = frozenset({"insured", "partner"})
ALONE: Final = "01"
"""The rank of whoever is on a card alone."""
KEYS: Final = ("insured", "partner", "child", "twin-1", "twin-2")
"""Who is on the card of a family, in the order of the card."""
_RANKS: Final = ("01", "02", "04", "05", "07")
"""Their ranks: those of people who have left the card are not given again, so a rank is no position."""


_PLACES: Final = (
    "001", "004", "006", "008", "011", "014", "017", "018", "019", "021", "022", "024", "026", "027", "028", "031",
    "032", "035", "038", "040", "041", "048", "056", "060", "061", "062", "064", "065", "066", "070", "071", "085",
)  # fmt: skip
"""Communes of Corse-du-Sud, as codes and numbers end."""
_OF_AGE: Final = ("1976-01-01", "1994-12-31")
"""Of a parent of the children below, born when a place in Corsica had a letter."""

_PARTNERS: Final = ("1981-09-30", "1949-12-31", "1956-02-29", "1968-01-01", "1974-06-15")
"""When the partner was born, of which the insured person tells: a card is not that of the young alone."""


def _moved(person: Person) -> Person:
    """Return a person born in another place of Corse-du-Sud, which of them their key tells."""
    identity = person.identity
    place = f"2A{_PLACES[zlib.crc32(person.key.encode()) % len(_PLACES)]}"
    number = identity.matricule.number
    moved = replace(
        identity,
        traits=replace(identity.traits, birth_place=place),
        matricule=Matricule.from_number(f"{number[:5]}{place}{number[10:]}"),
    )
    return replace(person, identity=moved)


def _insured(person: Person) -> Person:
    number = person.identity.matricule.number
    return replace(person, card=Card(insured_number=number, serial=_serial(number)))


def family(draw: Draw) -> Family:
    """Draw a family whom INSi knows by their card."""
    insured = draw(
        # The letter of a Corsican number is lost by what takes a number for digits. Birth date and place are left to chance:
        # a call by card bears no name of necessity, and two families with one number would be several people to INSi.
        birth_place="2A004",
        sex="F",
        nia=False,
        first_names_count=2,
        where=lambda person: _OF_AGE[0] <= person.identity.traits.birth_date <= _OF_AGE[1],
        shape=lambda person: _insured(_moved(person)),
    )
    assert insured.card is not None
    card = insured.card
    name = insured.identity.traits.birth_name

    def of_the_family(person: Person, birth_rank: str = "1") -> Person:
        traits = replace(person.identity.traits, birth_name=name)
        return replace(
            person,
            identity=replace(person.identity, traits=traits),
            card=replace(card, birth_rank=birth_rank),
        )

    born = _PARTNERS[zlib.crc32(insured.key.encode()) % len(_PARTNERS)]
    partner = draw(birth_date=born, sex="M", nia=False, shape=lambda person: replace(person, card=card))

    def named_after_the_partner(person: Person) -> Person:
        member = of_the_family(person)
        _, _, others = member.identity.traits.first_names.partition(" ")
        traits = replace(member.identity.traits, first_names=f"{partner.first_name} {others}".strip())
        return replace(member, identity=replace(member.identity, traits=traits))

    people = {
        "insured": insured,
        "partner": partner,
        "child": draw(birth_date="2012-02-08", sex="M", nia=False, shape=named_after_the_partner),
        "twin-1": draw(birth_date="2015-11-09", sex="F", nia=False, shape=of_the_family),
        "twin-2": draw(
            birth_date="2015-11-09", sex="F", nia=False, shape=lambda person: of_the_family(person, "2")
        ),
    }
    members = tuple(
        Member(key=key, person=people[key], rank=rank) for rank, key in zip(_RANKS, KEYS, strict=True)
    )
    return Family(serial=card.serial, members=members)


def on_own_card(part: Part, draw: Draw) -> Family:
    """Draw somebody for a part, whom INSi knows by a card that they are on alone, its insured person themselves."""

    def carded(*, shape: Callable[[Person], Person] | None = None, **wanted: Any) -> Person:
        return draw(shape=lambda person: _insured(shape(person) if shape else person), **wanted)

    insured = played(part, carded)
    assert insured.card is not None
    member = Member(key="insured", person=insured, rank=ALONE)
    return Family(serial=insured.card.serial, members=(member,))


def own_card(person: Person) -> VitaleCard:
    """Return a card that somebody is on alone, with the billing number of an insured person who is nobody's: never their INS."""
    traits, number = person.identity.traits, person.identity.matricule.number
    insured = f"{'2' if number[0] in '17' else '1'}{number[1:10]}{(int(number[10:]) + 6) % 999 + 1:03d}"
    return VitaleCard(
        number=_serial(insured),
        beneficiaries=(
            Beneficiary(
                rank=ALONE,
                birth_name=traits.birth_name,
                first_name=person.first_name,
                birth_date=traits.birth_date,
                sex=traits.sex,
                billing_number=Matricule.from_number(insured).value,
                birth_rank="1",
            ),
        ),
    )


def _serial(number: str) -> str:
    """Return a serial number made from that of the insured person: the same for the same draw, and nobody else's."""
    return f"80250{zlib.crc32(number.encode()):010d}"
