"""Which journeys there are, what each costs and which rules look at it."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.engine.collecting import collect_suite
from conformance.guided import journeys
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from conformance.guided.walking import Journey

JOURNEYS = Path(str(resources.files("conformance.guided.journeys")))
"""The suite of the journeys."""


class UnknownJourneyError(TextError, LookupError):
    """No journey has this key; the message names those that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyAbout:
    """A journey and what looks at it."""

    journey: Journey
    rules: tuple[str, ...]
    """Keys of the rules, in the order of the checks."""
    checks: frozenset[str]
    """Ids of the checks."""


@cache
def all_journeys() -> dict[str, JourneyAbout]:
    """Return the journeys by key, in the order in which they are taken."""
    checks = collect_suite(JOURNEYS).checks
    found: dict[str, JourneyAbout] = {}
    for module in sorted(pkgutil.iter_modules(journeys.__path__), key=lambda each: each.name):
        if not module.name.startswith("test_"):
            continue
        journey: Journey = importlib.import_module(f"{journeys.__name__}.{module.name}").JOURNEY
        stem = module.name.removeprefix("test_")
        mine = [check for check in checks if check.id.startswith(f"{stem}.")]
        # A journey with many checks has them in several modules.
        known = found.get(journey.key, JourneyAbout(journey=journey, rules=(), checks=frozenset()))
        found[journey.key] = JourneyAbout(
            journey=journey,
            rules=tuple(dict.fromkeys((*known.rules, *(key for check in mine for key in check.keys)))),
            checks=known.checks | {check.id for check in mine},
        )
    return found


def select_journeys(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return these keys, or those of all journeys when there are none.

    Raises:
        UnknownJourneyError: one does not exist.
    """
    known = all_journeys()
    for key in keys:
        if key not in known:
            listed = ", ".join(known)
            raise UnknownJourneyError(
                Text(
                    f"parcours inconnu : {key!r} ; il y a {listed}",
                    f"unknown journey {key!r}; there are {listed}",
                )
            )
    return tuple(key for key in known if not keys or key in keys)


def checks_of(keys: tuple[str, ...]) -> frozenset[str]:
    """Return the ids of the checks that look at these journeys."""
    known = all_journeys()
    return frozenset(check for key in keys for check in known[key].checks)
