"""Every promise of docs/security.md names a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_promise_names_tests_that_exist() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| Promise")]
    assert len(rows) > 25
    before: list[str] = []
    for row in rows:
        cell = row.rstrip("|").rpartition("|")[2]
        named = re.findall(r"`([\w/]+\.py)`", cell)
        if not named:
            assert "same" in cell or "make soak" in cell, row
            assert before or "make soak" in cell
            continue
        before = named
        for name in named:
            places = [ROOT / name, ROOT / "tests" / "simulator" / name]
            found = [place for place in places if place.is_file()]
            assert found or list((ROOT / "tests").rglob(name)), f"{name} is not there: {row[:80]}"
