"""A departure that a check saw on its way is told under the rule that it is one of, unless the checks of that rule say it."""

from __future__ import annotations

import dataclasses

import pytest

from conformance.commands.campaigns import not_passed, rules_of
from conformance.record.asides import MAX_TOLD
from conformance.record.ends import CheckEnd
from conformance.record.events import Outcome
from conformance.record.judging import judge_rules
from conformance.record.reading import Record
from conformance.rules import load_catalogue
from conformance.verdicts import Aside, UndecidedError, Verdict
from simulator.text import Text

from .record_samples import begin, planned, started, write
from .record_samples import end as finished

PASSED = Outcome(verdict=Verdict.PASS, reason=Text("", ""))
FAILED = Outcome(verdict=Verdict.FAIL, reason=Text("le nom a changé", "the name changed"))
OPEN = Outcome(verdict=Verdict.INCONCLUSIVE, reason=Text("refusé", "refused"))
LOST = Aside(rules=("FLD-01", "TRT-01"), reason=Text("un nom est perdu", "a name is lost"))
RULES = ("FLD-01", "TRT-01", "STA-03", "ERR-01")


def end(name, rule, outcome=PASSED, *asides):
    return CheckEnd(
        id=name, title=Text("t", "t"), rules=(rule,), outcome=outcome, duration=2.0, asides=asides
    )


def judged(*ends, rules=RULES, not_applicable=None):
    results = judge_rules(load_catalogue(), rules, ends, not_applicable=not_applicable or {})
    return {result.rule.key: result for result in results}


def test_it_is_told_under_its_first_rule_with_the_check_that_saw_it():
    results = judged(end("a", "FLD-01"), end("b", "STA-03", PASSED, LOST))

    told = results["FLD-01"]
    assert told.verdict is Verdict.FAIL
    assert told.reason.en == "Seen during a check of another rule: a name is lost"
    assert [(check.id, check.verdict) for check in told.checks] == [("a", Verdict.PASS), ("b", Verdict.FAIL)]
    # The seconds of the check are those of its own rule.
    assert told.duration == 2.0
    assert results["STA-03"].verdict is Verdict.PASS
    assert results["TRT-01"].verdict is Verdict.NOT_TESTED


def test_it_is_told_under_the_next_rule_where_the_first_is_not_judged():
    seen = end("b", "STA-03", PASSED, LOST)
    why = {"FLD-01": Text("non", "no")}
    for results in (judged(seen, rules=("TRT-01", "STA-03")), judged(seen, not_applicable=why)):
        assert results["TRT-01"].verdict is Verdict.FAIL
    assert judged(seen, rules=("STA-03",))["STA-03"].verdict is Verdict.PASS


def test_nothing_is_added_where_one_of_its_rules_says_it_by_its_own_checks():
    results = judged(end("a", "TRT-01", FAILED), end("b", "STA-03", PASSED, LOST), end("c", "FLD-01"))
    assert results["FLD-01"].verdict is Verdict.PASS
    assert [check.id for check in results["TRT-01"].checks] == ["a"]


@pytest.mark.parametrize(
    ("rule", "inferred", "verdict"),
    [
        ("STA-03", False, Verdict.FAIL),
        ("STA-03", True, Verdict.WARNING),
        # A recommendation cannot be broken.
        ("ERR-01", False, Verdict.WARNING),
    ],
)
def test_it_weighs_as_a_departure_of_its_rule_does(rule, inferred, verdict):
    aside = Aside(rules=(rule,), reason=Text("x", "x"), inferred=inferred)
    assert judged(end("a", rule), end("b", "FLD-01", PASSED, aside))[rule].verdict is verdict


def test_what_many_saw_alike_is_told_once_and_of_many_things_the_first():
    alike = [end(f"a{number}", "STA-03", PASSED, LOST) for number in range(9)]
    assert [check.id for check in judged(*alike)["FLD-01"].checks] == ["a0"]
    different = [
        end(f"b{number}", "STA-03", PASSED, Aside(rules=("FLD-01",), reason=Text.same(str(number))))
        for number in range(9)
    ]
    assert len(judged(*different)["FLD-01"].checks) == MAX_TOLD


def test_a_step_that_went_wrong_is_told_under_the_rule_that_it_belongs_to():
    stuck = UndecidedError("le statut est PROV", "the status is PROV", depends_on=("STA-03", "STA-05"))
    aside = stuck.aside()
    assert aside == Aside(rules=("STA-03", "STA-05"), reason=stuck.text, inferred=True)
    open_end = Outcome(verdict=Verdict.INCONCLUSIVE, reason=stuck.text, depends_on=stuck.depends_on)

    results = judged(end("a", "STA-03"), end("b", "FLD-01", open_end, aside))

    assert results["STA-03"].verdict is Verdict.WARNING
    # And the rule of the check says where this comes from.
    assert results["FLD-01"].consequence_of == ("STA-03",)


def test_a_check_of_the_rule_itself_that_could_not_be_prepared_says_so_itself():
    aside = Aside(rules=("STA-03",), reason=Text("le statut est PROV", "the status is PROV"), inferred=True)
    [check] = judged(end("a", "STA-03", OPEN, aside))["STA-03"].checks
    assert (check.verdict, check.reason.en, check.duration) == (Verdict.WARNING, "the status is PROV", 2.0)


@pytest.mark.parametrize(
    "ending",
    [UndecidedError("a", "a"), UndecidedError("a", "a", verdict=Verdict.NOT_TESTED, depends_on=("STA-03",))],
)
def test_what_names_no_rule_or_was_only_not_tested_shows_nothing(ending):
    assert ending.aside() is None


def test_what_failed_so_is_run_again_with_the_checks_of_its_rule(tmp_path):
    lost = Aside(rules=("STA-03",), reason=Text("perdu", "lost"))
    path = write(
        tmp_path,
        planned(("a", "SRC-01"), ("b", "STA-03"), ("c", "SRC-01")),
        begin("a", "SRC-01"),
        dataclasses.replace(finished("a"), asides=(lost,)),
        begin("b", "STA-03"),
        finished("b"),
        begin("c", "SRC-01"),
        finished("c"),
    )
    record = Record(path)
    assert not_passed(record) == {"a", "b"}
    assert rules_of(record, not_passed(record)) == started().rules
