"""The scenario files in ``scenarios/``."""

from __future__ import annotations

import re
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


def _played() -> set[str]:
    """Return the scenarios that a check names."""
    suite = Path(str(files("conformance.suite")))
    sources = [entry.read_text(encoding="utf-8") for entry in suite.rglob("*.py")]
    packs = "|".join(sorted({name.partition("/")[0] for name in NAMES}))
    return {found for source in sources for found in re.findall(rf'"((?:{packs})/[a-z0-9-]+)"', source)}


def test_a_scenario_played_by_a_check_is_shipped() -> None:
    assert len(_played()) >= 16
    assert _played() <= set(NAMES)


def test_what_is_inferred_among_those_played_says_so() -> None:
    inferred = {
        scenario.id
        for scenario in map(load_scenario, shipped_scenarios())
        if scenario.evidence.value == "inferred" and scenario.id in _played()
    }
    others = {name for name in inferred if not name.startswith("chaos/")}
    assert others == {
        "answers/verification-ko",
        "answers/verification-ok",
        "answers/whatever-traits",
        "safety/matricule-of-another",
        "safety/no-key",
        "safety/other-birth-name",
        "safety/other-person",
        "safety/other-sex",
        "safety/other-traits",
        "safety/swapped-on-second-call",
        "safety/traits-of-another",
        "safety/unknown-oid",
        "safety/wrong-key",
    }
    assert {name for name in _played() if name.startswith("chaos/")} <= inferred
