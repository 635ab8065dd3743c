"""What an act adds to a list that a software shows: what was not there before, wherever it stands now.

A log is shown oldest first, but of one second a software may put the lines in any order; so new ones are not just the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

_T = TypeVar("_T")


def added(before: Sequence[_T], after: Sequence[_T]) -> list[_T]:
    """Return what ``after`` holds more than ``before``, in its order; what is there twice counts twice."""
    same = next(
        (number for number, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
        min(len(before), len(after)),
    )
    known = list(before[same:])
    found = []
    for each in after[same:]:
        if each in known:
            known.remove(each)
        else:
            found.append(each)
    return found
