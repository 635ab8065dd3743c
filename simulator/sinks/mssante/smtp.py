"""SMTP: every mail is kept as it came, with its envelope; who logs in names the session that it belongs to."""

from __future__ import annotations

import asyncio
import hmac
import logging
from typing import TYPE_CHECKING, Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from simulator.chaos.reply import End
from simulator.scripting.sinks import SinkOperation
from simulator.sinks.backing import ALONE
from simulator.sinks.doors import end
from simulator.sinks.kept import NO_SESSION, Sink, SinkFullError
from simulator.sinks.mssante.asking import Ask, Headings, exchange_of, headings_of, said

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from aiosmtpd.smtp import Envelope, Session

    from simulator.chaos.reply import Delivery
    from simulator.sinks.backing import Backing
    from simulator.sinks.doors import Doors
    from simulator.sinks.kept import SinkStore

HOST_NAME: Final = "mssante.banc.test"
"""How the server names itself."""
_SLACK: Final = 1024 * 1024
"""What may come of one mail beyond its limit before the connection is cut: aiosmtpd reads a mail that is too large to
its end, which a client may never send."""
_SHUTTING_DOWN: Final = "421"

_log = logging.getLogger(__name__)
# It warns of a deprecated field of its own at each login.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Handler:
    """What is done with envelopes and mails. The names are those that aiosmtpd calls."""

    def __init__(
        self,
        store: SinkStore,
        *,
        recipients: int,
        arrived: Callable[[], None],
        backing: Backing = ALONE,
    ) -> None:
        """Take where mails are kept and what is shared with INSi; ``arrived`` is told after each mail."""
        self._store, self._recipients, self._arrived = store, recipients, arrived
        self._backing = backing

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: MailPort, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept any recipient, up to a number, unless a scenario says otherwise."""
        if len(envelope.rcpt_tos) >= self._recipients:
            return f"452 4.5.3 At most {self._recipients} recipients"
        refusal = await asyncio.to_thread(
            self.step,
            server,
            SinkOperation.SMTP_RCPT,
            session,
            sender=str(envelope.mail_from or ""),
            recipients=(address,),
        )
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the same
        self, server: MailPort, session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail."""
        content = envelope.original_content or b""
        try:
            reply = await asyncio.to_thread(self._keep, server, content, session, envelope)
        except Exception:  # noqa: BLE001 - told in the log and to the client
            _log.exception("a mail could not be kept")
            return "451 4.3.0 The mail could not be kept; the log of the simulator says why"
        self._arrived()
        return reply

    def step(
        self,
        server: MailPort,
        operation: SinkOperation,
        session: Session,
        *,
        account: str | None = None,
        sender: str = "",
        recipients: tuple[str, ...] = (),
    ) -> str | None:
        """Return what a scenario replies to a step before the mail, ``None`` to go on; the server delivers it as told."""
        ask = self._ask(operation, session, account=account, sender=sender, recipients=recipients)
        answer = said(self._backing, ask)
        if answer is None:
            return None
        server.pending = answer.delivery
        if answer.text is None and not answer.delivery.silent:
            return None
        reply = answer.text or ""
        self._backing.keep(exchange_of(operation.value, ask, reply, answer.code, answer))
        return reply

    def refused(self, operation: SinkOperation, session: Session, account: str, reply: str) -> None:
        """Note a login that the operator refused by itself."""
        ask = self._ask(operation, session, account=account)
        self._backing.keep(exchange_of(operation.value, ask, reply, reply[:3]))

    def _ask(
        self,
        operation: SinkOperation,
        session: Session,
        *,
        account: str | None = None,
        sender: str = "",
        recipients: tuple[str, ...] = (),
        content: bytes = b"",
    ) -> Ask:
        headings = headings_of(content) if content else Headings()
        who = _account(session) if account is None else account
        facts, certificate = _transport_facts(getattr(session, "banc_transport", None))
        peer: Any = session.peer
        transport = (
            ("Peer", str(peer[0]) if isinstance(peer, tuple) else str(peer)),
            ("Tls", str(facts.get("tls") or "")),
        )
        return Ask(
            operation=operation,
            settled=self._backing.of_account(who, certificate, headings.session, sender.partition("@")[0]),
            account=who,
            sender=sender,
            recipients=recipients,
            helo=str(session.host_name or "")[:255],
            headings=headings,
            content=content,
            certificate=certificate,
            transport=transport,
        )

    def _keep(self, server: MailPort, content: bytes, session: Session, envelope: Envelope) -> str:
        ask = self._ask(
            SinkOperation.SMTP_DATA,
            session,
            sender=str(envelope.mail_from or ""),
            recipients=tuple(str(one) for one in envelope.rcpt_tos),
            content=content,
        )
        answer = said(self._backing, ask)
        if answer is not None:
            server.pending = answer.delivery
        if answer is not None and answer.text is not None:
            reply, code = answer.text, answer.code
        else:
            reply = self._stored(ask, session)
            code = reply[:3]
        self._backing.keep(exchange_of(SinkOperation.SMTP_DATA.value, ask, reply, code, answer))
        return reply

    def _stored(self, ask: Ask, session: Session) -> str:
        facts, _ = _transport_facts(getattr(session, "banc_transport", None))
        is_of_session = ask.settled.session is not None and ask.settled.is_named
        try:
            number = self._store.keep(
                ask.content,
                sink=Sink.MSSANTE,
                kind="MAIL",
                session=ask.settled.id if is_of_session else ask.account or NO_SESSION,
                sender=ask.sender,
                recipients=ask.recipients,
                facts={
                    "peer": dict(ask.transport)["Peer"],
                    "helo": ask.helo,
                    **facts,
                    "ins": ask.headings.ins,
                },
                outcome="250",
            )
        except SinkFullError as error:
            return f"452 4.3.1 {error}"
        return f"250 2.0.0 Kept as {number}"


class MailPort(SMTP):
    """One connection of a mail port."""

    def __init__(
        self,
        handler: Handler,
        doors: Doors,
        *,
        size: int,
        password: str | None,
        starttls: ssl.SSLContext | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Take what does the work and the bounds; ``starttls`` is offered when it is given."""
        self.line_length_limit = doors.limits.command_bytes
        super().__init__(
            handler,
            data_size_limit=size,
            enable_SMTPUTF8=True,
            hostname=HOST_NAME,
            ident="banc-insi MSSante (simulation)",
            tls_context=starttls,
            timeout=doors.limits.idle_s,
            auth_require_tls=False,
            authenticator=self._authenticated,
            command_call_limit={"*": 1000, "RCPT": doors.limits.recipients + 100, "NOOP": 10_000},
            loop=loop,
        )
        self._handler, self._password = handler, password
        self._doors = doors
        self._size = size
        self._came: int | None = None
        """Bytes of the mail that is being received."""
        self._is_inside = False
        self._is_greeted = False
        self.pending: Delivery | None = None
        """How the next reply is to be delivered."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a client in when there is a place; again after STARTTLS."""
        if not self._is_inside:
            if not self._doors.enter():
                assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a TCP server
                transport.write(b"421 4.3.2 Too many connections\r\n")
                transport.close()
                return
            self._is_inside = True
        super().connection_made(transport)
        session: Any = self.session
        if session is not None:
            session.banc_transport = transport  # read when a mail is kept

    def connection_lost(self, error: Exception | None) -> None:
        """Give the place back."""
        if self._is_inside:
            self._is_inside = False
            self._doors.leave()
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Receive bytes; cut who sends far more than was announced."""
        if self._came is not None:
            self._came += len(data)
            if self._came > self._size + _SLACK and isinstance(self.transport, asyncio.Transport):
                _log.warning("a mail of more than %s bytes was cut", self._size + _SLACK)
                self.transport.abort()
                return
        super().data_received(data)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Receive a mail."""
        self._came = 0
        try:
            await super().smtp_DATA(arg)
        finally:
            self._came = None

    async def push(self, status: Any) -> None:
        """Send a reply, late or not at all when a scenario says so."""
        is_scripted = False
        if not self._is_greeted:
            self._is_greeted = True
            assert self.session is not None  # noqa: S101 - of a connection
            instead = await asyncio.to_thread(
                self._handler.step, self, SinkOperation.SMTP_CONNECT, self.session
            )
            is_scripted = instead is not None
            status = instead or status
        delivery, self.pending = self.pending, None
        if delivery is not None and not await self._delivered(delivery):
            return
        await super().push(status)
        if (is_scripted or delivery is not None) and status.startswith(_SHUTTING_DOWN):
            end(self.transport, reset=False)

    async def _delivered(self, delivery: Delivery) -> bool:
        """Wait as long as is asked; end the connection and return ``False`` when the reply is not to be sent."""
        if delivery.delay:
            await asyncio.sleep(delivery.delay)
        if delivery.end is End.WHOLE:
            return True
        if delivery.hold:
            await asyncio.sleep(delivery.hold)
        end(self.transport, reset=delivery.end is End.RESET)
        return False

    def _authenticated(
        self, _server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        account = data.login.decode("utf-8", errors="replace")
        instead = self._handler.step(self, SinkOperation.SMTP_AUTH, session, account=account)
        if instead is not None:
            return AuthResult(success=False, handled=False, message=instead)
        good = self._password is None or hmac.compare_digest(data.password, self._password.encode())
        if not good:
            reply = "535 5.7.8 Authentication credentials invalid"
            self._handler.refused(SinkOperation.SMTP_AUTH, session, account, reply)
        return AuthResult(success=good, handled=False, auth_data=data)


def _account(session: Session) -> str:
    data = getattr(session, "auth_data", None)
    return data.login.decode("utf-8", errors="replace") if isinstance(data, LoginPassword) else ""


def _transport_facts(transport: asyncio.BaseTransport | None) -> tuple[dict[str, Any], bytes | None]:
    """Return how a mail came: the version of TLS, and whose certificate the client showed, with its DER."""
    found = None if transport is None else transport.get_extra_info("ssl_object")
    if found is None:
        return {"tls": None}, None
    certificate = found.getpeercert() or {}
    subject = ", ".join(f"{key}={value}" for part in certificate.get("subject", ()) for key, value in part)
    facts = {"tls": found.version(), **({"client_certificate": subject} if subject else {})}
    return facts, found.getpeercert(binary_form=True)
