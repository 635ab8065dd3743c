"""Cards in the registry file, and a file of before there were any."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from simulator.bench import BenchOptions, open_bench
from simulator.population.cnda import load_cnda
from simulator.population.families import families
from simulator.registry.store import CARD_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry

RUTH = "2770763220829"


def test_everybody_on_a_card_comes_back_whole_and_nobody_else(store: Registry) -> None:
    people = [*load_cnda(), *families(1)]
    store.add(people)
    expected = [person for person in people if person.card and person.card.insured_number == RUTH]
    assert len(expected) == 2
    assert store.on_card_of(RUTH) == expected
    assert store.on_card_of("1600120207770") == []


def test_a_session_sees_its_own_people_on_a_card_too(
    store: Registry, make_person: Callable[..., Person]
) -> None:
    card = {"insured": RUTH, "rank": "1", "serial": "1"}
    store.add([make_person("base", card=card)])
    store.add([make_person("mine", card=card)], "s1")
    assert [person.key for person in store.on_card_of(RUTH, "s1")] == ["base", "mine"]
    assert [person.key for person in store.on_card_of(RUTH, "s2")] == ["base"]


def test_a_card_of_a_crowd_is_cut(store: Registry, make_person: Callable[..., Person]) -> None:
    card = {"insured": RUTH, "rank": "1", "serial": "1"}
    store.add([make_person(f"p/{number}", card=card) for number in range(CARD_LIMIT + 5)])
    assert len(store.on_card_of(RUTH)) == CARD_LIMIT


def test_a_registry_of_before_the_cards_is_built_again(tmp_path: Path) -> None:
    file = tmp_path / "registry.sqlite"
    connection = sqlite3.connect(file)
    connection.executescript(
        "CREATE TABLE person (id INTEGER PRIMARY KEY, scope TEXT, key TEXT, name_key TEXT, birth_name TEXT,"
        " first_names TEXT, sex TEXT, birth_date TEXT, birth_place TEXT, number TEXT, cle TEXT, oid TEXT,"
        " history TEXT, tags TEXT, note TEXT);"
        "INSERT INTO person (scope, key) VALUES ('', 'syn/1/0');"
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
        "INSERT INTO meta VALUES ('recipe', 'cnda+0 seed=1 oid=test format=1');"
    )
    connection.close()
    bench = open_bench(BenchOptions(data_dir=tmp_path, people=0))
    assert bench.registry.people(limit=1000) == load_cnda()
    bench.close()
