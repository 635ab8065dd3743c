"""Birth dates: calendar, lunar forms, RNIV completion."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ins import BirthDate, BirthDateError


@given(st.dates())
def test_every_calendar_date_is_read_and_written_back(date: dt.date) -> None:
    birth_date = BirthDate.parse_iso(date.isoformat())
    assert birth_date.to_date() == date
    assert birth_date.iso() == str(birth_date) == date.isoformat()
    assert birth_date == BirthDate.from_date(date) == birth_date.complete()
    assert not birth_date.is_lunar


@given(st.integers(0, 9999), st.integers(1, 99), st.integers(1, 99))
def test_a_complete_date_is_accepted_exactly_when_the_calendar_has_it(
    year: int, month: int, day: int
) -> None:
    try:
        expected = dt.date(year, month, day)
    except ValueError:
        with pytest.raises(BirthDateError):
            BirthDate.parse_iso(f"{year:04d}-{month:02d}-{day:02d}")
    else:
        assert BirthDate.parse_iso(f"{year:04d}-{month:02d}-{day:02d}").to_date() == expected


@pytest.mark.parametrize(
    ("lunar", "completed"),
    [
        ("1975-12-00", "1975-12-01"),
        ("1975-00-31", "1975-01-31"),
        ("1975-00-07", "1975-01-07"),
        ("1975-00-00", "1975-12-31"),
        ("1976-02-00", "1976-02-01"),
    ],
)
def test_lunar_date_is_kept_and_completed(lunar: str, completed: str) -> None:
    date = BirthDate.parse_iso(lunar)
    assert date.is_lunar
    assert date.iso() == lunar
    assert date.complete() == BirthDate.parse_iso(completed)
    assert not date.complete().is_lunar


@pytest.mark.parametrize(
    ("text", "part"), [("1975-12-00", "day"), ("1975-00-31", "month"), ("1975-00-00", "month")]
)
def test_lunar_date_has_no_day_in_the_calendar(text: str, part: str) -> None:
    with pytest.raises(BirthDateError) as caught:
        BirthDate.parse_iso(text).to_date()
    assert caught.value.part == part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("0000-01-01", "year"),
        ("0000-00-00", "year"),
        ("9999-99-99", "month"),
        ("1975-13-01", "month"),
        ("1975-02-31", "day"),
        ("1975-02-29", "day"),
        ("1900-02-29", "day"),
        ("1975-04-31", "day"),
        ("1975-12-32", "day"),
        ("1975-00-32", "day"),
        ("", "format"),
        ("1975", "format"),
        ("1975-1-1", "format"),
        ("19751231", "format"),
        ("31/12/1975", "format"),
        ("31-12-1975", "format"),
        ("1975-12-31 ", "format"),
        ("1975-12-31\n", "format"),
        ("1975-12-31T00:00:00", "format"),
        ("١٩٧٥-12-31", "format"),
        ("-975-12-31", "format"),
    ],
)
def test_impossible_date_is_refused_by_part(text: str, part: str) -> None:
    with pytest.raises(BirthDateError) as caught:
        BirthDate.parse_iso(text)
    assert caught.value.part == part


@pytest.mark.parametrize("text", ["1976-02-29", "2000-02-29", "1975-00-31", "0001-01-01", "9999-12-31"])
def test_possible_edge_dates_are_accepted(text: str) -> None:
    assert BirthDate.parse_iso(text).iso() == text


def test_constructor_refuses_what_parsing_refuses() -> None:
    with pytest.raises(BirthDateError, match="day: expected 01 to 28 in 1975-02"):
        BirthDate(1975, 2, 30)


@pytest.mark.parametrize(
    ("iso", "french"),
    [("1975-12-31", "31/12/1975"), ("1975-02-00", "00/02/1975"), ("0987-01-09", "09/01/0987")],
)
def test_date_is_shown_in_french_order(iso: str, french: str) -> None:
    assert BirthDate.parse_iso(iso).french() == french


def test_error_survives_a_trip_between_processes() -> None:
    error = BirthDateError("day", "01 to 28", "30")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (copy.part, copy.expected, copy.got, str(copy)) == ("day", "01 to 28", "30", str(error))
