"""Rules that can never speak: conditions that contradict each other, and rules that an earlier one always precedes.

What is reported is certain; what is not reported is not: a rule may still be dead in a way that is not seen here, such as
two patterns that have no text in common.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from simulator.datafile import load_yaml
from simulator.ins import (
    BirthDate,
    BirthDateError,
    check_birth_name,
    check_first_name,
    comparison_key,
    to_wire,
)
from simulator.scripting.engine import operations_of
from simulator.scripting.loader import put_files_in, schema
from simulator.scripting.model import Stage, TextTest, When
from simulator.scripting.patterns import searcher
from simulator.scripting.reach import ABOUT_PEOPLE, operations_with
from simulator.scripting.reading import scenario_of
from simulator.scripting.sinks import SINK_OPERATIONS
from simulator.scripting.validation import meaning_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path
    from typing import Any

    from simulator.ins import LexicalProblem
    from simulator.scripting.model import Rule, Scenario, TimeWindow

    Found = tuple[tuple[str | int, ...], str]

_ELEMENTS: Final = {
    "traits.birth_name": "NomNaissance",
    "traits.first_names": "Prenom",
    "traits.sex": "Sexe",
    "traits.birth_date": "DateNaissance",
    "traits.birth_place": "LieuNaissance",
}
_SPELLING: Final = "in capitals A to Z without accents, with spaces, apostrophes and hyphens"


@dataclass(frozen=True, slots=True)
class _Flat:
    """Conditions with ``all`` taken apart: what must hold, thing by thing."""

    operations: frozenset[str | None]
    people: frozenset[str]
    texts: tuple[tuple[str, TextTest], ...]
    elements: tuple[tuple[str, bool], ...]
    state: tuple[tuple[str, str | None], ...]
    times: tuple[TimeWindow, ...]
    options: tuple[tuple[When, ...], ...]
    excluded: tuple[When, ...]

    @property
    def empty(self) -> bool:
        """Whether this holds for any call of its operations."""
        return not (
            self.people
            or self.texts
            or self.elements
            or self.state
            or self.times
            or self.options
            or self.excluded
        )


def check_file(path: Path | Traversable) -> Scenario:
    """Read a scenario file as the loader does, and refuse rules that can never speak.

    Raises:
        DataFileError: with file, line, column and expectation.
    """

    def check(data: Any) -> Iterator[Found]:
        wrong = [*put_files_in(data, path), *meaning_problems(data)]
        yield from wrong
        if not wrong:
            for index, message in dead_rules(scenario_of(data)):
                yield ("rules", index), message

    return scenario_of(load_yaml(path, schema(), check))


def dead_rules(scenario: Scenario) -> Iterator[tuple[int, str]]:
    """Yield the index of each rule that can never speak, and why, in English."""
    rules = scenario.rules
    flat = [_flat(rule) for rule in rules]
    for index, rule in enumerate(rules):
        reason = _contradiction(flat[index], rule.stage)
        if reason is not None:
            yield index, f"this rule can never hold: {reason}; change the conditions or remove the rule"
            continue
        earlier = next(
            (
                before
                for before in _played_before(rules, index)
                if _precedes(rules[before], flat[before], flat[index])
            ),
            None,
        )
        if earlier is not None:
            yield (
                index,
                (
                    f"this rule can never answer: rule {earlier + 1}, tried before it, holds whenever this one does; "
                    "move this rule before it, or narrow the other"
                ),
            )


def shadowed_by(scenario: Scenario, others: Sequence[Scenario]) -> Scenario | None:
    """Return the scenario, among those that speak before this one, that leaves it nothing to answer, if any."""
    for other in others:
        pairs = [(rule, _flat(_named(rule, other))) for rule in other.rules]
        if all(
            any(
                (before.stage is rule.stage or before.stage is Stage.BEFORE_AUTHENTICATION)
                and _precedes(before, flat, _flat(_named(rule, scenario)))
                for before, flat in pairs
            )
            for rule in scenario.rules
        ):
            return other
    return None


def _named(rule: Rule, scenario: Scenario) -> Rule:
    """Return a rule whose role says who it is, so that roles of two scenarios can be compared."""
    role = rule.when.person
    if role is None:
        return rule
    pick = scenario.picks.get(role)
    name = f"key {pick.key}" if pick is not None and pick.key else f"{scenario.id} {role}"
    return replace(rule, when=replace(rule.when, person=name))


def _played_before(rules: Sequence[Rule], index: int) -> Iterator[int]:
    """Yield the rules tried before one: those of its stage above it, and all of an earlier stage."""
    for other, rule in enumerate(rules):
        early = rule.stage is Stage.BEFORE_AUTHENTICATION
        same = rule.stage is rules[index].stage
        # What says nothing before authentication leaves the later rules their turn.
        silences = all(then.speaks for then in (rule.then.choices or (rule.then,)))
        if (same and other < index) or (early and not same and silences):
            yield other


def _flat(rule: Rule) -> _Flat:
    return _flattened(rule.when, frozenset(operations_of(rule)))


def _flattened(when: When, operations: frozenset[str | None]) -> _Flat:
    """Return the conditions with ``all`` taken apart, inside ``operations``."""
    parts = list(_parts(when))
    texts = [each for part in parts for each in part.texts]
    texts += [
        ("traits.birth_name", TextTest(normalised=part.birth_name))
        for part in parts
        if part.birth_name is not None
    ]
    people = frozenset(part.person for part in parts if part.person is not None)
    for part in parts:
        if part.operations:
            operations &= frozenset(part.operations)
    for path, test in texts:
        if test.present is not False:
            operations &= operations_with(path)
    if people:
        operations &= ABOUT_PEOPLE
    return _Flat(
        operations=operations,
        people=people,
        texts=tuple(texts),
        elements=tuple(each for part in parts for each in part.elements),
        state=tuple(each for part in parts for each in part.state),
        times=tuple(part.time for part in parts if part.time is not None),
        options=tuple(part.any_of for part in parts if part.any_of),
        excluded=tuple(part.none_of for part in parts if part.none_of is not None),
    )


def _parts(when: When) -> Iterator[When]:
    yield when
    for nested in when.all_of:
        yield from _parts(nested)


def _contradiction(flat: _Flat, stage: Stage) -> str | None:
    """Return why conditions can never hold together, ``None`` when no reason is seen."""
    if not flat.operations:
        return "no operation has all that the conditions ask for"
    reasons = (
        *_text_reasons(flat, stage),
        *_pair_reasons("element", flat.elements),
        *_pair_reasons("state", flat.state),
        *(
            f"the time {window.start.isoformat()} is not before {window.end.isoformat()}"
            for window in flat.times
            if window.start is not None and window.end is not None and window.start >= window.end
        ),
        *_nested_reasons(flat, stage),
    )
    return next(iter(reasons), None)


def _pair_reasons(kind: str, pairs: Iterable[tuple[str, object]]) -> Iterator[str]:
    seen: dict[str, object] = {}
    for name, value in pairs:
        if name in seen and seen[name] != value:
            yield f"the {kind} {name} cannot be both {seen[name]!r} and {value!r}"
        seen[name] = value


def _text_reasons(flat: _Flat, stage: Stage) -> Iterator[str]:
    by_path: dict[str, list[TextTest]] = {}
    for path, test in flat.texts:
        by_path.setdefault(path, []).append(test)
    absent = {name for name, present in flat.elements if not present}
    for path, tests in by_path.items():
        yield from _tests_reasons(path, tests)
        wanted = [test for test in tests if test.present is not False]
        if wanted and _ELEMENTS.get(path) in absent:
            yield f"{path} is asked for and the element {_ELEMENTS[path]} must be absent"
        # The sinks take what comes: no trait is refused before their rules are tried.
        if stage is Stage.AFTER and not flat.operations <= SINK_OPERATIONS:
            yield from (
                f"{path} {test.exact!r} is refused before scenarios speak: {reason}"
                for test in tests
                if test.exact is not None and (reason := _refused(path, test.exact)) is not None
            )


def _tests_reasons(path: str, tests: Sequence[TextTest]) -> Iterator[str]:
    exact = sorted({test.exact for test in tests if test.exact is not None})
    keys = sorted({comparison_key(test.normalised) for test in tests if test.normalised is not None})
    patterns = [test.pattern for test in tests if test.pattern is not None]
    asked = exact or keys or patterns or any(test.present for test in tests)
    if asked and any(test.present is False for test in tests):
        yield f"{path} must be both absent and something"
    if len(exact) > 1:
        yield f"{path} cannot be both {exact[0]!r} and {exact[1]!r}"
    if len(keys) > 1:
        yield f"{path} cannot read both {keys[0]!r} and {keys[1]!r}"
    for text in exact:
        if keys and comparison_key(text) != keys[0]:
            yield f"{path} {text!r} does not read {keys[0]!r}"
        for pattern in patterns:
            if not searcher(pattern)(text):
                yield f"{path} {text!r} does not match {pattern!r}"


def _refused(path: str, text: str) -> str | None:
    """Return what a trait must look like to reach the scenarios, when this text does not; ``None`` when it may."""
    if path == "traits.sex":
        return None if text in {"M", "F"} else f"a sex is sent as M or F, got {text!r}"
    if path == "traits.birth_name":
        return _misspelled(text, "a birth name is", check_birth_name)
    if path == "traits.first_names":
        return _misspelled(
            text,
            "first names are",
            lambda names: [each for name in names.split(" ") for each in check_first_name(name)],
        )
    if path == "traits.birth_date":
        try:
            BirthDate.parse_iso(text)
        except BirthDateError as error:
            return f"a birth date is sent as year-month-day, such as 1985-04-12; {error}"
    return None


def _misspelled(text: str, what: str, check: Callable[[str], list[LexicalProblem]]) -> str | None:
    """Say how names are written, and this one, unless the usual spelling would not do either."""
    problems = check(text)
    if not problems:
        return None
    right = to_wire(text)
    remedy = "" if check(right) else f"; write {right!r}, or normalised instead of exact"
    return f"{what} sent {_SPELLING}; {problems[0]}{remedy}"


def _nested_reasons(flat: _Flat, stage: Stage) -> Iterator[str]:
    for options in flat.options:
        if all(_contradiction(_merged(flat, option), stage) is not None for option in options):
            yield "none of the conditions of any can hold with the rest"
    for excluded in flat.excluded:
        inner = _flattened(excluded, flat.operations)
        if flat.operations <= inner.operations and _implies(flat, inner):
            yield "not excludes what the rest asks for"


def _merged(flat: _Flat, option: When) -> _Flat:
    """Return the conditions with those of one option added, and its own ``any`` alone left to look at."""
    inner = _flattened(option, flat.operations)
    return replace(
        inner,
        people=flat.people | inner.people,
        texts=flat.texts + inner.texts,
        elements=flat.elements + inner.elements,
        state=flat.state + inner.state,
        times=flat.times + inner.times,
        excluded=flat.excluded + inner.excluded,
    )


def _precedes(before: Rule, earlier: _Flat, later: _Flat) -> bool:
    """Tell whether an earlier rule holds whenever a later one does."""
    if before.when.call is not None:
        return False
    return later.operations <= earlier.operations and _implies(later, earlier)


def _implies(stronger: _Flat, weaker: _Flat) -> bool:
    """Tell whether all that ``weaker`` asks for follows from ``stronger``, operations aside."""
    return (
        weaker.people <= stronger.people
        and all(_text_follows(path, test, stronger) for path, test in weaker.texts)
        and all(_element_follows(element, stronger) for element in weaker.elements)
        and all(state in stronger.state for state in weaker.state)
        and all(any(_inside(window, wider) for window in stronger.times) for wider in weaker.times)
        and all(_option_follows(options, stronger) for options in weaker.options)
        and all(excluded in stronger.excluded for excluded in weaker.excluded)
    )


def _option_follows(options: tuple[When, ...], stronger: _Flat) -> bool:
    if options in stronger.options:
        return True
    inner = (_flattened(option, stronger.operations) for option in options)
    return any(stronger.operations <= flat.operations and _implies(stronger, flat) for flat in inner)


def _text_follows(path: str, test: TextTest, stronger: _Flat) -> bool:
    known = [other for name, other in stronger.texts if name == path]
    exact = [other.exact for other in known if other.exact is not None]
    keys = [comparison_key(text) for text in exact]
    keys += [comparison_key(other.normalised) for other in known if other.normalised is not None]
    if test.exact is not None and test.exact not in exact:
        return False
    if test.normalised is not None and comparison_key(test.normalised) not in keys:
        return False
    if test.pattern is not None:
        same = any(other.pattern == test.pattern for other in known)
        if not same and not any(searcher(test.pattern)(text) for text in exact):
            return False
    if test.present is True:
        return any(exact) or any(other.present for other in known)
    return test.present is None or any(other.present is False for other in known)


def _element_follows(element: tuple[str, bool], stronger: _Flat) -> bool:
    name, present = element
    if element in stronger.elements:
        return True
    asked = {_ELEMENTS.get(path) for path, test in stronger.texts if test.exact or test.present}
    return present and name in asked


def _inside(window: TimeWindow, wider: TimeWindow) -> bool:
    if wider.from_hour is not None or wider.to_hour is not None:
        return window == wider
    starts = wider.start is None or (window.start is not None and window.start >= wider.start)
    ends = wider.end is None or (window.end is not None and window.end <= wider.end)
    return starts and ends
