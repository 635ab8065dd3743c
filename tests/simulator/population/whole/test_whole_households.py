"""In a whole population cards, families, namesakes and former matricules fit together."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest

from simulator.ins.dates import BirthDate
from simulator.ins.oid import InsOid
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from simulator.registry.person import Person


def traits_without_place(person: Person) -> tuple[str, str, str, str]:
    """Give what a search cannot do without: two people who share it are both found without birth place."""
    traits = person.identity.traits
    return (
        comparison_key(traits.birth_name),
        comparison_key(traits.first_names).partition(" ")[0],
        traits.sex,
        traits.birth_date,
    )


def first_year(person: Person) -> int:
    return int(person.identity.traits.birth_date[:4])


UNFINISHED = 500
"""A population is cut at its size: in the last designed cases, somebody may lack who goes with them."""


@pytest.fixture(scope="package")
def whole_households(people) -> tuple[Person, ...]:
    return people[:-UNFINISHED]


@pytest.fixture(scope="package")
def by_card(people) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        if person.card is not None:
            found[person.card.serial].append(person)
    return found


def test_keys_are_numbered_in_order(people) -> None:
    prefix = people[0].key.rpartition("/")[0]
    assert [person.key for person in people] == [f"{prefix}/{number}" for number in range(len(people))]


def test_nobody_can_be_taken_for_another_unless_tagged(people) -> None:
    known: dict[tuple[str, str, str, str], Person] = {}
    wrong = []
    for person in people:
        other = known.setdefault(traits_without_place(person), person)
        if other is person:
            continue
        place_is_shared = other.identity.traits.birth_place == person.identity.traits.birth_place
        tag = "namesake-5" if place_is_shared else "namesake-4"
        if tag not in other.tags or tag not in person.tags:
            wrong.append((other.key, person.key, tag))
    assert wrong == []


def test_everybody_tagged_a_namesake_resembles_somebody(people, whole_households) -> None:
    def marks(person: Person) -> dict[str, tuple[str | None, ...]]:
        name, first_name, sex, date = traits_without_place(person)
        return {
            "namesake-3": (name, sex, date),
            "namesake-4": (name, first_name, sex, date),
            "namesake-5": (name, first_name, sex, date, person.identity.traits.birth_place),
        }

    found = Counter(
        (tag, mark) for person in people for tag, mark in marks(person).items() if tag in person.tags
    )
    assert {tag for tag, _ in found} == {"namesake-3", "namesake-4", "namesake-5"}
    assert [
        person.key
        for person in whole_households
        for tag, mark in marks(person).items()
        if tag in person.tags and found[tag, mark] < 2
    ] == []


def test_a_namesake_by_three_traits_shares_no_more(people) -> None:
    alike: dict[tuple[str, ...], list[Person]] = defaultdict(list)
    for person in people[:-1]:
        if "namesake-3" in person.tags:
            traits = person.identity.traits
            alike[traits.birth_name, traits.sex, traits.birth_date].append(person)
    wrong = [
        (one.key, other.key)
        for namesakes in alike.values()
        for one, other in combinations(namesakes, 2)
        if one.first_name == other.first_name
        or one.identity.traits.birth_place == other.identity.traits.birth_place
    ]
    assert wrong == []


def test_a_card_has_one_insured_person_and_no_place_on_it_is_had_twice(by_card) -> None:
    wrong = []
    for serial, members in by_card.items():
        insured = [each for each in members if each.card.insured_number == each.identity.matricule.number]
        places = {(each.identity.traits.birth_date, each.card.birth_rank) for each in members}
        numbers = {each.card.insured_number for each in members}
        if len(insured) != 1 or len(numbers) != 1 or len(places) != len(members):
            wrong.append((serial, [each.key for each in members]))
    assert wrong == []


def test_tags_say_who_is_on_the_card_of_whom(whole_households, faults, by_card) -> None:
    def otherwise(person: Person) -> str | None:
        tags = set(person.tags)
        if person.card is None:
            return None if "no-card" in tags and not tags & {"insured", "beneficiary", "twin"} else "no card"
        own = person.card.insured_number == person.identity.matricule.number
        if "no-card" in tags or ("beneficiary" in tags) is own:
            return "a card"
        alone = len(by_card[person.card.serial]) == 1
        return f"alone on the card: {alone}" if own and ("insured" in tags) is alone else None

    assert faults(whole_households, otherwise) == []


def test_children_are_under_sixteen_and_of_an_age_to_be_those_of_their_parent(by_card) -> None:
    wrong = []
    for members in by_card.values():
        parent = next(each for each in members if "beneficiary" not in each.tags)
        wrong += [
            (parent.key, child.key)
            for child in members
            if child is not parent
            and not (first_year(child) >= 2009 and 15 <= first_year(child) - first_year(parent) <= 61)
        ]
    assert wrong == []


def test_twins_share_name_day_place_and_card_but_not_the_first_name(
    whole_households, faults, by_card
) -> None:
    def without_twin(person: Person) -> str | None:
        if "twin" not in person.tags:
            return None
        others = [
            other
            for other in by_card[person.card.serial]
            if "twin" in other.tags
            and other.card.birth_rank != person.card.birth_rank
            and other.identity.traits.birth_date == person.identity.traits.birth_date
            and other.identity.traits.birth_name == person.identity.traits.birth_name
            and other.identity.traits.birth_place == person.identity.traits.birth_place
            and other.first_name != person.first_name
        ]
        return None if len(others) == 1 else f"{len(others)} twins"

    assert faults(whole_households, without_twin) == []


def test_brothers_and_sisters_are_born_nine_months_apart_or_together(by_card) -> None:
    wrong = []
    for members in by_card.values():
        days = sorted(
            {
                BirthDate.parse_iso(each.identity.traits.birth_date).to_date()
                for each in members
                if "beneficiary" in each.tags
                and not BirthDate.parse_iso(each.identity.traits.birth_date).is_lunar
                and "designed" not in each.tags
            }
        )
        if any(later - earlier < dt.timedelta(days=270) for earlier, later in pairwise(days)):
            wrong.append([each.key for each in members])
    assert wrong == []


def test_nobody_of_a_family_has_the_first_name_of_another(by_card) -> None:
    # Designed children are put on the card of a parent whose age allows it, whatever their brothers and sisters are called.
    wrong = [
        (one.key, other.key)
        for members in by_card.values()
        for one, other in combinations(members, 2)
        if one.first_name == other.first_name and not ("designed" in one.tags and "designed" in other.tags)
    ]
    assert wrong == []


def test_a_history_is_told_by_tags_and_follows_time(people, faults) -> None:
    def wrong(person: Person) -> str | None:
        history = person.identity.history
        if bool(history) is not ("history" in person.tags):
            return f"{len(history)} former matricules"
        if len(history) > 10:
            return "more than ten former matricules"
        dated = [(each.date_from, each.date_to) for each in history if each.date_from]
        born = person.identity.traits.birth_date.replace("-00", "-01")
        days = [day for period in dated for day in period]
        if days != sorted(days) or (days and (days[0] < born or days[-1] > "2024-12-31")):
            return "periods that do not follow one another after the birth"
        return None

    assert faults(people, wrong) == []


def test_a_history_holds_what_its_tag_says(people, faults) -> None:
    def otherwise(person: Person) -> str | None:
        history = person.identity.history
        active = person.identity.matricule
        truths = {
            "nia-to-nir": person.identity.oid != InsOid.NIA
            and any(each.oid == InsOid.NIA for each in history),
            "sex-changed": any(each.matricule.sex != active.sex for each in history),
            "date-corrected": any(each.matricule.year != active.year for each in history),
            "history-repeats-active": [each.matricule for each in history] == [active],
            "history-ten": len(history) == 10,
            "history-undated": bool(history) and all(each.date_from is None for each in history),
        }
        lies = [tag for tag, true in truths.items() if tag in person.tags and not true]
        return f"{', '.join(lies)} is not so" if lies else None

    assert faults(people, otherwise) == []
