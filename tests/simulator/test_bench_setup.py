"""A data directory: built when missing, kept when as asked, rebuilt when asked otherwise, refused when unusable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.bench import Bench, BenchOptions, BenchSetupError, OidMode, open_bench
from simulator.population.build import people, recipe
from simulator.population.cnda import load_cnda

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    open_ones: list[Bench] = []

    def open_with(
        *, people: int = 3, seed: int = 1, oid_mode: OidMode = "test", profile: str = "production"
    ) -> Bench:
        options = BenchOptions(
            data_dir=tmp_path / "a" / "b", people=people, seed=seed, oid_mode=oid_mode, profile=profile
        )
        open_ones.append(open_bench(options))
        return open_ones[-1]

    yield open_with
    for bench in open_ones:
        bench.close()


def test_a_missing_directory_is_made_with_the_public_and_the_synthetic_people(
    opened: Callable[..., Bench],
) -> None:
    registry = opened(people=3).registry
    assert registry.people(limit=1000) == [*load_cnda(), *people(3, 1)]
    assert registry.meta("recipe") == f"cnda oid=test {recipe(3, 1)}"


def test_the_same_options_keep_the_registry_and_the_people_of_sessions(
    opened: Callable[..., Bench], make_person: Callable[..., Person]
) -> None:
    first = opened()
    before = first.registry.people(limit=1000)
    first.registry.add([make_person("mine")], "s1")
    again = opened()
    assert again.registry.people(limit=1000) == before
    assert again.registry.by_key("mine", "s1") is not None


@pytest.mark.parametrize("changed", [{"people": 4}, {"seed": 2}, {"oid_mode": "live"}])
def test_other_options_rebuild_the_registry(opened: Callable[..., Bench], changed: dict[str, object]) -> None:
    before = opened().registry.people(limit=1000)
    assert opened(**changed).registry.people(limit=1000) != before


def test_the_journal_survives_a_rebuilding(opened: Callable[..., Bench]) -> None:
    opened().journal.append(_exchange())
    assert opened(people=9).journal.count() == 1


@pytest.mark.parametrize(
    ("oid_mode", "oid"), [("test", "1.2.250.1.213.1.4.10"), ("live", "1.2.250.1.213.1.4.8")]
)
def test_the_public_people_carry_the_oid_asked_for(
    opened: Callable[..., Bench], oid_mode: str, oid: str
) -> None:
    person = opened(oid_mode=oid_mode).registry.by_key("cnda/adrtrois-toussaint")
    assert person is not None
    assert person.identity.oid == oid


def test_the_default_session_has_the_profile_asked_for(opened: Callable[..., Bench]) -> None:
    assert opened(profile="qualification-2023").sessions.get("default").profile.name == "qualification-2023"


def test_an_unknown_profile_is_refused_and_the_known_ones_are_named(opened: Callable[..., Bench]) -> None:
    with pytest.raises(BenchSetupError, match="unknown profile 'prod'; known are production, "):
        opened(profile="prod")


def test_a_directory_that_cannot_be_made_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already")
    with pytest.raises(BenchSetupError, match="--data-dir"):
        open_bench(BenchOptions(data_dir=tmp_path / "file" / "bench", people=0))


@pytest.mark.parametrize("name", ["registry.sqlite", "sessions.sqlite"])
def test_a_file_of_somebody_else_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    content = b"these are not our bytes " * 100
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BenchSetupError, match="cannot be used"):
        open_bench(BenchOptions(data_dir=tmp_path, people=0))
    assert (tmp_path / name).read_bytes() == content


def _exchange() -> Exchange:
    from simulator.journal.exchange import Decision, Exchange

    return Exchange(
        session="default",
        at="",
        operation=None,
        code="01",
        http_status=200,
        path="/lps",
        request_headers={},
        request=b"",
        response_headers={},
        response=b"",
        decision=Decision(source="registry"),
    )
