"""Which modules and functions of the suite may hold a wanted check, so that the others need not be collected.

Importing and collecting the whole suite takes longer than most rules alone. A module says which rules its checks verify,
or takes that from a module of the suite that it imports; a key that is in neither text is none of its rules (a test
compares this with what collecting finds). Where single checks are wanted their ids say in which functions they are.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from conformance.engine.checks import check_name, plain_name

if TYPE_CHECKING:
    from collections.abc import Collection

_IMPORT: Final = re.compile(r"^\s*(?:from|import) (conformance\.suite(?!\.desk\b)[\w.]*)", re.MULTILINE)
"""The desk aside, which names the rules that its steps depend on."""
_KEY: Final = re.compile(r"\b[A-Z]{3}-\d\d\b")


def keys_in(path: Path) -> frozenset[str]:
    """Return the keys of rules in the text of a module and of the modules of the suite that it imports, whatever they are for."""
    found: set[str] = set()
    pending, seen = [path], set[Path]()
    while pending:
        here = pending.pop()
        if here in seen:
            continue
        seen.add(here)
        keys, imported = _read(here)
        found |= keys
        pending += imported
    return frozenset(found)


@cache
def _read(path: Path) -> tuple[frozenset[str], tuple[Path, ...]]:
    text = path.read_text("utf-8")
    imported = [place for name in set(_IMPORT.findall(text)) for place in sources_of(name)]
    return frozenset(_KEY.findall(text)), tuple(imported)


def sources_of(module: str) -> list[Path]:
    """Return the file of a module or a package of the bench, by its full name; none where there is no such."""
    place = Path(str(resources.files("conformance"))).joinpath(*module.split(".")[1:])
    return [each for each in (place.with_suffix(".py"), place / "__init__.py") if each.is_file()]


class Wanted:
    """Leaves out the modules that verify none of the wanted rules, and the functions that are none of the wanted checks.

    Args:
        suite: the folder of the suite.
        rules: keys of the rules that are wanted.
        checks: ids of the checks that are wanted of these rules; ``None``: all.
    """

    def __init__(self, suite: Path, rules: Collection[str], checks: Collection[str] | None = None) -> None:
        """Nothing is read yet."""
        self._suite, self._rules = suite, frozenset(rules)
        self._functions = None if checks is None else frozenset(one.partition("[")[0] for one in checks)
        self._modules = (
            None if self._functions is None else {one.partition(".")[0] for one in self._functions}
        )

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out a module, or leave it to others to say."""
        is_module = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
        if not is_module or not collection_path.is_relative_to(self._suite):
            return None
        if self._modules is not None and plain_name(collection_path.stem) not in self._modules:
            return True
        return None if self._rules & keys_in(collection_path) else True

    def pytest_pycollect_makeitem(self, collector: pytest.Collector, name: str) -> list[pytest.Item] | None:
        """Leave out a function with all its cases, or leave it to others to say."""
        is_function = name.startswith("test_") and isinstance(collector, pytest.Module)
        if self._functions is None or not is_function:
            return None
        return None if check_name(collector.nodeid, name) in self._functions else []
