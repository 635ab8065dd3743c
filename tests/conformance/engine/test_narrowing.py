"""A process that runs the suite a second time collects the modules that it needs, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.engine import narrowing
from conformance.engine.narrowing import Narrowing
from conformance.rules import load_catalogue

if TYPE_CHECKING:
    from pathlib import Path

MODULES = {
    "test_one.py": ('@pytest.mark.rule("SRC-01")', "first"),
    "test_two.py": ('@pytest.mark.rule("SRC-01", "CRE-05")', "second"),
    "test_three.py": ('@pytest.mark.rule("CRE-05")', "third"),
}


class Seen:
    """Notes what pytest collected."""

    def __init__(self) -> None:
        self.modules: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "rule(*keys)")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.modules = sorted(item.path.name for item in items)


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(narrowing, "_learnt", {})
    for name, (mark, check) in MODULES.items():
        (tmp_path / name).write_text(
            f"import pytest\n{mark}\ndef test_{check}():\n    '''Un contrôle. | A check.'''\n",
            encoding="utf-8",
        )
    return tmp_path


def collected(suite: Path, *wanted: str, only: frozenset[str] | None = None) -> list[str]:
    seen = Seen()
    (suite / "bench.ini").write_text("[pytest]\n", encoding="utf-8")
    pytest.main(
        [
            str(suite),
            f"--config-file={suite / 'bench.ini'}",
            f"--rootdir={suite}",
            "--collect-only",
            "--import-mode=importlib",
            "--disable-plugin-autoload",
            "-pno:terminal",
            "-pno:cacheprovider",
        ],
        plugins=[seen, Narrowing(load_catalogue(), wanted, only)],
    )
    return seen.modules


def test_the_first_run_collects_all_and_the_next_what_it_wants(suite: Path) -> None:
    assert collected(suite, "SRC-01") == sorted(MODULES)
    assert collected(suite, "SRC-01") == ["test_one.py", "test_two.py"]
    assert collected(suite, "CRE-05") == ["test_three.py", "test_two.py"]
    assert collected(suite, "SRC-01", "CRE-05") == sorted(MODULES)
    assert collected(suite, "CRE-05", only=frozenset({"three.third"})) == ["test_three.py"]


def test_nothing_is_learnt_from_a_suite_with_a_wrong_marker(suite: Path) -> None:
    wrong = suite / "test_wrong.py"
    wrong.write_text("def test_it(): pass\n", encoding="utf-8")
    assert "test_wrong.py" in collected(suite, "SRC-01")
    assert "test_wrong.py" in collected(suite, "SRC-01")


def test_a_module_that_came_since_is_collected(suite: Path) -> None:
    collected(suite, "SRC-01")
    (suite / "test_new.py").write_text("def test_it(): pass\n", encoding="utf-8")
    assert "test_new.py" in collected(suite, "SRC-01")
