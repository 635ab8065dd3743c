"""How the long tests are given to the processes that run them: what takes longest first, what is prepared once in one place.

pytest-xdist would deal out slices of equally many tests, and one process would be left with an hour of campaigns while the
others have nothing more to do. Here a file goes to one process, which prepares once what its tests share, and the files and
tests of ``longest_first.txt`` go out before all others, in that order.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest
    from xdist.remote import Producer

PLACE = Path(__file__).with_name("longest_first.txt")


class Long(NamedTuple):
    """A line of ``longest_first.txt``."""

    beginning: str
    """Of the node ids."""
    each: bool
    """Its tests share nothing that is prepared for them alone: each may go to another process."""


def longest_first(text: str | None = None) -> tuple[Long, ...]:
    """Read the list, the longest first."""
    lines = (PLACE.read_text("utf-8") if text is None else text).splitlines()
    return tuple(
        Long(line.removesuffix(" each"), line.endswith(" each"))
        for line in lines
        if line and not line.startswith("#")
    )


LONGEST = longest_first()


def rank(nodeid: str) -> int:
    """Return the place of a test among those that go out first; those of no line come after them all."""
    return next((n for n, one in enumerate(LONGEST) if nodeid.startswith(one.beginning)), len(LONGEST))


def unit(nodeid: str) -> str:
    """Return the name of what goes to one process as a whole: a test, the tests of a line, or a file."""
    place = rank(nodeid)
    if place == len(LONGEST):
        return nodeid.partition("::")[0]
    return nodeid if LONGEST[place].each else LONGEST[place].beginning


class LongestFirst(LoadScopeScheduling):
    """Gives out units in the order of the tests, which ``rank`` has put in order."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
