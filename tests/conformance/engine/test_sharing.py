"""Processes that share the checks: each group is taken once, and what is prepared together stays together."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.engine.sharing import Shares, groups_of
from conformance.engine.stamp import stamp_of
from conformance.engine.tap import Tap
from conformance.suite.desk.together import kept_together

if TYPE_CHECKING:
    from pathlib import Path


@kept_together("papers")
def prepare() -> None:
    """Stand for a costly preparation."""


def module(name: str, **members: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(members)
    return made


def items(*modules: ModuleType) -> list[Any]:
    return [SimpleNamespace(module=each, name=f"{each.__name__}-{n}") for n, each in enumerate(modules)]


def test_checks_of_one_preparation_come_first_and_together() -> None:
    small, large = module("small"), module("large", other=lambda: None)
    one, two = module("one", prepare=prepare), module("two", made=prepare)
    found = groups_of(items(small, one, large, large, two, large))
    assert [[each.module.__name__ for each in group] for group in found] == [
        ["one", "two"],
        ["large", "large", "large"],
        ["small"],
    ]


class Hook:
    """Notes what is run, and what pytest is told to follow."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, str | None]] = []

    def pytest_runtest_protocol(self, *, item: Any, nextitem: Any) -> None:
        self.ran.append((item.name, None if nextitem is None else nextitem.name))


def session(hook: Hook, found: list[Any]) -> Any:
    for each in found:
        each.config = SimpleNamespace(hook=hook)
    return SimpleNamespace(items=found, testsfailed=0, shouldfail=False, shouldstop=False)


def test_each_group_is_run_by_one_process(tmp_path: Path) -> None:
    a, b, c = module("a"), module("b"), module("c")
    first, second = Hook(), Hook()
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "1").touch()  # the group of b, which another process has
    assert Shares(tmp_path / "claims").pytest_runtestloop(session(first, items(a, a, b, c)))
    assert first.ran == [("a-0", "a-1"), ("a-1", "c-3"), ("c-3", None)]
    assert Shares(tmp_path / "claims").pytest_runtestloop(session(second, items(a, a, b, c)))
    assert second.ran == []


def test_alone_pytest_has_its_own_loop() -> None:
    assert Shares(None).pytest_runtestloop(session(Hook(), items(module("a")))) is None


def test_a_process_stops_when_it_is_told_to(tmp_path: Path) -> None:
    hook, found = Hook(), items(module("a"))
    asked = session(hook, found)
    asked.shouldstop, asked.Interrupted = "stop", KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        Shares(tmp_path).pytest_runtestloop(asked)


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
