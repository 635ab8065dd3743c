"""Each injectable defect of the reference LGO is caught by the rules meant for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import Verb
from conformance.drivers.protocol import VerbNotSupportedError
from conformance.engine.context import Limits
from conformance.matrix import figures
from conformance.matrix.running import SEEDS
from conformance.reference.defects import catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conformance.drivers.http import HttpDriver
    from conformance.engine import SuiteRun
    from conformance.matrix.running import Rig
    from conformance.record.results import CheckResult


ROOT = Path(__file__).parents[3]
GROUPS = tuple(dict.fromkeys(one.caught_by[0].partition("-")[0] for one in catalogue().values()))


@cache
def known() -> dict[str, str]:
    """Return the check that caught each defect in the last matrix."""
    return {one.defect: one.check for one in figures.read(ROOT / "docs" / figures.FILE)}


def departures(run: SuiteRun) -> list[CheckResult]:
    """Return the checks that found the rule broken."""
    broken = {Verdict.FAIL, Verdict.WARNING}
    return [check for result in run.rules for check in result.checks if check.verdict in broken]


def is_caught(campaigns: Rig, name: str, seed: str) -> None:
    defect = catalogue()[name]

    def run_of(only: frozenset[str] | None) -> SuiteRun:
        enough = Limits(only=only, stop_at=frozenset({Verdict.FAIL}))
        return campaigns.run(defects=frozenset({name}), seed=seed, rules=defect.caught_by, limits=enough)

    # First the check that is known to catch it; the others only should it miss.
    run = run_of(frozenset({known()[name]}) if known().get(name) else None)
    if not departures(run):
        run = run_of(None)
    verdicts = {result.rule.key: result.verdict for result in run.rules}
    # WARNING where the rule is a wish, or where what is wrong is only deduced from it.
    assert {Verdict.FAIL, Verdict.WARNING} & set(verdicts.values()), verdicts
    assert all(check.reason.fr != check.reason.en for check in departures(run))


# The whole matrix takes long (`make kill-matrix`); here one plain mistake of each group and a few others.
QUICK = [
    *(
        next(one.name for one in catalogue().values() if one.caught_by[0].startswith(group))
        for group in GROUPS
    ),
    *("list-order-lost", "search-returns-five", "history-forgets-edits", "several-lowers-recup"),
]


@pytest.mark.parametrize("name", QUICK)
def test_the_defect_is_caught_by_its_rules(campaigns: Rig, name: str) -> None:
    is_caught(campaigns, name, SEEDS[0])


ONLY_SEEN_BY = {
    "time-out-taken-for-not-found": {"err_02.no_answer"},
    "broken-xml-repaired": {
        "rsp_08_09.filtered_without_waiting",
        "rsp_08_09.unreadable_answer",
        "rsp_08_09.unreadable_at_creation",
    },
    "unknown-code-imported": {
        "rsp_08_09.hollow_answer",
        "rsp_08_09.unreadable_answer",
        "rsp_08_09.unreadable_at_creation",
    },
    "matricule-key-unchecked": {
        "rsp_08_09.filtered",
        "rsp_08_09.filtered_at_creation",
        "rsp_08_09.filtered_for_everybody",
        "rsp_08_09.filtered_without_waiting",
        "rsp_08_09.wrong_key_for_everybody",
        "rsp_after_several.later_request",
        "rsp_by_card.nothing_is_taken",
        "rsp_card_new.nothing_is_made",
    },
    "unknown-oid-imported": {
        "rsp_08_09.filtered",
        "rsp_08_09.filtered_at_creation",
        "rsp_08_09.filtered_for_everybody",
        "rsp_08_09.hollow_answer",
        "rsp_08_09.other_oids",
        "rsp_by_card.nothing_is_taken",
    },
}
"""Defects that only the checks of one kind of failure see: without them they would pass."""


@pytest.mark.parametrize(("name", "checks"), ONLY_SEEN_BY.items(), ids=ONLY_SEEN_BY)
def test_a_failure_of_insi_that_one_check_provokes_is_seen_by_that_check(
    campaigns: Rig, name: str, checks: set[str]
) -> None:
    run = campaigns.run(defects=frozenset({name}), rules=catalogue()[name].caught_by)
    assert {check.id.partition("[")[0] for check in departures(run)} == checks


@dataclass
class Unhurried:
    """A software with a time-out of its own, which cannot be set."""

    driver: HttpDriver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)

    def reset(self, *, insi_url: str) -> None:
        self.driver.reset(insi_url=insi_url)
        self.driver.write_settings({"insi_timeout_seconds": "2"})

    def read_settings(self) -> dict[str, str]:
        raise VerbNotSupportedError(Verb.READ_SETTINGS, "pas de paramètres")


def test_a_software_whose_time_out_cannot_be_set_is_waited_for_and_judged(campaigns: Rig) -> None:
    [result] = campaigns.run(rules=["ERR-02"], wrap=Unhurried).rules
    assert result.verdict is Verdict.PASS, result.reason.en


def test_what_is_seen_on_the_way_is_told_under_its_rule(campaigns: Rig) -> None:
    """A check of the validation reads a file that INSi filled wrongly: that is a matter of RSP-02, not of its own rule."""
    name = "prf_04_08.explicit_validation[from-insi]"

    def verdicts(rules: set[str]) -> dict[str, Verdict]:
        run = campaigns.run(
            defects=frozenset({"sex-of-insi-as-digit"}),
            seed=SEEDS[0],
            rules=rules,
            limits=Limits(only=frozenset({name})),
        )
        return {result.rule.key: result.verdict for result in run.rules}

    assert verdicts({"PRF-04"}) == {"PRF-04": Verdict.PASS}
    assert verdicts({"PRF-04", "RSP-02"}) == {"PRF-04": Verdict.PASS, "RSP-02": Verdict.FAIL}
