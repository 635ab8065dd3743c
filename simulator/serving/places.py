"""How many connections a port holds, in all and of one address, and which one is let go when there are too many.

A client that opens connections and says nothing must not starve the others: the connection that has been quiet for
longest goes first. One whose request is being answered is never let go.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Generic, Protocol, TypeVar

MOST: Final = 4096
"""Connections of one port in one process."""
MOST_OF_ONE: Final = 3072
"""Those of one address: high, since a load test comes from one machine; below the whole, so that it never has all."""
_OTHER_DESCRIPTORS: Final = 192
"""What a process needs beside its connections: files of the stores, of the journal, of exports."""


class Held(Protocol):
    """A connection as the policy sees it."""

    @property
    def address(self) -> str:
        """Host of the client."""
        ...

    @property
    def quiet_since(self) -> float | None:
        """When it became quiet, or its unfinished request began; ``None``: its request is being answered."""
        ...

    def let_go(self) -> None:
        """End it."""
        ...


HeldT = TypeVar("HeldT", bound=Held)


@dataclass(frozen=True, slots=True)
class Limits:
    """Most connections."""

    most: int = MOST
    of_one: int = MOST_OF_ONE


class Places(Generic[HeldT]):
    """The connections of one port. Not safe to use from several threads."""

    def __init__(self, limits: Limits) -> None:
        """Nothing is held yet."""
        self._limits = limits
        self._held: set[HeldT] = set()
        self._by_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._held)

    def everyone(self) -> tuple[HeldT, ...]:
        """Return all that are held."""
        return tuple(self._held)

    def admit(self, newcomer: HeldT) -> bool:
        """Take a connection in, letting another go when there are too many; ``False``: there is no place for it."""
        if self._by_address[newcomer.address] >= self._limits.of_one and not self.let_go_oldest(
            newcomer.address
        ):
            return False
        if len(self._held) >= self._limits.most and not self.let_go_oldest():
            return False
        self._held.add(newcomer)
        self._by_address[newcomer.address] += 1
        return True

    def leave(self, held: HeldT) -> None:
        """Note that a connection has ended; again is nothing."""
        if held in self._held:
            self._held.remove(held)
            self._by_address[held.address] -= 1
            if not self._by_address[held.address]:
                del self._by_address[held.address]

    def let_go_oldest(self, address: str | None = None) -> bool:
        """Let go the connection that has been quiet for longest, of one address or of all; ``False``: all are busy."""
        quiet = [
            (each.quiet_since, each)
            for each in self._held
            if each.quiet_since is not None and address in {None, each.address}
        ]
        if not quiet:
            return False
        _, found = min(quiet, key=itemgetter(0))
        # Its place is free at once: the system may take a while to tell that it has ended.
        self.leave(found)
        found.let_go()
        return True


def room_for_connections() -> Limits:
    """Let this process open as many descriptors as the system allows it; return how many connections that permits."""
    if sys.platform == "win32":
        return Limits()
    import resource  # noqa: PLC0415 - Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + _OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        raised = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
        except (OSError, ValueError):
            pass
    most = MOST if soft == resource.RLIM_INFINITY else max(min(MOST, soft - _OTHER_DESCRIPTORS), 32)
    return Limits(most, max(most * 3 // 4, 24))
