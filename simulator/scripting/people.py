"""Who the roles of a scenario are: given by whoever installs it, or picked from the population."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.registry.matching import SearchTraits
from simulator.registry.person import PersonError, from_json
from simulator.scripting.model import Pick
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry
    from simulator.scripting.model import Scenario

_LOOKED_AT: Final = 100
"""How many people of a tag are looked at: more than any scenario has roles."""


class NobodyError(TextError, ValueError):
    """A role has no person; the message says which and what to do."""


def given_people(
    data: Mapping[str, Any], scenario: Scenario, registry: Registry, scope: str
) -> dict[str, Person]:
    """Return people given as JSON by whoever installs: whole persons, or picks such as ``{"tag": "twin"}``.

    Raises:
        NobodyError: a pick finds nobody, or a person is not valid.
    """
    people: dict[str, Person] = {}
    for role, value in data.items():
        if isinstance(value, dict) and set(value) <= {"key", "tag"} and len(value) == 1:
            people[role] = _picked(scenario, role, Pick(**value), people, (registry, scope))
            continue
        try:
            people[role] = from_json(value)
        except PersonError as error:
            raise NobodyError(Text(f"people.{role}.{error.text.fr}", f"people.{role}.{error}")) from error
    return people


def bind(
    scenario: Scenario, given: Mapping[str, Person], registry: Registry, scope: str
) -> dict[str, Person]:
    """Return a person for each role of a scenario; ``given`` wins over what the scenario picks.

    Raises:
        NobodyError: a role has nobody.
    """
    missing = [
        role
        for role in scenario.people
        if role not in given and not scenario.picks.get(role, _NOT_GIVEN).given
    ]
    if missing:
        listed = ", ".join(sorted(missing))
        raise NobodyError(
            Text(
                f"une personne est attendue pour chaque rôle de {scenario.id}, il n'y en a pas pour {listed}",
                f"expected a person for each role of {scenario.id}, got none for {listed}",
            )
        )
    people = dict(given)
    for role in scenario.people:
        if role not in people:
            people[role] = _picked(scenario, role, scenario.picks[role], people, (registry, scope))
    return people


_NOT_GIVEN: Final = Pick()


def _picked(
    scenario: Scenario,
    role: str,
    pick: Pick,
    people: Mapping[str, Person],
    population: tuple[Registry, str],
) -> Person:
    registry, scope = population
    if pick.person is not None:
        return pick.person
    if pick.key is not None:
        found = registry.by_key(pick.key, scope)
        if found is None:
            raise NobodyError(
                Text(
                    f"people.{role} de {scenario.id} : quelqu'un de la clé {pick.key!r} est attendu, personne n'est trouvé",
                    f"people.{role} of {scenario.id}: expected somebody of the key {pick.key!r}, found nobody",
                )
            )
        return found
    if pick.tag is not None:
        candidates: Iterable[Person] = registry.people(scope=scope, limit=_LOOKED_AT, tag=pick.tag)
        what = Text(f"l'étiquette {pick.tag!r}", f"the tag {pick.tag!r}")
    elif pick.twin_of is not None:
        candidates = _twins(people[pick.twin_of], registry, scope)
        what = Text(
            f"la même carte et la même date de naissance que {pick.twin_of}",
            f"the same card and birth date as {pick.twin_of}",
        )
    else:
        assert pick.namesake_of is not None  # noqa: S101 - one of the ways to pick is given
        candidates = _namesakes(people[pick.namesake_of], registry, scope)
        what = Text(
            f"les mêmes nom et date de naissance que {pick.namesake_of}",
            f"the same birth name and birth date as {pick.namesake_of}",
        )
    taken = {person.key for person in people.values()}
    for person in candidates:
        if person.key not in taken:
            return person
    raise NobodyError(
        Text(
            f"people.{role} de {scenario.id} : quelqu'un avec {what.fr} est attendu dans la population, personne n'est trouvé ; "
            f"nommez quelqu'un par {role}=CLÉ, ou ajoutez des personnes à la session",
            f"people.{role} of {scenario.id}: expected somebody with {what.en} in the population, found nobody; "
            f"name somebody with {role}=KEY, or add people to the session",
        )
    )


def _twins(person: Person, registry: Registry, scope: str) -> list[Person]:
    if person.card is None:
        return []
    born = person.identity.traits.birth_date
    return [
        other
        for other in registry.on_card_of(person.card.insured_number, scope)
        if other.identity.traits.birth_date == born
    ]


def _namesakes(person: Person, registry: Registry, scope: str) -> list[Person]:
    traits = person.identity.traits
    wanted = SearchTraits(
        birth_name=traits.birth_name,
        first_names=traits.first_names,
        sex=traits.sex,
        birth_date=traits.birth_date,
    )
    return registry.same_name_and_date(wanted, scope)
