"""In a whole population every tag is known, said once, and says what can be read in the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.ins.oid import InsOid
from simulator.population.described.tags import vocabulary

if TYPE_CHECKING:
    from simulator.registry.person import Person


def test_every_tag_has_a_label(people) -> None:
    assert {tag for person in people for tag in person.tags} <= set(vocabulary())


def test_no_tag_is_said_twice(people, faults) -> None:
    def twice(person: Person) -> str | None:
        return None if len(set(person.tags)) == len(person.tags) else "a tag twice"

    assert faults(people, twice) == []


def truths(person: Person) -> dict[str, bool]:
    """Give the tags that can be read in the traits, the matricule and its history, and whether they apply."""
    identity = person.identity
    traits, number = identity.traits, identity.matricule
    name, first_names, date = traits.birth_name, traits.first_names, traits.birth_date
    first_name, place = first_names.split(" ")[0], traits.birth_place or ""
    return {
        "hyphen-name": "-" in name,
        "double-hyphen-name": "--" in name,
        "apostrophe-name": "'" in name,
        "leading-apostrophe-name": name[0] == "'",
        "space-name": " " in name,
        "short-name": len(name) < 3,
        "long-name": len(name) >= 54,
        "several-first-names": " " in first_names,
        "compound-first-name": "-" in first_name,
        "apostrophe-first-name": "'" in first_name,
        "short-first-name": len(first_name) < 3,
        "long-first-names": len(first_names) >= 54,
        "born-abroad": place[:2] == "99",
        "born-overseas": place[:2] in ("97", "98"),
        "born-corsica": number.place[:2] in ("2A", "2B", "20"),
        "arrondissement": place[:3] in ("751", "132") or place[:4] == "6938",
        "lunar-day": date[8:] == "00",
        "lunar-month": date[5:7] == "00",
        "pseudo-month": int(number.month) > 12,
        "leap-day": date[5:] == "02-29",
        "newborn": date[:4] == "2024",
        "centenarian": date[:4] <= "1924",
        "nia": identity.oid == InsOid.NIA,
        "history": bool(identity.history),
        "no-card": person.card is None,
    }


def test_tags_of_traits_are_exactly_those_that_apply(people, faults) -> None:
    def otherwise(person: Person) -> str | None:
        wrong = [tag for tag, applies in truths(person).items() if (tag in person.tags) is not applies]
        return f"{', '.join(wrong)}: not so" if wrong else None

    assert faults(people, otherwise) == []
