"""Paths apart: what a check declares that not all software has, and what its absence says."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import conformance.suite
from conformance.engine.collecting import collect_suite
from conformance.engine.wanted import keys_in
from conformance.suite.desk.apart import DOCUMENTS, DOWNGRADE, SETTINGS, WORKLIST
from conformance.suite.states.overnight import OF_RULE
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Bench

    from conformance.record.results import RuleResult
    from conformance.suite.desk.apart import Apart

PATHS = """
from types import SimpleNamespace
from conformance.suite.desk.apart import NotOfferedError, path
from conformance.suite.desk.steps import Desk
LOG = path("journal", "log", Verb.READ_AUDIT_LOG)
OTHER = path("autre", "other", Verb.READ_CARD)

@pytest.fixture
def desk(lgo, insi, draw, actor, super_user, evidence):
    return Desk(
        lgo=lgo, insi=insi, wire=None, user=actor, super_user=super_user, draw=draw, draw_for=lambda key: draw, timeline=evidence
    )
"""
RULE = '@pytest.mark.rule("SRC-01")\n'
MAIN = RULE + "def test_main(): pass\n"


def result(bench: Bench, code: str) -> RuleResult:
    return bench.run(PATHS + code, rules=["SRC-01"]).rules[0]


def test_a_marked_check_without_its_verb_leaves_the_verdict_to_the_others(bench: Bench) -> None:
    got = result(
        bench, MAIN + RULE + "@LOG.mark\ndef test_log(lgo, actor): lgo.read_audit_log(actor=actor)\n"
    )
    assert got.verdict is Verdict.PASS
    assert [(missed.path.fr, missed.verb, missed.reason.fr) for missed in got.paths_not_tested] == [
        ("journal", "read_audit_log", "pas de journal dans cette version")
    ]


def test_alone_it_is_not_tested(bench: Bench) -> None:
    got = result(bench, RULE + "@LOG.mark\ndef test_log(lgo, actor): lgo.read_audit_log(actor=actor)\n")
    assert (got.verdict, got.paths_not_tested) == (Verdict.NOT_TESTED, ())


def test_a_verb_that_the_mark_does_not_name_leaves_the_rule_untested(bench: Bench) -> None:
    got = result(
        bench, MAIN + RULE + "@OTHER.mark\ndef test_log(lgo, actor): lgo.read_audit_log(actor=actor)\n"
    )
    assert got.verdict is Verdict.NOT_TESTED


def test_a_departure_on_another_path_fails_the_rule_all_the_same(bench: Bench) -> None:
    got = result(
        bench,
        RULE
        + 'def test_main(): expect(False, fr="non", en="no")\n'
        # What has departed is not excused by what is missing.
        + RULE
        + "@LOG.mark\ndef test_log(lgo, actor): lgo.read_audit_log(actor=actor)\n",
    )
    assert got.verdict is Verdict.FAIL
    assert "journal (read_audit_log)" in got.reason.fr


def test_a_value_of_a_parameter_may_be_a_path(bench: Bench) -> None:
    got = result(
        bench,
        '@pytest.mark.parametrize("way", [SimpleNamespace(apart=None), SimpleNamespace(apart=LOG)], ids=["all", "log"])\n'
        + RULE
        + "def test_ways(lgo, actor, way): way.apart and lgo.read_audit_log(actor=actor)\n",
    )
    assert (got.verdict, len(got.paths_not_tested)) == (Verdict.PASS, 1)


@pytest.mark.parametrize(
    ("body", "verdict", "missed"),
    [
        ("with desk.if_offered(LOG): desk.logged_calls()", Verdict.PASS, 1),
        ("with desk.if_offered(OTHER): desk.logged_calls()", Verdict.NOT_TESTED, 0),
        ("with desk.if_offered(LOG): raise NotOfferedError(LOG, 'non', 'no')", Verdict.PASS, 1),
        ("desk.each_offered({LOG: desk.logged_calls, OTHER: str})", Verdict.PASS, 1),
        ("desk.each_offered({LOG: desk.logged_calls})", Verdict.NOT_TESTED, 0),
        ("expect_each({'a': str, 'b': desk.logged_calls}, desk=desk, paths=[LOG])", Verdict.PASS, 1),
        ("expect_each({'b': desk.logged_calls}, desk=desk, paths=[LOG])", Verdict.NOT_TESTED, 0),
        ("expect_each({'a': str, 'b': desk.logged_calls})", Verdict.NOT_TESTED, 0),
        ("expect_each({'a': desk.logged_calls, 'b': lambda: expect(0, fr='', en='')})", Verdict.FAIL, 0),
    ],
)
def test_a_part_of_a_check_may_be_a_path(bench: Bench, body: str, verdict: Verdict, missed: int) -> None:
    got = result(bench, RULE + f"def test_it(desk):\n    {body}\n")
    assert (got.verdict, len(got.paths_not_tested)) == (verdict, missed)


def test_what_is_made_once_tells_every_check_which_path_it_lacked(bench: Bench) -> None:
    code = """
MEMORY = {}
def _make(desk):
    with desk.if_offered(LOG):
        desk.logged_calls()
"""
    for name in ("a", "b"):
        code += (
            RULE
            + f"def test_{name}(desk):\n    object.__setattr__(desk, 'memory', MEMORY)\n    desk.once('x', _make)\n"
        )
    got = result(bench, code)
    assert [len(check.missed) for check in got.checks] == [1, 1]


def test_a_mark_that_names_no_path_is_a_defect_of_the_suite(bench: Bench) -> None:
    with pytest.raises(Exception, match="expected apart"):
        result(bench, RULE + '@pytest.mark.apart("read_card")\ndef test_it(): pass\n')


# The suite itself

KEEPS = {
    "desk/apart.py": "tells which path it was",
    "desk/standing.py": "notes the path, or remembers what stopped something shared and raises it for every check",
    "desk/lifted.py": "cannot tell what is lost from what was taken away without a log, and accuses nobody",
    "desk/expect.py": "raises it, or notes its path, when all cases were looked at",
    "journeys/papers.py": "raises it at once",
    "journeys/stages.py": "keeps it, and raises it for every check that looks at the stage",
    "states/card_life.py": "keeps it, and raises it for every check when nothing could be seen",
    "states/changing_life.py": "keeps it, and raises it for the checks of the rules of which nothing could be seen",
    "states/counter_day.py": "keeps it, and raises it for the checks of the rules of which nothing could be seen",
    "states/counters.py": "remembers what stopped a step, and raises it when nothing could be seen",
    "states/household.py": "keeps it, and raises it for the checks of the rules of which nothing could be seen",
    "states/long_life.py": "remembers what cut the life short, and raises it for the checks of its rules",
    "states/origins.py": "keeps it, and raises it for the checks of the rules of which nothing could be seen",
    "states/test_same_number.py": "keeps that a lowering is not offered, and says so for the check that looks at it",
    "states/walks.py": "keeps it, and raises it for every case that looks at the event",
}
"""The only modules that catch a missing verb, and what they do with it."""
SUITE = Path(conformance.suite.__file__).parent
SWALLOW = {"VerbNotSupportedError", "NotOfferedError", "Ending", "Exception", "BaseException"}


def swallowing(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what catches a missing verb."""
    for node in ast.walk(tree):
        caught: list[ast.expr | None] = []
        if isinstance(node, ast.ExceptHandler):
            # One that ends by raising again swallows nothing.
            last = node.body[-1]
            caught = [] if isinstance(last, ast.Raise) else [node.type]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            caught = list(node.args)
        for each in caught:
            names = {name.id for name in ast.walk(each) if isinstance(name, ast.Name)} if each else SWALLOW
            if names & SWALLOW:
                yield node


def test_no_check_swallows_a_missing_verb() -> None:
    found = {
        path.relative_to(SUITE).as_posix(): [node.lineno for node in swallowing(ast.parse(path.read_bytes()))]  # type: ignore[attr-defined] # of statements
        for path in SUITE.rglob("*.py")
    }
    assert {name: lines for name, lines in found.items() if lines and name not in KEEPS} == {}


def test_the_contract_sees_a_swallowed_verb() -> None:
    for code in (
        "try:\n    x()\nexcept (RefusedError, VerbNotSupportedError):\n    pass",
        "with suppress(VerbNotSupportedError):\n    x()",
        "with contextlib.suppress(Ending):\n    x()",
        "try:\n    x()\nexcept:\n    pass",
    ):
        assert list(swallowing(ast.parse(code))), code
    assert not list(swallowing(ast.parse("try:\n    x()\nexcept Ending:\n    raise")))


@pytest.mark.slow
def test_every_path_that_a_check_declares_is_one_that_it_takes() -> None:
    suite = collect_suite()
    assert suite.problems == ()
    # One collection for both: which modules a rule needs is told by their text.
    modules = {path.stem.removeprefix("test_"): keys_in(path) for path in SUITE.rglob("test_*.py")}
    unseen = {
        check.id: keys
        for check in suite.checks
        if (keys := set(check.keys) - modules[check.id.partition(".")[0]])
    }
    assert unseen == {}
    taken: dict[tuple[str, Apart], bool] = {}
    for check in suite.checks:
        for path in check.apart:
            key = (check.id.partition("[")[0], path)
            taken[key] = taken.get(key, False) or bool(path.verbs & suite.verbs[check.id])
    # Looked at under ``if_offered``, and asked for by those who need what was seen.
    observed = {DOCUMENTS, SETTINGS, WORKLIST}
    # The source of an act in a table cannot always be read.
    in_a_table = {("sta_07.downgrade", DOWNGRADE)}
    in_a_table |= {("nights.the_rest_stays", path) for _, path in OF_RULE.values()}
    stale = {key for key, is_taken in taken.items() if not is_taken and key[1].verbs}
    assert {key for key in stale if key[1] not in observed} <= in_a_table


def test_a_check_is_more_than_parts_that_may_be_missing() -> None:
    empty = [
        f"{path.name}::{node.name}"
        for path in SUITE.rglob("test_*.py")
        for node in ast.parse(path.read_bytes()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if all(
            isinstance(each, ast.With) and "if_offered" in ast.unparse(each.items[0].context_expr)
            for each in node.body
        )
    ]
    assert empty == []
