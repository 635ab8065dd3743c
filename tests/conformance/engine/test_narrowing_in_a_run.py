"""A second run of few rules collects only their modules, and finds what a run that collects all of them finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.engine import BenchContext, narrowing, run_checks
from conformance.engine.bench import BenchPlugin

if TYPE_CHECKING:
    from conformance.record.results import RuleResult


@pytest.fixture
def collected(bench, monkeypatch):
    """Return a function rules → what a run of them finds and how many checks pytest collected for it."""
    counts = []

    class Counting(BenchPlugin):
        def pytest_collection_modifyitems(self, items):
            counts.append(len(items))
            super().pytest_collection_modifyitems(items)

    monkeypatch.setattr("conformance.engine.run.BenchPlugin", Counting)
    monkeypatch.setattr(narrowing, "_learnt", {})

    def run(*rules: str) -> tuple[list[tuple[str, str, list[str]]], int]:
        context = BenchContext(
            driver=bench.software, insi=bench.insi, insi_url="http://127.0.0.1:1/lps", seed=1
        )
        return [told(result) for result in run_checks(context, rules=rules).rules], counts[-1]

    return run


def told(result: RuleResult) -> tuple[str, str, list[str]]:
    return result.rule.key, result.verdict.value, [check.id for check in result.checks]


def test_what_is_found_is_the_same_and_less_is_collected(collected) -> None:
    # RSP-12 is named by the marks of parameters, MAT-10 by those of functions.
    first, everything = collected("MAT-10", "RSP-12")
    again, few = collected("MAT-10", "RSP-12")
    assert again == first
    assert all(checks for _, _, checks in first)
    assert sum(len(checks) for _, _, checks in first) <= few < everything / 3
    [(key, _, checks)], _ = collected("CRE-05")
    assert (key, bool(checks)) == ("CRE-05", True), "a rule that was not among the first"


def test_a_suite_of_ones_own_is_always_collected(bench) -> None:
    code = """
        @pytest.mark.rule("{}")
        @pytest.mark.title(fr="a", en="a")
        def test_it(): pass
    """
    for key in ("SRC-01", "SRC-02", "SRC-01"):
        [result] = bench.run(code.format(key), rules=[key]).rules
        assert [check.id for check in result.checks] == ["sample.it"]
