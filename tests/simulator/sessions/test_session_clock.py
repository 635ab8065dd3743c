"""Moving the clock of a session by command."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from simulator.sessions.clock import moved
from simulator.sessions.settings import SessionSettings, SettingsError

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def real():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def after(*commands):
    settings = SessionSettings()
    for command in commands:
        settings = moved(settings, command)
    return settings.now()


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ([{"advance": 3660}], NOON + timedelta(minutes=61)),
        ([{"advance": 60}, {"advance": 1.5}], NOON + timedelta(seconds=61.5)),
        ([{"advance": -60}], NOON - timedelta(minutes=1)),
        ([{"offset": 60}, {"offset": 5}], NOON + timedelta(seconds=5)),
        ([{"freeze": "2020-02-29T01:00:00+01:00"}], datetime(2020, 2, 29, tzinfo=UTC)),
        ([{"freeze": "2020-02-29T00:00:00Z"}, {"advance": 86400}], datetime(2020, 3, 1, tzinfo=UTC)),
        ([{"advance": 60}, {"freeze": "2020-02-29T00:00:00Z"}], datetime(2020, 2, 29, tzinfo=UTC)),
        ([{"freeze": "2020-02-29T00:00:00Z"}, {"reset": True}], NOON),
        ([{"advance": 60}, {"reset": True}], NOON),
        ([{"freeze": "2020-02-29T00:00:00Z"}, {"offset": 60}], NOON + timedelta(minutes=1)),
    ],
)
def test_a_command_moves_the_clock(real, commands, expected):
    assert after(*commands) == expected


def test_a_moved_clock_runs_and_a_frozen_one_does_not(real):
    running, frozen = moved(SessionSettings(), {"advance": 60}), moved(SessionSettings(), {"freeze": "now"})
    real.shift(10)
    assert (running.now(), frozen.now()) == (NOON + timedelta(seconds=70), NOON)


def test_a_frozen_clock_resumes_from_where_it_stands(real):
    settings = moved(SessionSettings(), {"freeze": "2020-02-29T00:00:00Z"})
    real.shift(100)
    settings = moved(settings, {"resume": True})
    real.shift(5)
    assert settings.now() == datetime(2020, 2, 29, 0, 0, 5, tzinfo=UTC)
    assert settings.clock_frozen_at is None


def test_freezing_now_is_at_the_time_of_the_session(real):
    assert after({"advance": 60}, {"freeze": "now"}) == NOON + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ({}, "clock: expected exactly one of advance, freeze, offset, resume, reset, got none"),
        ({"advance": 1, "reset": True}, "clock: expected exactly one of"),
        (
            {"forward": 1},
            "clock: expected exactly one of advance, freeze, offset, resume, reset, got forward",
        ),
        ({"advance": "61m"}, "advance: expected a number of seconds, got '61m'"),
        ({"advance": True}, "advance: expected a number of seconds, got True"),
        ({"advance": float("nan")}, "advance: expected a number of seconds"),
        ({"advance": float("inf")}, "advance: expected a number of seconds"),
        ({"advance": 10**400}, "advance: expected a number of seconds, got 1000"),
        ({"advance": 1e10}, "advance: clock_offset: expected a number of seconds, at most a century"),
        ({"offset": None}, "offset: expected a number of seconds, got None"),
        ({"offset": -1e12}, "offset: clock_offset: expected a number of seconds, at most a century"),
        (
            {"freeze": "2026-01-01T00:00:00"},
            "freeze: clock_frozen_at: expected a date and time with its zone",
        ),
        ({"freeze": None}, "freeze: expected"),
        ({"freeze": "0001-01-01T00:00:00+14:00"}, "freeze: clock_frozen_at: expected a date and time"),
        ({"freeze": 12}, "freeze: clock_frozen_at: expected a date and time"),
        ({"reset": False}, "reset: expected true, got False"),
        ({"resume": 1}, "resume: expected true, got 1"),
    ],
)
def test_a_wrong_command_is_named_with_what_was_expected(command, says):
    with pytest.raises(SettingsError) as caught:
        moved(SessionSettings(), command)
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize("seconds", [1e10, -1e10, 1e300])
def test_a_frozen_clock_cannot_leave_the_calendar(seconds):
    frozen = moved(SessionSettings(), {"freeze": "2026-01-01T00:00:00Z"})
    with pytest.raises(SettingsError, match=r"^advance: "):
        moved(frozen, {"advance": seconds})
