"""Other ways to search INSi for one person, all of them seen in public or within the texts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.reference import strategy
from conformance.reference.soap import Criteria, Reply, ReplyKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.reference.habits.front import Asked, Inner, Said

_SEARCH = strategy.search
Search = Callable[[Sequence[Criteria], strategy.Traits, strategy.Send], Reply]

_FAILURES: Final = 5
_OPEN_S: Final = 0.5


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


def found_asked_twice(planned: Sequence[Criteria], traits: strategy.Traits, send: strategy.Send) -> Reply:
    """Ask a second time for who was found, and go by the first answer."""

    def sure(criteria: Criteria) -> Reply:
        reply = send(criteria)
        if reply.code == strategy.FOUND:
            send(criteria)
        return reply

    return _SEARCH(planned, traits, sure)


def failed_asked_for_less(planned: Sequence[Criteria], traits: strategy.Traits, send: strategy.Send) -> Reply:
    """Send a request that brought nothing to read once more, with one given name and without the place."""

    def patient(criteria: Criteria) -> Reply:
        reply = send(criteria)
        if reply.kind is ReplyKind.ANSWER:
            return reply
        return send(replace(criteria, first_name=criteria.first_name.split(" ")[0], birth_place=None))

    return _SEARCH(planned, traits, patient)


class CircuitBreaker:
    """Sends nothing for half a second after five requests in a row that brought nothing to read; a reset ends that."""

    def __init__(self, *, failures: int = _FAILURES, open_s: float = _OPEN_S) -> None:
        """Begin with calls that leave; ``failures`` in a row stop them for ``open_s`` seconds."""
        self._most, self._open_s = failures, open_s
        self._failures, self._closed_at = 0, 0.0

    def habit(self, asked: Asked, inner: Inner) -> Said:
        """Forget at a reset what went wrong before; and when the clock is set, since the time has passed then."""
        if asked.path[0] in {"reset", "clock"}:
            self._failures, self._closed_at = 0, 0.0
        return inner(asked)

    def search(self, planned: Sequence[Criteria], traits: strategy.Traits, send: strategy.Send) -> Reply:
        """Search as long as calls are not suspended."""

        def guarded(criteria: Criteria) -> Reply:
            if time.monotonic() < self._closed_at:
                return Reply(
                    kind=ReplyKind.FAILURE, message="INSi ne répond pas : appels suspendus un instant."
                )
            reply = send(criteria)
            self._failures = 0 if reply.kind is ReplyKind.ANSWER else self._failures + 1
            if self._failures == self._most:
                self._failures, self._closed_at = 0, time.monotonic() + self._open_s
            return reply

        return _SEARCH(planned, traits, guarded)


@contextmanager
def searching(search: Search) -> Iterator[None]:
    """Have the reference LGO search so until the end of the block."""
    strategy.search = search  # type: ignore[assignment] # the point of it
    try:
        yield
    finally:
        strategy.search = _SEARCH
