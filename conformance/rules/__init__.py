"""The rule catalogue: YAML files, their JSON Schema and their loader.

One file per group of rules, one for the state machine. Rules are restated in our own words; they are not the text of ANS.
"""

from conformance.rules.catalogue import (
    UnknownRuleError,
    find_rule,
    load_actors,
    load_catalogue,
    load_obstacles,
    load_sources,
)
from conformance.rules.model import Actor, Obstacle, Part, Reference, Rule, Source, Strength
from simulator.contract.evidence import EvidenceLevel
from simulator.text import Lang, Text

__all__ = [
    "Actor",
    "EvidenceLevel",
    "Lang",
    "Obstacle",
    "Part",
    "Reference",
    "Rule",
    "Source",
    "Strength",
    "Text",
    "UnknownRuleError",
    "find_rule",
    "load_actors",
    "load_catalogue",
    "load_obstacles",
    "load_sources",
]
