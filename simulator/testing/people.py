"""The people a test asks for: found in the registry, or made from what the test cares about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.ins import Matricule, comparison_key
from simulator.ins.dates import BirthDate
from simulator.registry.person import Person, from_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from simulator.registry.protocol import Registry

_PAGE: Final = 1000
_TRAITS: Final = ("birth_name", "first_names", "sex", "birth_date", "birth_place")
_UNKNOWN_PLACE: Final = "99999"
_UNKNOWN_MONTH: Final = "20"
"""Month of a matricule when that of the birth is unknown."""
_DEFAULTS: Final = {
    "birth_name": "ESSAI",
    "first_names": "CAMILLE",
    "sex": "F",
    "birth_date": "1985-04-12",
    "birth_place": "63220",
    "oid": "1.2.250.1.213.1.4.10",
}


class NoSuchPersonError(LookupError):
    """Not so many people of the registry are as wished; the message says what to do."""


def find_people(
    registry: Registry,
    scope: str,
    count: int,
    *,
    own: Collection[str],
    tag: str | None,
    traits: Mapping[str, str | None],
) -> list[Person]:
    """Return people with these traits: those of the session first, then synthetic ones, then the public test people.

    Args:
        registry: where they are.
        scope: of the session.
        count: how many.
        own: keys of the session's own people.
        tag: one of theirs.
        traits: by name; names are compared on their normalised form.

    Raises:
        TypeError: there is no such trait.
        NoSuchPersonError: there are not so many.
    """
    if unknown := sorted(set(traits) - set(_TRAITS)):
        raise TypeError(f"unknown trait {unknown[0]!r}; known are {', '.join(_TRAITS)}")
    ranked: tuple[list[Person], ...] = ([], [], [])
    for person in _all(registry, scope, tag):
        if _has(person, traits):
            ranked[0 if person.key in own else 1 if person.key.startswith("syn/") else 2].append(person)
    found = [person for rank in ranked for person in rank][:count]
    if len(found) < count:
        wished = ", ".join(
            f"{name}={value!r}"
            for name, value in (*(() if tag is None else (("tag", tag),)), *traits.items())
        )
        raise NoSuchPersonError(
            f"expected {count} with {wished or 'anything'}, got {len(found)} in the registry: "
            f"add one with insi.add(…), or start with more people. {_tags_hint(registry, scope, tag)}"
        )
    return found


def make_person(number: int, fields: Mapping[str, Any]) -> Person:
    """Return a person with these fields of the JSON form, the others filled in; the matricule fits them.

    ``number`` makes the matricule of one test differ from the next.

    Raises:
        PersonError: a field is wrong.
    """
    data: dict[str, Any] = {**_DEFAULTS, **fields}
    if data.get("matricule") is None:
        born = BirthDate.parse_iso(str(data["birth_date"])).iso()
        month = born[5:7] if born[5:7] != "00" else _UNKNOWN_MONTH
        place = data["birth_place"] or _UNKNOWN_PLACE
        digits = f"{'1' if data['sex'] == 'M' else '2'}{born[2:4]}{month}{place}{900 + number % 100:03d}"
        data["matricule"] = Matricule.from_number(digits).value
    data.setdefault("key", f"test/{number}")
    return from_json(data)


def _all(registry: Registry, scope: str, tag: str | None) -> Iterator[Person]:
    offset = 0
    while page := registry.people(scope=scope, limit=_PAGE, offset=offset, tag=tag):
        yield from page
        offset += len(page)


def _has(person: Person, traits: Mapping[str, str | None]) -> bool:
    own = person.identity.traits
    for name, wanted in traits.items():
        got = getattr(own, name)
        if name in {"birth_name", "first_names"} and wanted is not None:
            if comparison_key(got) != comparison_key(wanted):
                return False
        elif got != wanted:
            return False
    return True


def _tags_hint(registry: Registry, scope: str, tag: str | None) -> str:
    if tag is None:
        return ""
    tags = sorted({tag for person in _all(registry, scope, None) for tag in person.tags})
    return f"Tags there: {', '.join(tags)}"
