"""Other ways to search INSi for one person, all of them seen in public or within the texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance.reference import strategy
from conformance.reference.soap import Criteria, Reply, ReplyKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEARCH = strategy.search
Search = Callable[[Sequence[Criteria], strategy.Traits, strategy.Send], Reply]


def on_after_several(planned: Sequence[Criteria], traits: strategy.Traits, send: strategy.Send) -> Reply:
    """Go on to the next given name after a 02 too (a client seen in public does)."""
    del traits
    several = None
    for criteria in planned:
        reply = send(criteria)
        if reply.code == strategy.SEVERAL:
            several = reply
        elif reply.code != strategy.NOT_FOUND:
            return reply
    return several or reply


def again_after_a_fault(planned: Sequence[Criteria], traits: strategy.Traits, send: strategy.Send) -> Reply:
    """Send a request that brought nothing to read twice more."""

    def patient(criteria: Criteria) -> Reply:
        for _ in range(3):
            reply = send(criteria)
            if reply.kind is ReplyKind.ANSWER:
                break
        return reply

    return _SEARCH(planned, traits, patient)


def several_left_to_the_user(
    planned: Sequence[Criteria], traits: strategy.Traits, send: strategy.Send
) -> Reply:
    """Stop at a 02 and leave it to the user."""
    for criteria in planned:
        reply = send(criteria)
        if reply.code != strategy.NOT_FOUND:
            return reply
    del traits
    return reply


@contextmanager
def searching(search: Search) -> Iterator[None]:
    """Have the reference LGO search so until the end of the block."""
    strategy.search = search  # type: ignore[assignment] # the point of it
    try:
        yield
    finally:
        strategy.search = _SEARCH
