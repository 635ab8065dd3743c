"""A base population in PostgreSQL that is replaced: one call sees one population, from its first question to its last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.bench import BenchOptions, open_bench
from simulator.registry import postgres
from simulator.registry.matching import SearchTraits
from simulator.registry.opening import build_registry, open_registry
from simulator.registry.protocol import RegistryUnavailableError
from simulator.sessions.store import DEFAULT
from simulator.teleservice.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.ins.traits import Traits
    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry

    MakePerson = Callable[..., Person]

OFTEN = 12
"""Times a question is asked before: psycopg has the server keep it then, and the server its plan."""


@pytest.fixture
def former(make_person: MakePerson) -> list[Person]:
    return [make_person(f"old/{number}", tags=["t"]) for number in range(4)]


@pytest.fixture
def fresh(make_person: MakePerson) -> list[Person]:
    return [make_person(f"new/{number}", tags=["t"]) for number in range(3)]


@pytest.fixture
def url(postgres_url: str, former: list[Person]) -> str:
    build_registry(postgres_url, former, "old")
    return postgres_url


@pytest.fixture
def opened(url: str) -> Iterator[Registry]:
    store = open_registry(url)
    yield store
    store.close()


def _wanted(traits: Traits) -> SearchTraits:
    return SearchTraits(
        birth_name=traits.birth_name,
        first_names=traits.first_names,
        sex=traits.sex,
        birth_date=traits.birth_date,
    )


@pytest.mark.parametrize("asked_before", [0, OFTEN])
def test_a_call_under_way_finishes_on_the_people_it_began_with(
    url: str, opened: Registry, former: list[Person], fresh: list[Person], asked_before: int
) -> None:
    wanted = _wanted(former[0].identity.traits)

    def questions() -> list[object]:
        return [
            opened.by_key("old/0"),
            opened.by_key("new/0"),
            opened.same_name_and_date(wanted),
            opened.near_misses(wanted),
            opened.by_matricule(former[1].identity.matricule.number),
            opened.people(tag="t", limit=10),
        ]

    for _ in range(asked_before):
        with opened.held():
            before = questions()
    with opened.held():
        # Nobody is found: which population it was is known all the same.
        assert opened.by_key("new/0") is None
        build_registry(url, fresh, "new")
        during = questions()
        with opened.held():
            assert opened.by_key("old/0") == former[0]
        assert opened.by_key("new/0") is None
    assert during[0] == former[0]
    assert during[1] is None
    assert during[5] == former
    if asked_before:
        assert during == before
    with opened.held():
        assert opened.by_key("old/0") is None
        assert opened.people(tag="t", limit=10) == fresh
    assert opened.people() == fresh


def test_a_population_replaced_twice_under_a_call_is_told_and_the_next_call_is_answered(
    url: str, opened: Registry, fresh: list[Person]
) -> None:
    with opened.held():
        assert opened.by_key("old/0") is not None
        build_registry(url, [], "between")
        build_registry(url, fresh, "new")
        with pytest.raises(
            RegistryUnavailableError, match="replaced more than once while a call was answered"
        ):
            opened.by_key("old/0")
    with opened.held():
        assert opened.by_key("new/0") == fresh[0]


def test_an_export_under_way_is_of_one_population(
    url: str,
    opened: Registry,
    former: list[Person],
    fresh: list[Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres, "_PAGE", 1)
    everyone = opened.everyone()
    first = next(everyone)
    build_registry(url, fresh, "new")
    assert [first, *everyone] == former
    assert list(opened.everyone()) == fresh


def test_the_answer_and_its_explanation_are_of_one_population(  # noqa: PLR0917 - by name, from pytest
    url: str,
    tmp_path: Path,
    former: list[Person],
    fresh: list[Person],
    soap_request: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = open_bench(BenchOptions(data_dir=tmp_path, registry=url))
    name = former[0].identity.traits.birth_name
    store, ask = bench.teleservice.registry, bench.teleservice.registry.near_misses

    def near_misses(wanted: SearchTraits, scope: str = "") -> list[Person]:
        build_registry(url, fresh, "new")
        return ask(wanted, scope)

    monkeypatch.setattr(store, "near_misses", near_misses)
    request = WireRequest(
        path="/lps",
        headers={"content-type": "application/soap+xml; charset=utf-8"},
        body=soap_request(birth_name=name, first_names="PERSONNE"),
    )
    exchange = bench.teleservice.handle(request, bench.sessions.get(DEFAULT))
    assert exchange.code == "01"
    considered = {candidate.key for candidate in exchange.decision.considered}
    assert considered
    assert all(key.startswith("old/") for key in considered)
    bench.close()
