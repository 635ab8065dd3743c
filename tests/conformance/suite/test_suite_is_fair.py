"""Software that keeps the rules in another way than the reference LGO passes; no rule pays for the fault of another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import CallOutcome, InsiCall, Patient, PatientTraits
from conformance.drivers.protocol import RefusedError
from conformance.engine.context import Limits
from conformance.matrix.parties import Party
from conformance.matrix.tolerated import judge
from conformance.reference.habits.catalogue import habit_parties
from conformance.reference.variants import variants
from conformance.reference.variants.together import parties
from conformance.verdicts import Verdict
from simulator.ins import to_wire

from .sparing import OPEN, CasesByRule, cases_by_rule, some_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.http import HttpDriver
    from conformance.engine import SuiteRun
    from conformance.matrix.running import Rig
    from conformance.record.results import RuleResult
    from conformance.reference.variants import Variant as Tolerated


@dataclass
class Variant:
    """A software that differs from the reference LGO in one legitimate way."""

    driver: HttpDriver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)


class Converting(Variant):
    """Writes names in plain upper case instead of refusing them."""

    def create_patient(self, traits: PatientTraits, **options: Any) -> Patient:
        names = ("birth_name", "first_name", "first_names")
        plain = {name: value and to_wire(value) for name in names for value in [getattr(traits, name)]}
        return self.driver.create_patient(replace(traits, **plain), **options)


class LockedWithoutAWord(Variant):
    """Ignores an edit of a locked field instead of refusing it."""

    def update_patient(self, patient_id: str, changes: Mapping[str, str | None], **options: Any) -> Patient:
        try:
            return self.driver.update_patient(patient_id, changes, **options)
        except RefusedError:
            return self.driver.read_patient(patient_id, **options)


class CallButtonRefused(Variant):
    """Refuses the call that must not leave, instead of reporting it as blocked."""

    def call_insi_traits(self, patient_id: str, **options: Any) -> InsiCall:
        call = self.driver.call_insi_traits(patient_id, **options)
        if call.outcome is CallOutcome.BLOCKED:
            raise RefusedError("FORBIDDEN", call.message)
        return call


class TwoSexes(Variant):
    """Knows no other sex than M and F."""

    def create_patient(self, traits: PatientTraits, **options: Any) -> Patient:
        if traits.sex not in {"M", "F"}:
            raise RefusedError("SEX", "M ou F")
        return self.driver.create_patient(traits, **options)


class RefusesWhenAccepted(Variant):
    """Proposes whatever INSi found and only refuses at the acceptance."""

    def call_insi_traits(self, patient_id: str, **options: Any) -> InsiCall:
        call = self.driver.call_insi_traits(patient_id, **options)
        if call.outcome is CallOutcome.REJECTED:
            return replace(call, outcome=CallOutcome.FOUND, alerts=(), message="")
        return call


VARIANTS = [
    (Converting, {"TRT-01", "TRT-02", "CAL-06"}),
    (LockedWithoutAWord, {"STA-12"}),
    (CallButtonRefused, {"CAL-06", "CAL-11"}),
    (TwoSexes, {"CAL-06"}),
    (RefusesWhenAccepted, {"RSP-08", "RSP-09"}),
]


@pytest.mark.parametrize(("variant", "rules"), VARIANTS)
def test_another_way_of_keeping_the_rule_passes(
    campaigns: Rig, variant: type[Variant], rules: set[str]
) -> None:
    assert accusations(campaigns.run(rules=rules, wrap=variant)) == {}


AT_MOST = 9
"""Checks that judge a party here, others for the next one; ``make tolerated`` takes every case of all the rules."""


@pytest.fixture(scope="module")
def cases(campaigns: Rig) -> CasesByRule:
    return cases_by_rule(campaigns)


PARTIES = {f"{party[0].name} and {len(party) - 1} more": party for party in parties(variants().values())}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("nth", "party"), list(enumerate(PARTIES.values())), ids=PARTIES)
def test_tolerated_variants_are_not_accused_by_the_rules_they_come_near_to(
    campaigns: Rig, nth: int, party: tuple[Tolerated, ...], cases: CasesByRule
) -> None:
    variants_of = Party(name="variants", variants=tuple(one.name for one in party))
    judged = judge(
        variants_of,
        campaigns,
        variants_of.rules(),
        accuses=is_accused_in_short,
        near=True,
        limits=Limits(only=some_of(cases, variants_of.rules(), nth, at_most=AT_MOST)),
    )
    # Some may be accused only beside others, which contradict them: nobody asks that of a software.
    assert (judged.crash, judged.alone) == ("", {})


LONG_ALONE = (
    "histories late",
    "log late",
    "partners late",
    "parts sendings",
    "shapes a",
    "shapes b",
    "acts a",
    "acts b",
)
"""Parties that take minutes, most of it waiting: ``make tolerated`` judges them, against all rules."""
HABITS_AT_ONCE = {name: party for name, party in habit_parties().items() if name not in LONG_ALONE}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("nth", "names"), list(enumerate(HABITS_AT_ONCE.values())), ids=HABITS_AT_ONCE)
def test_habits_are_not_accused_by_the_rules_they_come_near_to(
    campaigns: Rig, nth: int, names: tuple[str, ...], cases: CasesByRule
) -> None:
    habits = Party(name="habits", habits=names)
    limits = Limits(only=some_of(cases, habits.rules(), nth, at_most=AT_MOST))
    judged = judge(habits, campaigns, habits.rules(), limits=limits)
    assert (judged.crash, judged.accused) == ("", {})


LOOKED_AT = {"TRA-07"}
"""Rules of which a person may be asked to look at a tolerated variant: a header of which we have only heard is missing."""


def is_accused(result: RuleResult) -> bool:
    """Tell whether a rule says anything but that it was kept."""
    looked_at = result.verdict is Verdict.REVIEW and result.rule.key in LOOKED_AT
    return result.verdict is not Verdict.PASS and not looked_at


def is_accused_in_short(result: RuleResult) -> bool:
    """Tell the same where only some of the checks ran: those that did not, or had nothing to try, say nothing."""
    return is_accused(result) and result.verdict not in OPEN


def accusations(run: SuiteRun) -> dict[str, str]:
    return {result.rule.key: result.reason.en for result in run.rules if is_accused(result)}


FAULTS_OF_OTHERS = [
    ("used-name-mandatory", "SRC-01"),
    ("search-by-date-alone-refused", "CRE-01"),
    ("lower-case-sent", "RSP-12"),
    ("accept-without-confirmation", "RSP-08"),
    ("import-sets-validated", "STA-12"),
]


@pytest.mark.parametrize(("defect", "rule"), FAULTS_OF_OTHERS)
def test_a_rule_that_another_fault_keeps_from_being_verified_is_inconclusive(
    campaigns: Rig, defect: str, rule: str
) -> None:
    [result] = campaigns.run(defects=frozenset({defect}), rules=[rule]).rules
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason.fr != result.reason.en
