"""Mutants of the reference LGO: what is made of a text, and that a mutant is there for as long as it should be."""

from __future__ import annotations

import ast
from textwrap import indent
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.matrix.mutants.__main__ import main
from conformance.matrix.mutants.alternatives import alternatives
from conformance.matrix.mutants.context import others, slips
from conformance.matrix.mutants.edits import mutants_of, tree_of
from conformance.matrix.mutants.hunting import Reach, State, fate_of, reach, sample
from conformance.matrix.mutants.placing import noting_lines, placed, statement_at
from conformance.matrix.running import rig
from conformance.reference import lifecycle

if TYPE_CHECKING:
    from pathlib import Path

LIFECYCLE = "conformance.reference.lifecycle"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a and b", {"a or b", "a", "b"}),
        ("a < b", {"a <= b"}),
        ("a not in b", {"a in b"}),
        ("file.birth_name", {"file.used_name"}),
        ("'matricule'", {"'billing_number'"}),
        ("(1, x)", {"(x,)", "(1,)"}),
        ("{'a': x, 'b': y}", {"{'b': y}", "{'a': x}", "{'a': None, 'b': y}", "{'a': x, 'b': None}"}),
        ("name.strip()", {"name"}),
        ("f(a, b)", {"f(b, a)"}),
        ("f(a=1)", {"f()"}),
        ("a if b else c", {"a", "c", "c if b else a"}),
        ("f(a=x)", {"f()", "f(a=None)"}),
        ("any(names)", {"all(names)"}),
        ("name.startswith(other)", {"name.endswith(other)"}),
        ("replace(file, name=x)", {"file", "replace(file)", "replace(file, name=None)"}),
        ("names[-1]", {"names[0]"}),
        ("f'{a}^{b}'", {"f'{b}^{a}'"}),
        ("'SELECT name FROM log ORDER BY id'", {"'SELECT name FROM log ORDER BY id DESC'"}),
        ("names[0]", {"names[-1]"}),
        ("names[1:]", {"names"}),
        ("True", {"False"}),
        ("2", {"3", "1"}),
        ("'text of nobody'", set()),
    ],
)
def test_an_expression_becomes_what_a_slip_makes_of_it(text: str, expected: set[str]) -> None:
    found = alternatives(ast.parse(text, mode="eval").body)
    assert {ast.unparse(ast.fix_missing_locations(other)) for _, other in found} == expected


@pytest.mark.parametrize("text", ["raise Error", "count += 1", "return x", "act(x)", "file.name = x"])
def test_a_statement_is_forgotten(text: str) -> None:
    assert [type(other) for _, other in alternatives(ast.parse(text).body[0])] == [ast.Pass]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("for one in names: act(one)", "first only", "for one in names:\n    act(one)\n    break"),
        ("with frame(): act()", "frame dropped", "if True:\n    act()"),
        ("if a:\n    b\nelse:\n    c", "else dropped", "if a:\n    b"),
    ],
)
def test_a_statement_is_written_otherwise(text: str, kind: str, expected: str) -> None:
    found = dict(alternatives(ast.parse(text).body[0]))
    assert ast.unparse(ast.fix_missing_locations(found[kind])) == expected


def test_an_error_is_swallowed() -> None:
    [statement] = ast.parse("try:\n    act()\nexcept Odd as error:\n    raise Own from error").body
    assert isinstance(statement, ast.Try)
    [(_, other)] = alternatives(statement.handlers[0])
    assert ast.unparse(ast.fix_missing_locations(other)) == "except Odd as error:\n    return None"


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        ("log.add(file)", "done twice", "log.add(file)\nlog.add(file)"),
        ("file = store.save(file)", "result forgotten", "store.save(file)"),
        (
            "if not right: raise Error\nstore.save(file)",
            "too early",
            "store.save(file)\nif not right:\n    raise Error",
        ),
    ],
)
def test_statements_of_a_block_are_mixed_up(body: str, kind: str, expected: str) -> None:
    [function] = ast.parse(f"def act(file):\n{indent(body, '    ')}").body
    assert isinstance(function, ast.FunctionDef)
    [slip] = [one for one in slips(function.body, function) if one.kind == kind]
    assert "\n".join(map(ast.unparse, slip.became)) == expected


def test_what_comes_first_is_needed_by_what_follows() -> None:
    [function] = ast.parse("def act(files):\n    files.add(a)\n    b = files.of(a)\n    files.add(b)").body
    assert isinstance(function, ast.FunctionDef)
    assert {one.kind for one in slips(function.body, function)} == {"done twice", "too early"}


def test_a_name_is_taken_for_another_of_its_kind() -> None:
    [function] = ast.parse(
        "def act(name: str, other: str, number: int): return name, number, Status.QUAL"
    ).body
    assert isinstance(function, ast.FunctionDef)
    found = [
        (kind, ast.unparse(other))
        for node in ast.walk(function)
        for kind, other in others(node, function, {"Status": Status})
    ]
    assert found == [("other variable", "other"), ("other member", f"Status.{next(iter(Status)).name}")]


def test_a_mutant_is_there_inside_the_block_only() -> None:
    turned = [
        mutant
        for mutant in mutants_of(LIFECYCLE)
        if mutant.function == "after_import" and mutant.kind == "comparison"
    ]
    assert [mutant.became for mutant in turned] == ["status not in CHECKED"]
    before = lifecycle.after_import(Status.VALI)
    with placed(turned[0]):
        inside = lifecycle.after_import(Status.VALI)
    assert (before, inside, lifecycle.after_import(Status.VALI)) == (Status.QUAL, Status.RECUP, Status.QUAL)


@pytest.mark.parametrize("module", ["lifecycle", "strategy", "incoming.mail"])
def test_mutants_can_be_compiled(module: str) -> None:
    name = f"conformance.reference.{module}"
    mutants = mutants_of(name)
    for mutant in mutants[:: len(mutants) // 10]:
        with tree_of(mutant) as tree:
            compile(tree, name, "exec")


def test_what_only_the_seams_look_at_has_no_mutant() -> None:
    found = mutants_of("conformance.reference.papers.cda")
    assert {mutant.kind for mutant in found} >= {"entry dropped", "never"}
    assert not [mutant for mutant in found if mutant.kind == "arguments swapped" and "Seam." in mutant.became]


def test_a_sample_is_the_same_for_the_same_seed_and_takes_each_function_once_before_any_twice() -> None:
    first, again, other = (sample(20, seed, ["lifecycle", "strategy"]) for seed in (1, 1, 2))
    places = {(mutant.module, mutant.function) for mutant in first}
    assert (first == again, first == other, len(places) >= 12) == (True, False, True)


def test_lines_that_are_run_are_noted() -> None:
    with noting_lines([LIFECYCLE]) as lines:
        lifecycle.after_creation()
        noted = set(lines[LIFECYCLE])
    lifecycle.after_creation()
    assert {statement_at(LIFECYCLE, line) for line in noted} == noted
    assert len(noted) == 1


def test_a_reach_is_read_as_it_was_written(tmp_path: Path) -> None:
    known = Reach(
        lines={LIFECYCLE: {3: frozenset({"a.b", "c.d"})}},
        seconds={"a.b": 0.5, "c.d": 0.1},
        rules={"a.b": ("STA-03",), "c.d": ()},
    )
    known.write(tmp_path / "reach.json")
    assert Reach.read(tmp_path / "reach.json") == known


def test_the_list_of_a_module(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--sample", "3", "--module", "lifecycle"]) == 0
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [LIFECYCLE] * 3


def test_no_module_of_that_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--module", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_no_rule_of_that_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rule", "XXX-99"]) == 2
    assert "XXX-99" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_mutant_that_breaks_a_rule_is_killed_by_a_verdict() -> None:
    [wrong] = [
        mutant
        for mutant in mutants_of(LIFECYCLE)
        if mutant.function == "after_import" and mutant.kind == "comparison"
    ]
    with rig() as one:
        known = reach(one, ("STA-03",))
        fate = fate_of(wrong, one, known)
    assert (fate.state, fate.check in known.seconds) == (State.KILLED, True)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_each_check_that_shares_what_was_prepared_reaches_what_prepares_it() -> None:
    with rig() as one:
        lines = reach(one, ("TRA-04", "TRA-06")).lines["conformance.reference.papers.fhir"]
    assert {check for checks in lines.values() for check in checks} == {
        "tra_03_to_06.hl7_pid",
        "tra_03_to_06.fhir_patient",
        "tra_03_to_06.fhir_third_sex",
    }
