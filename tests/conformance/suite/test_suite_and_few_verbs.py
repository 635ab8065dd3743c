"""A software with the first verbs only is accused of nothing, and kept from no verdict; the whole is run by ``conformance.matrix.tolerated``."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from conformance.engine.context import Limits
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conformance.matrix.running import Rig

FAIR: Final = {Verdict.PASS, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE, Verdict.REVIEW}

OF_EACH_MODULE: Final = 1
"""How many checks of each module are run here: those of one module are prepared alike, and so go wrong alike."""

LONG: Final = {
    "call_is_logged_with_its_user",
    "others_stay",
    "each_act_leaves_the_rest",
    "times",
    "insi_down",
}
"""Checks that take seconds."""


def some_of_each_module(campaigns: Rig) -> set[str]:
    """Return the ids of the first case of the first checks of each module."""
    nothing_begun = campaigns.run(limits=Limits(seconds=0))
    ids = [check.id for result in nothing_begun.rules for check in result.checks]
    first_case = {one.partition("[")[0]: one for one in reversed(ids)}
    modules: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(one.partition("[")[0] for one in ids):
        module, _, check = name.partition(".")
        if check not in LONG and len(modules[module]) < OF_EACH_MODULE:
            modules[module].append(first_case[name])
    return {one for chosen in modules.values() for one in chosen}


def test_nothing_of_what_it_does_not_declare_is_held_against_it(campaigns: Rig) -> None:
    only = some_of_each_module(campaigns)
    run = campaigns.run(habits=["first-verbs-only"], limits=Limits(only=frozenset(only)))
    unfair = {result.rule.key: result.reason.en for result in run.rules if result.verdict not in FAIR}
    assert unfair == {}
    passed = {result.rule.key for result in run.rules if result.verdict is Verdict.PASS}
    # Rules that ask for files, INSi by traits and their traces only: a check of theirs must need no more.
    assert passed >= {"FLD-01", "SRC-01", "CRE-01", "CAL-08", "RSP-01", "RSP-12", "STA-01", "STA-07", "ATT-03", "PRF-01", "SEC-06", "ERR-01"}, passed  # fmt: skip
