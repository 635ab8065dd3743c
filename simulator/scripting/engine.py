"""Which scripted answer a call gets, if any.

The rules of a session are made into functions once and kept by operation, so that a call only tries those that may be
about it.
"""

from __future__ import annotations

import bisect
import itertools
import threading
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Final, Protocol

from simulator.contract.faults import fault_catalogue
from simulator.contract.names import Operation
from simulator.contract.render import LABELS, Answer
from simulator.scripting.answers import changer, person_answer
from simulator.scripting.conditions import compile_conditions
from simulator.scripting.following import Follower
from simulator.scripting.model import Stage
from simulator.scripting.selection import Selection
from simulator.scripting.words import rule_words, then_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulator.chaos.catalogue import ChaosStep
    from simulator.contract.evidence import EvidenceLevel
    from simulator.contract.faults import Fault
    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry
    from simulator.scripting.conditions import Condition
    from simulator.scripting.facts import Facts
    from simulator.scripting.model import Installed, Raw, Rule, Then
    from simulator.scripting.sinks import SinkAnswer
    from simulator.scripting.state import ScriptState

__all__ = ["Scripted", "Scripts", "person_answer"]

_MAX_PLANS: Final = 2000
"""How many sessions a thread keeps the compiled rules of."""

_LOTS: Final = frozenset({Operation.DEPOSIT_LOT.value, Operation.COLLECT_LOT.value})


class Playing(Protocol):
    """A session, as far as its scenarios go."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def scope(self) -> str:
        """The scope of its own people in the registry."""
        ...

    @property
    def scenarios(self) -> tuple[Installed, ...]:
        """Those in force, the one that speaks first first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """What a scenario says to a call, and which rule said so.

    An ``answer``, a ``fault`` or ``raw`` bytes; none of them: the registry answers, and the rest applies on top.
    """

    scenario: str
    rule: int
    """0-based."""
    evidence: EvidenceLevel
    """That of the scenario."""
    answer: Answer | None = None
    fault: Fault | None = None
    raw: Raw | None = None
    person: str | None = None
    """Key of the person answered."""
    change: Callable[[Answer], Answer] | None = None
    """What is done to the answer 00 of the registry."""
    chaos: tuple[ChaosStep, ...] = ()
    sink: SinkAnswer | None = None
    """What a sink answers."""
    identity: Person | None = None
    """Whose identity the DMP answers."""
    remarks: tuple[tuple[str, str], ...] = ()
    """The rule in words, French and English."""

    @property
    def speaks(self) -> bool:
        """Whether the scenario says what to answer."""
        return not (self.answer is None and self.fault is None and self.raw is None and self.sink is None)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule ready to be played."""

    rule: Rule
    installation: str
    index: int
    holds: Condition
    act: Callable[[Facts], Scripted]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rules of a session, by stage and operation, and what is wrong with the files they come from."""

    scenarios: tuple[Installed, ...]
    effective: tuple[Installed, ...]
    rules: Mapping[tuple[Stage, str | None], Selection[_Compiled]]
    problems: tuple[str, ...] = ()
    followed: bool = False


_NO_PLAN: Final = _Plan((), (), {})


class Scripts:
    """Plays the scenarios of sessions. Shared by threads."""

    def __init__(self, state: ScriptState, registry: Registry | None = None) -> None:
        self.state = state
        self._follower = Follower(state, registry)
        self._local = threading.local()

    def play(self, session: Playing, facts: Facts, stage: Stage) -> Scripted | None:
        """Return what the first rule that holds says, ``None`` when none does.

        All that the call reads and changes of the state of the session is one transaction.

        Raises:
            sqlite3.Error: the state cannot be read or written.
        """
        rules = self._plan(session).rules.get((stage, facts.operation))
        if rules is None:
            return None
        try:
            scripted = _first(rules.candidates(facts), facts)
        except BaseException:
            facts.state.rollback()
            raise
        facts.state.commit()
        return scripted

    def has_early_rules(self, session: Playing) -> bool:
        """Tell whether a rule speaks before authentication."""
        return bool(session.scenarios) and (Stage.BEFORE_AUTHENTICATION, None) in self._plan(session).rules

    def problems(self, session: Playing) -> tuple[str, ...]:
        """Return what is wrong with the files of the session's scenarios, whose last good version is played."""
        # Without a file nothing can have gone wrong since it was put in force: the plan is for whoever plays it.
        has_files = any(each.file is not None for each in session.scenarios)
        return self._plan(session).problems if has_files else ()

    def current(self, session: Playing) -> tuple[Installed, ...]:
        """Return the scenarios in force, as their files are now."""
        return self._plan(session).effective if session.scenarios else ()

    def _plan(self, session: Playing) -> _Plan:
        if not session.scenarios:
            return _NO_PLAN
        plans: dict[str, _Plan] = self._local.__dict__.setdefault("plans", {})
        plan = plans.get(session.id)
        if plan is not None and plan.scenarios is session.scenarios and not plan.followed:
            return plan
        effective, problems = self._current(session)
        if (
            plan is None
            or len(plan.effective) != len(effective)
            or any(old is not new for old, new in zip(plan.effective, effective, strict=True))
        ):
            if len(plans) >= _MAX_PLANS:
                plans.clear()
            rules: Mapping[tuple[Stage, str | None], Selection[_Compiled]] = _compile(effective)
        else:
            rules = plan.rules
        followed = any(each.file is not None for each in effective)
        plans[session.id] = plan = _Plan(session.scenarios, effective, rules, problems, followed)
        return plan

    def _current(self, session: Playing) -> tuple[tuple[Installed, ...], tuple[str, ...]]:
        effective: list[Installed] = []
        problems: list[str] = []
        for installed in session.scenarios:
            if installed.file is None:
                effective.append(installed)
                continue
            now, problem = self._follower.current(session.id, session.scope, installed)
            effective.append(now)
            if problem is not None:
                problems.append(problem)
        return tuple(effective), tuple(problems)


def _first(rules: Sequence[_Compiled], facts: Facts) -> Scripted | None:
    for compiled in rules:
        if not compiled.holds(facts):
            continue
        call = compiled.rule.when.call
        if call is None or call.holds(facts.state.count(compiled.installation, compiled.index, "call")):
            return compiled.act(facts)
    return None


def _compile(scenarios: Sequence[Installed]) -> dict[tuple[Stage, str | None], Selection[_Compiled]]:
    plan: dict[tuple[Stage, str | None], list[_Compiled]] = {}
    for installed in scenarios:
        for index, rule in enumerate(installed.scenario.rules):
            compiled = _compiled(installed, index, rule)
            for operation in operations_of(rule):
                plan.setdefault((rule.stage, operation), []).append(compiled)
    return {key: Selection([(each.rule.when, each) for each in rules]) for key, rules in plan.items()}


def operations_of(rule: Rule) -> list[str | None]:
    """Return the operations that a rule may be about; ``None`` is a request that cannot be read."""
    wanted = rule.when.operations or tuple(operation.value for operation in Operation)
    answers_a_person = any(
        then.code is not None or then.other_person or then.alter or then.history
        for then in (rule.then.choices or (rule.then,))
    )
    known: list[str | None] = [name for name in wanted if not (name in _LOTS and answers_a_person)]
    if rule.stage is Stage.BEFORE_AUTHENTICATION and not rule.when.operations:
        known.append(None)
    return known


def _compiled(installed: Installed, index: int, rule: Rule) -> _Compiled:
    installation = f"{installed.id}:{installed.scenario.id}"
    base = Scripted(
        scenario=installed.scenario.id,
        rule=index,
        evidence=installed.scenario.evidence,
        remarks=(rule_words(rule),),
    )
    return _Compiled(
        rule,
        installation,
        index,
        compile_conditions(rule.when, installed.people),
        _act(rule.then, base, installed.people, installation),
    )


def _act(
    then: Then, base: Scripted, people: Mapping[str, Person], installation: str
) -> Callable[[Facts], Scripted]:
    if not then.choices:
        return _single(then, base, people)
    entries = []
    for entry in then.choices:
        fr, en = then_words(entry)
        remarks = (*base.remarks, (f"cette fois : {fr}", f"this time: {en}"))
        entries.append(_single(entry, replace(base, remarks=remarks), people))
    choose = _chooser(then)

    def act(facts: Facts) -> Scripted:
        return entries[choose(facts.state.count(installation, base.rule, "answer"))](facts)

    return act


def _chooser(then: Then) -> Callable[[int], int]:
    """Return which answer the n-th one (1-based) is, by its index."""
    count = len(then.choices)
    if then.sequence:
        return lambda number: min(number, count) - 1
    if then.cycle:
        return lambda number: (number - 1) % count
    weighted = then.weighted
    assert weighted is not None  # noqa: S101 - the third kind of choice
    bounds = list(itertools.accumulate(weighted.weights))

    def draw(number: int) -> int:
        # The n-th draw depends on the seed and on n alone, whichever process answers.
        random = Random(f"{weighted.seed}/{number}")  # noqa: S311 - repeatable on purpose, nothing is secret
        return bisect.bisect_right(bounds, random.randrange(bounds[-1]))

    return draw


def _single(then: Then, base: Scripted, people: Mapping[str, Person]) -> Callable[[Facts], Scripted]:
    scripted = _answered(then, base, people)
    if not then.set:
        return lambda _facts: scripted
    states = tuple(then.set.items())

    def act(facts: Facts) -> Scripted:
        for name, value in states:
            facts.state.set(name, value)
        return scripted

    return act


def _answered(then: Then, base: Scripted, people: Mapping[str, Person]) -> Scripted:
    base = replace(base, chaos=then.chaos)
    if then.raw is not None:
        return replace(base, raw=then.raw)
    if then.sink is not None:
        identity = None if then.sink.person is None else people[then.sink.person]
        return replace(
            base, sink=then.sink, identity=identity, person=None if identity is None else identity.key
        )
    if then.fault is not None:
        fault, own = fault_catalogue()[then.fault], then.fault_texts or {}
        return replace(
            base,
            fault=replace(
                fault,
                label=own.get("label", fault.label),
                reason=own.get("reason", fault.reason),
                severity=own.get("severity", fault.severity),
            ),
        )
    change = changer(then, people)
    if then.code is None:
        return replace(base, change=change)
    if then.person is None:
        return replace(base, answer=Answer(code=then.code, label=LABELS[then.code]))
    person = people[then.person]
    answer = person_answer(person)
    return replace(base, answer=change(answer) if change else answer, person=person.key)
