"""A data directory: built when missing, kept when as asked, rebuilt when asked otherwise, refused when unusable."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from simulator.bench import IN_USE, Bench, BenchOptions, BenchSetupError, OidMode, open_bench
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
    first = opened()
    before = first.registry.people(limit=1000)
    first.close()
    assert opened(**changed).registry.people(limit=1000) != before


def test_the_people_that_another_simulator_uses_are_not_replaced_under_it(
    opened: Callable[..., Bench], tmp_path: Path
) -> None:
    first, same = opened(), opened()
    before = first.registry.people(limit=1000)
    with pytest.raises(BenchSetupError, match="another simulator is using the people of"):
        opened(seed=2)
    same.close()
    with pytest.raises(BenchSetupError, match=r"--data-dir"):
        opened(seed=2)
    assert first.registry.people(limit=1000) == before
    first.close()
    assert opened(seed=2).registry.people(limit=1000) != before
    # What a killed process left is no presence.
    (tmp_path / "a" / "b" / IN_USE / "1-dead.lock").touch()


@pytest.mark.skipif(os.name == "nt", reason="Windows has rights by folder")
def test_nobody_else_can_read_what_is_kept(opened: Callable[..., Bench], tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        bench = opened()
        bench.journal.append(_exchange())
        bench.journal.count()
        bench.sessions.create()
    finally:
        os.umask(before)
    data_dir = tmp_path / "a" / "b"
    modes = {path.relative_to(data_dir): path.stat().st_mode & 0o777 for path in data_dir.rglob("*")}
    assert {mode for path, mode in modes.items() if (data_dir / path).is_dir()} == {0o700}, modes
    assert {mode for path, mode in modes.items() if (data_dir / path).is_file()} == {0o600}, modes
    assert data_dir.stat().st_mode & 0o777 == 0o700


def test_the_journal_survives_a_rebuilding(opened: Callable[..., Bench]) -> None:
    first = opened()
    first.journal.append(_exchange())
    first.close()
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
