"""Which rules are worth trying for a call, so that fifty that cannot match cost little more than one.

Each rule is filed under one condition that it needs: the birth name, the exact text of a field, or a pattern. A field is
then looked up once for all rules, and the patterns on one field are matched in one pass (RE2 sets). Rules that need
nothing of the kind are always tried. Candidates keep their order: who is chosen does not depend on the filing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from simulator.ins import comparison_key
from simulator.scripting.patterns import MAX_TEXT, pattern_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.scripting.facts import Facts
    from simulator.scripting.model import When

T = TypeVar("T")

FEW: Final = 4
"""Up to so many rules are tried one after the other: filing would cost more than it saves."""


class Selection(Generic[T]):
    """Rules of one operation and stage, filed."""

    __slots__ = ("_always", "_exact", "_items", "_names", "_patterns")

    def __init__(self, entries: Sequence[tuple[When, T]]) -> None:
        """File rules, given in the order in which they are tried."""
        self._items = tuple(item for _, item in entries)
        self._names: dict[str, list[int]] = {}
        self._exact: dict[str, dict[str, list[int]]] = {}
        patterns: dict[str, list[tuple[int, str]]] = {}
        always: list[int] = []
        for number, (when, _) in enumerate(entries):
            name = next(_names(when), None)
            exact = next(_exact(when), None)
            pattern = next(_patterns(when), None)
            if name is not None:
                self._names.setdefault(name, []).append(number)
            elif exact is not None:
                self._exact.setdefault(exact[0], {}).setdefault(exact[1], []).append(number)
            elif pattern is not None:
                patterns.setdefault(pattern[0], []).append((number, pattern[1]))
            else:
                always.append(number)
        self._always = tuple(always)
        self._patterns = tuple(
            (path, tuple(number for number, _ in filed), pattern_set(tuple(pattern for _, pattern in filed)))
            for path, filed in patterns.items()
        )

    def candidates(self, facts: Facts) -> Sequence[T]:
        """Return the rules that may hold for a call, in order; some of them may not."""
        items = self._items
        if len(items) <= FEW:
            return items
        found = list(self._always)
        if self._names:
            found += self._names.get(facts.name_key, ())
        for path, by_text in self._exact.items():
            text = facts.text(path)
            if text is not None:
                found += by_text.get(text, ())
        for path, numbers, matching in self._patterns:
            text = facts.text(path)
            if text is not None:
                found += [numbers[place] for place in matching(text[:MAX_TEXT])]
        found.sort()
        return [items[number] for number in found]


def _needed(when: When) -> Iterator[When]:
    """Yield the conditions that all must hold: those of a rule and those in its ``all``."""
    yield when
    for each in when.all_of:
        yield from _needed(each)


def _names(when: When) -> Iterator[str]:
    for each in _needed(when):
        if each.birth_name is not None:
            yield comparison_key(each.birth_name)


def _exact(when: When) -> Iterator[tuple[str, str]]:
    for each in _needed(when):
        for path, test in each.texts:
            # ``present: false`` asks for what is missing or empty: nothing to file it under.
            if test.exact is not None and test.present is not False:
                yield path, test.exact


def _patterns(when: When) -> Iterator[tuple[str, str]]:
    for each in _needed(when):
        for path, test in each.texts:
            if test.pattern is not None and test.present is not False:
                yield path, test.pattern
