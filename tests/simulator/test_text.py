"""Text from outside is seen whole before it is printed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.text import as_written, inert, parse_duration, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mrouge\x1b[0m", "\\x1b[31mrouge\\x1b[0m"),
        ("\x9b2J", "\\x9b2J"),
        ("\x1b]0;titre\x07", "\\x1b]0;titre\\x07"),
        ("DUPONT\n7  faked  row", "DUPONT\\n7  faked  row"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("\u2066x\u2069\u200e\u061c", "\\u2066x\\u2069\\u200e\\u061c"),
        ("zero\u200bwidth\ufeff\u2060", "zero\\u200bwidth\\ufeff\\u2060"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\ufe0f\u3164\u034f\u2800", "\\ufe0f\\u3164\\u034f\\u2800"),
        ("\ue000\x7f\x00", "\\ue000\\x7f\\x00"),
    ],
)
def test_what_is_not_seen_is_shown_as_an_escape(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text", ["", "NOËL D'ORMESSON-ÉŒ", "« 1 234 »", "n\u202fo", r"C:\Users\new", "李 עברית 😀", "e\u0301"]
)
def test_what_people_write_stays_as_it_is(text):
    assert visible(text) == text
    assert visible_lines(text) == text


def test_a_block_keeps_its_lines_and_nothing_else():
    assert visible_lines("a\r\nb\tc\n\x1b[2J\rd\n") == "a\nb\tc\n\\x1b[2J\\rd\n"


@given(st.text(st.characters()))
def test_nothing_that_acts_on_a_terminal_is_left(text):
    shown = visible(text)
    assert visible(shown) == shown
    assert len(shown.splitlines()) <= 1
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    shown.encode("utf-8")
    lines = {unicodedata.category(each) for each in visible_lines(text) if each not in "\n\t"}
    assert not lines & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("text", ["=1+1", "+33", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1", "'=1"])
def test_no_cell_begins_a_formula(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "DUPONT", "a=b", "1-2", "'1", "it's"])
def test_other_cells_stay(text):
    assert inert(text) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        (" 300ms ", 0.3),
        ("61m", 3660),
        ("1h30m", 5400),
        ("1h 30", 3630),
        ("2.5h", 9000),
        ("7d", 604800),
        ("-2d", -172800),
        ("0", 0),
        ("999999999", 999999999),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "soon",
        "1x",
        "1h 30 m 5 x",
        "1.h",
        "--1h",
        "1 2 3",
        "1234567890",
        "1h" * 5,
        "٣s",
        "1e3",
        "nan",
    ],
)
def test_what_is_no_duration_is_not_guessed_at(text: str) -> None:
    assert parse_duration(text) is None


@given(text=st.text(alphabet="'= +-@\t\rA1\uff1d", max_size=6) | st.text())
def test_a_cell_gives_its_text_back_and_begins_no_formula(text: str) -> None:
    cell = inert(text)
    assert as_written(cell) == text
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
