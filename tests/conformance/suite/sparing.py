"""Whole campaigns told in short: as few checks as prove the same of each rule."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from conformance.engine.context import Limits
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from conformance.matrix.running import Rig

FIRST: Final = 2
"""How many checks of a rule are run before all of those that have shown nothing yet."""

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
    return frozenset(cases[0] for by_check in _cases(campaigns) for cases in by_check.values())


def shares_of_the_checks(campaigns: Rig, of: int) -> tuple[frozenset[str], ...]:
    """Return ``of`` times the ids of one case of every ``of``-th check of each rule, of one if a rule has fewer.

    Who takes one share after the other has seen each check.
    """
    found = _cases(campaigns)
    return tuple(_share(found, nth, of) for nth in range(of))


def _share(found: list[dict[str, list[str]]], nth: int, of: int) -> frozenset[str]:
    chosen: set[str] = set()
    for by_check in found:
        names = sorted(by_check)
        for name in names[nth::of] or names[-1:]:
            cases = by_check[name]
            # Not always the first, which is the plainest.
            chosen.add(cases[(len(cases) - 1) * nth // (of - 1)])
    return frozenset(chosen)


def _cases(campaigns: Rig) -> list[dict[str, list[str]]]:
    """Return the ids of the cases of each check, rule by rule."""
    found = []
    for ids in checks_of(campaigns).values():
        by_check: dict[str, list[str]] = defaultdict(list)
        for one in ids:
            by_check[one.partition("[")[0]].append(one)
        found.append(by_check)
    return found
