"""Which departures that checks saw on their way are told, and under which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.record.ends import CheckEnd
    from conformance.record.results import RuleResult
    from conformance.verdicts import Aside

MAX_TOLD: Final = 5
"""Checks that a rule is told of: the first ones say what is wrong, the others would say it again."""


def told_asides(results: Sequence[RuleResult], ends: Sequence[CheckEnd]) -> Mapping[str, Mapping[str, Aside]]:
    """Return what a rule is told of departures that other checks saw, by rule and by check.

    A departure is told under the first of its rules that is judged; not at all where one of them is departed from by its own
    checks, which say it better. What several checks saw alike is told of the first.

    Args:
        results: what the own checks of each rule say.
        ends: how the checks ended, in the order of the suite.
    """
    judged = {result.rule.key for result in results if result.verdict is not Verdict.NOT_APPLICABLE}
    departed = {result.rule.key for result in results if result.is_departed}
    told: dict[str, dict[str, Aside]] = {}
    for end in ends:
        for aside in end.asides:
            key = next((key for key in aside.rules if key in judged), None)
            if key is None or departed.intersection(aside.rules):
                continue
            known = told.setdefault(key, {})
            is_new = end.id not in known and all(one.reason != aside.reason for one in known.values())
            if is_new and len(known) < MAX_TOLD:
                known[end.id] = aside
    return told
