"""Runs mutants against the checks that run their line: what the suite finds, and what it lets live."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self
from unittest import mock

from conformance.engine.context import Limits
from conformance.engine.events import CheckFinished, CheckStarted
from conformance.matrix.mutants.edits import module_names, mutants_of
from conformance.matrix.mutants.placing import noting_lines, placed, statement_at
from conformance.matrix.running import BROKEN
from conformance.suite.desk.steps import Desk
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from conformance.engine.events import Event
    from conformance.matrix.mutants.edits import Mutant
    from conformance.matrix.running import Rig

_FIRST: Final = 40
"""Checks tried before all the others: most mutants do not outlive them."""
_TIMES: Final = "mutants: times"
"""Under which the desk remembers how often something shared was made."""
_DECIDED: Final = BROKEN | {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED}


class State(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    """A check found the software at fault."""
    BROKEN = "broken"
    """The software no longer works well enough to be judged: no departure, and checks that came to no verdict."""
    SURVIVED = "survived"
    NOT_REACHED = "not reached"
    """No check runs its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """A mutant that was run."""

    mutant: Mutant
    state: State
    check: str = ""
    """That found it, or came to no verdict first."""
    why: str = ""
    """In English."""
    checks: int = 0
    """How many run its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which checks run which statement of the reference LGO: by module and line."""

    lines: dict[str, dict[int, frozenset[str]]]
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each check took."""
    rules: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The rules of each check."""

    def of(self, mutant: Mutant) -> list[str]:
        """Return the checks that run the line of a mutant, the quickest first."""
        begins = statement_at(mutant.module, mutant.line)
        found = self.lines.get(mutant.module, {}).get(begins, frozenset())
        return sorted(found, key=lambda check: (self.seconds.get(check, 0.0), check))

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        names = sorted(self.seconds)
        number = {name: index for index, name in enumerate(names)}
        lines = {
            module: {str(line): sorted(number[check] for check in checks) for line, checks in each.items()}
            for module, each in self.lines.items()
        }
        checks = [{"id": name, "seconds": self.seconds[name], "rules": self.rules[name]} for name in names]
        path.write_text(json.dumps({"checks": checks, "lines": lines}), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what ``write`` wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        names = [each["id"] for each in told["checks"]]
        return cls(
            lines={
                module: {int(line): frozenset(names[one] for one in ones) for line, ones in each.items()}
                for module, each in told["lines"].items()
            },
            seconds={each["id"]: each["seconds"] for each in told["checks"]},
            rules={each["id"]: tuple(each["rules"]) for each in told["checks"]},
        )


def reach(rig: Rig, rules: Collection[str] | None = None) -> Reach:
    """Run a campaign of the correct LGO, and return which checks run which line.

    What checks share otherwise is made by each of them here: each would make it, were it run alone.
    """
    seen: dict[str, dict[int, set[str]]] = {}
    seconds: dict[str, float] = {}
    keys: dict[str, tuple[str, ...]] = {}
    with noting_lines() as noted, mock.patch.object(Desk, "once", _made_each_time):

        def listen(event: Event) -> None:
            if isinstance(event, CheckStarted):
                for lines in noted.values():
                    lines.clear()
                keys[event.id] = tuple(event.rules)
            elif isinstance(event, CheckFinished):
                seconds[event.id] = round(event.duration, 3)
                for module, lines in noted.items():
                    for line in tuple(lines):
                        seen.setdefault(module, {}).setdefault(line, set()).add(event.id)

        rig.run(rules=rules, on_event=listen)
    return Reach(
        lines={
            module: {line: frozenset(checks) for line, checks in each.items()}
            for module, each in seen.items()
        },
        seconds=seconds,
        rules=keys,
    )


def _made_each_time(desk: Desk, key: str, make: Callable[[Desk], Any]) -> Any:
    """Do what ``Desk.once`` does, each time, for other people: INSi knows those of the time before already.

    That the software can be emptied is no part of a check.
    """
    if key != "reset" or key not in desk.memory:
        times = desk.memory[_TIMES] = desk.memory.get(_TIMES, 0) + 1
        desk.memory[key] = make(desk.apart(f"{key}/{times}"))
    return desk.memory[key]


def sample(count: int, seed: int, modules: Collection[str] = (), kinds: Collection[str] = ()) -> list[Mutant]:
    """Return so many mutants, one of each function before a second of any; the same seed draws the same ones.

    Args:
        count: how many at most.
        seed: of the draw.
        modules: parts of the names of their modules; all by default.
        kinds: of mistakes; all by default.
    """
    names = [name for name in module_names() if not modules or any(each in name for each in modules)]
    pool = [one for name in names for one in mutants_of(name) if not kinds or one.kind in kinds]
    random.Random(seed).shuffle(pool)  # noqa: S311 - a sample
    met: Counter[str] = Counter()
    ranked = []
    for mutant in pool:
        place = f"{mutant.module}.{mutant.function}"
        met[place] += 1
        ranked.append((met[place], mutant))
    ranked.sort(key=lambda each: each[0])
    return [mutant for _, mutant in ranked[:count]]


def fate_of(mutant: Mutant, rig: Rig, known: Reach) -> Fate:
    """Run the checks that run a mutant's line, until one finds the software at fault."""
    checks = known.of(mutant)
    if not checks:
        return Fate(mutant=mutant, state=State.NOT_REACHED)
    undecided = ("", "")
    with placed(mutant):
        for some in (checks[:_FIRST], checks[_FIRST:]):
            for check, verdict, why in _run(some, rig, known) if some else ():
                if verdict in BROKEN:
                    return Fate(mutant=mutant, state=State.KILLED, check=check, why=why, checks=len(checks))
                undecided = undecided if undecided[0] else (check, why)
            if undecided[0]:
                break
    state = State.BROKEN if undecided[0] else State.SURVIVED
    return Fate(mutant=mutant, state=state, check=undecided[0], why=undecided[1], checks=len(checks))


def _run(checks: Collection[str], rig: Rig, known: Reach) -> list[tuple[str, Verdict, str]]:
    """Run checks and return those that did not pass; departures first."""
    rules = {key for check in checks for key in known.rules[check]}
    limits = Limits(only=frozenset(checks), stop_at=BROKEN)
    wrong = [
        (check.id, check.verdict, check.reason.en)
        for result in rig.run(rules=rules, limits=limits).rules
        for check in result.checks
        if check.verdict in BROKEN or check.verdict not in _DECIDED
    ]
    return sorted(wrong, key=lambda each: each[1] not in BROKEN)
