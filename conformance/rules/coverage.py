"""Which rules, and which cases of the state machine, the suite judges: each is accounted for, or a gate fails.

Nothing here lists checks: the caller says which rules have some, as learnt from the collected suite.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.rules.model import Obstacle, Rule
    from conformance.rules.states import StateCase
    from simulator.text import Lang


class State(StrEnum):
    """How a rule or a case stands."""

    EXECUTABLE = "executable"
    """Checks judge it."""
    PARTIAL = "partial"
    """Checks judge it but for a part; the rule says which."""
    GUIDED = "guided"
    """Only a person judges it, in a guided campaign; the rule says how."""
    NOT_TESTED = "not-tested"
    """No check judges it, and the reason is written."""
    UNACCOUNTED = "unaccounted"
    """Neither a check nor a reason: the gate fails."""


_ADDRESS: Final = re.compile(r"\bE[0-9]+/[A-Z]+\b")

STATE_NAMES: Final = {
    State.EXECUTABLE: Text("exécutable", "executable"),
    State.PARTIAL: Text("exécutable en partie", "executable in part"),
    State.GUIDED: Text("jugée au comptoir", "judged at the counter"),
    State.NOT_TESTED: Text("non testée", "not tested"),
    State.UNACCOUNTED: Text("sans contrôle ni raison", "neither check nor reason"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCoverage:
    """How one rule stands."""

    rule: Rule
    state: State
    checks: tuple[str, ...]
    """Ids of its checks."""

    @property
    def reason(self) -> Text | None:
        """Why it is not tested, or what its checks leave out."""
        match self.state:
            case State.NOT_TESTED | State.GUIDED:
                return self.rule.not_tested_reason
            case State.PARTIAL:
                return self.rule.partial
            case _:
                return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCoverage:
    """How one case of the state machine stands."""

    case: StateCase
    state: State
    rules: tuple[str, ...]
    """Keys of the rules of its event that have checks."""
    checks: tuple[str, ...] = ()
    """Ids of the checks that bear its address, such as ``state_machine.cell[E9/QUAL]``."""
    reason: Text | None = None
    """Why nothing is expected, or why its rules are not tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How the whole catalogue stands."""

    rules: tuple[RuleCoverage, ...]
    """In the order of the catalogue."""
    cases: tuple[CaseCoverage, ...]
    problems: tuple[str, ...]
    """Checks that name no rule, or an unknown one, or a case that is not there."""

    def count(self, state: State) -> int:
        """Return how many rules stand so."""
        return sum(each.state is state for each in self.rules)

    @property
    def executable(self) -> int:
        """How many rules have a check, whole or in part."""
        return self.count(State.EXECUTABLE) + self.count(State.PARTIAL)

    def obstacles(self) -> dict[Obstacle, int]:
        """Return how many rules are not tested for each kind of reason, the commonest first."""
        kinds = Counter(
            each.rule.obstacle
            for each in self.rules
            if each.state is State.NOT_TESTED and each.rule.obstacle is not None
        )
        return dict(kinds.most_common())

    @property
    def outdated(self) -> tuple[str, ...]:
        """Keys of the rules that still say why they have no check although they have one."""
        return tuple(
            each.rule.key
            for each in self.rules
            if each.checks and each.state is not State.GUIDED and each.rule.not_tested_reason
        )

    def faults(self) -> list[str]:
        """Return what makes the gate fail, one line each; empty when all is accounted for."""
        without = [
            f"{each.rule.key}: expected a check, or not_tested in conformance/rules/{each.rule.group}.yaml; got neither"
            for each in self.rules
            if each.state is State.UNACCOUNTED
        ]
        cases = [
            f"{each.case.key}: expected a rule with a check or a reason; got neither"
            for each in self.cases
            if each.state is State.UNACCOUNTED
        ]
        return [*self.problems, *without, *cases]


def cover(
    catalogue: Mapping[str, Rule],
    cases: Mapping[str, StateCase],
    checks: Mapping[str, Sequence[str]],
    problems: Iterable[str] = (),
    guided: Mapping[str, Sequence[str]] | None = None,
) -> Coverage:
    """Say how each rule and each case stands.

    Args:
        catalogue: rules by key.
        cases: cases of the state machine by address.
        checks: for each rule key, the ids of the checks that name it; rules without check may be left out.
        problems: what is wrong with checks themselves, such as naming no rule.
        guided: the same as ``checks``, of those that look at a journey: they count for rules that have no other.
    """
    by_hand = guided or {}
    addressed: dict[str, list[str]] = {}
    for check in dict.fromkeys(check for found in checks.values() for check in found):
        for address in dict.fromkeys(_ADDRESS.findall(check)):
            addressed.setdefault(address, []).append(check)
    unknown = [
        f"{found[0]}: {address} is no case of the state machine"
        for address, found in addressed.items()
        if address not in cases
    ]
    return Coverage(
        rules=tuple(
            _rule(rule, tuple(checks.get(key, ())), tuple(by_hand.get(key, ())))
            for key, rule in catalogue.items()
        ),
        cases=tuple(
            _case(case, catalogue, checks, tuple(addressed.get(key, ()))) for key, case in cases.items()
        ),
        problems=(*problems, *unknown),
    )


def coverage_data(coverage: Coverage, lang: Lang) -> dict[str, Any]:
    """Return the coverage as JSON-like data."""
    return {
        "summary": {
            "rules": len(coverage.rules),
            **{state.value: coverage.count(state) for state in State},
            "cases": dict(Counter(each.state.value for each in coverage.cases)),
        },
        "rules": [
            {
                "key": each.rule.key,
                "state": each.state.value,
                "checks": list(each.checks),
                "obstacle": each.rule.obstacle.value
                if each.state in {State.NOT_TESTED, State.GUIDED} and each.rule.obstacle
                else None,
                "reason": each.reason[lang] if each.reason else None,
            }
            for each in coverage.rules
        ],
        "cases": [
            {
                "case": each.case.key,
                "state": each.state.value,
                "rules": list(each.rules),
                "checks": list(each.checks),
                "reason": each.reason[lang] if each.reason else None,
            }
            for each in coverage.cases
        ],
        "faults": coverage.faults(),
    }


def _rule(rule: Rule, checks: tuple[str, ...], guided: tuple[str, ...]) -> RuleCoverage:
    if checks:
        state = State.PARTIAL if rule.partial else State.EXECUTABLE
    elif guided and rule.not_tested_reason:
        return RuleCoverage(rule=rule, state=State.GUIDED, checks=guided)
    else:
        state = State.NOT_TESTED if rule.not_tested_reason else State.UNACCOUNTED
    return RuleCoverage(rule=rule, state=state, checks=checks)


def _case(
    case: StateCase,
    catalogue: Mapping[str, Rule],
    checks: Mapping[str, Sequence[str]],
    own: tuple[str, ...],
) -> CaseCoverage:
    if case.expectation is None:
        return CaseCoverage(case=case, state=State.NOT_TESTED, rules=(), reason=case.reason)
    judges = tuple(key for key in case.event.rules if checks.get(key))
    if judges or own:
        return CaseCoverage(case=case, state=State.EXECUTABLE, rules=judges, checks=own)
    reason = next((text for key in case.event.rules if (text := catalogue[key].not_tested_reason)), None)
    state = State.NOT_TESTED if reason else State.UNACCOUNTED
    return CaseCoverage(case=case, state=state, rules=(), reason=reason)
