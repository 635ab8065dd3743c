"""Processes that share the checks: each group is taken once, and what is prepared together stays together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.engine.context import Limits
from conformance.engine.sharing import Shares, groups_of
from conformance.engine.stamp import stamp_of
from conformance.engine.tap import Tap
from conformance.suite.desk.together import TOGETHER

SUITE = Path(__file__).resolve().parents[3] / "conformance" / "suite"


def modules(folder: Path, **sizes: int) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"test_{name}.py" for name in sizes]
    for path, size in zip(paths, sizes.values(), strict=True):
        path.write_text("#" * size, "utf-8")
    return paths


def test_checks_of_one_preparation_come_first_and_together(tmp_path: Path) -> None:
    small, large, one, two, own = modules(tmp_path, small=10, large=400, one=0, two=0, own=0)
    one.write_text("from conformance.suite.journeys.papers import LABEL, printed\n", "utf-8")
    two.write_text("from conformance.suite.journeys.papers import (\n    LABEL,\n    told,\n)\n", "utf-8")
    own.write_text('@kept_together("lots")\n@other\ndef prepare() -> None: ...\n', "utf-8")
    assert list(groups_of([small, large, one, two, own]).values()) == [[one, two], [own], [large], [small]]


def test_texts_and_functions_agree_about_the_groups() -> None:
    """The groups are read from the texts of modules; what the modules really hold says the same."""
    code = f"""
import json, sys
from importlib import import_module
from types import FunctionType
for name in sys.stdin.read().split():
    held = vars(import_module(name)).values()
    found = [getattr(each, {TOGETHER!r}) for each in held if isinstance(each, FunctionType) and hasattr(each, {TOGETHER!r})]
    print(name.rpartition(".")[2], *found[:1])
"""
    paths = sorted(SUITE.rglob("test_*.py"))
    names = [".".join(path.relative_to(SUITE.parents[1]).with_suffix("").parts) for path in paths]
    told = subprocess.run(
        [sys.executable, "-c", code], input="\n".join(names), capture_output=True, text=True, check=True
    )
    held = {line.split()[0]: line.split()[1:] for line in told.stdout.splitlines()}
    read = {path.stem: name for name, found in groups_of(paths).items() for path in found}
    assert {name: group for name, [group] in ((n, g) for n, g in held.items() if g)} == {
        name: group for name, group in read.items() if "/" not in group
    }
    assert set(held) == set(read)


class Hook:
    """Notes what is run, and what pytest is told to follow."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, str | None]] = []

    def pytest_runtest_protocol(self, *, item: Any, nextitem: Any) -> None:
        self.ran.append((item.name, None if nextitem is None else nextitem.name))


def session(hook: Hook, *paths: Path) -> Any:
    found = [
        SimpleNamespace(path=path, name=f"{path.stem[5:]}-{n}", config=SimpleNamespace(hook=hook))
        for n, path in enumerate(paths)
    ]
    return SimpleNamespace(items=found, testsfailed=0, shouldfail=False, shouldstop=False)


def test_each_group_is_run_by_one_process(tmp_path: Path) -> None:
    a, b, c = modules(tmp_path / "suite", a=30, b=20, c=10)
    first, second = Hook(), Hook()
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "test_b").touch()  # another process has it
    limits = Limits(claims=tmp_path / "claims")
    assert Shares(limits).pytest_runtestloop(session(first, a, a, b, c))
    assert first.ran == [("a-0", "a-1"), ("a-1", "c-3"), ("c-3", None)]
    assert Shares(limits).pytest_runtestloop(session(second, a, a, b, c))
    assert second.ran == []


def test_alone_pytest_has_its_own_loop(tmp_path: Path) -> None:
    assert Shares(Limits()).pytest_runtestloop(session(Hook(), *modules(tmp_path, a=1))) is None


def test_a_process_stops_when_it_is_told_to(tmp_path: Path) -> None:
    asked = session(Hook(), *modules(tmp_path / "suite", a=1))
    asked.shouldstop, asked.Interrupted = "stop", KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        Shares(Limits(claims=tmp_path)).pytest_runtestloop(asked)


def test_only_the_process_that_tells_collects_what_others_run(tmp_path: Path) -> None:
    """Pytest itself, as the engine starts it: the other one imports what it takes, and nothing else."""
    suite = tmp_path / "suite"
    for path in modules(suite, a=0, b=0, c=0):
        name = path.stem[5:]
        path.write_text(f"print('imported', '{name}')\ndef test_{name}(): print('ran', '{name}')\n", "utf-8")
    claims = tmp_path / "claims"
    claims.mkdir()
    (claims / "test_b").touch()
    assert _run(suite, claims, tells=False) == ["imported a", "imported c", "ran a", "ran c"]
    assert _run(suite, claims, tells=True) == ["imported a", "imported b", "imported c"]


def _run(suite: Path, claims: Path, *, tells: bool) -> list[str]:
    code = f"""
import pathlib, pytest
from conformance.engine.context import Limits
from conformance.engine.sharing import Shares
limits = Limits(claims=pathlib.Path({str(claims)!r}), tells={tells})
pytest.main([{str(suite)!r}, "-s", "-pno:terminal", "-pno:cacheprovider", "--disable-plugin-autoload",
    "--import-mode=importlib"], plugins=[Shares(limits)])
"""
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=suite,
        env={**os.environ, "PYTHONPATH": str(SUITE.parents[1]), "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""},
    )
    return told.stdout.splitlines()


class Session:
    """An INSi session that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def exchanges(self, **_: object) -> list[Any]:
        self.asked += 1
        return []


def test_the_wire_is_asked_only_when_a_journal_has_grown(tmp_path: Path) -> None:
    insi, segment = Session(), tmp_path / "1.segment"
    tap = Tap(insi, lambda _: None, lambda: stamp_of(tmp_path))  # type: ignore[arg-type]
    segment.write_bytes(b"a")
    tap.read()
    tap.read()
    assert insi.asked == 1
    with segment.open("ab") as file:
        file.write(b"b")
    tap.read()
    assert insi.asked == 2
    (tmp_path / "2.segment").touch()
    tap.read()
    tap.read()
    assert insi.asked == 3


@pytest.mark.parametrize("folder", [None, "nowhere"])
def test_without_a_journal_the_wire_is_asked_each_time(tmp_path: Path, folder: str | None) -> None:
    insi = Session()
    tap = Tap(insi, lambda _: None, lambda: stamp_of(tmp_path / folder if folder else None))  # type: ignore[arg-type]
    tap.read()
    tap.read()
    assert insi.asked == 2
