"""Whole populations as a stream: the same for the same recipe, whatever the machine, the size and the process."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import simulator
from simulator.population.build import DEFAULT_PROFILE, FORMAT, people, profile_of, recipe
from simulator.population.described.profiles import UnknownProfileError, profiles
from simulator.population.designed.drafting import COMPANION, DESIGNED
from simulator.registry.person import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.registry.person import Person

GOLDEN = {
    "france": "850a804dcbdf60b05e787ef3c11e0f365c9dca9ccbc954ffd381a70b6e3f9f68",
    "officine": "52208b6a6375e4b023426aa4dbef05fdc3fddff383bd277b338f6903be34f022",
    "edge": "94a89fe0d3aadb9bf0ceecce692d339767e3901f03cc1be0376d1befe27ae765",
}
"""SHA-256 of 3,000 people of the seed ``golden``, format 4. Other people are another format: raise ``FORMAT``, and say so in
the change log."""


def digest(drawn: Iterable[Person]) -> str:
    lines = (json.dumps(to_json(person), ensure_ascii=True, sort_keys=True) for person in drawn)
    return hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest()


@pytest.mark.parametrize("profile", GOLDEN)
def test_the_same_recipe_gives_the_same_bytes_on_every_platform(profile: str) -> None:
    assert FORMAT == 4
    assert digest(people(3000, "golden", profile)) == GOLDEN[profile]


@pytest.mark.parametrize(
    "environment", [{"PYTHONHASHSEED": "1", "LC_ALL": "C"}, {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"}]
)
def test_neither_hash_order_nor_locale_nor_time_zone_changes_anything(environment: dict[str, str]) -> None:
    program = (
        "from simulator.population.build import people; import hashlib; "
        "print(hashlib.sha256(repr(list(people(1500, 7))).encode('ascii')).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(simulator.__file__).parent.parent,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(repr(list(people(1500, 7))).encode("ascii")).hexdigest()


def test_a_smaller_population_is_the_start_of_a_larger_one() -> None:
    assert list(people(400, 5)) == list(islice(people(2000, 5), 400))


def test_another_seed_gives_other_people() -> None:
    numbers = [{person.identity.matricule.number for person in people(500, seed)} for seed in (1, 2)]
    assert len(numbers[0] & numbers[1]) < 5


def test_people_come_one_by_one() -> None:
    assert next(people(10**12, 1)).key == "syn/1/0"


def test_memory_does_not_grow_with_the_population() -> None:
    stream = people(10**9, 1)
    for _ in islice(stream, 60_000):
        pass
    tracemalloc.start()
    try:
        for _ in islice(stream, 20_000):
            pass
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Tables of places and names still fill up a little; the people alone would be 20 MB.
    assert grown < 6_000_000


def test_the_population_of_nobody_is_empty() -> None:
    assert list(people(0, 1)) == []


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="size: expected 0 or more people, got -1"):
        people(-1, 1)


def test_an_unknown_profile_is_refused_before_anybody_is_drawn() -> None:
    with pytest.raises(
        UnknownProfileError, match="profile: expected one of france, officine, edge, got 'belgium'"
    ):
        people(10, 1, "belgium")


def test_the_edge_profile_is_mostly_designed_cases() -> None:
    drawn = list(people(5000, 1, "edge"))
    special = [person for person in drawn if {DESIGNED, COMPANION} & set(person.tags)]
    assert len(special) > 0.85 * len(drawn)


def test_the_patients_of_an_officine_are_older() -> None:
    def old(profile: str) -> int:
        return sum(person.identity.traits.birth_date < "1960" for person in people(5000, 1, profile))

    assert old("officine") > 1.3 * old("france")


def test_a_recipe_tells_all_that_determines_a_population() -> None:
    recipes = {
        recipe(10, 1),
        recipe(11, 1),
        recipe(10, 2),
        recipe(10, 1, "edge"),
    }
    assert len(recipes) == 4
    assert f"format={FORMAT}" in recipe(10, 1)


@pytest.mark.parametrize("profile", profiles())
def test_the_profile_is_read_in_a_recipe(profile: str) -> None:
    assert profile_of(f"cnda oid=test {recipe(10, 1, profile)}") == profile


@pytest.mark.parametrize(
    "text", [None, "", "size=3 seed=1", "population=belgium size=1", "depopulation=france"]
)
def test_no_profile_is_read_where_there_is_none(text: str | None) -> None:
    assert profile_of(text) is None


def test_the_default_profile_is_one() -> None:
    assert DEFAULT_PROFILE in profiles()
