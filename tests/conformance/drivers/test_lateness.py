"""A software that shows its traces late is waited for, as long as it takes and no longer; another is not waited for at all."""

from __future__ import annotations

import pytest

from conformance.drivers import lateness
from conformance.drivers.lateness import HISTORIES, LATE_LOOKS, LOG, TRACES, Lateness
from conformance.drivers.model import Verb


class Clock:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(lateness, "time", made)
    return made


def late(clock: Clock, seconds: float) -> Lateness:
    """Return what was learnt of a software that shows an act so long afterwards."""
    found, begun = Lateness(), clock.now
    found.learn(lambda: clock.now >= begun + seconds)
    return found


def waited(clock: Clock, found: Lateness, verb: str) -> float:
    begun = clock.now
    found.before(verb)
    return clock.now - begun


def test_a_software_that_shows_at_once_is_never_waited_for(clock: Clock) -> None:
    found = late(clock, 0)
    found.after("create_patient")
    assert (found.seconds(LOG), waited(clock, found, LOG)) == (0, 0)


def test_traces_are_looked_for_once_they_can_be_there(clock: Clock) -> None:
    found = late(clock, 1.5)
    found.after("create_patient")
    assert waited(clock, found, "search_patients") >= 1.5
    assert waited(clock, found, "search_patients") == 0


def test_the_log_waits_for_the_traces_of_a_look_too(clock: Clock) -> None:
    found = late(clock, 1.5)
    found.after("create_patient")
    clock.sleep(60)
    found.after("search_patients")
    assert waited(clock, found, "read_worklist") == 0
    assert waited(clock, found, LOG) >= 1.5
    found.after(LOG)
    assert waited(clock, found, LOG) == 0


def test_one_sort_of_traces_may_be_late_alone(clock: Clock) -> None:
    found, begun = Lateness(), clock.now
    found.learn(lambda: True)
    found.learn(lambda: clock.now >= begun + 1.5, HISTORIES)
    found.after("validate_identity")
    assert waited(clock, found, "search_patients") == 0
    assert waited(clock, found, LOG) == 0
    assert waited(clock, found, "read_status_history") >= 1.5


def test_the_longest_wait_of_a_verb_counts(clock: Clock) -> None:
    found = late(clock, 3)
    begun = clock.now
    found.learn(lambda: clock.now >= begun + 1, TRACES)
    assert found.seconds(LOG) >= 3


def test_what_never_shows_is_waited_for_once(clock: Clock) -> None:
    begun = clock.now
    found = late(clock, 1e9)
    assert clock.now - begun < 2 * lateness.PATIENCE_S
    found.after("create_patient")
    assert waited(clock, found, LOG) == 0


def test_late_looks_are_verbs() -> None:
    assert {verb.value for verb in Verb} >= LATE_LOOKS | TRACES | HISTORIES
