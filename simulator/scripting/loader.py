"""Reading scenarios from files or from the control API."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

from simulator.contract.faults import fault_catalogue
from simulator.contract.names import Evidence
from simulator.datafile import load_yaml
from simulator.scripting.chaos import ChaosError, read_steps
from simulator.scripting.model import Rule, Scenario, Then, When

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable


class ScenarioError(Exception):
    """Scenario data received over the control API cannot be used."""


def load_scenario(path: Path | Traversable) -> Scenario:
    """Read one scenario file.

    Raises:
        DataFileError: with file, line and expectation.
    """
    return _scenario(load_yaml(path, _schema(), _meaning_problems))


def read_scenario(data: Any) -> Scenario:
    """Read scenario data already decoded from JSON.

    Raises:
        ScenarioError: naming the place in the data and what was expected.
    """
    errors = sorted(_validator().iter_errors(data), key=lambda error: list(map(str, error.absolute_path)))
    if errors:
        place = "/".join(map(str, errors[0].absolute_path)) or "the scenario"
        raise ScenarioError(f"{place}: {errors[0].message}")
    for where, message in _meaning_problems(data):
        raise ScenarioError(f"{'/'.join(map(str, where))}: {message}")
    return _scenario(data)


def scenario_data(reference: str | Path) -> Any:
    """Return the data of a scenario given by path, or by id among those shipped.

    Raises:
        DataFileError: there is no such scenario, or it is broken.
    """
    path = Path(reference)
    source = path if path.suffix == ".yaml" else files("scenarios") / f"{reference}.yaml"
    load_scenario(source)
    return load_yaml(source)


def shipped_scenarios() -> Iterator[Traversable]:
    """Yield the scenario files shipped with the bench."""
    for pack in sorted(files("scenarios").iterdir(), key=lambda entry: entry.name):
        if pack.is_dir():
            yield from (
                entry
                for entry in sorted(pack.iterdir(), key=lambda e: e.name)
                if entry.name.endswith(".yaml")
            )


def _scenario(data: Any) -> Scenario:
    return Scenario(
        id=data["id"],
        title_fr=data["title"]["fr"],
        title_en=data["title"]["en"],
        evidence=Evidence(data["evidence"]),
        people=tuple(data.get("people", ())),
        rules=tuple(Rule(when=When(**rule["when"]), then=_then(rule["then"])) for rule in data["rules"]),
    )


def _then(data: Any) -> Then:
    chaos = read_steps(data["chaos"]) if "chaos" in data else ()
    return Then(**(data | {"chaos": chaos}))


def _meaning_problems(data: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield what the schema cannot say: unknown roles and unknown faults."""
    roles = data.get("people", [])
    known = ", ".join(roles) or "none"
    for index, rule in enumerate(data["rules"]):
        for part in ("when", "then"):
            role = rule[part].get("person")
            if role is not None and role not in roles:
                yield (
                    ("rules", index, part, "person"),
                    f"expected a role listed in people ({known}), got {role!r}",
                )
        fault = rule["then"].get("fault")
        if fault is not None and fault not in fault_catalogue():
            yield ("rules", index, "then", "fault"), f"expected a code of the fault catalogue, got {fault!r}"
        if "chaos" in rule["then"]:
            try:
                read_steps(rule["then"]["chaos"], on="answer" if fault is None else "fault")
            except ChaosError as error:
                yield ("rules", index, "then", "chaos", *error.path), error.message


@cache
def _schema() -> Any:
    return json.loads((files("simulator.scripting") / "scenario.schema.json").read_text("utf-8"))


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(_schema())
