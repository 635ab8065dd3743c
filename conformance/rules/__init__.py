"""The rule catalogue: YAML files, their JSON Schema and their loader.

One file per group of rules. Rules are restated in our own words; they are not the text of ANS.
"""

from conformance.rules.catalogue import (
    Reference,
    Rule,
    Source,
    Strength,
    UnknownRuleError,
    find_rule,
    load_catalogue,
    load_sources,
)
from simulator.evidence import EvidenceLevel
from simulator.text import Lang, Text

__all__ = [
    "EvidenceLevel",
    "Lang",
    "Reference",
    "Rule",
    "Source",
    "Strength",
    "Text",
    "UnknownRuleError",
    "find_rule",
    "load_catalogue",
    "load_sources",
]
