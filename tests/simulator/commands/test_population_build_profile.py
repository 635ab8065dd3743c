"""``banc population build --profile``: the profile is kept, the public test people are there too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.commands.population import population_group
from simulator.population.build import people, profile_of
from simulator.population.cnda import load_cnda
from simulator.population.described.profiles import profiles
from simulator.registry.opening import open_registry

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: object) -> Result:
    return CliRunner().invoke(population_group, [str(argument) for argument in arguments])


@pytest.mark.parametrize("profile", profiles())
def test_a_registry_holds_the_people_of_its_profile_and_says_which(tmp_path: Path, profile: str) -> None:
    path = tmp_path / "people.sqlite"
    assert run("build", "--size", 400, "--seed", 5, "--profile", profile, "--out", path).exit_code == 0
    store = open_registry(path)
    try:
        assert profile_of(store.meta("recipe")) == profile
        assert list(store.everyone()) == [*load_cnda(), *people(400, 5, profile)]
    finally:
        store.close()


def test_an_unknown_profile_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    result = run("build", "--size", 10, "--profile", "moon", "--out", tmp_path / "x.sqlite")
    assert result.exit_code == 2
    assert "france" in result.output
    assert not (tmp_path / "x.sqlite").exists()


def test_something_else_than_a_registry_is_refused(tmp_path: Path) -> None:
    result = run("stats", "--registry", tmp_path / "none.sqlite")
    assert result.exit_code == 2
    assert "none.sqlite" in result.output
