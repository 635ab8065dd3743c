"""The options of a simulator that another program starts travel as one value, whatever is added to them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from simulator.bench import BenchOptions
from simulator.cli import main
from simulator.commands import serve as serve_command
from simulator.journal.writer import JournalOptions
from simulator.lots.progress import LotSettings
from simulator.serving import ServeOptions, ServingError, read_options, running, starting
from simulator.serving.one_value import decode, encode
from simulator.sinks import KeptLimits, SinkOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = ServeOptions(
    bench=BenchOptions(
        data_dir=Path("data"),
        people=7,
        seed=8,
        oid_mode="live",
        profile="qualification-2022",
        node="b",
        lots=LotSettings(
            max_lines=3, max_open=4, start_delay_s=0.5, lines_per_s=9.0, page_lines=6, kept_days=2.0
        ),
        journal=JournalOptions(
            mode="batch",
            batch_ms=5,
            batch_bytes=1000,
            segment_bytes=2000,
            max_bytes=3000,
            max_age_s=4000.5,
        ),
        pki=Path("pki"),
        registry="people.sqlite",
    ),
    host="127.0.0.2",
    port=9,
    workers=2,
    token="s3cret",
    https_port=10,
    mtls_port=11,
    scenarios=Path("scenarios"),
    sinks=SinkOptions(
        dmp_port=12,
        smtp_port=13,
        smtps_port=14,
        imap_port=15,
        imaps_port=16,
        dmp_tls=True,
        client_certificate=True,
        password="pass",
        kept=KeptLimits(items=17, bytes_in_all=18, bytes_of_one=19),
    ),
)
"""Every option other than it is by itself."""


def usual_fields(value: Any, where: str = "") -> Iterator[str]:
    """Yield the fields, within options too, that have their default."""
    for field in dataclasses.fields(value):
        held, name = getattr(value, field.name), f"{where}{field.name}"
        if dataclasses.is_dataclass(held):
            yield from usual_fields(held, f"{name}.")
        elif held == field.default:
            yield name


def test_the_sample_sets_every_field() -> None:
    assert list(usual_fields(ALL)) == []


def test_no_field_is_lost_on_the_way_to_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``running`` starts is given all of it, and the command that it starts takes all of it."""
    commands: list[list[str]] = []
    seen: list[ServeOptions] = []

    class Started(Exception):  # noqa: N818 - ends the test where a process would begin
        pass

    def process(command: list[str], *_: object, **__: object) -> Any:
        commands.append(command)
        # While the folder of the options is there.
        result = CliRunner().invoke(main, command[3:])
        assert result.exit_code == 0, result.output
        raise Started

    monkeypatch.setattr(starting, "running_process", process)
    monkeypatch.setattr(serve_command, "prepare", lambda options: options)
    monkeypatch.setattr(serve_command, "serve", lambda options, **_: seen.append(options))
    # It would end this process with its own input.
    watched: list[bool] = []
    monkeypatch.setattr(serve_command, "end_when_input_ends", lambda: watched.append(True))
    with pytest.raises(Started), running(ALL):
        pass
    assert seen == [ALL]
    assert watched
    assert "s3cret" not in " ".join(commands[0])


@pytest.mark.usefixtures("in_english")
def test_what_is_no_options_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "options.json"
    for content in (
        "",
        "[]",
        "3",
        json.dumps({"class": "os.system", "fields": {}}),
        json.dumps(encode(ALL.bench)),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(ServingError, match="expected the options of a server"):
            read_options(path)
    result = CliRunner().invoke(main, ["serve", "--options", str(path)])
    assert (result.exit_code, "expected the options" in result.output) == (2, True)


def test_only_plain_values_are_handed_over() -> None:
    with pytest.raises(TypeError, match="got set"):
        encode({1})
    with pytest.raises(ValueError, match="expected options"):
        decode({"class": "LotSettings", "fields": {}}, [BenchOptions])
