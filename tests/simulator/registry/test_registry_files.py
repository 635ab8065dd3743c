"""Registry files: built whole or not at all, shared read-only, and refused when they are not ours."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from simulator.population.cnda import load_cnda
from simulator.population.families import families
from simulator.population.generate import draw
from simulator.registry.building import add_to_file, build_file
from simulator.registry.matching import SearchTraits
from simulator.registry.opening import open_registry
from simulator.registry.protocol import DuplicateKeyError, RegistryError
from simulator.registry.store import RegistryStore
from simulator.registry.target import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.registry.person import Person

    MakePerson = Callable[..., Person]

PEOPLE = [*load_cnda(), *draw(3000, 7, nia=None), *families(1)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("built") / "people.sqlite"
    assert build_file(file, iter(PEOPLE), "tests") == len(PEOPLE)
    return file


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Iterator[RegistryStore]:
    opened = RegistryStore(built, tmp_path / "sessions.sqlite")
    yield opened
    opened.close()


class TestBuilt:
    def test_everybody_comes_back_as_put_in(self, store: RegistryStore) -> None:
        assert list(store.everyone()) == PEOPLE
        assert store.count() == len(PEOPLE)
        assert store.meta("recipe") == "tests"

    def test_everybody_is_found_by_key_traits_and_matricule(self, store: RegistryStore) -> None:
        for person in PEOPLE:
            traits = person.identity.traits
            wanted = SearchTraits(
                birth_name=traits.birth_name,
                first_names=traits.first_names,
                sex=traits.sex,
                birth_date=traits.birth_date,
            )
            assert store.by_key(person.key) == person
            assert person in store.same_name_and_date(wanted)
            assert person in store.by_matricule(person.identity.matricule.number)
            for old in person.identity.history:
                assert person in store.by_former_matricule(old.matricule.number)

    def test_a_person_takes_few_bytes(self, built: Path) -> None:
        assert built.stat().st_size / len(PEOPLE) < 300

    def test_tags_are_counted_and_paged(self, store: RegistryStore) -> None:
        for tag, count in store.tag_counts().items():
            tagged = [person for person in PEOPLE if tag in person.tags]
            assert count == len(tagged)
            pages = [
                person
                for offset in range(0, count, 500)
                for person in store.people(tag=tag, limit=500, offset=offset)
            ]
            assert pages == tagged == list(store.everyone(tag=tag))

    def test_the_file_is_only_read_and_people_of_sessions_are_elsewhere(
        self, built: Path, store: RegistryStore, make_person: MakePerson
    ) -> None:
        before = built.read_bytes()
        store.add([make_person("mine")], "s1")
        assert store.by_key("mine", "s1") is not None
        assert store.count("s1") == len(PEOPLE) + 1
        assert store.people(scope="s1", offset=len(PEOPLE)) == [make_person("mine")]
        assert built.read_bytes() == before
        assert [file.name for file in built.parent.iterdir()] == [built.name]

    def test_people_can_be_added_while_others_read(self, tmp_path: Path, make_person: MakePerson) -> None:
        file = tmp_path / "people.sqlite"
        build_file(file, [make_person("a")], "one")
        reader = RegistryStore(file, tmp_path / "sessions.sqlite")
        assert reader.count() == 1
        assert add_to_file(file, [make_person("b", tags=["late"])]) == 1
        assert [person.key for person in reader.people()] == ["a", "b"]
        with pytest.raises(DuplicateKeyError, match="twice"):
            add_to_file(file, [make_person("c"), make_person("a")])
        assert reader.count() == 2
        reader.close()

    @pytest.mark.parametrize("kind", [0, 25_000])
    def test_more_kinds_and_prefixes_than_are_remembered(
        self, tmp_path: Path, make_person: MakePerson, kind: int
    ) -> None:
        people = [
            make_person(f"own/{number}/0", tags=[f"tag-{number % (kind or 1)}"]) for number in range(5000)
        ]
        file = tmp_path / "people.sqlite"
        build_file(file, people, "many")
        opened = RegistryStore(file, tmp_path / "sessions.sqlite")
        assert list(opened.everyone()) == people
        assert opened.by_key("own/4999/0") == people[-1]
        opened.close()


class TestInterrupted:
    def test_a_failure_leaves_what_was_there(self, tmp_path: Path, make_person: MakePerson) -> None:
        file = tmp_path / "people.sqlite"
        build_file(file, [make_person("old")], "one")
        before = file.read_bytes()

        def broken() -> Iterator[Person]:
            yield make_person("new")
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build_file(file, broken(), "two")
        assert file.read_bytes() == before
        assert list(tmp_path.iterdir()) == [file]

    def test_a_key_twice_is_named_and_leaves_nothing(self, tmp_path: Path, make_person: MakePerson) -> None:
        for key in ("same/7", "same"):
            with pytest.raises(DuplicateKeyError, match=f"'{key}' twice"):
                build_file(
                    tmp_path / "people.sqlite",
                    [make_person(key), make_person("b"), make_person(key)],
                    "x",
                )
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
    @pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
    def test_a_build_that_is_stopped_leaves_no_registry(
        self, tmp_path: Path, sent: signal.Signals, code: int
    ) -> None:
        file = tmp_path / "people.sqlite"
        command = [sys.executable, "-m", "simulator.cli", "population", "build", "--size", "5000000"]
        process = subprocess.Popen([*command, "--out", str(file)], stderr=subprocess.PIPE, text=True)
        try:
            # It is empty until there is more than the writer keeps in memory.
            part = tmp_path / ".people.sqlite.part"
            deadline = time.monotonic() + 120
            while not part.exists():
                assert time.monotonic() < deadline
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.02)
            process.send_signal(sent)
            _, said = process.communicate(timeout=120)
        finally:
            process.kill()
        assert process.returncode == code, said
        assert code != 130 or f"Interrompu : {file} est comme avant." in said
        assert not file.exists()
        # What a killed build left does not hinder the next one.
        assert build_file(file, PEOPLE, "again") == len(PEOPLE)
        assert list(tmp_path.iterdir()) == [file]

    def test_two_builds_of_one_file_do_not_mix(self, tmp_path: Path, make_person: MakePerson) -> None:
        file = tmp_path / "people.sqlite"

        def meanwhile() -> Iterator[Person]:
            yield make_person("a")
            with pytest.raises(RegistryError, match="another build"):
                build_file(file, [make_person("b")], "two")

        assert build_file(file, meanwhile(), "one") == 1


class TestRefused:
    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(RegistryError, match="no such file; build one with: banc population build"):
            open_registry(tmp_path / "none.sqlite")

    def test_no_database(self, tmp_path: Path) -> None:
        file = tmp_path / "people.csv"
        file.write_text("birth_name;first_names\n" * 100)
        with pytest.raises(RegistryError, match=r"file is not a database.*banc population build"):
            open_registry(file)

    def test_a_database_of_something_else(self, tmp_path: Path) -> None:
        file = tmp_path / "other.sqlite"
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE person (id INTEGER)")
        connection.close()
        before = file.read_bytes()
        with pytest.raises(RegistryError, match="got another SQLite file"):
            open_registry(file)
        assert file.read_bytes() == before

    def test_another_format(self, tmp_path: Path) -> None:
        file = tmp_path / "people.sqlite"
        build_file(file, [], "x")
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
        with pytest.raises(RegistryError, match="in format 3, got format 99; build one"):
            open_registry(file)
        with pytest.raises(RegistryError, match="format 99"):
            add_to_file(file, [])

    def test_a_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("here already")
        with pytest.raises(RegistryError, match="cannot be written"):
            build_file(tmp_path / "file" / "people.sqlite", [], "x")


@pytest.mark.parametrize(
    ("target", "printed"),
    [
        ("postgresql://banc:s%40cret@db:5432/registry", "postgresql://banc:…@db:5432/registry"),
        ("postgres://db/registry?user=a&password=secret", "postgres://db/registry?user=a&password=…"),
        ("postgresql://banc:secret@[::1/registry", "postgresql://…"),
        ("postgresql://banc@db/registry", "postgresql://banc@db/registry"),
        ("people.sqlite", "people.sqlite"),
    ],
)
def test_a_password_is_never_printed(target: str, printed: str) -> None:
    assert shown(target) == printed


def test_codes_are_the_same_in_every_process() -> None:
    code = (
        "import json; from simulator.registry.codes import search_code;"
        "print(json.dumps([search_code('1960-01-01', 'ADRTROIS'), search_code('1985-04-00', \"LE'GOFF\")]))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert json.loads(said.stdout) == [1346908737374457091, 1364109119894930430]
