"""The people of the checks: drawn afresh for each, typed in as a user would, sometimes with a fault on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from conformance.drivers.model import PatientTraits
from simulator.ins.identity import HistoricId
from simulator.registry.person import Person

if TYPE_CHECKING:
    from typing import Any

Draw = Callable[..., Person]
"""Returns a fresh person known to INSi; see ``simulator.population.generate.draw`` for what can be wished, and ``where=``
for a condition."""


class Drawing(Protocol):
    """Whoever draws people: the desk of a check."""

    @property
    def draw(self) -> Draw:
        """Return what draws somebody."""
        ...


MANDATORY: Final = ("birth_name", "first_name", "birth_date", "sex", "birth_place")
"""The five traits of Règle 5."""

PLAIN: dict[str, Any] = {
    "hyphen_name": False,
    "apostrophe_name": False,
    "space_name": False,
    "compound_first_name": False,
}
"""Wish for a person whose birth name and first of the first names are letters only."""


NAMES_IN_USE: Final = {"used_name": "DE LA KVORLAN-VIZ", "used_first_name": "NALROVK D'KV"}
"""Names that nobody was born with, and of which something is easily lost."""


def typed(person: Person, **others: str | None) -> PatientTraits:
    """Return the traits of a person as a user types them: the names in use left empty; ``others`` replace."""
    traits = person.identity.traits
    return replace(
        PatientTraits(
            birth_name=traits.birth_name,
            first_name=person.first_name,
            first_names=traits.first_names,
            birth_date=traits.birth_date,
            sex=traits.sex,
            birth_place=traits.birth_place,
        ),
        **others,
    )


def lengthened(name: str, length: int, draw: Draw) -> str:
    """Return ``name`` followed by other names, cut at this length, the last character a letter."""
    while len(name) < length:
        name += f" {draw(**PLAIN).identity.traits.birth_name}"
    name = name[:length]
    return name if name[-1].isalpha() else f"{name[:-1]}A"


def another_value(desk: Drawing, person: Person, field: str) -> str:
    """Return a credible value of an identity field, other than the person's own."""
    traits = person.identity.traits
    if field in {"used_name", "used_first_name"}:
        return "KVORLANW"
    if field == "sex":
        return "F" if traits.sex == "M" else "M"
    if field == "birth_date":
        # The eve or the morrow, in the same month: the birth place existed then too.
        day = int(traits.birth_date[8:])
        return f"{traits.birth_date[:8]}{day - 1 if day > 1 else day + 1:02d}"
    names = traits.first_names.split()
    if field == "first_name":
        # Still the start of the list, as it must be.
        return "-".join(names[:2])
    own = getattr(traits, field)
    other = desk.draw(
        where=lambda other: getattr(other.identity.traits, field) != own, birth_date=traits.birth_date
    )
    if field == "first_names":
        return f"{own} {other.first_name}"
    value = getattr(other.identity.traits, field)
    assert value
    return str(value)


def some_weeks_ago() -> str:
    """Return the birth date of an infant, whenever the campaign is run."""
    return (datetime.now(UTC).date() - timedelta(days=_INFANT_DAYS)).isoformat()


def with_traits(person: Person, **traits: str) -> Person:
    """Return the person with other values in some traits, and the same matricule."""
    identity = person.identity
    return replace(person, identity=replace(identity, traits=replace(identity.traits, **traits)))


def answered_with(person: Person, **traits: str) -> Person:
    """Return the person as INSi may answer them: somebody of their own in its registry, with other values in some traits."""
    return replace(with_traits(person, **traits), key=f"{person.key}/other")


def now_known_by(person: Person, other: Person) -> Person:
    """Return a person as INSi knows them once they have the number of ``other``: the former one is history."""
    old, new = person.identity, other.identity
    former = (HistoricId(matricule=old.matricule, oid=old.oid, date_from="2019-02-01", date_to="2026-01-31"),)
    return replace(
        person,
        key=f"{person.key}/now",
        identity=replace(old, matricule=new.matricule, oid=new.oid, history=former),
    )


def sharing(person: Person, *names: str) -> Callable[[Person], Person]:
    """Return the ``shape=`` of a drawn person that gives them these traits of another: a twin, a namesake, a relative."""
    same: dict[str, Any] = {name: getattr(person.identity.traits, name) for name in names}

    return lambda drawn: with_traits(drawn, **same)


def twin(desk: Drawing, person: Person) -> Person:
    """Draw a twin of the same name and sex, whose first name begins with another letter."""
    traits = person.identity.traits
    return desk.draw(
        shape=sharing(person, "birth_name", "birth_place"),
        where=lambda each: each.first_name[:1] != person.first_name[:1],
        first_names_count=2,
        birth_date=traits.birth_date,
        sex=str(traits.sex),
        **PLAIN,
    )


ADULT_YEARS = 19
_INFANT_DAYS = 100
"""Born so many years ago, somebody is of age whatever the day; the birth certificate is a case of its own for minors."""


CHILD_AND_OLD: Final[tuple[Mapping[str, Any], ...]] = (
    {"sex": "F", "birth_date": "2015-06-14", "birth_place": "99127", "nia": False},
    {"sex": "M", "birth_date": "1938-02-11", "nia": True},
)
"""Two lives as unlike as can be: what a software does for women, men, the young or the old alone shows in one of them, and
what it does for those born abroad or under a waiting number."""


def adult(desk: Drawing) -> Person:
    """Draw somebody of age."""
    last_year = datetime.now(UTC).year - ADULT_YEARS
    return desk.draw(where=lambda person: int(person.identity.traits.birth_date[:4]) <= last_year)


OF_ANY_AGE: Final = ("CNI", "PASSPORT")
"""The documents that a minor may have in their own name."""


def holder(desk: Drawing, kind: str) -> Person:
    """Draw somebody who may show a document of this kind: of any age for those that minors have, of age for the others."""
    return desk.draw() if kind in OF_ANY_AGE else adult(desk)
