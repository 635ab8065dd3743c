"""Writes ``verb_map.json``, which ``banc driver check`` shows: which rules wait for which verb.

It follows from the sources of the checks (``engine.asked``); nothing in it is written by hand, and a test says when it is old::

    python -m conformance.commands.verb_map            from the sources alone
    python -m conformance.commands.verb_map RECORD     and from a campaign of the reference LGO

A check that can take several ways mentions the verbs of all of them. For those that a software may leave out, a campaign tells
whether a check takes that way.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.drivers.model import Verb
from conformance.engine.collecting import SuiteContents, collect_suite
from conformance.record.judging import OPTIONAL_VERBS
from conformance.record.reading import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = Path(__file__).with_name("verb_map.json")
COMMAND = "python -m conformance.commands.verb_map"


def learn(suite: SuiteContents, used: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """Return the keys of the rules that wait for each verb, by its name.

    Args:
        suite: the checks and the verbs that they cannot do without.
        used: the verbs that checks used in a campaign, by id; a check that only observes what others did uses none.
    """
    rules = suite.by_rule()
    found: dict[str, list[str]] = {}
    for verb in Verb:
        for key, checks in rules.items():
            needs = [verb in suite.verbs[check.id] for check in checks]
            # A way that nobody asks a software for is judged apart: only a rule without another way waits for it.
            if verb.value in OPTIONAL_VERBS:
                waits = all(
                    need and verb.value in (used.get(check.id) or {verb.value})
                    for need, check in zip(needs, checks, strict=True)
                )
            else:
                waits = any(needs)
            if waits:
                found.setdefault(verb.value, []).append(key)
    return found


def used_in(record: Record) -> dict[str, frozenset[str]]:
    """Return the verbs that each check of a campaign used."""
    return {
        name: frozenset(check.finished.verbs)
        for name, check in record.checks.items()
        if check.finished is not None
    }


def _main() -> None:
    used = used_in(Record(Path(sys.argv[1]))) if len(sys.argv) > 1 else {}
    text = json.dumps(learn(collect_suite(), used), indent=1)
    PLACE.write_text(f"{text}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    _main()
