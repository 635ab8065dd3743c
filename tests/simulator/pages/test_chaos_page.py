"""docs/chaos.md says what the catalogue says, because it is written from it."""

from __future__ import annotations

from pathlib import Path

from simulator.chaos.catalogue import chaos_catalogue
from simulator.pages.chaos import chaos_page

PAGE = Path(__file__).parents[3] / "docs" / "chaos.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == chaos_page(), "run: make docs"


def test_every_disturbance_is_on_it_with_its_parameters() -> None:
    page = chaos_page()
    for name, disturbance in chaos_catalogue().items():
        start = page.index(f"### `{name}`: ")
        entry = page[start : page.find("\n##", start)]
        assert disturbance.expected_fr.rstrip(".") in entry
        assert f"Evidence: {disturbance.evidence.value}." in entry
        for parameter in disturbance.parameters:
            assert f"| `{parameter}` |" in entry
