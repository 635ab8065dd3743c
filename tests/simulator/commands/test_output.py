"""Nothing that came from outside acts on the terminal, fakes a row, or is read as markup."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from rich.text import Text

from simulator.cli import main
from simulator.commands import exchange_view
from simulator.commands.common import SetupError
from simulator.commands.output import Console, Table, headed, print_json, table_console
from simulator.teleservice.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench

NASTY = "\x1b[2J\x1b]0;pwned\x07[/nope][red]a\nb\u202ec"
ACTING = ("\x1b", "\x07", "\u202e")


def printed(*objects: object, **options: object) -> str:
    out = io.StringIO()
    Console(file=out, width=200, force_terminal=True, color_system="truecolor", **options).print(*objects)
    return out.getvalue()


def test_a_string_is_one_visible_line_and_no_markup() -> None:
    out = printed(NASTY, no_color=True, highlight=False)
    assert out == "\\x1b[2J\\x1b]0;pwned\\x07[/nope][red]a\\nb\\u202ec\n"


def test_a_cell_cannot_fake_a_row() -> None:
    table = Table("name", "value")
    table.add_row(NASTY, "1")
    out = printed(table, no_color=True)
    assert "[/nope][red]a\\nb" in out
    assert not any(each in out.replace("\x1b[", "") for each in ACTING[1:])


@pytest.mark.parametrize("thing", [Text(NASTY), headed(NASTY, NASTY)], ids=["text", "headed"])
def test_whatever_is_rendered_acts_on_nothing(thing: Text) -> None:
    out = printed(thing)
    assert "\x07" not in out
    assert "\x1b]" not in out
    assert "\x1b[2J" not in out


def test_an_error_shows_what_it_quotes() -> None:
    assert SetupError(f"got {NASTY}").format_message() == (
        "got \\x1b[2J\\x1b]0;pwned\\x07[/nope][red]a\nb\\u202ec"
    )


class TestExchanges:
    def test_what_a_request_says_is_seen_not_done(
        self, bench: Bench, soap_request: Callable[..., bytes]
    ) -> None:
        name = "DUPONT\n99  2026-01-01 00:00:00  default  faked\u202e"
        request = WireRequest(
            path="/lps",
            headers={"content-type": "application/soap+xml", "x-evil": "\x1b[31mrouge\x9b2J"},
            body=soap_request(birth_name=name),
        )
        bench.teleservice.handle(request, bench.sessions.get("default"))
        bench.teleservice.handle(
            WireRequest(path="/lps", headers={}, body=b"\x1b[2Jno XML\x07\r\nsecond"),
            bench.sessions.get("default"),
        )
        folder = ("--data-dir", str(bench.options.data_dir))
        listed = CliRunner().invoke(main, ["exchanges", "list", *folder])
        assert len(listed.output.splitlines()) == 3
        for number in ("1", "2"):
            shown = CliRunner().invoke(main, ["exchanges", "show", number, *folder])
            assert shown.exit_code == 0, shown.output
            for output in (listed.output, shown.output):
                assert not any(each in output for each in (*ACTING, "\x9b", "\r")), repr(output)
        assert "\\x1b[2Jno XML\\x07" in shown.output

    def test_a_megabyte_of_new_lines_is_shown_in_part(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.teleservice.handle(
            WireRequest(path="/lps", headers={}, body=b"\n" * 1_000_000), bench.sessions.get("default")
        )
        calls = []
        print_one = Console.print
        monkeypatch.setattr(
            exchange_view.Console, "print", lambda *a, **o: (calls.append(1), print_one(*a, **o))[1]
        )
        shown = CliRunner().invoke(
            main, ["exchanges", "show", "1", "--data-dir", str(bench.options.data_dir), "--lang", "en"]
        )
        assert shown.exit_code == 0
        assert "more lines; all of it" in shown.output
        assert len(calls) < exchange_view.MOST_LINES + 200


def test_the_consoles_of_the_harness_render_nothing_that_acts() -> None:
    from conformance import progress
    from conformance.commands import check
    from simulator.commands.output import VisibleConsole

    assert progress.Console is VisibleConsole
    assert check.Console is VisibleConsole
    out = io.StringIO()
    VisibleConsole(file=out, width=200, force_terminal=True).print(Text(NASTY))
    assert "\x1b]" not in out.getvalue()
    assert "\x07" not in out.getvalue()


LONG = "a-long-word-" * 20


def rows(**options: object) -> list[str]:
    out = io.StringIO()
    table = Table("name", "value", box=None)
    table.add_row(LONG, "4711")
    table_console(file=out, **options).print(table)
    return out.getvalue().splitlines()[1:]


def test_in_a_file_a_row_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    [row] = rows()
    assert row.split() == [LONG, "4711"]


def test_who_says_a_width_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, rows())) <= 60


def test_json_is_the_same_data_and_acts_on_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"name": f"{NASTY}\x7f\x9b31m\U000e0041\ud800", "accents": "É û œ"}
    print_json(data)
    out = capsys.readouterr().out
    assert json.loads(out) == data
    assert all(each.isprintable() or each == "\n" for each in out)
    assert "É û œ" in out
