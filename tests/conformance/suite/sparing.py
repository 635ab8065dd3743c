"""Whole campaigns told in short: as few checks as prove the same of each rule."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, Final

from conformance.engine.context import Limits
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from conformance.matrix.running import Rig

FIRST: Final = 2
"""How many checks of a rule are run before all of those that have shown nothing yet."""

CasesByRule = dict[str, dict[str, list[str]]]
"""Ids of cases, by the name of their check, by rule."""

OPEN: Final = {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED}
"""From any other verdict of a rule no further check leads back to PASS: that of a rule is the worst of its checks."""


def checks_of(campaigns: Rig, rules: Collection[str] | None = None) -> dict[str, list[str]]:
    """Return the ids of the checks of each rule, in the order of the suite, without running any."""
    nothing_begun = campaigns.run(rules=rules, limits=Limits(seconds=0))
    return {result.rule.key: [check.id for check in result.checks] for result in nothing_begun.rules}


def passed(campaigns: Rig, rules: Collection[str], wrap: Callable[[Any], Any]) -> list[str]:
    """Return those of the rules that pass, without running all the checks of a rule that cannot pass any more."""
    few = frozenset(one for each in checks_of(campaigns, rules).values() for one in each[:FIRST])
    begun = campaigns.run(rules=rules, wrap=wrap, limits=Limits(only=few))
    still = [result.rule.key for result in begun.rules if result.verdict in OPEN]
    ended = campaigns.run(rules=still, wrap=wrap).rules if still else ()
    return [result.rule.key for result in ended if result.verdict is Verdict.PASS]


def first_case_of_each(campaigns: Rig) -> frozenset[str]:
    """Return the id of the first case of every check, for each rule that it is about."""
    by_rule = cases_by_rule(campaigns)
    return frozenset(cases[0] for by_check in by_rule.values() for cases in by_check.values())


def cases_by_rule(campaigns: Rig) -> CasesByRule:
    """Return the ids of the cases of each check of each rule."""
    found: CasesByRule = {}
    for rule, ids in checks_of(campaigns).items():
        by_check = found.setdefault(rule, {})
        for one in ids:
            by_check.setdefault(one.partition("[")[0], []).append(one)
    return found


def some_of(found: CasesByRule, rules: Collection[str], nth: int, *, at_most: int) -> frozenset[str]:
    """Return the ids of one case of each check of these rules, or of every so many, so that they are not more.

    Who asks for one ``nth`` after the other sees each check.
    """
    by_check = {name: cases for rule in rules for name, cases in found.get(rule, {}).items()}
    step = max(1, ceil(len(by_check) / at_most))
    # Not always the first case, which is the plainest.
    return frozenset(
        by_check[name][nth % len(by_check[name])] for name in sorted(by_check)[nth % step :: step]
    )
