"""What scenarios say to who reads a mailbox, and what the journal keeps of it: logins refused, mails fetched."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from pymap.exceptions import ResponseError
from pymap.parsing.response import ResponseBye, ResponseNo

from simulator.chaos.reply import End
from simulator.scripting.sinks import SinkOperation
from simulator.sinks.doors import end
from simulator.sinks.mssante.asking import Ask, Headings, exchange_of, headings_of, said

if TYPE_CHECKING:
    from pymap.parsing.response import Response

    from simulator.sinks.backing import Backing
    from simulator.sinks.kept import Received
    from simulator.sinks.mssante.asking import Said

CONNECTION: Final[ContextVar[asyncio.StreamWriter]] = ContextVar("connection")
"""The connection that is being answered."""
_BYE: Final = "BYE"
_REMEMBERED: Final = 10_000
"""Mails read that are remembered, so that each is noted once for an account."""


class ToldError(ResponseError):
    """What a scenario answers instead: NO, or BYE, which ends the connection."""

    def __init__(self, status: str, text: str) -> None:
        """Keep both."""
        super().__init__(text)
        self.status, self._raw = status, text.encode("ascii", "replace")

    def get_response(self, tag: bytes) -> Response:
        """Return it as the server sends it."""
        if self.status == _BYE:
            return ResponseBye(self._raw)
        return ResponseNo(tag, self._raw)


class Scenarios:
    """Asks the scenarios about each step of reading a mailbox. Used from one event loop."""

    def __init__(self, backing: Backing) -> None:
        """Take what is shared with INSi."""
        self._backing = backing
        self._noted: OrderedDict[tuple[str, int], None] = OrderedDict()

    async def asked(
        self, operation: SinkOperation, account: str, mail: Received | None = None, content: bytes = b""
    ) -> None:
        """Go on, late when a scenario says so.

        Raises:
            ToldError: a scenario answers something else.
            ConnectionResetError: a scenario ends the connection.
        """
        answer = await asyncio.to_thread(self._asked, operation, account, mail, content)
        if answer is None:
            return
        if answer.delivery.delay:
            await asyncio.sleep(answer.delivery.delay)
        if answer.delivery.end is not End.WHOLE:
            if answer.delivery.hold:
                await asyncio.sleep(answer.delivery.hold)
            writer = CONNECTION.get(None)
            if writer is not None:
                end(writer.transport, reset=answer.delivery.end is End.RESET)
            raise ConnectionResetError("a scenario ends the connection")
        if answer.text is not None:
            raise ToldError(answer.code, answer.text)

    async def refused(self, account: str) -> None:
        """Note a login that the operator refused by itself."""
        ask = await asyncio.to_thread(self._ask, SinkOperation.IMAP_LOGIN, account, None, b"")
        self._backing.keep(exchange_of(ask.operation.value, ask, "NO [AUTHENTICATIONFAILED]", "NO"))

    def _asked(
        self, operation: SinkOperation, account: str, mail: Received | None, content: bytes
    ) -> Said | None:
        ask = self._ask(operation, account, mail, content)
        answer = said(self._backing, ask)
        is_first = mail is not None and self._is_first(account, mail.id)
        if answer is not None or is_first:
            code = answer.code if answer is not None and answer.text is not None else "OK"
            told = answer.text if answer is not None and answer.text is not None else "FETCH"
            remarks = (
                ()
                if mail is None
                else ((f"Message {mail.id} relevé", f"Message {mail.id} read by its mailbox"),)
            )
            self._backing.keep(exchange_of(operation.value, ask, f"{code} {told}", code, answer, remarks))
        return answer

    def _ask(self, operation: SinkOperation, account: str, mail: Received | None, content: bytes) -> Ask:
        headings = headings_of(content) if content else Headings()
        return Ask(
            operation=operation,
            settled=self._backing.of_account(account, None),
            account=account,
            sender="" if mail is None else mail.sender,
            recipients=() if mail is None else mail.recipients,
            headings=headings,
        )

    def _is_first(self, account: str, number: int) -> bool:
        key = (account, number)
        is_first = key not in self._noted
        self._noted[key] = None
        while len(self._noted) > _REMEMBERED:
            self._noted.popitem(last=False)
        return is_first
