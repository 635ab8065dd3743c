"""Runs the suite once and returns the verdict of each rule."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.engine.bench import BenchPlugin
from conformance.engine.choices import Choices
from conformance.engine.events import RunFinished
from conformance.engine.sharing import Shares
from conformance.engine.wanted import Wanted
from conformance.record.ends import CheckEnd
from conformance.record.judging import judge_rules
from conformance.record.uncollected import seldom_collected
from conformance.rules.catalogue import find_rule, load_catalogue
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from conformance.engine.context import BenchContext
    from conformance.record.results import RuleResult
    from conformance.rules.catalogue import Rule


class SuiteError(TextError):
    """The suite itself is at fault, so there are no verdicts. The message says what and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRun:
    """What a run of the suite found."""

    rules: tuple[RuleResult, ...]
    """In the order of the catalogue."""
    interrupted: bool
    """The user stopped it: checks that had not ended are NOT_TESTED."""


def run_checks(
    context: BenchContext,
    *,
    suite: Path | None = None,
    catalogue: Mapping[str, Rule] | None = None,
    rules: Collection[str] | None = None,
    not_applicable: Mapping[str, Text] | None = None,
) -> SuiteRun:
    """Run the checks and return the verdict of each rule; tell ``context.on_event`` what happens meanwhile.

    Args:
        context: the software, the simulator session and the patients.
        suite: folder or file of checks; ``conformance/suite`` by default.
        catalogue: rules by key; the packaged ones by default.
        rules: keys of the rules to verify; all by default.
        not_applicable: reason, by rule key, of the rules that the plan declares not applicable. Their checks
            do not run.

    Raises:
        UnknownRuleError: ``rules`` or ``not_applicable`` names no rule.
        SuiteError: a check cannot be collected, is marked wrongly, or pytest itself broke.
    """
    catalogue = load_catalogue() if catalogue is None else catalogue
    reasons = {find_rule(catalogue, key).key: text for key, text in (not_applicable or {}).items()}
    selected = [find_rule(catalogue, key).key for key in (catalogue if rules is None else rules)]
    plugin = BenchPlugin(context, catalogue, wanted=[key for key in selected if key not in reasons])
    try:
        own = Path(str(resources.files("conformance.suite")))
        # Of a suite of somebody else nothing is known but what collecting finds; of ours nothing is left out where all is wanted.
        is_part = plugin.wanted < catalogue.keys() or context.limits.only is not None
        others = [Wanted(own, plugin.wanted, context.limits.only)] if suite is None and is_part else []
        with seldom_collected():
            _run_pytest(plugin, own if suite is None else suite, others)
    finally:
        plugin.raw.close()
    ends = [
        CheckEnd(
            id=run.check.id,
            title=run.check.title,
            rules=run.check.keys,
            outcome=run.outcome,
            duration=run.duration,
            evidence=run.evidence.entries,
            asides=tuple(run.asides),
        )
        for run in plugin.runs.values()
    ]
    results = judge_rules(catalogue, selected, ends, not_applicable=reasons)
    context.on_event(RunFinished(rules=results, interrupted=plugin.interrupted))
    return SuiteRun(rules=results, interrupted=plugin.interrupted)


def _run_pytest(plugin: BenchPlugin, suite: Path, others: Sequence[object]) -> None:
    """Run pytest on the suite, deaf to the user's own configuration, plugins and options."""
    if not suite.exists():
        raise SuiteError(
            Text(
                f"{suite} : un dossier ou un fichier de contrôles est attendu, il n'y a rien",
                f"{suite}: expected a folder or a file of checks, got nothing there",
            )
        )
    root = suite if suite.is_dir() else suite.parent
    with tempfile.TemporaryDirectory(prefix="banc-") as folder, _no_pytest_environment():
        settings = Path(folder) / "bench.ini"
        settings.write_text("[pytest]\n", encoding="utf-8")
        code = pytest.main(
            [
                str(suite),
                f"--config-file={settings}",
                f"--rootdir={root}",
                f"--confcutdir={root}",
                "--disable-plugin-autoload",
                "--import-mode=importlib",
                "--strict-markers",
                # Checks raise sentences of their own; rewriting a hundred modules takes seconds each time.
                "--assert=plain",
                # The bench shows progress itself, on the real terminal.
                "--capture=no",
                "-pno:terminal",
                "-pno:logging",
                # It collects garbage five times at the end, to report what nobody would see here.
                "-pno:unraisableexception",
                "-pno:cacheprovider",
            ],
            plugins=[plugin, Choices(plugin.context), Shares(plugin.context.limits), *others],
        )
    if plugin.crash is not None:
        raise plugin.crash
    if plugin.problems:
        # Faults of our own checks, for whoever writes them.
        raise SuiteError(Text.same("\n".join(plugin.problems)))
    expected = {
        pytest.ExitCode.OK,
        pytest.ExitCode.TESTS_FAILED,
        pytest.ExitCode.INTERRUPTED,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    }
    if code not in expected:
        raise SuiteError(
            Text(f"{suite} : pytest a fini par {code!r}", f"{suite}: pytest ended with {code!r}")
        )


@contextmanager
def _no_pytest_environment() -> Iterator[None]:
    """Hide the options and plugins that the user set for pytest runs of their own."""
    hidden = {
        name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ
    }
    try:
        yield
    finally:
        os.environ.update(hidden)
