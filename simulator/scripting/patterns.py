"""Regular expressions of scenario files: RE2, whose time grows with the text and never explodes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import re2

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PATTERN: Final = 500
"""Longest pattern accepted, in characters."""

MAX_TEXT: Final = 4000
"""How much of a text is looked at, in characters: longer than any field of the service."""

_MAX_MEMORY: Final = 1 << 20
_SET_ROOM: Final = 8
"""Patterns' worth of memory that a set has beside that of its patterns: a set that runs out of memory finds nothing."""


def pattern_problem(pattern: str) -> str | None:
    """Return why a pattern cannot be used, ``None`` when it can."""
    if len(pattern) > MAX_PATTERN:
        return f"expected at most {MAX_PATTERN} characters, got {len(pattern)}"
    try:
        _compiled(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        return f"expected a regular expression of RE2 (no backreference, no look-around), got {pattern!r}: {text}"
    return None


def searcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether the pattern is found in a text."""
    compiled = _compiled(pattern)

    def found(text: str) -> bool:
        return compiled.search(text[:MAX_TEXT]) is not None

    return found


def pattern_set(patterns: tuple[str, ...]) -> Callable[[str], list[int]]:
    """Return a function that tells which of these patterns are found in a text, by their places, in one pass.

    The patterns are those that ``pattern_problem`` lets pass.
    """
    options = _options(_MAX_MEMORY * (len(patterns) + _SET_ROOM))
    matcher = re2.Set.SearchSet(options)
    for pattern in patterns:
        matcher.Add(pattern)
    matcher.Compile()
    return lambda text: matcher.Match(text) or []


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re2._Regexp:
    return re2.compile(pattern, options=_options(_MAX_MEMORY))


def _options(memory: int) -> re2.Options:
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False
    return options
