"""Data that ships says where it comes from and under which licence, beside the data and in the wheel."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("simulator/ins/data", "simulator/population/data", "simulator/population/practice/data")
TEXTS = {"README.md", "LICENCE.md"}


def rows(path: Path) -> list[list[str]]:
    """Give the cells of the tables of a page, but for their headings."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("folder", FOLDERS[1:])
def test_every_file_is_in_the_table_with_its_origin(folder: str) -> None:
    table = {
        name: row[-1]
        for row in rows(ROOT / folder / "README.md")
        for name in re.findall(r"`([^`]+)`", row[0])
    }
    files = {path.name for path in (ROOT / folder).iterdir()} - TEXTS
    assert files - set(table) == set()
    assert [name for name, origin in table.items() if not origin] == []


@pytest.mark.parametrize("folder", FOLDERS[:2])
def test_every_file_of_insee_has_its_licence_and_edition(folder: str) -> None:
    page = (ROOT / folder / "LICENCE.md").read_text("utf-8")
    assert "**Source : Insee.**" in page
    assert "etalab-2.0" in page
    licensed = {
        name for row in rows(ROOT / folder / "LICENCE.md") for name in re.findall(r"`([^`]+)`", row[0])
    }
    assert licensed
    assert [name for name in licensed if not (ROOT / folder / name).is_file()] == []
    told = {
        name
        for row in rows(ROOT / folder / "README.md")
        if "Source: Insee" in row[-1]
        for name in re.findall(r"`([^`]+)`", row[0])
    }
    assert told <= licensed


def test_the_wheel_carries_the_licences() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for folder in FOLDERS[:2]:
        assert f"{folder}/LICENCE.md" in project["license-files"]
    assert all((ROOT / path).is_file() for path in project["license-files"])
