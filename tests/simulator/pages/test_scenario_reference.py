"""docs/scenario-reference.md says what the schema and the packs say, and each example of the schema is a good one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.pages.scenario_reference import scenario_page
from simulator.scripting.loader import load_scenario, read_scenario, schema, shipped_scenarios

PAGE = Path(__file__).parents[3] / "docs" / "scenario-reference.md"
WHEN = schema()["$defs"]["when"]["properties"]
THEN = schema()["$defs"]["then"]["properties"]


def scenario_with(when: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    both = {"fr": "a", "en": "b"}
    return {
        "id": "tests/example",
        "title": both,
        "purpose": both,
        "source": "tests",
        "evidence": "inferred",
        "people": ["patient", "somebody_else"],
        "rules": [{"when": when, "then": then}],
    }


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == scenario_page(), "run: make docs"


@pytest.mark.parametrize("name", WHEN)
def test_each_example_of_a_condition_is_a_good_one(name: str) -> None:
    for example in WHEN[name]["examples"]:
        # What goes with any operation, of INSi or of a sink.
        read_scenario(scenario_with({name: example}, {"set": {"service": "down"}}))


@pytest.mark.parametrize("name", THEN)
def test_each_example_of_an_action_is_a_good_one(name: str) -> None:
    beside = {"code": "00"} if name == "person" else {}
    for example in THEN[name]["examples"]:
        read_scenario(scenario_with(_asking(name, example), beside | {name: example}))


def _asking(name: str, example: Any) -> dict[str, Any]:
    """The conditions that an answer of a sink needs: the operation that it answers."""
    if name == "dmp":
        return {"operation": "TD0.2" if {"exists", "person"} & set(example) else "ITI-41"}
    return (
        {"operation": {"smtp": "SMTP-DATA", "imap": "IMAP-SELECT"}[name]} if name in {"smtp", "imap"} else {}
    )


def test_each_condition_and_each_action_has_its_section_with_its_examples() -> None:
    page = scenario_page()
    conditions, actions = page.split("## `when`: conditions")[1].split("## `then`: answers")
    for section, parts in ((conditions, WHEN), (actions, THEN)):
        for name, part in parts.items():
            entry = section.split(f"### `{name}`\n")[1].split("\n#")[0]
            assert entry.strip().startswith(part["description"])
            block = entry.split("```yaml\n")[1].split("```")[0]
            assert [yaml.safe_load(line)[name] for line in block.splitlines()] == part["examples"]


def test_each_key_of_the_schema_has_a_description() -> None:
    def visit(part: Any, place: str) -> list[str]:
        if isinstance(part, list):
            return [found for entry in part for found in visit(entry, place)]
        if not isinstance(part, dict):
            return []
        bare = []
        for name, inner in part.items():
            if name == "properties":
                bare += [f"{place}.{key}" for key, value in inner.items() if not value.get("description")]
                bare += [found for key, value in inner.items() for found in visit(value, f"{place}.{key}")]
            elif name not in {"examples", "required", "enum"}:
                bare += visit(inner, place)
        return bare

    assert visit(schema(), "") == []


def test_each_shipped_scenario_is_in_the_table_of_its_pack() -> None:
    packs = scenario_page().split("## Packs shipped")[1]
    for source in shipped_scenarios():
        scenario = load_scenario(source)
        table = packs.split(f"### `{scenario.pack}/`")[1].split("###")[0]
        (row,) = [line for line in table.splitlines() if line.startswith(f"| `{scenario.id}` |")]
        assert scenario.title_fr.replace("|", "\\|") in row
