"""A run of a few rules collects only the modules that verify them, once this process has collected the suite and knows which.

Whoever runs the suite a thousand times (the kill matrix, the tests) would otherwise wait longer for pytest to collect a
thousand checks than for the three that are run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_rules_of: dict[Path, frozenset[str]] = {}
"""The rules that a module of the packaged suite verifies; what this process has imported does not change."""


class Narrowing:
    """Leaves out the modules of the packaged suite that verify no wanted rule; the first collection leaves out none."""

    def __init__(self, wanted: Collection[str]) -> None:
        """Take the keys of the rules to verify."""
        self._wanted = frozenset(wanted)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out a module that is known to verify other rules only."""
        rules = _rules_of.get(collection_path)
        return True if rules is not None and rules.isdisjoint(self._wanted) else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Learn what each module verifies, before anything is taken out."""
        found: dict[Path, set[str]] = {}
        unmarked: set[Path] = set()
        for item in items:
            keys = {str(key) for mark in item.iter_markers("rule") for key in mark.args}
            if not keys:
                unmarked.add(item.path)
            found.setdefault(item.path, set()).update(keys)
        # A check that names no rule is a defect of the suite, of which every run has to tell.
        _rules_of.update((path, frozenset(keys)) for path, keys in found.items() if path not in unmarked)
