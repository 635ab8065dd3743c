"""Both stores of the registry: scopes, pages, rebuilding, and what is refused whole."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from simulator.population.cnda import load_cnda
from simulator.registry.matching import SearchTraits
from simulator.registry.opening import open_registry
from simulator.registry.protocol import DuplicateKeyError, RegistryError
from simulator.registry.store import NEAR_LIMIT, RegistryStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry

    MakePerson = Callable[..., Person]

WANTED = SearchTraits(birth_name="ESSAI", first_names="ANNE", sex="F", birth_date="1985-04-12")


def test_a_person_comes_back_as_put_in(store: Registry) -> None:
    people = load_cnda()
    assert store.add(people) == len(people)
    assert store.people() == people


def test_pages_follow_the_order_of_adding(store: Registry, make_person: MakePerson) -> None:
    store.add([make_person(f"p/{number}") for number in range(7)])
    keys = [person.key for offset in (0, 3, 6) for person in store.people(limit=3, offset=offset)]
    assert keys == [f"p/{number}" for number in range(7)]


def test_people_are_found_by_a_whole_tag_only(store: Registry, make_person: MakePerson) -> None:
    store.add(
        [make_person("a", tags=["first", "second"]), make_person("b", tags=["first-born"]), make_person("c")]
    )
    assert [person.key for person in store.people(tag="first")] == ["a"]
    assert [person.key for person in store.people(tag="second")] == ["a"]
    assert store.people(tag="") == []


def test_the_search_compares_names_in_normalised_form(store: Registry, make_person: MakePerson) -> None:
    store.add([make_person("a", birth_name="LE-GOFF"), make_person("b", birth_name="LE GOFF")])
    wanted = SearchTraits(birth_name="LE'GOFF", first_names="X", sex="F", birth_date="1985-04-12")
    assert {person.key for person in store.same_name_and_date(wanted)} == {"a", "b"}


class TestScopes:
    def test_a_scope_sees_itself_and_the_base(self, store: Registry, make_person: MakePerson) -> None:
        store.add([make_person("base")])
        store.add([make_person("one")], "s1")
        store.add([make_person("two")], "s2")
        seen = {
            scope: {person.key for person in store.same_name_and_date(WANTED, scope)}
            for scope in ("", "s1", "s2")
        }
        assert seen == {"": {"base"}, "s1": {"base", "one"}, "s2": {"base", "two"}}
        assert [store.count(scope) for scope in ("", "s1", "s2", "s3")] == [1, 2, 2, 1]
        assert [person.key for person in store.people(scope="s1")] == ["base", "one"]

    def test_one_key_may_be_in_two_scopes_and_that_of_the_session_comes_first(
        self, store: Registry, make_person: MakePerson
    ) -> None:
        store.add([make_person("p", note="base")])
        store.add([make_person("p", note="mine")], "s1")
        mine, base = store.by_key("p", "s1"), store.by_key("p")
        assert mine is not None
        assert base is not None
        assert (mine.note, base.note) == ("mine", "base")

    def test_a_scope_can_be_removed_and_the_base_cannot(
        self, store: Registry, make_person: MakePerson
    ) -> None:
        store.add([make_person("base")])
        store.add([make_person("one"), make_person("two")], "s1")
        assert store.remove_scope("s1") == 2
        assert store.count("s1") == 1
        with pytest.raises(ValueError, match="base population"):
            store.remove_scope("")

    def test_rebuilding_replaces_the_base_and_leaves_the_sessions(
        self, store: Registry, make_person: MakePerson
    ) -> None:
        store.add([make_person("old")])
        store.add([make_person("mine")], "s1")
        assert store.rebuild([make_person("new")], "recipe 2") == 1
        assert [person.key for person in store.people(scope="s1")] == ["new", "mine"]
        assert store.meta("recipe") == "recipe 2"


class TestRefusals:
    def test_a_key_twice_in_one_scope_adds_nobody(self, store: Registry, make_person: MakePerson) -> None:
        with pytest.raises(DuplicateKeyError):
            store.add([make_person("a"), make_person("b"), make_person("a")])
        assert store.count() == 0

    def test_a_rebuilding_that_fails_leaves_everything_as_it_was(
        self, store: Registry, make_person: MakePerson
    ) -> None:
        store.rebuild([make_person("old")], "recipe 1")
        with pytest.raises(DuplicateKeyError):
            store.rebuild([make_person("a"), make_person("a")], "recipe 2")
        assert [person.key for person in store.people()] == ["old"]
        assert store.meta("recipe") == "recipe 1"

    def test_a_file_that_is_no_registry_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "registry.sqlite"
        file.write_bytes(b"not a database at all" * 100)
        with pytest.raises(
            RegistryError, match="expected a registry of banc-insi, got file is not a database"
        ):
            RegistryStore(file)


def test_near_misses_are_few_and_listed_once(store: Registry, make_person: MakePerson) -> None:
    store.add([make_person(f"both/{number}") for number in range(3)])
    store.add([make_person(f"name/{number}", birth_date="1990-01-01") for number in range(20)])
    near = store.near_misses(WANTED)
    assert len({person.key for person in near}) == len(near)
    assert len(near) <= 2 * NEAR_LIMIT


def test_people_are_found_by_matricule(store: Registry) -> None:
    store.add(load_cnda())
    assert [person.key for person in store.by_matricule("160012B020777")] == ["cnda/adrtrois-toussaint"]
    assert store.by_matricule("1600120207770") == []


def test_another_store_on_the_same_file_sees_what_was_added(
    open_store: Callable[[], Registry], make_person: MakePerson
) -> None:
    store, other = open_store(), open_store()
    other.add([make_person("a")])
    assert store.count() == 1


def test_several_threads_add_at_once(store: Registry, make_person: MakePerson) -> None:
    def add(thread: int) -> None:
        for number in range(10):
            store.add([make_person(f"{thread}/{number}")], f"s{thread}")
        store.close()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.count(f"s{number}") for number in range(4)] == [10] * 4


def test_a_registry_opened_without_sessions_leaves_no_file_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_person: MakePerson
) -> None:
    with closing(RegistryStore(tmp_path / "base.sqlite")) as base:
        base.rebuild([make_person("a")], "a recipe")
    monkeypatch.chdir(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    with closing(open_registry(tmp_path / "base.sqlite")) as opened:
        opened.add([make_person("mine")], "s1")
        assert opened.by_key("mine", "s1") is not None
    assert {path.name for path in tmp_path.iterdir()} - before <= {"base.sqlite-wal", "base.sqlite-shm"}
