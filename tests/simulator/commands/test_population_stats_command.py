"""``banc population build --profile`` and ``stats``: the profile is kept, shares are compared with its targets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.commands.population import population_group
from simulator.population.build import people, profile_of
from simulator.population.profiles import profiles
from simulator.registry.opening import open_registry

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: object) -> Result:
    return CliRunner().invoke(population_group, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stats") / "people.sqlite"
    result = run("build", "--size", 8000, "--seed", 3, "--out", path)
    assert result.exit_code == 0, result.output
    return path


@pytest.mark.parametrize("profile", profiles())
def test_a_registry_holds_the_people_of_its_profile_and_says_which(tmp_path: Path, profile: str) -> None:
    path = tmp_path / "people.sqlite"
    assert run("build", "--size", 400, "--seed", 5, "--profile", profile, "--out", path).exit_code == 0
    store = open_registry(path)
    try:
        assert profile_of(store.meta("recipe")) == profile
        assert list(store.everyone()) == list(people(400, 5, profile))
    finally:
        store.close()


def test_an_unknown_profile_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    result = run("build", "--size", 10, "--profile", "moon", "--out", tmp_path / "x.sqlite")
    assert result.exit_code == 2
    assert "france" in result.output
    assert not (tmp_path / "x.sqlite").exists()


def test_shares_are_shown_with_target_and_evidence_and_cases_with_their_number(built: Path) -> None:
    result = run("stats", "--registry", built, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "8000 people" in result.output
    assert "profile: france" in result.output
    women = next(line for line in result.output.splitlines() if line.startswith("women"))
    assert "51.60" in women
    assert "reported" in women
    assert any(line.split()[1:2] == ["twin"] for line in result.output.splitlines())


def test_the_json_form_has_the_source_of_each_target(built: Path) -> None:
    result = run("stats", "--registry", built, "--format", "json")
    told = json.loads(result.output)
    assert (told["profile"], told["people"], told["drawn"]) == ("france", 8000, 8000)
    assert all(bool(share["source"]) is (share["target"] is not None) for share in told["shares"])
    assert told["tags"]["nia"] > 0


def test_a_share_too_far_from_its_target_is_told_by_the_exit_code(built: Path) -> None:
    result = run("stats", "--registry", built, "--profile", "officine", "--lang", "en")
    assert result.exit_code == 1
    assert "too far" in result.output


def test_a_registry_of_other_people_has_no_targets(tmp_path: Path) -> None:
    path = tmp_path / "mine.sqlite"
    header = "birth_name,first_names,sex,birth_date,birth_place,matricule,oid\n"
    (one,) = people(1, 1)
    traits = one.identity.traits
    cells = (traits.birth_name, traits.first_names, traits.sex, traits.birth_date, traits.birth_place or "")
    line = ",".join((*cells, one.identity.matricule.value, one.identity.oid))
    (tmp_path / "people.csv").write_text(f"{header}{line}\n", encoding="utf-8")
    assert run("import", tmp_path / "people.csv", "--registry", path).exit_code == 0
    result = run("stats", "--registry", path, "--format", "json")
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert (told["profile"], told["people"], told["drawn"]) == (None, 1, 0)
    assert {share["met"] for share in told["shares"]} == {None}


def test_something_else_than_a_registry_is_refused(tmp_path: Path) -> None:
    result = run("stats", "--registry", tmp_path / "none.sqlite")
    assert result.exit_code == 2
    assert "none.sqlite" in result.output
