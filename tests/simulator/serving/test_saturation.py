"""A server process says by itself when its event loop had no time left."""

from __future__ import annotations

import asyncio
import time

import pytest

from simulator.serving.saturation import EVERY_S, LATE_S, LoopWatch, is_saturated
from simulator.serving.supervising import Standing


@pytest.mark.parametrize(
    ("busy", "late", "said"),
    [(0.2, 0.0, False), (0.89, 0.04, False), (0.9, 0.0, True), (0.2, LATE_S, True), (1.0, 1.0, True)],
)
def test_a_loop_is_at_its_end_when_it_always_computes_or_is_late(
    *, busy: float, late: float, said: bool
) -> None:
    assert is_saturated(busy=busy, late=late) is said


def test_a_loop_that_computes_is_told_with_for_how_long() -> None:
    told: list[float] = []

    async def work() -> None:
        LoopWatch(told.append).start(asyncio.get_running_loop())
        while not told:
            end = time.monotonic() + EVERY_S
            while time.monotonic() < end:
                pass
            await asyncio.sleep(0)

    asyncio.run(work())
    assert told[0] >= EVERY_S


def test_the_seconds_of_all_workers_are_added_up() -> None:
    standing = Standing(2)
    standing.saturated(0.25)
    standing.saturated(0.5)
    assert (standing.count, standing.saturated_s, standing.problems()) == (2, 0.75, [])
