"""docs/sessions.md: its examples run, in their order, and its tables name all there is."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from click.testing import CliRunner

from conformance.plan import load_plan
from simulator.cli import main
from simulator.sessions.addressing import HEADER
from simulator.sessions.recognition import KINDS
from simulator.sessions.settings import SessionSettings

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[3] / "docs" / "sessions.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def test_the_examples_run_one_after_the_other(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BANC_URL", server.url)
    monkeypatch.delenv("BANC_TOKEN", raising=False)
    commands = 0
    for language, block in BLOCKS:
        if language == "python":
            exec(compile(block.replace("http://127.0.0.1:8080", server.url), PAGE.name, "exec"), {})  # noqa: S102 - our own page
        elif language == "sh":
            for line in block.splitlines():
                program, *arguments = shlex.split(line)
                assert program == "banc"
                result = CliRunner().invoke(main, arguments)
                assert result.exit_code == 0, f"{line}: {result.output}"
                commands += 1
    assert commands >= 18
    assert [entry["id"] for entry in server.client.sessions() if entry["id"].startswith("lgo-x")] == []


def test_each_language_of_an_example_is_one_that_is_run() -> None:
    assert {language for language, _ in BLOCKS} == {"sh", "python", "yaml"}


def test_the_plan_is_one(tmp_path: Path) -> None:
    (plan,) = [block for language, block in BLOCKS if language == "yaml"]
    file = tmp_path / "plan.yaml"
    file.write_text(plan, "utf-8")
    assert load_plan(file).session == yaml.safe_load(plan)["session"]


def test_every_setting_and_every_way_of_recognition_is_named() -> None:
    cells = set(
        re.findall(r"`([a-z_]+)`", "".join(line for line in TEXT.splitlines() if line.startswith("| `")))
    )
    assert {field.name for field in fields(SessionSettings)} <= cells
    for name in (*KINDS, HEADER):
        assert f"`{name}" in TEXT
