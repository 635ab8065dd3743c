"""Reads plan files, and shows a plan as data without its secrets."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from conformance.drivers.settings import DriverSettings
from conformance.plan.known import unknown_names
from conformance.plan.model import FailOn, Plan, SoftwareAbout
from conformance.record.coding import encode
from conformance.record.results import Waiver
from simulator.datafile import load_yaml
from simulator.text import Text, parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_PATHS = ("cwd", "tls_ca", "client_cert", "client_key")
"""Settings of a driver that name files; relative ones are beside the plan."""


def load_plan(path: Path) -> Plan:
    """Read a plan file.

    Raises:
        DataFileError: naming file, line and expectation.
    """
    data = load_yaml(path, plan_schema(), _problems)
    software, simulator = data.get("software", {}), data.get("simulator", {})
    # Before there were drivers of several kinds, the address of the only one was that of the software.
    former = {name: software[name] for name in ("url", "timeout") if name in software}
    driver = _driver({**former, **data.get("driver", {})}, path.parent)
    chosen = data.get("select", {})
    without = data.get("without", {})
    return Plan(
        driver=driver,
        software=SoftwareAbout(
            name=software.get("name", ""),
            version=str(software.get("version", "")),
            vendor=software.get("vendor", ""),
            actors=tuple(software.get("actors", ())),
        ),
        instances=tuple(_instance(driver, entry, path.parent) for entry in data.get("instances", ())),
        simulator_url=simulator.get("url"),
        simulator_token=simulator.get("token"),
        session=data.get("session", {}),
        rules=tuple(data.get("rules", chosen.get("rules", ()))),
        groups=tuple(data.get("groups", chosen.get("groups", ()))),
        without_rules=tuple(without.get("rules", ())),
        without_groups=tuple(without.get("groups", ())),
        not_applicable=data.get("not_applicable", {}),
        promote=tuple(data.get("promote", ())),
        waivers=tuple(_waiver(entry) for entry in data.get("waivers", ())),
        fail_on=tuple(FailOn(name) for name in data.get("fail_on", ())),
        fail_fast=data.get("fail_fast", False),
        seed=data.get("seed"),
        lang=data.get("lang"),
        mailbox=data.get("mailbox", "some"),
        time_limit=_seconds(data.get("time_limit")),
        source=str(path),
    )


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of plan files."""
    schema: dict[str, Any] = json.loads((files("conformance.plan") / "plan.schema.json").read_text("utf-8"))
    return schema


def plan_data(plan: Plan) -> dict[str, Any]:
    """Return the whole plan as JSON-like data, as the record keeps it: without the values of secrets."""
    hidden = replace(
        plan,
        driver=_without_secrets(plan.driver),
        instances=tuple(map(_without_secrets, plan.instances)),
        simulator_token="***" if plan.simulator_token else None,
    )
    data: dict[str, Any] = encode(hidden)
    return data


def _without_secrets(driver: DriverSettings) -> DriverSettings:
    return replace(driver, headers=dict.fromkeys(driver.headers, "***"), env=dict.fromkeys(driver.env, "***"))


def _driver(data: Mapping[str, Any], folder: Path) -> DriverSettings:
    known = {field.name for field in fields(DriverSettings)}
    values = {name: value for name, value in data.items() if name in known}
    for name in _PATHS:
        if name in values:
            values[name] = folder / values[name]
    if "command" in values:
        values["command"] = tuple(map(str, values["command"]))
        values.setdefault("kind", "subprocess")
    if "timeout" in values:
        values["timeout"] = float(values["timeout"])
    return DriverSettings(**values)


def _instance(driver: DriverSettings, data: Mapping[str, Any], folder: Path) -> DriverSettings:
    """Return the driver of one instance: what it does not say is as for the others."""
    own = _driver(data, folder)
    said = {name: getattr(own, name) for name in data if hasattr(own, name)}
    return replace(driver, kind=own.kind, **{name: value for name, value in said.items() if name != "kind"})


def _waiver(entry: Mapping[str, Any]) -> Waiver:
    return Waiver(
        rule=entry["rule"],
        reason=entry["reason"],
        author=entry["author"],
        expires=_day(entry["expires"]),
        link=entry.get("link", ""),
    )


def _day(value: Any) -> date:
    # YAML reads a bare 2026-12-31 as a date already, if its reader was told to.
    return value if isinstance(value, date) else date.fromisoformat(value)


def _seconds(value: Any) -> float | None:
    if value is None or isinstance(value, (int, float)):
        return None if value is None else float(value)
    return parse_duration(value)


def _problems(data: Mapping[str, Any]) -> Iterator[tuple[Sequence[str | int], Text]]:
    """Yield what the schema cannot say."""
    software, driver = data.get("software", {}), data.get("driver", {})
    if not (
        software.get("url") or driver.get("url") or driver.get("command") or driver.get("kind") == "guided"
    ):
        yield (
            ["driver"] if "driver" in data else [],
            Text(
                "où le logiciel est piloté est attendu : driver.url en HTTP, driver.command pour un programme, driver.kind guided pour une personne",
                "expected where the software is driven: driver.url for HTTP, driver.command for a program, driver.kind guided for a person",
            ),
        )
    if software.get("url") and driver:
        yield (
            ["software", "url"],
            Text(
                "l'adresse n'est attendue qu'une fois : mettez-la dans driver.url",
                "expected the address once: move it to driver.url",
            ),
        )
    yield from unknown_names(data)
    for index, entry in enumerate(data.get("waivers", ())):
        try:
            _day(entry["expires"])
        except ValueError:
            yield (
                ["waivers", index, "expires"],
                Text(
                    f"un jour tel que 2026-12-31 est attendu, reçu : {entry['expires']!r}",
                    f"expected a day such as 2026-12-31, got {entry['expires']!r}",
                ),
            )
