"""PostgreSQL as the registry of several simulators: loading, losing the connection, and what is printed."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest

from simulator.bench import BenchOptions, BenchSetupError, open_bench
from simulator.client import BenchClient
from simulator.population.cnda import load_cnda
from simulator.population.families import families
from simulator.population.generate import draw
from simulator.registry.matching import SearchTraits
from simulator.registry.opening import build_registry, open_registry
from simulator.registry.postgres import PostgresRegistry
from simulator.registry.protocol import DuplicateKeyError, RegistryError, RegistryUnavailableError
from simulator.serving import ServeOptions, running
from simulator.sessions.store import DEFAULT
from simulator.teleservice.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.registry.person import Person

    MakePerson = Callable[..., Person]

PEOPLE = [*load_cnda(), *draw(2000, 7, nia=None), *families(1)]
CONTENT_TYPE = "application/soap+xml; charset=utf-8"


@pytest.fixture
def built(postgres_url: str) -> str:
    assert build_registry(postgres_url, iter(PEOPLE), "tests") == len(PEOPLE)
    return postgres_url


class TestLoading:
    def test_everybody_comes_back_as_put_in(self, built: str) -> None:
        store = open_registry(built)
        assert list(store.everyone()) == PEOPLE
        assert (store.count(), store.meta("recipe")) == (len(PEOPLE), "tests")
        tags = {tag: len([p for p in PEOPLE if tag in p.tags]) for tag in store.tag_counts()}
        assert store.tag_counts() == tags
        store.close()

    def test_a_failure_leaves_what_was_there(self, built: str, make_person: MakePerson) -> None:
        def broken() -> Iterator[Person]:
            yield make_person("new")
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build_registry(built, broken(), "two")
        with pytest.raises(DuplicateKeyError, match="same"):
            build_registry(built, [make_person("same"), make_person("same")], "three")
        store = open_registry(built)
        assert (store.count(), store.meta("recipe")) == (len(PEOPLE), "tests")
        assert len(store.people(limit=10_000)) == len(PEOPLE)
        store.close()

    def test_it_is_replaced_again_and_again_while_somebody_reads(
        self, built: str, make_person: MakePerson
    ) -> None:
        reader = open_registry(built)
        for number in range(3):
            people = [make_person(f"{number}/{n}") for n in range(number + 1)]
            for _ in range(8):  # often enough for psycopg to prepare the statements
                reader.by_key("0/0")
            build_registry(built, people, f"recipe {number}")
            assert reader.people() == people
            assert reader.by_key(f"{number}/0") == people[0]
        reader.close()

    def test_its_queries_use_indexes(self, built: str) -> None:
        conditions = {
            "search = 1": "search_idx",
            "(search & 68719476735) = 1": "expr_idx",
            "number = '1'": "number_idx",
            "key = 'a'": "key_idx",
        }
        with psycopg.connect(built) as connection:
            for condition, index in conditions.items():
                plan = connection.execute("EXPLAIN SELECT * FROM banc_person WHERE " + condition).fetchall()  # noqa: S608 - constants above
                assert index in str(plan), plan


class TestRefused:
    def test_an_empty_database(self, postgres_url: str) -> None:
        with pytest.raises(
            RegistryError, match="expected a registry of banc-insi in this database; build it"
        ) as told:
            open_registry(postgres_url)
        assert "cret" not in str(told.value)

    def test_another_format(self, built: str) -> None:
        with psycopg.connect(built) as connection:
            connection.execute("UPDATE banc_meta SET value = '99' WHERE name = 'format'")
        with pytest.raises(RegistryError, match="in format 3, got 99"):
            open_registry(built)

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://banc:s%40cret@127.0.0.1:1/registry",
            "postgresql://banc:s%40cret@127.0.0.1:port/registry",
            "postgresql://banc:s%zzcret@127.0.0.1:1/registry",
            "postgresql://banc:s%40cret@[::1/registry",
        ],
    )
    def test_a_server_that_cannot_be_reached_is_told_without_the_password(self, url: str) -> None:
        with pytest.raises(RegistryError) as told:
            PostgresRegistry(url)
        assert "cret" not in str(told.value)
        assert "cret" not in repr(told.value.__cause__)
        assert told.value.__suppress_context__

    def test_a_wrong_password(self, built: str) -> None:
        with pytest.raises(RegistryUnavailableError, match="password authentication failed") as told:
            open_registry(built.replace("s%40cret", "wr%20ong"))
        assert "wr ong" not in str(told.value)

    def test_a_bench_says_what_to_do(self, postgres_url: str, tmp_path: Path) -> None:
        with pytest.raises(BenchSetupError, match="banc population build"):
            open_bench(BenchOptions(data_dir=tmp_path, registry=postgres_url))


def test_a_lost_connection_is_a_clear_fault_and_the_next_call_finds_the_server_again(
    start_postgres: Callable[[], object],
    tmp_path: Path,
    soap_request: Callable[..., bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = start_postgres()
    build_registry(server.url(), PEOPLE, "tests")
    bench = open_bench(BenchOptions(data_dir=tmp_path, registry=server.url()))

    def ask() -> tuple[str, str]:
        request = WireRequest(path="/lps", headers={"content-type": CONTENT_TYPE}, body=soap_request())
        exchange = bench.teleservice.handle(request, bench.sessions.get(DEFAULT))
        return exchange.code, exchange.decision.cause

    assert ask() == ("00", "")
    server.stop()
    code, cause = ask()
    assert code == "desir_9009"
    assert "127.0.0.1" in cause
    assert "does not answer" in cause
    assert "does not answer" in caplog.text
    assert "Traceback" not in caplog.text
    assert "cret" not in caplog.text + cause
    server.start()
    assert ask() == ("00", "")
    bench.close()


def test_a_restarted_server_is_not_even_noticed(start_postgres: Callable[[], object]) -> None:
    server = start_postgres()
    build_registry(server.url(), PEOPLE, "tests")
    store = open_registry(server.url())
    assert store.count() == len(PEOPLE)
    server.stop()
    server.start()
    assert store.by_key(PEOPLE[0].key) == PEOPLE[0]
    store.close()


def test_threads_have_connections_of_their_own(built: str) -> None:
    store = open_registry(built)
    wrong: list[Person] = []

    def read(first: int) -> None:
        for person in PEOPLE[first : first + 100]:
            traits = person.identity.traits
            wanted = SearchTraits(
                birth_name=traits.birth_name,
                first_names=traits.first_names,
                sex=traits.sex,
                birth_date=traits.birth_date,
            )
            if person not in store.same_name_and_date(wanted):
                wrong.append(person)
        store.close()

    threads = [threading.Thread(target=read, args=(number * 100,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    store.close()


def test_two_simulators_share_one_registry(built: str, tmp_path: Path, make_person: MakePerson) -> None:
    with ExitStack() as stack:
        clients = []
        for name in ("one", "two"):
            options = BenchOptions(data_dir=tmp_path / name, registry=built)
            url = stack.enter_context(running(ServeOptions(bench=options, port=0)))
            clients.append(stack.enter_context(BenchClient(url)))
        one, two = clients
        for client in clients:
            assert client.info()["people"] == len(PEOPLE)
            assert client.info()["recipe"] == "tests"
        # The default session is one scope for both.
        one.session().add_people([make_person("mine/1")])
        assert [person.key for person in two.session().people(offset=len(PEOPLE))] == ["mine/1"]
