"""Every promise of docs/security.md and every attack of docs/attacks.md names tests that are there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEADS = ("| Promise", "| Attack", "| Trial")
NAMED = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")


@cache
def _files(name: str) -> tuple[str, ...]:
    """Return the content of the files that a name can mean."""
    places = [ROOT / name, ROOT / "tests" / "simulator" / name]
    found = [place for place in places if place.is_file()] or list((ROOT / "tests").rglob(name))
    return tuple(place.read_text("utf-8") for place in found)


@pytest.mark.parametrize(("page", "least"), [("security.md", 25), ("attacks.md", 70)])
def test_every_row_names_tests_that_exist(page: str, least: int) -> None:
    lines = (ROOT / "docs" / page).read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(HEADS)]
    assert len(rows) > least
    before: list[str] = []
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        named = NAMED.findall(cells[1])
        if not named:
            assert page == "security.md", row
            assert "same" in cells[1] or "make soak" in cells[1], row
            assert before or "make soak" in cells[1]
            continue
        before = [name for name, _ in named]
        for name, test in named:
            files = _files(name)
            assert files, f"{name} is not there: {row[:80]}"
            if test:
                assert any(re.search(rf"def {test}\(", content) for content in files), (
                    f"{name}::{test}: {row[:80]}"
                )
            else:
                assert page == "security.md" or "Golden" in row
