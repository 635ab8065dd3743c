"""The plan of a campaign: which software, which simulator, which rules."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from simulator.datafile import load_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_TIMEOUT_S = 60.0
"""How long one answer of the software may take, its own INSi calls and their retries included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a campaign does. ``plan.schema.json`` describes the file."""

    software_url: str
    timeout: float = DEFAULT_TIMEOUT_S
    """Seconds."""
    simulator_url: str | None = None
    """``None``: the campaign starts a simulator of its own."""
    simulator_token: str | None = None
    session: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the session of the campaign, by name."""
    rules: tuple[str, ...] | None = None
    not_applicable: Mapping[str, str] = field(default_factory=dict)
    """Reason by rule key."""
    seed: int | None = None
    source: str | None = None
    """The file it was read from."""


def load_plan(path: Path) -> Plan:
    """Read a plan file.

    Raises:
        DataFileError: naming file, line and expectation.
    """
    schema = json.loads((files("conformance") / "plan.schema.json").read_text("utf-8"))
    data = load_yaml(path, schema)
    software, simulator = data["software"], data.get("simulator", {})
    return Plan(
        software_url=software["url"],
        timeout=float(software.get("timeout", DEFAULT_TIMEOUT_S)),
        simulator_url=simulator.get("url"),
        simulator_token=simulator.get("token"),
        session=data.get("session", {}),
        rules=tuple(data["rules"]) if "rules" in data else None,
        not_applicable=data.get("not_applicable", {}),
        seed=data.get("seed"),
        source=str(path),
    )
