"""A registry that is replaced while it is read: built beside, read back, swapped at once, noticed by whoever reads it.

Everything is tried both ways: by name, and in place, as Windows wants it for a file that is in use.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.registry import base_file, building, store
from simulator.registry.building import add_to_file, build_file
from simulator.registry.protocol import RegistryError, RegistryUnavailableError
from simulator.registry.store import RegistryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.registry.person import Person

    MakePerson = Callable[..., Person]


@pytest.fixture(params=["by name", "in place"])
def way(file: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    assert file.is_file()
    if request.param == "in place":

        def refuse(_part: Path, _target: Path) -> None:
            raise PermissionError("the file is in use")

        monkeypatch.setattr(Path, "replace", refuse)
        for module in (base_file, store):
            monkeypatch.setattr(module, "IN_PLACE", True)
    return str(request.param)


@pytest.fixture
def file(tmp_path: Path, make_person: MakePerson) -> Path:
    path = tmp_path / "registry.sqlite"
    # Kinds are numbered as they come: in the two files the same number is another one.
    build_file(
        path, [make_person("old/1", sex="M", matricule="185046322000113"), make_person("old/2")], "old"
    )
    return path


@pytest.fixture
def opened(file: Path) -> Iterator[RegistryStore]:
    reader = RegistryStore(file, file.with_name("sessions.sqlite"))
    yield reader
    reader.close()


def new_people(make_person: MakePerson) -> list[Person]:
    return [
        make_person("new/1", tags=["fresh"]),
        make_person("new/2", sex="M", matricule="185046322000113"),
        make_person("new/3"),
    ]


def elsewhere(work: Callable[[], object]) -> threading.Thread:
    """Do something in a thread, as another request or another program would."""
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_whoever_reads_takes_the_new_people_with_the_next_question(
    way: str, file: Path, opened: RegistryStore, make_person: MakePerson
) -> None:
    opened.add([make_person("mine")], "s1")
    assert [person.key for person in opened.people(scope="s1")] == ["old/1", "old/2", "mine"]
    other = RegistryStore(file, file.with_name("sessions.sqlite"))
    assert other.count() == 2
    people = new_people(make_person)
    assert build_file(file, people, "new") == 3
    for reader in (opened, other):
        assert reader.people() == people, way
        assert reader.people(scope="s1")[3:] == [make_person("mine")]
        assert reader.meta("recipe") == "new"
        assert reader.tag_counts() == {"fresh": 1}
    assert not list(file.parent.glob(".*"))
    other.close()


def test_a_call_under_way_finishes_on_the_people_it_began_with(
    way: str, file: Path, opened: RegistryStore, make_person: MakePerson
) -> None:
    before, people = opened.people(), new_people(make_person)
    with opened.held():
        building_it = elsewhere(lambda: build_file(file, people, "new"))
        if way == "by name":
            # Where names are replaced nobody waits for anybody.
            building_it.join(timeout=60)
            assert not building_it.is_alive()
        assert opened.count() == 2
        with opened.held():
            assert opened.by_key("old/1") == before[0]
        assert opened.people() == before
        assert opened.by_key("new/1") is None
        assert opened.same_name("ESSAI") == before
    building_it.join(timeout=60)
    assert not building_it.is_alive()
    assert opened.people() == people


def test_a_thread_that_had_not_read_yet_takes_the_new_people(
    file: Path, opened: RegistryStore, make_person: MakePerson
) -> None:
    people, seen = new_people(make_person), []
    with opened.held():
        assert opened.count() == 2
        build_file(file, people, "new")

        def ask() -> None:
            seen.extend(opened.people())
            opened.close()

        elsewhere(ask).join(timeout=60)
        assert seen == people
        assert opened.count() == 2


def test_an_export_under_way_is_of_one_population(
    way: str, file: Path, opened: RegistryStore, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_file, "_PAGE", 1)
    everyone = opened.everyone()
    first = next(everyone)
    build_file(file, new_people(make_person), "new")
    if way == "by name":
        assert [first.key, *(person.key for person in everyone)] == ["old/1", "old/2"]
    else:
        with pytest.raises(RegistryUnavailableError, match="was replaced while it was read; ask again"):
            next(everyone)


def test_people_added_are_seen_by_whoever_reads(
    way: str, file: Path, opened: RegistryStore, make_person: MakePerson
) -> None:
    assert opened.count() == 2
    assert add_to_file(file, [make_person("late", tags=["late"])]) == 1
    assert [person.key for person in opened.people()] == ["old/1", "old/2", "late"], way
    assert opened.by_key("late") == make_person("late", tags=["late"])
    assert opened.meta("recipe") == "old"


def test_what_does_not_read_back_takes_nobodys_place(
    file: Path, opened: RegistryStore, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loses_one(connection: sqlite3.Connection, people: list[Person]) -> int:
        count = insert(connection, people)
        connection.execute("DELETE FROM person WHERE id = 2")
        return count

    insert = building.insert
    monkeypatch.setattr(building, "insert", loses_one)
    with pytest.raises(RegistryError, match=r"does not read back \(ok; 2 people, expected 3\)"):
        build_file(file, new_people(make_person), "new")
    assert [person.key for person in opened.people()] == ["old/1", "old/2"]
    assert not list(file.parent.glob(".*"))


def test_a_file_that_is_no_registry_is_told_and_changes_nothing_for_who_reads(
    file: Path, opened: RegistryStore, caplog: pytest.LogCaptureFixture, make_person: MakePerson
) -> None:
    assert opened.count() == 2
    rubbish = file.with_name("rubbish")
    rubbish.write_bytes(b"no database at all " * 100)
    rubbish.replace(file)
    with caplog.at_level(logging.ERROR):
        assert [opened.count() for _ in range(5)] == [2] * 5
    (told,) = caplog.messages
    assert "the population stays as it was" in told
    refused: list[Exception] = []

    def ask() -> None:
        try:
            opened.count()
        except RegistryUnavailableError as error:
            refused.append(error)

    elsewhere(ask).join(timeout=60)
    assert "replaced by a file that is no registry" in str(refused[0])
    file.unlink()
    assert build_file(file, new_people(make_person), "new") == 3
    assert opened.count() == 3


def test_the_file_keeps_its_rights(file: Path, make_person: MakePerson) -> None:
    file.chmod(0o640)
    build_file(file, new_people(make_person), "new")
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_registry_with_people_of_sessions_is_not_replaced_unseen(
    file: Path, make_person: MakePerson
) -> None:
    with contextlib.closing(sqlite3.connect(file)) as former:
        store.create_scoped(former)
        store.insert_scoped(former, [make_person("mine")], "s1")
        former.commit()
    before = file.read_bytes()
    with pytest.raises(RegistryError, match="start banc serve once on this folder"):
        build_file(file, new_people(make_person), "new")
    assert file.read_bytes() == before


def test_a_log_of_a_dead_process_is_not_replayed_into_the_new_file(
    file: Path, make_person: MakePerson
) -> None:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as former:
        former.execute("PRAGMA journal_mode = WAL")
        former.execute("PRAGMA wal_autocheckpoint = 0")
        former.execute("UPDATE meta SET value = '9' WHERE name = 'people'")
        log = file.with_name(f"{file.name}-wal").read_bytes()
    file.with_name(f"{file.name}-wal").write_bytes(log)
    build_file(file, new_people(make_person), "new")
    with contextlib.closing(RegistryStore(file)) as reader:
        assert reader.count() == 3
        assert reader.people() == new_people(make_person)
