"""Times of a log compared with those of the bench, as finely as the log writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conformance.suite.status.moments import is_apart, is_moment

ENDED = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("earlier", "later", "seconds", "expected"),
    [
        ("2026-03-04T10:00:00.123+00:00", "2026-03-04T10:00:00.123+00:00", 1, False),
        ("2026-03-04T10:00:00.123+00:00", "2026-03-04T10:00:01.130+00:00", 1, True),
        ("2026-03-04T10:00:05+00:00", "2026-03-04T10:00:05+00:00", 0.5, True),
        ("2026-03-04T10:00:05+00:00", "2026-03-04T10:00:05+00:00", 3, False),
        ("2026-03-04T11:00", "2026-03-04T11:00", 30, True),
        ("2026-03-04T11:00", "2026-03-04T11:00", 90, False),
        ("hier", "2026-03-04T11:00", 90, True),
        ("2026-03-04T11:00", "2026-03-04T11:00+01:00", 90, True),
    ],
)
def test_two_times_are_told_apart_as_finely_as_they_are_written(
    earlier: str, later: str, seconds: float, *, expected: bool
) -> None:
    assert is_apart(earlier, later, ENDED, ENDED + timedelta(seconds=seconds)) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-04T10:00:00Z", True),
        ("2026-03-04T12:00:30", True),
        ("2026-03-04T12:07:00", False),
        ("2026-03-04T12:00:00Z", False),
        ("2026-03-04", False),
        ("le matin", False),
    ],
)
def test_a_time_is_that_of_the_act_whatever_its_zone(at: str, *, expected: bool) -> None:
    assert is_moment(at, ENDED, ENDED + timedelta(seconds=1)) is expected
