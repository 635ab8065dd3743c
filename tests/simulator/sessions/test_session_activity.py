"""What calls leave behind in a session: when it was last used, and the identifiers it has seen."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
import time_machine

from simulator.sessions.activity import Activity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IDS = [("wsa:MessageID", "uuid:1"), ("ContexteBAM/Id", "1")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "activity.sqlite"


@pytest.fixture
def activity(file: Path) -> Iterator[Activity]:
    opened = Activity(file)
    yield opened
    opened.close()


@pytest.fixture
def other(activity: Activity, file: Path) -> Iterator[Activity]:
    """Open the same file once more, as another worker does."""
    opened = Activity(file)
    yield opened
    opened.close()


def writes(file: Path) -> list[float]:
    with sqlite3.connect(file) as connection:
        return [row[0] for row in connection.execute("SELECT at FROM used")]


class TestLastUse:
    def test_it_is_known_at_once_and_written_from_time_to_time(self, activity: Activity, file: Path) -> None:
        with time_machine.travel(1_000_000, tick=False) as clock:
            for _ in range(60):
                activity.touch("a", None)
                clock.shift(1)
            assert activity.last_used("a") == 1_000_059
            assert writes(file) == [1_000_030]

    def test_of_many_sessions_the_memory_is_bounded_and_the_file_says_the_rest(
        self, activity: Activity, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simulator.sessions.activity.SESSIONS_KEPT", 100)
        with time_machine.travel(1_000_000, tick=False) as clock:
            for number in range(250):
                activity.touch(f"session-{number}", None)
            known = sum(activity.used_here(f"session-{number}") > 0 for number in range(250))
            assert 0 < known <= 100
            assert activity.last_used("session-0") == 1_000_000
            clock.shift(1)
            activity.touch("session-0", None)
            assert activity.last_used("session-0") == 1_000_001

    def test_of_a_short_lived_session_it_is_written_more_often(self, activity: Activity, file: Path) -> None:
        with time_machine.travel(1_000_000, tick=False) as clock:
            for _ in range(60):
                activity.touch("a", 20)
                clock.shift(1)
        assert writes(file) == [1_000_058]

    def test_another_worker_sees_what_was_written(self, activity: Activity, other: Activity) -> None:
        with time_machine.travel(1_000_000, tick=False):
            activity.touch("a", None)
            assert (other.last_used("a"), other.used_here("a"), other.last_used("b")) == (1_000_000, 0, 0)

    def test_an_older_use_does_not_hide_a_newer_one(self, activity: Activity, other: Activity) -> None:
        with time_machine.travel(1_000_000, tick=False) as clock:
            activity.touch("a", None)
            clock.move_to(999_000)
            other.touch("a", None)
            assert other.last_used("a") == 1_000_000

    def test_a_locked_file_is_no_error_and_is_not_tried_at_each_call(
        self, activity: Activity, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        activity._database.connection().execute("PRAGMA busy_timeout = 0")
        with sqlite3.connect(file, isolation_level=None) as outsider:
            outsider.execute("BEGIN IMMEDIATE")
            activity.touch("a", None)
            tried = []
            monkeypatch.setattr(activity._database, "connection", lambda: tried.append(1))
            activity.touch("a", None)
            assert tried == []
            outsider.rollback()
        assert activity.used_here("a") > 0


class TestIdentifiers:
    def test_a_value_is_new_once_in_a_session(self, activity: Activity, other: Activity) -> None:
        assert activity.remember("a", IDS) == [False, False]
        assert other.remember("a", [IDS[0], ("ContexteBAM/Id", "2")]) == [True, False]
        assert other.remember("b", IDS) == [False, False]

    def test_the_same_value_under_another_name_is_new(self, activity: Activity) -> None:
        assert activity.remember("a", [("x", "1"), ("y", "1")]) == [False, False]

    def test_of_threads_that_bring_the_same_value_one_is_told_that_it_is_new(
        self, activity: Activity, other: Activity
    ) -> None:
        told: list[bool] = []

        def bring(mine: Activity) -> None:
            told.extend(mine.remember("a", IDS[:1]))

        threads = [threading.Thread(target=bring, args=(mine,)) for mine in (activity, other) * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(told) == [False, *[True] * 7]

    def test_text_that_utf_8_cannot_hold_is_remembered(self, activity: Activity) -> None:
        assert [activity.remember("a", [("x", "\ud800")]) for _ in range(2)] == [[False], [True]]

    def test_the_oldest_are_forgotten_first(
        self, activity: Activity, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simulator.sessions.activity.KEPT", 50)
        monkeypatch.setattr("simulator.sessions.activity._PRUNE_EVERY", 10)
        activity.remember("quiet", [("x", "0")])
        for number in range(200):
            activity.remember("busy", [("x", str(number))])
        with sqlite3.connect(file) as connection:
            counts = dict(connection.execute("SELECT session, count(*) FROM seen GROUP BY session"))
        assert counts == {"quiet": 1, "busy": 50}
        assert activity.remember("busy", [("x", "0"), ("x", "199")]) == [False, True]
        assert activity.remember("quiet", [("x", "0")]) == [True]

    def test_a_forgotten_session_has_seen_nothing(self, activity: Activity, other: Activity) -> None:
        activity.remember("a", IDS)
        activity.touch("a", None)
        other.forget("a")
        activity.forget("a")
        assert activity.last_used("a") == 0
        assert activity.remember("a", IDS) == [False, False]
