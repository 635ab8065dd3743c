"""Broken scenario files, a mistake of testers each, and what ``banc scenario check`` prints for each (snapshots beside them)."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli import main

FOLDER = Path(__file__).parent / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))


def test_each_of_the_files_has_its_snapshot_and_there_are_twelve_at_least() -> None:
    assert len(FILES) >= 12
    assert {file.stem for file in FILES} == {file.stem for file in FOLDER.glob("*.expected")}


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_broken_file_prints_what_its_snapshot_says(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    result = CliRunner().invoke(main, ["scenario", "check", file.name])
    assert result.exit_code == 1
    assert result.stderr == file.with_suffix(".expected").read_text(encoding="utf-8")


def test_the_file_that_new_writes_passes_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written = CliRunner().invoke(main, ["scenario", "new", "mine/first", "--out", "mine.yaml"])
    assert written.exit_code == 0, written.stderr
    checked = CliRunner().invoke(main, ["scenario", "check", "mine.yaml"])
    assert checked.exit_code == 0, checked.stderr
