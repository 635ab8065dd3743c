"""Which checks the suite holds, and which rules each verifies: learnt from collecting it, not from a list."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Verb  # noqa: TC001 - a field of a dataclass
from conformance.engine.asked import Reader
from conformance.engine.checks import Check, MarkerError, check_of
from conformance.rules.catalogue import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.rules.catalogue import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteContents:
    """What collecting the suite found."""

    checks: tuple[Check, ...]
    """In the order of the suite."""
    problems: tuple[str, ...]
    """A check that names no rule, or an unknown one; a module that cannot be imported."""
    verbs: Mapping[str, frozenset[Verb]]
    """The verbs that a check cannot do without, by its id."""

    def by_rule(self) -> dict[str, tuple[Check, ...]]:
        """Return the checks of each rule that has some, by its key."""
        found: dict[str, list[Check]] = {}
        for check in self.checks:
            for key in check.keys:
                found.setdefault(key, []).append(check)
        return {key: tuple(checks) for key, checks in found.items()}


def collect_suite(suite: Path | None = None, catalogue: Mapping[str, Rule] | None = None) -> SuiteContents:
    """Collect the suite without running anything.

    Args:
        suite: folder or file of checks; ``conformance/suite`` by default.
        catalogue: rules by key; the packaged ones by default.
    """
    plugin = _Collector(load_catalogue() if catalogue is None else catalogue)
    folder = Path(str(resources.files("conformance.suite"))) if suite is None else suite
    root = folder if folder.is_dir() else folder.parent
    with tempfile.TemporaryDirectory(prefix="banc-") as scratch, pytest.MonkeyPatch.context() as environment:
        # Deaf to what the user set for pytest runs of their own.
        for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
            environment.delenv(name, raising=False)
        settings = Path(scratch) / "bench.ini"
        settings.write_text("[pytest]\n", encoding="utf-8")
        pytest.main(
            [
                str(folder),
                "--collect-only",
                f"--config-file={settings}",
                f"--rootdir={root}",
                f"--confcutdir={root}",
                "--disable-plugin-autoload",
                "--import-mode=importlib",
                # Nothing is run; rewriting a hundred modules takes seconds.
                "--assert=plain",
                "--capture=no",
                "-pno:terminal",
                "-pno:logging",
                "-pno:unraisableexception",
                "-pno:cacheprovider",
            ],
            plugins=[plugin],
        )
    return SuiteContents(checks=tuple(plugin.checks), problems=tuple(plugin.problems), verbs=plugin.verbs)


class _Collector:
    """Reads the markers of each item, and notes what is wrong with them."""

    def __init__(self, catalogue: Mapping[str, Rule]) -> None:
        self.catalogue = catalogue
        self.checks: list[Check] = []
        self.problems: list[str] = []
        self.verbs: dict[str, frozenset[Verb]] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the markers of the suite."""
        config.addinivalue_line("markers", "rule(*keys): the rules of the catalogue that this check verifies")
        config.addinivalue_line("markers", "title(fr, en): what this check does, in both languages")
        config.addinivalue_line("markers", "apart(path): this check is a path that not all software has")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that cannot be imported."""
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read each check, and what it asks of the software while its module is imported."""
        reader = Reader()
        for item in items:
            try:
                check = check_of(item, self.catalogue)
            except MarkerError as error:
                self.problems.append(str(error))
                continue
            self.checks.append(check)
            callspec = getattr(item, "callspec", None)
            values = callspec.params.values() if callspec is not None else ()
            self.verbs[check.id] = reader.verbs(getattr(item, "obj", None), values)
