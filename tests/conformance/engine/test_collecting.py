"""What the suite holds is learnt by collecting it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from conformance.engine.collecting import collect_suite

if TYPE_CHECKING:
    from pathlib import Path


def suite(folder: Path, text: str) -> Path:
    # A name of its own: pytest takes a module that it has met already from memory.
    path = folder / f"test_{folder.name.removeprefix('test_')}.py"
    path.write_text("import pytest\n" + textwrap.dedent(text), encoding="utf-8")
    return path


def test_the_checks_of_each_rule_are_found_without_running_them(tmp_path: Path) -> None:
    contents = collect_suite(
        suite(
            tmp_path,
            """
            @pytest.mark.rule("SRC-01", "SRC-02")
            @pytest.mark.parametrize("case", ["one", "two"])
            def test_both(case): raise SystemExit("it ran")
            """,
        )
    )
    name = tmp_path.name.removeprefix("test_")
    assert contents.problems == ()
    assert {key: [check.id for check in checks] for key, checks in contents.by_rule().items()} == {
        "SRC-01": [f"{name}.both[one]", f"{name}.both[two]"],
        "SRC-02": [f"{name}.both[one]", f"{name}.both[two]"],
    }


def test_a_check_that_names_no_rule_is_a_problem(tmp_path: Path) -> None:
    [problem] = collect_suite(suite(tmp_path, "def test_nothing(): pass")).problems
    assert "test_nothing: names no rule" in problem


def test_a_check_that_names_an_unknown_rule_is_a_problem(tmp_path: Path) -> None:
    [problem] = collect_suite(suite(tmp_path, '@pytest.mark.rule("SRC-99")\ndef test_it(): pass')).problems
    assert "unknown rule 'SRC-99'" in problem


def test_a_module_that_cannot_be_imported_is_a_problem(tmp_path: Path) -> None:
    [problem] = collect_suite(suite(tmp_path, "import nowhere_to_be_found")).problems
    assert "nowhere_to_be_found" in problem


def test_the_users_own_pytest_options_count_for_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing_at_all")
    path = suite(tmp_path, '@pytest.mark.rule("SRC-01")\ndef test_it(): pass')
    assert list(collect_suite(path).by_rule()) == ["SRC-01"]
