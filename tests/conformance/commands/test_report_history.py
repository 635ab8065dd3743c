"""``banc report --history``: what lies beside the records of campaigns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from conformance.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def history(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["report", "--history", str(folder), *options])


def test_the_record_of_a_load_is_no_campaign(tmp_path: Path) -> None:
    (tmp_path / "load").mkdir()
    start = {"kind": "start", "format": "banc-load", "version": 1}
    for number, text in enumerate((json.dumps(start), json.dumps(start, separators=(",", ":")))):
        (tmp_path / "load" / f"record-{number}.ndjson").write_text(f"{text}\n", encoding="utf-8")
    done = history(tmp_path, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == []
    assert done.stderr == ""


@pytest.mark.parametrize(("lang", "says"), [("fr", "est attendu"), ("en", "expected")])
def test_a_record_that_cannot_be_read_is_named(tmp_path: Path, lang: str, says: str) -> None:
    (tmp_path / "record.ndjson").write_text("kvorlan\n", encoding="utf-8")
    done = history(tmp_path, "--lang", lang)
    assert done.exit_code == 0
    assert "record.ndjson:1" in done.stderr
    assert says in done.stderr
