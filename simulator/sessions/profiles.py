"""Environment profiles: what differs between production and the qualification environments, as data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from simulator.contract.evidence import EvidenceLevel
from simulator.datafile import load_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One environment. ``unknown_person`` is the answer for nobody: ``01`` or a fault code.

    ``not_understood`` is what a mandatory header that the service does not know is in a lenient session: a ``finding``, or
    the ``fault`` that strict ones answer (inferred for every environment).
    """

    name: str
    dialect: str
    unknown_person: str
    not_understood: Literal["finding", "fault"] = "finding"
    evidence: EvidenceLevel
    source: str
    description_fr: str
    description_en: str


@cache
def profiles() -> dict[str, Profile]:
    """Return the packaged profiles by name; the first one is the default."""
    here = files("simulator.sessions")
    schema = json.loads((here / "profiles.schema.json").read_text("utf-8"))
    data = load_yaml(here / "profiles.yaml", schema)
    return {
        entry["name"]: Profile(
            name=entry["name"],
            dialect=entry["dialect"],
            unknown_person=entry["unknown_person"],
            not_understood=entry["not_understood"],
            evidence=EvidenceLevel(entry["evidence"]),
            source=entry["source"],
            description_fr=entry["description"]["fr"],
            description_en=entry["description"]["en"],
        )
        for entry in data["profiles"]
    }
