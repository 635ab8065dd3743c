"""``banc population stats``: what it prints, its page, its exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.cli import main
from simulator.population.build import people, recipe
from simulator.population.cnda import load_cnda
from simulator.registry.opening import build_registry

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("stats") / "people.sqlite"
    build_registry(str(file), [*load_cnda(), *people(3000, 1)], recipe(3000, 1))
    return file


def stats(registry: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["population", "stats", "--registry", str(registry), *arguments], env={"COLUMNS": "150"}
    )


def test_shares_stand_beside_their_targets_with_their_evidence(registry: Path) -> None:
    result = stats(registry, "--lang", "en")
    assert result.exit_code == 0, result.output
    women = next(line for line in result.output.splitlines() if line.startswith("women"))
    assert "51.60" in women
    assert "reported" in women
    assert "inferred" in result.output
    assert "not the real population" in result.output


def test_each_case_is_counted_with_its_label(registry: Path) -> None:
    data = json.loads(stats(registry, "--format", "json").output)
    assert data["profile"] == "france"
    assert data["people"] == 3000 + len(load_cnda())
    assert data["tags"]["designed"] > 100
    assert all(share["target"] is None or share["evidence"] for share in data["shares"])
    text = stats(registry, "--lang", "fr").output
    assert f"{data['tags']['designed']}  designed" in text
    assert "construit pour un cas" in text


def test_a_page_is_written(registry: Path, tmp_path: Path) -> None:
    result = stats(registry, "--format", "html", "--out", str(tmp_path / "page.html"))
    assert result.output.strip() == str(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert page.count("<tr>") > 60
    assert "source de la cible" in page


def test_a_file_that_cannot_be_written_is_told(registry: Path, tmp_path: Path) -> None:
    for kind in ("html", "json", "text"):
        result = stats(registry, "--format", kind, "--out", str(tmp_path / "no" / "page"))
        assert result.exit_code == 2, kind
        assert "page" in result.output


def test_a_share_far_from_its_target_ends_with_1(tmp_path: Path) -> None:
    file = tmp_path / "men.sqlite"
    men = [person for person in people(6000, 1) if person.identity.traits.sex == "M"]
    build_registry(str(file), men, recipe(len(men), 1))
    result = stats(file, "--lang", "en")
    assert result.exit_code == 1
    assert "missed" in next(line for line in result.output.splitlines() if line.startswith("women"))


def test_a_registry_of_unknown_making_has_no_targets(tmp_path: Path) -> None:
    file = tmp_path / "mine.sqlite"
    build_registry(str(file), people(50, 1), "imported from people.csv")
    result = stats(file, "--lang", "en")
    assert result.exit_code == 0
    assert "No known profile" in result.output
    assert "missed" not in result.output


def test_another_profile_can_be_compared_with(registry: Path) -> None:
    assert stats(registry, "--profile", "officine").exit_code == 1
