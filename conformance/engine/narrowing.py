"""Spares a process that runs the packaged suite again and again from collecting the modules that it does not need."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from conformance.engine.checks import MarkerError, check_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from conformance.engine.checks import Check
    from conformance.rules.catalogue import Rule

_learnt: dict[Path, list[Check]] = {}
"""The checks of each module of the packaged suite, once this process has collected all of it."""


class Narrowing:
    """A pytest plugin: the first run of a process collects everything, the next ones only what they want."""

    def __init__(
        self, catalogue: Mapping[str, Rule], wanted: Collection[str], only: Collection[str] | None
    ) -> None:
        """Say what is wanted.

        Args:
            catalogue: rules by key.
            wanted: keys of the rules to verify.
            only: ids of the checks to run, out of those; all of them when ``None``.
        """
        self._catalogue = catalogue
        self._wanted = frozenset(wanted)
        self._only = only
        self._whole = not _learnt

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out a module none of whose checks would run."""
        checks = _learnt.get(collection_path)
        if self._whole or checks is None or any(map(self._would_run, checks)):
            return None
        return True

    def _would_run(self, check: Check) -> bool:
        return not self._wanted.isdisjoint(check.keys) and (self._only is None or check.id in self._only)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Learn where the checks are. A wrong marker is told by who runs the checks; nothing is learnt then."""
        if not self._whole:
            return
        found: dict[Path, list[Check]] = {}
        with contextlib.suppress(MarkerError):
            for item in items:
                found.setdefault(item.path, []).append(check_of(item, self._catalogue))
            _learnt.update(found)
