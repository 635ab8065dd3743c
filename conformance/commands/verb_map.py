"""Learns from the report of a campaign which rules use which verb: ``python -m conformance.commands.verb_map report.json``.

The result is ``verb_map.json``, which ``banc driver check`` shows. Nothing in it is written by hand.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from conformance.drivers.model import Verb


def learn(report: dict[str, Any]) -> dict[str, list[str]]:
    """Return the keys of the rules whose checks called each verb, by name of the verb."""
    used: dict[str, list[str]] = {}
    for rule in report["rules"]:
        called = {entry.get("verb") for entry in rule["evidence"]}
        for verb in Verb:
            if verb.value in called:
                used.setdefault(verb.value, []).append(rule["id"])
    return used


if __name__ == "__main__":
    learned = learn(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    target = Path(__file__).with_name("verb_map.json")
    target.write_text(json.dumps(learned, indent=1) + "\n", encoding="utf-8", newline="\n")
