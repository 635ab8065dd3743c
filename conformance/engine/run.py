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
from conformance.engine.events import RunFinished
from conformance.results import CheckResult, RuleResult
from conformance.rules.catalogue import find_rule, load_catalogue
from conformance.verdicts import Verdict, combine
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from conformance.engine.bench import CheckRun
    from conformance.engine.context import BenchContext
    from conformance.rules.catalogue import Rule

NO_CHECK = Text(
    "Aucun contrôle n'existe pour cette règle dans cette version du banc.",
    "No check exists for this rule in this version of the bench.",
)


class SuiteError(Exception):
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
    _run_pytest(plugin, Path(str(resources.files("conformance.suite"))) if suite is None else suite)
    results = tuple(
        _not_applicable(rule, reasons[key]) if key in reasons else _result(rule, plugin.runs.values())
        for key, rule in catalogue.items()
        if key in selected
    )
    context.on_event(RunFinished(rules=results, interrupted=plugin.interrupted))
    return SuiteRun(rules=results, interrupted=plugin.interrupted)


def _run_pytest(plugin: BenchPlugin, suite: Path) -> None:
    """Run pytest on the suite, deaf to the user's own configuration, plugins and options."""
    if not suite.exists():
        raise SuiteError(f"{suite}: expected a folder or a file of checks, got nothing there")
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
                # The bench shows progress itself, on the real terminal.
                "--capture=no",
                "-pno:terminal",
                "-pno:logging",
                # It collects garbage five times at the end, to report what nobody would see here.
                "-pno:unraisableexception",
                "-pno:cacheprovider",
            ],
            plugins=[plugin],
        )
    if plugin.crash is not None:
        raise plugin.crash
    if plugin.problems:
        raise SuiteError("\n".join(plugin.problems))
    expected = {
        pytest.ExitCode.OK,
        pytest.ExitCode.TESTS_FAILED,
        pytest.ExitCode.INTERRUPTED,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    }
    if code not in expected:
        raise SuiteError(f"{suite}: pytest ended with {code!r}")


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


def _not_applicable(rule: Rule, reason: Text) -> RuleResult:
    return RuleResult(rule=rule, verdict=Verdict.NOT_APPLICABLE, reason=reason)


def _result(rule: Rule, runs: Collection[CheckRun]) -> RuleResult:
    checks = tuple(_check_result(rule, run) for run in runs if rule in run.check.rules)
    if not checks:
        return RuleResult(rule=rule, verdict=Verdict.NOT_TESTED, reason=rule.not_tested_reason or NO_CHECK)
    verdict = combine(check.verdict for check in checks)
    return RuleResult(rule=rule, verdict=verdict, reason=_reason(verdict, checks), checks=checks)


def _check_result(rule: Rule, run: CheckRun) -> CheckResult:
    outcome = run.outcome
    return CheckResult(
        id=run.check.id,
        title=run.check.title,
        verdict=outcome.for_rule(rule),
        reason=outcome.reason,
        hint=outcome.hint,
        evidence=run.evidence.entries,
        duration=run.duration,
    )


def _reason(verdict: Verdict, checks: tuple[CheckResult, ...]) -> Text:
    """Return one line of why: the first check that decided, and how many others did."""
    deciding = [check for check in checks if check.verdict is verdict]
    if verdict is Verdict.PASS:
        count = len(deciding)
        if count == 1:
            return Text("1 contrôle réussi.", "1 check passed.")
        return Text(f"{count} contrôles réussis.", f"{count} checks passed.")
    first, others = deciding[0].reason, len(deciding) - 1
    if not others:
        return first
    more_fr = f"(et {others} autre{'s' if others > 1 else ''})"
    return Text(f"{first.fr} {more_fr}", f"{first.en} (and {others} more)")
