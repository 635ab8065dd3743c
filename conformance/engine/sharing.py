"""Which of the checks of a campaign one process runs, and in what order."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

from conformance.record.events import PlannedCheck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.engine.check_run import CheckRun
    from conformance.engine.context import Limits

_T = TypeVar("_T")


def planned(runs: Iterable[CheckRun]) -> tuple[PlannedCheck, ...]:
    """Return the checks as the record announces them, in the order of the suite."""
    return tuple(
        PlannedCheck(check=run.check.id, title=run.check.title, rules=run.check.keys, number=run.number)
        for run in runs
    )


def share_of(items: Sequence[_T], name: Callable[[_T], str], limits: Limits) -> list[_T]:
    """Return those of the checks that this process runs: its shard, without what is done already.

    Args:
        items: all that are to be run, in the order of the suite.
        name: returns the id of one.
        limits: the shard, what is done, and the order; ``None``: as they come.
    """
    index, count = limits.shard
    mine = [
        item
        for position, item in enumerate(items)
        if position % count == index - 1 and name(item) not in limits.done
    ]
    if limits.order is not None:
        Random(limits.order).shuffle(mine)  # noqa: S311 - an order to repeat, not a secret
    return mine
