"""A pytest item seen as a check: its id, its title, and the rules it verifies."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from conformance.rules.catalogue import UnknownRuleError, find_rule
from conformance.suite.desk.apart import Apart
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from conformance.rules.catalogue import Rule


class MarkerError(Exception):
    """A check is marked wrongly: a defect of the suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test of the suite."""

    id: str
    title: Text
    rules: tuple[Rule, ...]
    apart: tuple[Apart, ...] = ()
    """The paths that it is: when the software lacks a verb of one, the other checks of the rules decide."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its rules."""
        return tuple(rule.key for rule in self.rules)


def check_of(item: pytest.Item, catalogue: Mapping[str, Rule]) -> Check:
    """Return the check that ``item`` is.

    Raises:
        MarkerError: no rule, an unknown rule, a title without both languages, or a path that is none.
    """
    keys = [key for mark in item.iter_markers("rule") for key in mark.args]
    if not keys:
        raise MarkerError(f'{item.nodeid}: names no rule; mark it with @pytest.mark.rule("KEY")')
    try:
        rules = tuple(dict.fromkeys(find_rule(catalogue, str(key)) for key in keys))
    except UnknownRuleError as error:
        raise MarkerError(f"{item.nodeid}: {error}") from error
    return Check(id=_id(item), title=_title(item), rules=rules, apart=_apart(item))


def _apart(item: pytest.Item) -> tuple[Apart, ...]:
    """Return the paths that the marks of a check name, and those that the values of its parameters are."""
    marked = [path for mark in item.iter_markers("apart") for path in mark.args]
    if not all(isinstance(path, Apart) for path in marked):
        raise MarkerError(
            f"{item.nodeid}: expected apart(path of conformance.suite.desk.apart), got {marked}"
        )
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec is not None else ()
    said = [getattr(value, "apart", None) for value in values]
    return tuple(dict.fromkeys([*marked, *(path for path in said if isinstance(path, Apart))]))


def _id(item: pytest.Item) -> str:
    """Return ``search.by_birth_date[case]`` for ``search/test_search.py::test_by_birth_date[case]``."""
    path, _, name = item.nodeid.partition("::")
    return check_name(path, *name.split("::"))


def check_name(path: str, *names: str) -> str:
    """Return the id of what has these names, from outside to inside, in the module at this path."""
    return ".".join(plain_name(each) for each in (PurePosixPath(path).stem, *names))


def plain_name(name: str) -> str:
    """Return the name of a module or a function as ids have it."""
    return name.removeprefix("test_")


def _title(item: pytest.Item) -> Text:
    """Return the title given by the nearest marker, else the first line of the docstring, else the name."""
    marks = list(item.iter_markers("title"))
    # Marks of a parameter come after those of the function: the last of the item's own is the most precise.
    own = [mark for mark in item.own_markers if mark.name == "title"]
    case = _case(item)
    if not marks:
        lines = (inspect.getdoc(getattr(item, "obj", None)) or "").strip().splitlines()
        name = getattr(item, "originalname", None) or item.name
        return _with_case(
            Text.same(lines[0] if lines else name.removeprefix("test_").replace("_", " ")), case
        )
    mark = own[-1] if own else marks[0]
    if mark.args or set(mark.kwargs) != {"fr", "en"}:
        raise MarkerError(f"{item.nodeid}: expected title(fr=..., en=...), got {mark.args} {mark.kwargs}")
    return Text(**mark.kwargs) if len(own) > 1 else _with_case(Text(**mark.kwargs), case)


def _case(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return callspec.id if callspec is not None else ""


def _with_case(title: Text, case: str) -> Text:
    return Text(f"{title.fr} · {case}", f"{title.en} · {case}") if case else title
