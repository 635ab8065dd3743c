"""A token need not be on a command line, where everybody on the machine sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest
from click.testing import CliRunner

from simulator.bench import BenchOptions
from simulator.cli import main
from simulator.serving import ServeOptions, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "s3cret-token"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    bench = BenchOptions(data_dir=tmp_path_factory.mktemp("guarded"), people=0)
    with running(ServeOptions(bench=bench, port=0, token=TOKEN)) as address:
        yield address


def test_a_server_that_is_started_for_somebody_does_not_show_its_token(url: str) -> None:
    lines = [" ".join(each.cmdline()) for each in psutil.Process().children(recursive=True)]
    assert any("serve" in line for line in lines)
    assert not any(TOKEN in line for line in lines)


def test_the_file_and_the_variable_are_taken(url: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    listing = ["session", "list", "--url", url]
    assert CliRunner().invoke(main, [*listing, "--token-file", str(tmp_path / "token")]).exit_code == 0
    assert CliRunner().invoke(main, listing, env={"BANC_TOKEN": TOKEN}).exit_code == 0
    assert CliRunner().invoke(main, listing).exit_code == 2


@pytest.mark.parametrize("content", [b"", b"a" * 5000, b"two\nlines", "é".encode(), b"\xff"])
def test_a_file_that_holds_no_token_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    result = CliRunner().invoke(main, ["session", "list", "--token-file", str(tmp_path / "token")])
    assert result.exit_code == 2
    assert "--token-file" in result.output
