"""Keeps ``verb_map.json``, from which ``banc driver check`` tells which rules wait for which verb.

A campaign of the reference LGO tells which verbs each check used, and the checks say which of them they can do without: the paths
apart (``suite.desk.apart``). Nothing in the file is written by hand, and a test says when a rule is missing in it::

    banc demo --report RECORD
    python -m conformance.commands.verb_map RECORD     what the checks of this campaign used
    python -m conformance.commands.verb_map            rules that are missing, from the sources alone, which name every way
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.drivers.model import Verb
from conformance.engine.collecting import SuiteContents, collect_suite
from conformance.record.reading import Record
from conformance.rules import load_catalogue
from conformance.suite.desk.routes import Route

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = Path(__file__).with_name("verb_map.json")
_WAYS = frozenset(str(verb) for route in Route if route.apart for verb in route.apart.verbs)
"""Sources alone name every way to a status: none of those that not all software has is waited for."""
COMMAND = "python -m conformance.commands.verb_map"


def learn(suite: SuiteContents, used: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """Return the names of the verbs that each rule waits for, by its key.

    Args:
        suite: the checks, the paths apart that they are, and the verbs that their sources mention outside of such paths.
        used: the verbs that checks used in a campaign, by id. A check that only observes what others did uses none.
    """
    found = {}
    for key, checks in suite.by_rule().items():
        known = [check for check in checks if used.get(check.id)] or list(checks)
        needs = {check.id: set(map(str, suite.verbs[check.id])) for check in known}
        apart = {check.id: {str(verb) for path in check.apart for verb in path.verbs} for check in known}
        for check in known:
            if there := used.get(check.id):
                needs[check.id] &= there
            else:
                apart[check.id] |= _WAYS
        # A path that not all software has is judged apart: only a rule without another path waits for it.
        always = set.intersection(*needs.values())
        waited = always.union(*(needs[name] - apart[name] for name in needs))
        found[key] = [name for name in map(str, Verb) if name in waited]
    return found


def used_in(record: Record) -> dict[str, frozenset[str]]:
    """Return the verbs that each check of a campaign used."""
    return {
        name: frozenset(check.finished.verbs)
        for name, check in record.checks.items()
        if check.finished is not None
    }


def renewed(
    known: Mapping[str, list[str]], suite: SuiteContents, used: Mapping[str, frozenset[str]]
) -> dict[str, list[str]]:
    """Return the map with the rules of today: those of a campaign as it shows them, and those that were missing; in the order of the catalogue."""
    rules = suite.by_rule()
    learnt = learn(suite, used)
    return {
        key: learnt[key]
        if any(used.get(check.id) for check in rules[key]) or key not in known
        else known[key]
        for key in load_catalogue()
        if key in rules
    }


def read_map() -> dict[str, list[str]]:
    """Return the map as it is written."""
    data: dict[str, list[str]] = json.loads(PLACE.read_text("utf-8"))
    return data


def _main() -> None:
    used = used_in(Record(Path(sys.argv[1]))) if len(sys.argv) > 1 else {}
    rules = renewed(read_map() if PLACE.exists() else {}, collect_suite(), used)
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(verbs)}" for key, verbs in rules.items())
    PLACE.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    _main()
