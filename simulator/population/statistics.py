"""Shares of a population against their targets, each with the source of the target (``data/statistics.yaml``).

Designed people and their companions are counted apart: in a small population they would hide everything else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from simulator.datafile import load_yaml
from simulator.population.designed import COMPANION, DESIGNED
from simulator.population.profiles import LAST_BIRTH_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.registry.person import Person

_EVERYBODY = (0, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One share to count, and what it should be."""

    key: str
    fr: str
    en: str
    measure: tuple[str, object]
    """What is counted: ``tag``, ``ages``, ``sex`` or ``first_names``, and the value."""
    among: tuple[int, int]
    """First and last age of the people who make the whole."""
    targets: Mapping[str, float]
    """Expected percent by profile."""
    tolerance: float
    """In points."""
    evidence: str
    """Of the target: ``official``, ``observed``, ``reported`` or ``inferred``."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share as counted."""

    target: Target
    count: int
    whole: int
    """How many people the share is of."""
    expected: float | None
    """In percent; none when the profile has no target."""

    @property
    def percent(self) -> float:
        """The share in percent; 0 of nobody."""
        return 100 * self.count / self.whole if self.whole else 0.0

    @property
    def is_met(self) -> bool | None:
        """Whether the share is within the tolerance; none without a target or without anybody."""
        if self.expected is None or not self.whole:
            return None
        return abs(self.percent - self.expected) <= self.target.tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """A population counted."""

    total: int
    designed: int
    """Designed people and their companions, who are in no share."""
    shares: tuple[Share, ...]


def statistics(people: Iterable[Person], profile: str | None = None) -> Statistics:
    """Count a population, reading it once.

    Args:
        people: any, public test people included: only drawn ones (keys ``syn/``) are counted in shares.
        profile: whose targets to compare with; none for no target.
    """
    table = targets()
    tests = [_test(target) for target in table]
    counts = [0] * len(table)
    wholes = [0] * len(table)
    total = designed = 0
    for person in people:
        total += 1
        if not person.key.startswith("syn/"):
            continue
        tags = person.tags
        if DESIGNED in tags or COMPANION in tags:
            designed += 1
            continue
        age = LAST_BIRTH_YEAR - int(person.identity.traits.birth_date[:4])
        for index, (target, test) in enumerate(zip(table, tests, strict=True)):
            first, last = target.among
            if first <= age <= last:
                wholes[index] += 1
                counts[index] += test(person, age)
    return Statistics(
        total=total,
        designed=designed,
        shares=tuple(
            Share(
                target=target,
                count=count,
                whole=whole,
                expected=None if profile is None else target.targets.get(profile),
            )
            for target, count, whole in zip(table, counts, wholes, strict=True)
        ),
    )


@cache
def targets() -> tuple[Target, ...]:
    """Give every share to count, in file order."""
    folder = files("simulator.population") / "data"
    schema = json.loads((folder / "statistics.schema.json").read_bytes())
    return tuple(
        Target(
            key=entry["key"],
            fr=entry["fr"],
            en=entry["en"],
            measure=next(iter(entry["measure"].items())),
            among=tuple(entry.get("among", _EVERYBODY)),
            targets=entry["targets"],
            tolerance=entry["tolerance"],
            evidence=entry["evidence"],
            source=entry["source"],
        )
        for entry in load_yaml(folder / "statistics.yaml", schema)["shares"]
    )


def _test(target: Target) -> Callable[[Person, int], bool]:
    match target.measure:
        case ("tag", str(tag)):
            return lambda person, _age: tag in person.tags
        case ("sex", str(sex)):
            return lambda person, _age: person.identity.traits.sex == sex
        case ("ages", [int(first), int(last)]):
            return lambda _person, age: first <= age <= last
        case ("first_names", int(count)):
            return lambda person, _age: person.identity.traits.first_names.count(" ") + 1 == count
    raise ValueError(f"{target.key}: measure: expected tag, sex, ages or first_names, got {target.measure}")
