"""When calls are due: an open workload does not wait for the answers of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from conformance.load.profile import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from conformance.load.profile import Profile, Ramp
    from conformance.load.summary import Summary

GENERATOR_BOUND = 0.9
"""Share of a processor from which the generator itself is the limit."""
SERVER_BOUND = 0.9
"""Share of its processors from which the server is the limit."""
KEPT = 0.95
"""Share of what was due that a step must answer."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds at one moment of a run."""

    stage: Stage
    rate: float
    """Calls due each second."""


class Course(Protocol):
    """The course of a run over time."""

    def at(self, seconds: float) -> Moment | None:
        """Return what holds; ``None``: the run is over."""
        ...

    def look(self, summary: Summary) -> dict[str, Any] | None:
        """Judge what has been measured; return the knee when it is found."""
        ...


class Staged:
    """The stages of a profile, one after the other."""

    def __init__(self, profile: Profile, share: float = 1.0) -> None:
        """Take a profile, and the share of its rate that is due here."""
        self._rate = profile.base_rate * share
        self._stages = list(profile.timed())
        self._end = self._stages[-1][1]

    def at(self, seconds: float) -> Moment | None:
        """Return what holds; ``None``: the run is over."""
        if seconds >= self._end:
            return None
        for begin, end, stage in self._stages:
            if seconds < end:
                part = (seconds - begin) / (end - begin)
                return Moment(stage, self._rate * (stage.start + (stage.end - stage.start) * part))
        return None

    def look(self, summary: Summary) -> dict[str, Any] | None:  # noqa: ARG002 - as its caller calls it
        """Judge nothing."""
        return None


class Ramped:
    """Steps up to the knee."""

    def __init__(self, profile: Profile, ramp: Ramp, share: float = 1.0) -> None:
        """Take a profile, its ramp, and the share of its rate that is due here."""
        self._share = share
        self._rate, self._end, self._ramp = profile.base_rate, profile.duration, ramp
        self._looked = 0
        self._first: float | None = None
        self._held: dict[str, Any] | None = None

    def _stage(self, number: int) -> Moment:
        rate = self._rate * self._ramp.factor**number
        return Moment(Stage(name=f"{rate:.0f}/s", share=1, start=1, end=1), rate * self._share)

    def at(self, seconds: float) -> Moment | None:
        """Return what holds; ``None``: the run is over."""
        return None if seconds >= self._end else self._stage(int(seconds / self._ramp.step))

    def look(self, summary: Summary) -> dict[str, Any] | None:
        """Judge the steps that are over; return the knee at the first that was not held.

        A step is not held when less than 95 % of what was due was answered, when a call had no answer, or when the p95
        is ``slowdown`` times that of the first step and above ``floor``.
        """
        while summary.elapsed >= (self._looked + 1) * self._ramp.step + 0.2:  # its last tick is there
            moment = self._stage(self._looked)
            cell = summary.total(stage=moment.stage.name)
            self._looked += 1
            if not cell.calls:
                continue
            seconds = summary.seconds.get(moment.stage.name) or self._ramp.step
            p95 = cell.latency.quantile(0.95) or 0.0
            answered = (cell.calls - cell.errors) / seconds
            bins = [
                each
                for each in summary.bins
                if each.start >= (self._looked - 1) * self._ramp.step - 1e-6
                and each.start < self._looked * self._ramp.step - 1e-6
            ]
            step: dict[str, Any] = {
                "rate": moment.rate,
                "answered": answered,
                "p95": p95,
                "generator": max((each.generator for each in bins), default=0.0),
                "server": max((each.server for each in bins if each.server is not None), default=None),
            }
            self._first = p95 if self._first is None else self._first
            why = None
            if cell.errors:
                why = "errors"
            elif (
                answered < KEPT * moment.rate and sum(each.backlog for each in bins[-1:]) > moment.rate * 0.1
            ):
                why = "behind"
            elif p95 > max(self._first * self._ramp.slowdown, self._ramp.floor):
                why = "slow"
            if why is not None:
                return {
                    "why": why,
                    "limit": limit_of(
                        step["generator"], step["server"], summary.environment.get("server_workers", 1)
                    ),
                    "held": self._held,
                    "lost": step,
                    "overloaded": [name for name in summary.judged if float(name[:-2]) >= round(moment.rate)],
                }
            self._held = step
        return None


def limit_of(generator: float, server: float | None, workers: int = 1) -> str:
    """Return who was at its end: ``generator``, ``server``, ``both``, or ``unknown``."""
    ours = generator >= GENERATOR_BOUND
    theirs = server is not None and server >= SERVER_BOUND * workers
    if ours and theirs:
        return "both"
    if ours:
        return "generator"
    return "server" if theirs else "unknown"


def course_of(profile: Profile, share: float = 1.0) -> Course:
    """Return the course of a profile; ``share``: the part of its rate that is due here."""
    if profile.ramp is not None:
        return Ramped(profile, profile.ramp, share)
    return Staged(profile, share)


def arrivals(course: Course, random: Random) -> Iterator[float]:
    """Yield when calls are due, in seconds from the start: as many each second as the course says, at random moments.

    Within a second they come as in a Poisson process; over a run their number is the one asked for, so that a rate can be
    judged without the noise of the draw.
    """
    second, carried = 0, 0.0
    while (moment := course.at(float(second))) is not None:
        carried += moment.rate
        number = int(carried + 1e-9)
        carried -= number
        for at in sorted(second + random.random() for _ in range(number)):
            if course.at(at) is None:
                return
            yield at
        second += 1
