"""The exchanges of a session of a simulator on this machine, read from its journal instead of asked for.

A campaign looks at the wire after each call, and being told over the control API costs several times what the call itself
does. What is read is what the API would tell, word for word, under the same ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.client.views import exchange_view
from simulator.journal.as_json import to_json
from simulator.journal.explain import explain
from simulator.journal.following import Follower, LostError
from simulator.journal.record import decode_json, encode_json

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.client.control import ExchangeView, SessionClient
    from simulator.journal.exchange import Exchange
    from simulator.journal.following import Followed


class NearExchanges:
    """Tells the exchanges of a session; asks the simulator whenever the journal alone does not say.

    Args:
        session: of a simulator of this machine.
        folder: its journal, which it writes before it answers.
    """

    def __init__(self, session: SessionClient, folder: Path) -> None:
        """Begin to follow the journal from here."""
        self._session = session
        self._before: int | None = None
        """The id of the exchange before the first one followed, once one is known."""
        try:
            self._follower: Follower | None = Follower(folder, session.id)
        except OSError:
            self._follower = None

    def exchanges(self, after: int = 0, *, service: None = None) -> list[ExchangeView]:
        """Return the exchanges of INSi and of the sinks with an id greater than ``after``, oldest first.

        ``service``: as of ``SessionClient.exchanges``; always all of them.

        Raises:
            BenchClientError: the simulator has to be asked, and does not answer.
        """
        found = self._followed()
        if found is None or self._before is None:
            asked = self._session.exchanges(after=after, service=service)
            if found:
                self._compare(found, asked)
            return asked
        return [
            _view(each.exchange, number) for each in found if (number := self._before + each.place) > after
        ]

    def _followed(self) -> list[Followed] | None:
        if self._follower is None:
            return None
        try:
            return self._follower.new()
        except LostError:
            self._follower = None
            return None

    def _compare(self, found: list[Followed], asked: list[ExchangeView]) -> None:
        """Learn the ids from those that the simulator tells of the same exchanges; should they disagree, follow no more."""
        first = found[0].exchange
        same = [each.id for each in asked if each == _view(first, each.id)]
        before = same[0] - found[0].place if len(same) == 1 else 0
        told = {each.id: each for each in asked}
        if len(same) == 1 and all(
            told.get(number) == _view(each.exchange, number)
            for each in found
            for number in (before + each.place,)
        ):
            self._before = before
        else:
            self._follower = None


def _view(exchange: Exchange, number: int) -> ExchangeView:
    """Return an exchange as the control API tells it."""
    words = {"fr": explain(exchange, "fr"), "en": explain(exchange, "en")}
    told = {**to_json(exchange), "id": number, "explanation": words}
    return exchange_view(decode_json(encode_json(told)))
