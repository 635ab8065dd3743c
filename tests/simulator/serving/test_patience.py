"""One timer for everything that must not take long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.serving.patience import Patience

SHORT_S = 0.05


async def patiently(patience: Patience, work: Any) -> str:
    task = asyncio.current_task()
    assert task is not None
    patience.begin(task)
    try:
        await work
    except asyncio.CancelledError:
        if patience.has_ended(task):
            return "too long"
        raise
    finally:
        patience.end(task)
    return "done"


async def never() -> None:
    await asyncio.Event().wait()


def test_what_ends_in_time_is_left_alone_and_what_does_not_is_ended_each_by_itself() -> None:
    async def several() -> list[str]:
        patience = Patience(SHORT_S)
        begun = [asyncio.create_task(patiently(patience, never())) for _ in range(3)]
        quick = [await patiently(patience, asyncio.sleep(0)) for _ in range(3)]
        late = [await each for each in begun]
        again = await patiently(patience, never())
        assert not any(each.cancelling() for each in begun)
        return [*quick, *late, again]

    assert asyncio.run(several()) == ["done"] * 3 + ["too long"] * 4


def test_a_task_goes_on_after_it_was_told() -> None:
    async def on() -> str:
        patience = Patience(SHORT_S)
        first = await patiently(patience, never())
        # Longer than its patience, and nobody is counting.
        await asyncio.sleep(SHORT_S * 3)
        return first

    assert asyncio.run(on()) == "too long"


def test_somebody_else_who_cancels_is_obeyed() -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(patiently(Patience(60), never()))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
