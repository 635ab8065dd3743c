"""How several processes share the checks out among them: whoever is free takes the next group, the longest first.

Checks that look at one preparation are one group, so that it is made once and not once in each process: those of a module,
and of all modules that take a journey which says so (``suite.desk.together``). A group is taken by making a file that only one
process can make.

The texts of the modules say which group they are of, so that only one process, which tells the record which checks there are,
has to collect them all; the others collect what they take.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from conformance.engine.wanted import sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from conformance.engine.context import Limits

_MARKED: Final = re.compile(r'^@kept_together\("([\w-]+)"\)\n(?:@[^\n]*\n)*def (\w+)', re.MULTILINE)
_IMPORTED: Final = re.compile(r"^from (conformance\.suite[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)


def groups_of(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """Return the modules by the name of their group, the longest first; those of a costly preparation before all others."""
    groups: defaultdict[str, list[Path]] = defaultdict(list)
    for path in paths:
        groups[_group_of(path)].append(path)
    sizes = {name: sum(each.stat().st_size for each in found) for name, found in groups.items()}
    return {name: groups[name] for name in sorted(groups, key=lambda name: ("/" in name, -sizes[name], name))}


def _group_of(path: Path) -> str:
    """Return the name of the preparation that a module takes part in, or a name of its own."""
    text = path.read_text("utf-8")
    marked = {name: group for group, name in _MARKED.findall(text)}
    for name, imported in _IMPORTED.findall(text):
        there = _marked_in(name)
        marked |= {each: there[each] for each in re.findall(r"\w+", imported) if each in there}
    return min(marked.values(), default=f"/{path.stem}")


@cache
def _marked_in(module: str) -> dict[str, str]:
    """Return the groups of the functions of a module of the suite that are marked as kept together, by their names."""
    return {
        name: group
        for place in sources_of(module)
        for group, name in _MARKED.findall(place.read_text("utf-8"))
    }


class _Later(pytest.Module):
    """A module that holds no checks until it is taken."""

    is_taken = False

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        return super().collect() if self.is_taken else ()


class Shares:
    """The loop over the checks of one of several processes; alone, pytest has its own.

    Args:
        limits: with the folder, common to all processes of a campaign, in which each notes what it takes.
    """

    def __init__(self, limits: Limits) -> None:
        """Take nothing yet."""
        self._claims = limits.claims
        self._tells = limits.tells
        self._modules: list[_Later] = []

    def pytest_pycollect_makemodule(
        self, module_path: Path, parent: pytest.Collector
    ) -> pytest.Module | None:
        """Put off what may be another process's to run, where one of them tells which checks there are."""
        if self._claims is None or self._tells:
            return None
        module: _Later = _Later.from_parent(parent, path=module_path)
        self._modules.append(module)
        return module

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run the groups that no other process has taken."""
        if self._claims is None or session.testsfailed:
            return None
        mine = self._taken(session)
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

    def _taken(self, session: pytest.Session) -> Iterator[pytest.Item]:
        """Yield the checks of the groups that no other process has taken; each group is taken when it is its turn."""
        collected: defaultdict[Path, list[pytest.Item]] = defaultdict(list)
        for item in session.items:
            collected[item.path].append(item)
        later = {module.path: module for module in self._modules}
        for name, paths in groups_of([*collected, *later]).items():
            if not self._takes(name):
                continue
            for path in paths:
                yield from _items(session, later[path]) if path in later else collected[path]

    def _takes(self, name: str) -> bool:
        assert self._claims is not None  # noqa: S101 - looked at before
        self._claims.mkdir(parents=True, exist_ok=True)
        try:
            (self._claims / name.strip("/")).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def _items(session: pytest.Session, module: _Later) -> list[pytest.Item]:
    """Return the checks of a module that was put off, as pytest would have them."""
    module.is_taken = True
    items = list(session.genitems(module))
    session.config.hook.pytest_collection_modifyitems(session=session, config=session.config, items=items)
    return items
