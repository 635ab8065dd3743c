"""A software that shows its traces late is waited for, as long as it takes and no longer; another is not waited for at all."""

from __future__ import annotations

import pytest

from conformance.drivers import lateness
from conformance.drivers.lateness import LATE_LOOKS, LOG, Lateness
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
    assert (found.seconds, waited(clock, found, LOG)) == (0, 0)


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


def test_what_never_shows_is_waited_for_once(clock: Clock) -> None:
    begun = clock.now
    found = late(clock, 1e9)
    assert clock.now - begun < 2 * lateness.PATIENCE_S
    found.after("create_patient")
    assert waited(clock, found, LOG) == 0


def test_late_looks_are_verbs() -> None:
    assert LATE_LOOKS | {LOG} <= {verb.value for verb in Verb}
