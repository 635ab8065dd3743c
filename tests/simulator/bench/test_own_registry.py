"""The people of a data directory: moved out of files of former versions, built once by several, kept when somebody put them."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from simulator.bench import Bench, BenchOptions, BenchSetupError, open_bench, own_registry
from simulator.bench.own_registry import is_to_be_built
from simulator.cli import main
from simulator.registry import building
from simulator.registry.building import build_file
from simulator.registry.sqlite_tables import create_scoped, insert_scoped
from simulator.serving.apart import LARGE, build_apart
from simulator.teleservice.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.registry.person import Person

    MakePerson = Callable[..., Person]

CONTENT_TYPE = "application/soap+xml; charset=utf-8"


def of_a_former_version(data_dir: Path, mine: Person) -> list[Person]:
    """Make a data directory as former versions did: one file, with a log, and the people of sessions in it."""
    with closing(open_bench(BenchOptions(data_dir=data_dir, people=3))) as bench:
        people = bench.registry.people(limit=1000)
    with closing(sqlite3.connect(data_dir / "registry.sqlite", isolation_level=None)) as former:
        former.execute("PRAGMA journal_mode = WAL")
        former.execute("DELETE FROM meta WHERE name = 'made_by'")
        create_scoped(former)
        former.execute("BEGIN")
        insert_scoped(former, [mine], "s1")
        former.execute("COMMIT")
    (data_dir / "session-people.sqlite").unlink()
    return people


class TestOfAFormerVersion:
    def test_the_people_of_sessions_are_moved_and_nobody_is_lost(
        self, tmp_path: Path, make_person: MakePerson
    ) -> None:
        people = of_a_former_version(tmp_path, make_person("mine"))
        for _ in range(2):
            with closing(open_bench(BenchOptions(data_dir=tmp_path, people=3))) as bench:
                assert bench.registry.people(limit=1000) == people
                assert bench.registry.own("s1") == [make_person("mine")]
        with closing(sqlite3.connect(tmp_path / "registry.sqlite")) as base:
            tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            assert tables == {"person", "kind", "prefix", "former", "meta"}
            assert base.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        # What it was made of is still compared.
        with closing(open_bench(BenchOptions(data_dir=tmp_path, people=4))) as bench:
            assert bench.registry.people(limit=1000) != people
            assert bench.registry.own("s1") == [make_person("mine")]

    def test_a_move_that_was_stopped_is_done_again(self, tmp_path: Path, make_person: MakePerson) -> None:
        of_a_former_version(tmp_path, make_person("mine"))
        with closing(sqlite3.connect(tmp_path / "session-people.sqlite", isolation_level=None)) as moved:
            create_scoped(moved)
            insert_scoped(moved, [make_person("mine")], "s1")
        with closing(open_bench(BenchOptions(data_dir=tmp_path, people=3))) as bench:
            assert bench.registry.own("s1") == [make_person("mine")]

    def test_one_that_is_in_use_is_left_alone(self, tmp_path: Path) -> None:
        with closing(open_bench(BenchOptions(data_dir=tmp_path, people=3))) as other:
            with closing(sqlite3.connect(tmp_path / "registry.sqlite")) as former:
                create_scoped(former)
            with pytest.raises(BenchSetupError, match="of a former version, is using"):
                open_bench(BenchOptions(data_dir=tmp_path, people=3))
            assert other.registry.count() > 3


def test_servers_started_together_build_the_people_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = BenchOptions(data_dir=tmp_path, people=5)
    writing, built = threading.Barrier(2), []

    def slowly(path: Path, *arguments: object, **facts: object) -> int:
        # Both have found nothing; one of them writes, the other is told so and waits.
        writing.wait(timeout=60)
        count = build_file(path, *arguments, **facts)
        built.append(count)
        return count

    monkeypatch.setattr("simulator.bench.own_registry.build_file", slowly)
    found: list[int] = []

    def serve() -> None:
        with closing(open_bench(options)) as bench:
            found.append(bench.registry.count())
            writing.abort()

    threads = [threading.Thread(target=serve) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(found) == 2
    assert found[0] == found[1] == built[0]


class TestPutThere:
    @pytest.fixture
    def csv(self, tmp_path: Path) -> Path:
        path = tmp_path / "people.csv"
        path.write_text(
            "key,birth_name,first_names,sex,birth_date,birth_place,matricule,oid\n"
            "mine/1,LENOUVEAU,ANNE,F,1985-04-12,63220,285046322000110,1.2.250.1.213.1.4.10\n"
        )
        return path

    def run(self, *arguments: object) -> None:
        result = CliRunner().invoke(main, ["population", *map(str, arguments)])
        assert result.exit_code == 0, result.output

    def test_every_server_notices_and_a_call_under_way_finishes_on_the_former_people(
        self, tmp_path: Path, csv: Path, soap_request: Callable[..., bytes]
    ) -> None:
        data_dir = tmp_path / "bench"
        options = BenchOptions(data_dir=data_dir, people=3)
        wanted = {"birth_name": "LENOUVEAU", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}

        def ask(bench: Bench, recogniser: object = None, **traits: str) -> str:
            request = WireRequest(
                path="/lps", headers={"content-type": CONTENT_TYPE}, body=soap_request(**traits)
            )
            return bench.teleservice.handle(request, bench.sessions.get("default"), recogniser).code

        def meanwhile(*_: object) -> None:
            thread = threading.Thread(
                target=self.run, args=("import", csv, "--replace", "--data-dir", data_dir)
            )
            thread.start()
            thread.join(timeout=60)

        with closing(open_bench(options)) as one, closing(open_bench(options)) as other:
            assert [ask(bench, **wanted) for bench in (one, other)] == ["01", "01"]
            assert ask(one, meanwhile) == "00"
            assert [ask(bench) for bench in (one, other)] == ["01", "01"]
            assert [ask(bench, **wanted) for bench in (one, other)] == ["00", "00"]
        # It is kept: a worker that starts again, or tomorrow's server, finds the same people.
        with closing(open_bench(options)) as again:
            assert [person.key for person in again.registry.people()] == ["mine/1"]

    def test_people_added_are_kept_with_those_of_the_server(self, tmp_path: Path, csv: Path) -> None:
        data_dir = tmp_path / "bench"
        options = BenchOptions(data_dir=data_dir, people=3)
        with closing(open_bench(options)) as bench:
            before = bench.registry.count()
            self.run("import", csv, "--data-dir", data_dir)
            assert bench.registry.by_key("mine/1") is not None
        with closing(open_bench(options)) as again:
            assert again.registry.count() == before + 1

    def test_an_import_that_is_refused_changes_nothing(self, tmp_path: Path, csv: Path) -> None:
        data_dir = tmp_path / "bench"
        csv.write_text(csv.read_text() + "mine/2,X,ANNE,F,1985-04-12,63220,1,1.2.250.1.213.1.4.10\n")
        with closing(open_bench(BenchOptions(data_dir=data_dir, people=3))) as bench:
            before = (data_dir / "registry.sqlite").read_bytes()
            result = CliRunner().invoke(
                main, ["population", "import", str(csv), "--replace", "--data-dir", str(data_dir)]
            )
            assert result.exit_code == 1, result.output
            assert (data_dir / "registry.sqlite").read_bytes() == before
            assert bench.registry.by_key("mine/1") is None


def test_one_build_at_a_time_writes_beside_a_file(tmp_path: Path, make_person: MakePerson) -> None:
    path = tmp_path / "registry.sqlite"
    with building._alone(path), pytest.raises(building.BeingBuiltError, match="another build is writing"):
        build_file(path, [make_person("a")], "x")
    assert build_file(path, [make_person("a")], "x") == 1
    assert [each.name for each in tmp_path.iterdir()] == ["registry.sqlite"]


class TestBuiltApart:
    def test_a_large_one_is_there_when_the_bench_opens(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        options = BenchOptions(data_dir=tmp_path / "new", people=LARGE)
        build_apart(options)

        def draws(*_: object, **__: object) -> None:
            pytest.fail("people are drawn in this process")

        monkeypatch.setattr(own_registry, "build_file", draws)
        with closing(open_bench(options)) as bench:
            assert bench.registry.count() > LARGE

    @pytest.mark.parametrize(
        "options",
        [{"people": LARGE - 1}, {"people": LARGE, "registry": "people.sqlite"}],
        ids=["small", "built-before"],
    )
    def test_others_are_left_to_the_bench(self, tmp_path: Path, options: dict[str, Any]) -> None:
        build_apart(BenchOptions(data_dir=tmp_path / "new", **options))
        assert not (tmp_path / "new").exists()

    def test_one_that_is_there_is_left_alone(self, tmp_path: Path) -> None:
        with closing(open_bench(BenchOptions(data_dir=tmp_path, people=3))):
            pass
        assert not is_to_be_built(tmp_path, size=3, seed=1, oid_mode="test")
        assert is_to_be_built(tmp_path, size=4, seed=1, oid_mode="test")

    def test_what_stands_against_it_is_said_by_the_bench(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("here already")
        options = BenchOptions(data_dir=tmp_path / "file" / "data", people=LARGE)
        build_apart(options)
        with pytest.raises(BenchSetupError, match="--data-dir"):
            open_bench(options)
