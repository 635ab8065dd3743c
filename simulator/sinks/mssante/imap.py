"""IMAP4rev1: each address reads the mails that were sent to it, straight from the store.

The account is the address; a name without ``@`` is that of a session and reads every mail of it. Flags and deletions are
those of the server that runs: the store keeps every mail, whatever a client deletes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import sqlite3
from argparse import Namespace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict import Session as DictSession
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import LoadedMessage, MailboxData, MailboxSet, Message
from pymap.concurrent import Subsystem
from pymap.config import BackendCapability
from pymap.context import current_command
from pymap.exceptions import InvalidAuth, MailboxReadOnly, NotAllowedError
from pymap.imap import IMAPServer
from pymap.mime import MessageContent
from pymap.parsing.command.select import FetchCommand, IdleCommand
from pymap.parsing.specials import FetchRequirement
from pysasl import SASLAuth
from pysasl.identity import ClearIdentity

from simulator.scripting.sinks import SinkOperation
from simulator.sinks.backing import ALONE
from simulator.sinks.kept import NO_SESSION, Sink, session_name
from simulator.sinks.mssante.reading_mail import CONNECTION, Scenarios

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterable

    from pymap.concurrent import Event
    from pymap.interfaces.message import CachedMessage
    from pymap.parsing.message import AppendMessage
    from pymap.parsing.specials import ObjectId, SequenceSet
    from pymap.selected import SelectedMailbox
    from pysasl.creds.server import ServerCredentials

    from simulator.sinks.backing import Backing
    from simulator.sinks.doors import DoorLimits, Doors
    from simulator.sinks.kept import Received, SinkStore

MOST_ACCOUNTS: Final = 500
"""Mailboxes held at once; the one opened first is forgotten, with its flags."""
_LITERAL: Final = 64 * 1024
"""Longest literal of a command: nothing that a reader sends is long."""
_PAGE: Final = 500
_LOOK_S: Final = 0.5
"""How often it is looked whether the bench delivered something."""

_log = logging.getLogger(__name__)


class Mailboxes:
    """The mailboxes of all accounts, each read from the store. Used from one event loop."""

    def __init__(self, store: SinkStore, backing: Backing = ALONE) -> None:
        """Nobody has logged in."""
        self._store = store
        self._sets: dict[str, _Boxes] = {}
        self.scenarios = Scenarios(backing)

    def of(self, account: str) -> _Boxes:
        """Return the mailboxes of an account."""
        found = self._sets.get(account)
        if found is None:
            while len(self._sets) >= MOST_ACCOUNTS:
                del self._sets[next(iter(self._sets))]
            inbox = _Inbox(self._store, account, self.scenarios)
            found = self._sets[account] = _Boxes(inbox, self.scenarios)
        return found

    def arrived(self) -> None:
        """Tell those who wait (IDLE) that there may be something new."""
        for each in self._sets.values():
            each.inbox.wake()

    async def watch(self) -> None:
        """Tell them also of what another process puts into the store: the bench delivers mails by its control API."""
        last = await asyncio.to_thread(self._store.last_id)
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                now = await asyncio.to_thread(self._store.last_id)
            except sqlite3.Error as error:
                _log.debug("the store cannot be looked at: %s", error)
                continue
            if now != last:
                last = now
                self.arrived()


class _Boxes(MailboxSet):
    def __init__(self, inbox: _Inbox, scenarios: Scenarios) -> None:
        super().__init__()
        self.inbox = inbox
        self._inbox = inbox
        self._scenarios = scenarios

    async def get_mailbox(self, name: str) -> MailboxData:
        if name.upper() == "INBOX":
            await self._scenarios.asked(SinkOperation.IMAP_SELECT, self.inbox.account)
            await self.inbox.look()
        return await super().get_mailbox(name)

    async def add_mailbox(self, name: str) -> ObjectId:
        raise NotAllowedError(f"There is only INBOX here: {name!r} is not made.")

    async def rename_mailbox(self, before: str, after: str) -> None:
        raise NotAllowedError(f"There is only INBOX here: {before!r} does not become {after!r}.")


class _Inbox(MailboxData):
    """The mails of one account."""

    def __init__(self, store: SinkStore, account: str, scenarios: Scenarios) -> None:
        boxes = MailboxSet()
        super().__init__(boxes._content_cache, boxes._thread_cache)  # noqa: SLF001 - not used: contents stay in the store
        self._store, self.account, self._seen = store, account, 0
        self._scenarios = scenarios
        self._looking = asyncio.Lock()
        self._uid_validity = store.birth
        self._max_uid = 0

    def wake(self) -> None:
        self._updated.set()

    async def look(self) -> bool:
        """Take in what came since; return whether there was anything."""
        found = False
        async with self._looking:
            while page := await asyncio.to_thread(
                self._store.items, sink=Sink.MSSANTE, after=self._seen, limit=_PAGE
            ):
                self._seen = page[-1].id
                new = [
                    _Mail.of(one, self._store, (self._scenarios, self.account))
                    for one in page
                    if self._is_ours(one)
                ]
                if not new:
                    continue
                found = True
                async with self.messages_lock.write_lock():
                    self._messages.update({mail.uid: mail for mail in new})
                    self._max_uid = new[-1].uid
                    self._mod_sequences.update([mail.uid for mail in new])
                self._updated.set()
        return found

    def _is_ours(self, mail: Received) -> bool:
        if "@" in self.account:
            return any(one.casefold() == self.account.casefold() for one in mail.recipients)
        return mail.session == session_name(self.account)

    async def update_selected(
        self, selected: SelectedMailbox, *, wait_on: Event | None = None
    ) -> SelectedMailbox:
        if wait_on is not None:
            # Made before looking, so that nothing comes unseen in between; kept, since pymap holds it weakly.
            either = wait_on.or_event(self._updated)
            if not await self.look() and not wait_on.is_set():
                await either.wait()
        await self.look()
        return await super().update_selected(selected)

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        del append_msg, recent
        raise MailboxReadOnly("INBOX")

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        del uid, destination, recent
        raise MailboxReadOnly("INBOX")

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        del uid, destination, recent
        raise MailboxReadOnly("INBOX")

    async def get(self, uid: int, cached_msg: CachedMessage) -> Message:
        if uid not in self._messages and isinstance(cached_msg, _Mail):
            return cached_msg.gone()
        return await super().get(uid, cached_msg)


class _Mail(Message):
    """One mail, whose bytes are read when they are asked for."""

    __slots__ = ("_banc",)

    _banc: tuple[Received, SinkStore, tuple[Scenarios, str]]

    @classmethod
    def of(
        cls,
        one: Received,
        store: SinkStore,
        reader: tuple[Scenarios, str],
        *,
        expunged: bool = False,
        flags: Iterable[Any] = (),
    ) -> _Mail:
        mail = cls(one.id, datetime.fromisoformat(one.at), flags, expunged=expunged, recent=not expunged)
        mail._banc = (one, store, reader)
        return mail

    def gone(self) -> _Mail:
        one, store, reader = self._banc
        return _Mail.of(one, store, reader, expunged=True, flags=self.permanent_flags)

    async def fetched(self) -> None:
        """Note that its content is read, or answer as a scenario says: before anything of it is written."""
        one, store, (scenarios, account) = self._banc
        data = await asyncio.to_thread(store.content, self.uid)
        await scenarios.asked(SinkOperation.IMAP_FETCH, account, one, data or b"")

    async def load_content(self, requirement: FetchRequirement) -> LoadedMessage:
        content = None
        if requirement & FetchRequirement.CONTENT and not self.expunged:
            data = await asyncio.to_thread(self._banc[1].content, self.uid)
            content = None if data is None else await asyncio.to_thread(MessageContent.parse, data)
        return LoadedMessage(self, requirement, content)


class _Config(Config):
    def __init__(self, *, starttls: ssl.SSLContext | None, context: ssl.SSLContext | None) -> None:
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            demo_data=False,
            demo_user="",
            demo_password="",
            host=None,
            port=0,
            # pymap reads certificates from the environment when it is given no context.
            ssl_context=starttls or context or _no_tls(),
            tls_enabled=starttls is not None,
            admin_key=secrets.token_bytes(),
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0.0,
            reject_dnsbl=False,
            max_append_len=0,
        )

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=True, object_id=False, multi_append=False)

    @property
    def initial_auth(self) -> SASLAuth:
        # A real operator takes no password in clear; on the loopback of a bench it would only be in the way.
        return self.tls_auth

    @property
    def tls_auth(self) -> SASLAuth:
        return SASLAuth.named([b"PLAIN", b"LOGIN"])

    @property
    def greeting(self) -> bytes:
        return b"banc-insi MSSante (simulation) ready"


class _Login(Login):
    def __init__(self, config: Config, mailboxes: Mailboxes, password: str | None) -> None:
        super().__init__(config)
        self.mailboxes, self._password = mailboxes, password

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        known = ClearIdentity(credentials.authcid, self._password or "", prepare=str)
        scenarios = self.mailboxes.scenarios
        await scenarios.asked(SinkOperation.IMAP_LOGIN, credentials.authcid)
        if self._password is not None and not credentials.verify(known):
            await scenarios.refused(credentials.authcid)
            raise InvalidAuth
        return _Account(session_name(credentials.authcid), self)

    async def authorize(self, authenticated: Any, authzid: str) -> Identity:
        return _Account(session_name(authzid or authenticated.name), self)


class _Account(Identity):
    def __init__(self, name: str, login: _Login) -> None:
        super().__init__(name or NO_SESSION, login, None, frozenset())
        self._mailboxes = login.mailboxes

    @contextlib.asynccontextmanager
    async def new_session(self) -> AsyncIterator[DictSession]:
        yield _Session(self.name, self.config, self._mailboxes.of(self.name), FilterSet())


class _Session(DictSession):
    async def fetch_messages(
        self,
        selected: SelectedMailbox,
        sequence_set: SequenceSet,
        set_seen: bool,  # noqa: FBT001 - pymap's signature
    ) -> tuple[Iterable[tuple[int, Message]], SelectedMailbox]:
        found, selected = await super().fetch_messages(selected, sequence_set, set_seen)
        messages = list(found)
        command = current_command.get(None)
        if isinstance(command, FetchCommand) and any(
            one.requirement & FetchRequirement.BODY for one in command.attributes
        ):
            for _, mail in messages:
                if isinstance(mail, _Mail):
                    await mail.fetched()
        return messages, selected


class _Bounded:
    """What a client sends, a line and a literal of bounded length at a time, each within its time."""

    def __init__(self, reader: asyncio.StreamReader, limits: DoorLimits) -> None:
        self._reader, self._limits = reader, limits

    async def readline(self) -> bytes:
        async with asyncio.timeout(
            self._limits.idle_waiting_s if self._is_waiting() else self._limits.idle_s
        ):
            return await self._reader.readline()

    async def readexactly(self, count: int) -> bytes:
        if count > _LITERAL:
            raise ValueError(f"expected a literal of at most {_LITERAL} bytes, {count} were announced")
        async with asyncio.timeout(self._limits.idle_s):
            return await self._reader.readexactly(count)

    @staticmethod
    def _is_waiting() -> bool:
        """Tell whether the client waits for news (IDLE): its next line, DONE, may take long."""
        return isinstance(current_command.get(None), IdleCommand)


class ImapPort:
    """Answers the connections of one IMAP port: what ``asyncio.start_server`` calls."""

    def __init__(
        self,
        mailboxes: Mailboxes,
        doors: Doors,
        *,
        password: str | None,
        starttls: ssl.SSLContext | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Take the mailboxes and the bounds; ``starttls`` is offered when given, ``context`` is that of the port."""
        config = _Config(starttls=starttls, context=context)
        self._server = IMAPServer(_Login(config, mailboxes, password), config)
        self._doors = doors

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection to its end."""
        if not self._doors.enter():
            writer.write(b"* BYE Too many connections\r\n")
            writer.close()
            return
        CONNECTION.set(writer)
        try:
            bounded: Any = _Bounded(reader, self._doors.limits)
            await self._server(bounded, writer, SocketInfo.get(writer, None))
        except (OSError, EOFError, ValueError, TimeoutError, asyncio.CancelledError) as error:
            _log.debug("an IMAP connection ended: %s", error)
        except Exception:  # noqa: BLE001 - told in the log; the other connections go on
            _log.exception("an IMAP connection ended")
        finally:
            self._doors.leave()
            writer.close()


def _no_tls() -> ssl.SSLContext:
    import ssl as module  # noqa: PLC0415 - only for a port without

    return module.SSLContext(module.PROTOCOL_TLS_SERVER)
