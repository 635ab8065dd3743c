"""The session of the simulator as a guided campaign sees it: without the mistakes of the person, and after a pause as far as the acts replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.client import BenchClientError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.client import ExchangeView, SessionClient
    from simulator.registry.person import Person

_THERE: Final = "already there"
"""How the simulator says that it has somebody of this key."""


class Window:
    """Stands for the session of a campaign; all but its exchanges is the session's own.

    Args:
        session: the session.
        resumed: whether the session is that of a campaign that was stopped: what INSi received before is then out of
            sight until the act that it belongs to is replayed.
    """

    def __init__(self, session: SessionClient, *, resumed: bool = False) -> None:
        """Begin.

        Raises:
            BenchClientError: the simulator does not answer.
        """
        self._session = session
        self._void: set[int] = set()
        self._shown: set[int] = set()
        self._resumed = resumed
        before = session.exchanges() if resumed else []
        self.begin = before[-1].id if before else 0
        """The last exchange from before."""

    def __getattr__(self, name: str) -> Any:
        """Return a member of the session."""
        return getattr(self._session, name)

    def add_people(self, people: Iterable[Person]) -> int:
        """Add people to the session; those whom it has from before a pause are there already. Return how many are new.

        Raises:
            BenchClientError: the simulator refuses.
        """
        if not self._resumed:
            return self._session.add_people(people)
        # One by one: the simulator refuses all of them for one that is there.
        return sum(map(self._add_unless_there, people))

    def _add_unless_there(self, person: Person) -> int:
        try:
            return self._session.add_people([person])
        except BenchClientError as error:
            if _THERE in str(error):
                return 0
            raise

    def exchanges(self, after: int = 0, *, service: str | None = "insi") -> list[ExchangeView]:
        """Return the exchanges in sight with an id greater than ``after``, oldest first; ``service``: as of a session.

        Raises:
            BenchClientError: the simulator does not answer.
        """
        return [
            exchange
            for exchange in self._session.exchanges(after=after, service=service)
            if exchange.id not in self._void and (exchange.id > self.begin or exchange.id in self._shown)
        ]

    def show(self, numbers: Iterable[int]) -> None:
        """Bring exchanges from before in sight: their act is replayed."""
        self._shown.update(numbers)

    def hide(self, numbers: Iterable[int]) -> None:
        """Take exchanges out of sight: they were made by mistake."""
        self._void.update(numbers)
