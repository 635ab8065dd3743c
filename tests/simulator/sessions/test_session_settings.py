"""What a tester can set on a session, and what a wrong value says."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from simulator.sessions.settings import SessionSettings, SettingsError
from simulator.sessions.store import SessionStore

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def test_a_session_lives_in_real_time_unless_told_otherwise():
    with time_machine.travel(NOON, tick=False):
        assert SessionSettings().now() == NOON


def test_the_clock_can_be_moved():
    with time_machine.travel(NOON, tick=False):
        assert SessionSettings().changed({"clock_offset": 3660}).now() == NOON + timedelta(minutes=61)


def test_the_clock_can_be_stopped():
    settings = SessionSettings().changed({"clock_frozen_at": "2026-06-01T14:00:00+02:00"})
    assert settings.now() == NOON


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"profil": "production"}, "unknown setting 'profil'; known are"),
        ({"profile": "moon"}, "profile: expected one of production,"),
        ({"profile": []}, "profile: expected one of production,"),
        ({"idams": "A"}, "idams: expected a list of texts, got 'A'"),
        ({"idams": [1]}, "idams: expected a list of texts"),
        ({"authentication": "sometimes"}, "authentication: expected one of optional, required"),
        ({"strictness": True}, "strictness: expected one of lenient, strict"),
        ({"clock_offset": "1h"}, "clock_offset: expected a number of seconds"),
        ({"clock_offset": True}, "clock_offset: expected a number of seconds"),
        ({"clock_offset": 1e12}, "clock_offset: expected a number of seconds"),
        ({"clock_offset": float("nan")}, "clock_offset: expected a number of seconds"),
        (
            {"clock_frozen_at": "2026-06-01T12:00:00"},
            "clock_frozen_at: expected a date and time with its zone",
        ),
        ({"clock_frozen_at": 12}, "clock_frozen_at: expected a date and time with its zone"),
        ({"apcv": "yes"}, "apcv: expected true or false"),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_expected(changes, says):
    with pytest.raises(SettingsError) as caught:
        SessionSettings().changed(changes)
    assert says in str(caught.value)


def test_settings_survive_their_json_form():
    settings = SessionSettings().changed({"idams": ["A", "B"], "clock_offset": -5, "strictness": "strict"})
    assert SessionSettings().changed(settings.to_json()) == settings


def test_a_change_is_kept_and_leaves_the_rest(tmp_path):
    store = SessionStore(tmp_path / "sessions.sqlite", profile="production")
    session = store.create(profile="qualification-2022")
    store.change(session.id, clock_offset=60)
    again = SessionStore(tmp_path / "sessions.sqlite", profile="production").get(session.id)
    assert (again.settings.profile, again.settings.clock_offset) == ("qualification-2022", 60)


def test_sessions_of_another_format_are_dropped(tmp_path):
    path = tmp_path / "sessions.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE session (id TEXT PRIMARY KEY, profile TEXT)")
        connection.execute("INSERT INTO session VALUES ('old', 'production')")
    store = SessionStore(path, profile="production")
    assert store.ids() == ["default"]
