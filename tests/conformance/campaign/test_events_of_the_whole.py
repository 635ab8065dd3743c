"""What several processes tell is counted among all of them, once one of them says how many checks there are."""

from __future__ import annotations

from typing import Any

from conformance.campaign.sharding import _Whole
from conformance.engine.events import CheckFinished, CheckStarted
from conformance.verdicts import Verdict
from simulator.text import Text

NAME = Text("a", "a")


def start(total: int) -> CheckStarted:
    return CheckStarted(id="a", title=NAME, rules=("SRC-01",), number=1, total=total)


def end(total: int) -> CheckFinished:
    return CheckFinished(
        id="a",
        title=NAME,
        rules=("SRC-01",),
        verdict=Verdict.PASS,
        reason=NAME,
        duration=0.0,
        number=1,
        total=total,
    )


def test_what_is_told_before_is_kept_back_and_loses_nothing() -> None:
    told: list[Any] = []
    whole = _Whole(told.append)
    for event in (start(0), end(0), start(0)):
        whole.tell(event)
    assert told == []
    for event in (start(9), end(0), end(9)):
        whole.tell(event)
    numbers = [(type(event).__name__, event.number, event.total) for event in told]
    assert numbers == [
        ("CheckStarted", 1, 9),
        ("CheckFinished", 1, 9),
        ("CheckStarted", 2, 9),
        ("CheckStarted", 2, 9),
        ("CheckFinished", 2, 9),
        ("CheckFinished", 3, 9),
    ]


def test_what_is_kept_back_is_told_at_the_end_all_the_same() -> None:
    told: list[Any] = []
    whole = _Whole(told.append)
    whole.tell(end(0))
    whole.release()
    assert [event.number for event in told] == [1]
