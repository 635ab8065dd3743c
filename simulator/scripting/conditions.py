"""Conditions made into functions once, when a scenario is first played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.ins import comparison_key
from simulator.scripting.patterns import searcher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.registry.person import Person
    from simulator.scripting.facts import Facts
    from simulator.scripting.model import TextTest, TimeWindow, When

    Condition = Callable[[Facts], bool]


def compile_conditions(when: When, people: Mapping[str, Person]) -> Condition:
    """Return a function that tells whether the conditions hold, but for ``call`` and the operation of ``when`` itself.

    The count of calls and the operation are the business of whoever plays the rule: the one must come last, the other
    chooses the rules to try. The cheapest conditions come first, those that need the state of the session last.
    """
    parts: list[Condition] = []
    if when.birth_name is not None:
        parts.append(_name(when.birth_name))
    parts += [_text(path, test) for path, test in when.texts]
    if when.person is not None:
        parts.append(_person(people[when.person]))
    if when.time is not None:
        parts.append(_time(when.time))
    if when.elements:
        parts.append(_elements(when.elements))
    parts += [_nested(each, people) for each in when.all_of]
    if when.any_of:
        parts.append(_any([_nested(each, people) for each in when.any_of]))
    if when.none_of is not None:
        parts.append(_not(_nested(when.none_of, people)))
    parts += [_state(name, value) for name, value in when.state]
    return _all(parts)


def _nested(when: When, people: Mapping[str, Person]) -> Condition:
    inner = compile_conditions(when, people)
    if not when.operations:
        return inner
    operations = frozenset(when.operations)
    return lambda facts: facts.operation in operations and inner(facts)


def _all(parts: list[Condition]) -> Condition:
    if not parts:
        return lambda _facts: True
    if len(parts) == 1:
        return parts[0]
    first, *others = parts
    if len(others) == 1:
        second = others[0]
        return lambda facts: first(facts) and second(facts)
    return lambda facts: first(facts) and all(part(facts) for part in others)


def _any(parts: list[Condition]) -> Condition:
    return lambda facts: any(part(facts) for part in parts)


def _not(part: Condition) -> Condition:
    return lambda facts: not part(facts)


def _name(name: str) -> Condition:
    key = comparison_key(name)
    return lambda facts: facts.name_key == key


def _person(person: Person) -> Condition:
    return lambda facts: facts.wanted is not None and facts.wanted.is_about(person)


def _state(name: str, value: str | None) -> Condition:
    return lambda facts: facts.state.get(name) == value


def _elements(expected: tuple[tuple[str, bool], ...]) -> Condition:
    def holds(facts: Facts) -> bool:
        if not facts.is_read:
            return False
        there = facts.elements
        return all((name in there) == present for name, present in expected)

    return holds


def _time(window: TimeWindow) -> Condition:
    start, end, from_hour, to_hour = window.start, window.end, window.from_hour, window.to_hour

    def holds(facts: Facts) -> bool:
        now = facts.now
        if (start is not None and now < start) or (end is not None and now >= end):
            return False
        if from_hour is None or to_hour is None:
            return True
        hour = now.time()
        if from_hour < to_hour:
            return from_hour <= hour < to_hour
        return hour >= from_hour or hour < to_hour

    return holds


def _text(path: str, test: TextTest) -> Condition:
    checks: list[Callable[[str], bool]] = []
    if test.exact is not None:
        checks.append(test.exact.__eq__)
    if test.normalised is not None:
        key = comparison_key(test.normalised)
        checks.append(lambda text: comparison_key(text) == key)
    if test.pattern is not None:
        checks.append(searcher(test.pattern))
    if test.present is False:
        return lambda facts: not facts.text(path) and not checks
    if not checks:
        return lambda facts: bool(facts.text(path))
    if len(checks) == 1 and test.present is None:
        only = checks[0]

        def holds_one(facts: Facts) -> bool:
            text = facts.text(path)
            return text is not None and only(text)

        return holds_one

    def holds(facts: Facts) -> bool:
        text = facts.text(path)
        return (
            text is not None and (test.present is None or text != "") and all(check(text) for check in checks)
        )

    return holds
