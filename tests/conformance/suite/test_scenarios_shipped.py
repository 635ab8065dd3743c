"""The scenario files in ``scenarios/``."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from simulator.scripting.loader import load_scenario, scenario_data, shipped_scenarios

NAMES = [f"{Path(str(entry)).parent.name}/{Path(entry.name).stem}" for entry in shipped_scenarios()]


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_is_valid_and_bears_the_name_of_its_file(name: str) -> None:
    assert scenario_data(name)["id"] == name


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_speaks_both_languages(name: str) -> None:
    data = scenario_data(name)
    assert data["title"]["fr"] != data["title"]["en"]
    assert data["purpose"]["fr"] != data["purpose"]["en"]


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_is_played_by_a_check(name: str) -> None:
    suite = files("conformance.suite")
    sources = [entry.read_text(encoding="utf-8") for entry in suite.iterdir() if entry.name.endswith(".py")]
    assert any(f'"{name}"' in source for source in sources)


def test_what_is_inferred_says_so() -> None:
    inferred = {
        entry.name for entry in shipped_scenarios() if load_scenario(entry).evidence.value == "inferred"
    }
    assert inferred == {"whatever-traits.yaml", "wrong-key.yaml", "unknown-oid.yaml"}
