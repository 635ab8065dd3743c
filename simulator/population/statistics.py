"""Shares of a population against their targets, each with the source of the target (``data/statistics.yaml``).

``statistics`` counts, ``build.profile_of`` says which profile a registry was made with. Designed people and their
companions are counted apart: in a small population they would hide everything else.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from simulator.datafile import load_yaml
from simulator.population.described.profiles import LAST_BIRTH_YEAR
from simulator.population.described.profiles import profile as profile_named
from simulator.population.designed.drafting import COMPANION, DESIGNED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.registry.person import Person

_EVERYBODY: Final = (0, 200)
_DRAWN: Final = "syn/"
_CHANCE: Final = 3
"""Standard errors: one share of 400 or fewer is farther off by chance alone."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a share should be, and where that comes from."""

    percent: float
    evidence: str
    """``official``, ``observed``, ``reported`` or ``inferred``."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One share to count, and what it should be."""

    key: str
    fr: str
    en: str
    measure: tuple[str, object]
    """What is counted: ``tag``, ``any_tag``, ``ages``, ``sex`` or ``first_names``, and the value."""
    among: tuple[int, int]
    """First and last age of the people who make the whole."""
    targets: Mapping[str, float]
    """Expected percent by profile, from the source."""
    ours: Mapping[str, float]
    """Expected percent of other profiles, from ``data/profiles.yaml``: inferred."""
    tolerance: float
    """In points."""
    evidence: str
    """Of ``targets``: ``official``, ``observed``, ``reported`` or ``inferred``."""
    source: str

    def of(self, profile: str) -> Expected | None:
        """Give what is expected of a profile; none when nothing is."""
        if profile in self.targets:
            return Expected(self.targets[profile], self.evidence, self.source)
        if profile in self.ours:
            return Expected(self.ours[profile], "inferred", "ours: data/profiles.yaml")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share as counted."""

    target: Target
    count: int
    whole: int
    """How many people the share is of."""
    expected: Expected | None
    """None when the profile has no target."""

    @property
    def percent(self) -> float:
        """The share in percent; 0 of nobody."""
        return 100 * self.count / self.whole if self.whole else 0.0

    @property
    def margin(self) -> float | None:
        """How far from the target the share may be, in points; none without a target or without anybody.

        The tolerance of the target, and three standard errors of a draw of so many people.
        """
        if self.expected is None or not self.whole:
            return None
        percent = self.expected.percent
        return self.target.tolerance + _CHANCE * sqrt(percent * (100 - percent) / self.whole)

    @property
    def is_met(self) -> bool | None:
        """Whether the share is within the margin; none without a target or without anybody."""
        if self.expected is None or self.margin is None:
            return None
        return abs(self.percent - self.expected.percent) <= self.margin


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """A population counted."""

    total: int
    drawn: int
    """People drawn as ``build.people`` does, designed ones included."""
    designed: int
    """Designed people and their companions, who are in no share."""
    shares: tuple[Share, ...]
    tags: Mapping[str, int]
    """How many people have each tag, the most frequent first; labels in ``tags.vocabulary``."""

    @property
    def missed(self) -> tuple[Share, ...]:
        """The shares that are too far from their target."""
        return tuple(share for share in self.shares if share.is_met is False)


def statistics(people: Iterable[Person], profile: str | None = None) -> Statistics:
    """Count a population, reading it once.

    Args:
        people: any, public test people included: only drawn ones (keys ``syn/``) are counted in shares.
        profile: whose targets to compare with; none for no target.

    Raises:
        simulator.population.described.profiles.UnknownProfileError: there is no such profile.
    """
    if profile is not None:
        profile_named(profile)
    table = targets()
    tests = [_test(target) for target in table]
    counts = [0] * len(table)
    wholes = [0] * len(table)
    total = drawn = designed = 0
    by_tag: Counter[str] = Counter()
    for person in people:
        total += 1
        tags = person.tags
        by_tag.update(tags)
        if not person.key.startswith(_DRAWN):
            continue
        drawn += 1
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
        drawn=drawn,
        designed=designed,
        tags=MappingProxyType(dict(sorted(by_tag.items(), key=lambda each: (-each[1], each[0])))),
        shares=tuple(
            Share(
                target=target,
                count=count,
                whole=whole,
                expected=None if profile is None else target.of(profile),
            )
            for target, count, whole in zip(table, counts, wholes, strict=True)
        ),
    )


def statistics_json(found: Statistics, profile: str | None) -> dict[str, Any]:
    """Return a population counted as JSON data; ``profile`` is the one compared with."""
    return {
        "profile": profile,
        "people": found.total,
        "drawn": found.drawn,
        "designed": found.designed,
        "shares": [
            {
                "key": share.target.key,
                "fr": share.target.fr,
                "en": share.target.en,
                "percent": round(share.percent, 3),
                "of": share.whole,
                "target": None if share.expected is None else share.expected.percent,
                "margin": None if share.margin is None else round(share.margin, 3),
                "met": share.is_met,
                "evidence": None if share.expected is None else share.expected.evidence,
                "source": None if share.expected is None else share.expected.source,
            }
            for share in found.shares
        ],
        "tags": dict(found.tags),
    }


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
            ours=entry.get("ours", {}),
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
        case ("any_tag", [*tags]):
            wanted = frozenset(tags)
            return lambda person, _age: not wanted.isdisjoint(person.tags)
        case ("sex", str(sex)):
            return lambda person, _age: person.identity.traits.sex == sex
        case ("ages", [int(first), int(last)]):
            return lambda _person, age: first <= age <= last
        case ("first_names", int(count)):
            return lambda person, _age: person.identity.traits.first_names.count(" ") + 1 == count
    raise ValueError(
        f"{target.key}: measure: expected tag, any_tag, sex, ages or first_names, got {target.measure}"
    )
