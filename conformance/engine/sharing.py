"""How several processes share the checks out among them: whoever is free takes the next group, the longest first.

Checks that look at one preparation are one group, so that it is made once and not once in each process: those of a module,
and of all modules that take a journey which says so (``suite.desk.together``). A group is taken by making a file that only one
process can make.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.together import TOGETHER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def groups_of(items: Sequence[pytest.Item]) -> list[list[pytest.Item]]:
    """Return the checks by group, the longest first; those of a costly preparation before all others."""
    names: dict[object, str] = {}
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        module = getattr(item, "module", None)
        if module not in names:
            names[module] = _name_of(module)
        groups.setdefault(names[module], []).append(item)
    return [
        group
        for name, group in sorted(groups.items(), key=lambda each: ("." in each[0], -len(each[1]), each[0]))
    ]


def _name_of(module: object) -> str:
    for value in vars(module).values() if module is not None else ():
        if isinstance(value, FunctionType) and (name := getattr(value, TOGETHER, None)):
            return str(name)
    return f"module.{getattr(module, '__name__', '')}"


class Shares:
    """The loop over the checks of one of several processes; alone, pytest has its own.

    Args:
        claims: the folder, common to all processes of a campaign, in which each notes what it takes; ``None``: alone.
    """

    def __init__(self, claims: Path | None) -> None:
        """Take nothing yet."""
        self._claims = claims

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run the groups that no other process has taken."""
        if self._claims is None or session.testsfailed:
            return None
        mine = self._taken(session.items)
        item = next(mine, None)
        while item is not None:
            # Taken now: pytest has to know what follows to tear down what that does not share.
            following = next(mine, None)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
            item = following
        return True

    def _taken(self, items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
        """Yield the checks of the groups that no other process has taken; each group is taken when it is its turn."""
        for number, group in enumerate(groups_of(items)):
            if self._takes(number):
                yield from group

    def _takes(self, number: int) -> bool:
        assert self._claims is not None  # noqa: S101 - looked at before
        self._claims.mkdir(parents=True, exist_ok=True)
        try:
            (self._claims / str(number)).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True
