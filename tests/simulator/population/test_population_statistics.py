"""Shares counted and compared with their targets; the targets that come from tables are worked out again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

import pytest

from simulator.population.build import people
from simulator.population.described.profiles import LAST_BIRTH_YEAR, UnknownProfileError, profile, profiles
from simulator.population.described.tags import vocabulary
from simulator.population.designed.drafting import COMPANION, DESIGNED
from simulator.population.drawing.names import birth_names, first_names_of
from simulator.population.statistics import Share, statistics, targets

if TYPE_CHECKING:
    from simulator.population.drawing.names import WeightedNames
    from simulator.population.statistics import Statistics
    from simulator.registry.person import Person


def weights(names: WeightedNames) -> dict[str, int]:
    before = (0, *names.cumulative)
    return {
        name: count - before[index]
        for index, (name, count) in enumerate(zip(names.names, names.cumulative, strict=True))
    }


def share(counted: Statistics, key: str) -> Share:
    return next(each for each in counted.shares if each.target.key == key)


@pytest.mark.parametrize("name", profiles())
def test_every_share_is_near_its_target(name: str) -> None:
    counted = statistics(people(20_000, "shares", name), name)
    assert [(each.target.key, each.percent, each.expected) for each in counted.missed] == []


def test_a_large_population_meets_its_targets_without_the_help_of_chance(whole: tuple[Person, ...]) -> None:
    for each in statistics(whole, "france").shares:
        if each.expected is not None:
            assert abs(each.percent - each.expected.percent) <= each.target.tolerance, each.target.key


def test_each_profile_has_targets_for_its_ages_and_sexes() -> None:
    for target in targets():
        if target.measure[0] in {"ages", "sex"}:
            assert {*target.targets, *target.ours} >= {"france", "officine"}, target.key


def test_a_population_of_men_misses_the_share_of_women(whole: tuple[Person, ...]) -> None:
    men = [person for person in whole[:20_000] if person.identity.traits.sex == "M"]
    counted = statistics(men, "france")
    assert share(counted, "women").is_met is False
    assert "women" in {each.target.key for each in counted.missed}


def test_designed_people_are_counted_apart() -> None:
    drawn = list(people(1000, 1))
    counted = statistics(drawn, "france")
    special = sum(bool({DESIGNED, COMPANION} & set(person.tags)) for person in drawn)
    assert (counted.total, counted.drawn, counted.designed) == (1000, 1000, special)
    assert share(counted, "women").whole == 1000 - special


def test_people_from_elsewhere_are_in_no_share() -> None:
    (one,) = people(1, 1)
    counted = statistics([replace(one, key="added/1"), replace(one, key="cnda/x")], "france")
    assert (counted.total, counted.drawn) == (2, 0)
    assert {each.whole for each in counted.shares} == {0}
    assert {each.is_met for each in counted.shares} == {None}


def test_tags_are_counted_for_everybody_the_most_frequent_first() -> None:
    drawn = list(people(3000, 1))
    counted = statistics(drawn).tags
    assert counted == Counter(tag for person in drawn for tag in person.tags)
    assert list(counted.values()) == sorted(counted.values(), reverse=True)


def test_nothing_is_expected_without_a_profile() -> None:
    assert {each.expected for each in statistics(people(500, 1)).shares} == {None}


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(UnknownProfileError, match="got 'belgium'"):
        statistics([], "belgium")


def test_a_share_of_few_people_may_be_farther_off() -> None:
    target = next(each for each in targets() if each.key == "women")
    few = Share(target=target, count=66, whole=100, expected=target.of("france"))
    many = Share(target=target, count=66_000, whole=100_000, expected=target.of("france"))
    assert (few.percent, many.percent) == (66.0, 66.0)
    assert (few.is_met, many.is_met) == (True, False)


def test_the_share_of_nobody_is_neither_met_nor_missed() -> None:
    nobody = Share(target=targets()[0], count=0, whole=0, expected=targets()[0].of("france"))
    assert (nobody.percent, nobody.is_met, nobody.margin) == (0.0, None, None)


def test_every_counted_tag_is_one() -> None:
    counted = {each.measure[1] for each in targets() if each.measure[0] == "tag"}
    among = [each.measure[1] for each in targets() if each.measure[0] == "any_tag"]
    assert {*counted, *(tag for tags in among if isinstance(tags, list) for tag in tags)} <= set(vocabulary())
    assert among


def test_double_names_of_children_have_a_space_or_a_double_hyphen(whole: tuple[Person, ...]) -> None:
    children = [
        person.identity.traits.birth_name
        for person in whole
        if person.identity.traits.birth_date >= "2009" and not {DESIGNED, COMPANION} & set(person.tags)
    ]
    double = sum(" " in name or "--" in name for name in children)
    counted = share(statistics(whole, "france"), "double-name-of-children")
    assert (counted.count, counted.whole) == (double, len(children))


def test_targets_are_of_profiles_and_have_a_source() -> None:
    for target in targets():
        assert {*target.targets, *target.ours} <= set(profiles()), target.key
        assert not set(target.targets) & set(target.ours), target.key
        assert target.evidence in {"official", "observed", "reported", "inferred"}
        assert target.source


@pytest.mark.parametrize(
    ("key", "mark"), [("hyphen-name", "-"), ("apostrophe-name", "'"), ("space-name", " ")]
)
def test_targets_of_name_shapes_are_those_of_the_table(key: str, mark: str) -> None:
    table = weights(birth_names())
    expected = 100 * sum(count for name, count in table.items() if mark in name) / sum(table.values())
    assert share(statistics([]), key).target.targets["france"] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("name", ["france", "officine"])
def test_the_target_of_compound_first_names_is_that_of_the_table(name: str) -> None:
    ages = profile(name)
    total = compound = 0.0
    for year, births in ages.births().items():
        women = ages.women_share(year) / 10_000
        for sex, part in (("F", women), ("M", 1 - women)):
            table = weights(first_names_of(sex, year))
            among = sum(count for name, count in table.items() if "-" in name) / sum(table.values())
            total += births * part
            compound += births * part * among
    target = share(statistics([]), "compound-first-name").target.of(name)
    assert target is not None
    assert target.percent == pytest.approx(100 * compound / total, abs=0.05)


@pytest.mark.parametrize(
    ("key", "first", "last"), [("age-0-19", 0, 19), ("age-20-64", 20, 64), ("age-65", 65, 200)]
)
@pytest.mark.parametrize("name", ["france", "officine"])
def test_targets_of_ages_are_near_those_of_the_profile(key: str, first: int, last: int, name: str) -> None:
    births = profile(name).births()
    weight = sum(each for year, each in births.items() if first <= LAST_BIRTH_YEAR - year <= last)
    target = share(statistics([]), key).target.of(name)
    assert target is not None
    assert target.percent == pytest.approx(100 * weight / sum(births.values()), abs=0.4)


def test_what_a_profile_of_ours_should_be_is_never_shown_as_published() -> None:
    target = next(each for each in targets() if each.key == "age-65")
    expected = target.of("officine")
    assert expected is not None
    assert (expected.evidence, expected.source) == ("inferred", "ours: data/profiles.yaml")
    assert target.of("edge") is None


@pytest.mark.parametrize("decade", [1930, 1950, 1970, 1990, 2010])
@pytest.mark.parametrize("sex", ["F", "M"])
def test_first_names_are_as_frequent_as_in_their_decade(
    whole: tuple[Person, ...], sex: str, decade: int
) -> None:
    drawn = [
        person.first_name
        for person in whole
        if person.identity.traits.sex == sex
        and decade <= int(person.identity.traits.birth_date[:4]) < decade + 10
        and not {DESIGNED, COMPANION} & set(person.tags)
    ]
    found, table = Counter(drawn), weights(first_names_of(sex, decade))
    for name, count in sorted(table.items(), key=lambda each: -each[1])[:20]:
        expected = count / sum(table.values())
        error = sqrt(expected * (1 - expected) / len(drawn))
        assert abs(found[name] / len(drawn) - expected) < 4.5 * error, name


def test_birth_names_are_as_frequent_as_in_the_table(whole: tuple[Person, ...]) -> None:
    drawn = [
        person.identity.traits.birth_name
        for person in whole
        if "beneficiary" not in person.tags and not {DESIGNED, COMPANION} & set(person.tags)
    ]
    found, table = Counter(drawn), weights(birth_names())
    for name, count in sorted(table.items(), key=lambda each: -each[1])[:50]:
        expected = count / sum(table.values())
        error = sqrt(expected * (1 - expected) / len(drawn))
        assert abs(found[name] / len(drawn) - expected) < 4.5 * error, name


def test_ages_follow_the_profile(whole: tuple[Person, ...]) -> None:
    ages = Counter(
        (LAST_BIRTH_YEAR - int(person.identity.traits.birth_date[:4])) // 5
        for person in whole
        if not {DESIGNED, COMPANION} & set(person.tags)
    )
    wanted = profile("france").ages
    for group, weight in enumerate(wanted):
        expected = weight / sum(wanted)
        # Parents are drawn by the ages of their children, so groups of adults are only near.
        assert abs(ages[group] / sum(ages.values()) - expected) < 0.01, group
