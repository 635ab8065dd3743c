"""SMTP: every mail is kept as it came, with its envelope; who logs in names the session that it belongs to."""

from __future__ import annotations

import asyncio
import hmac
import logging
from typing import TYPE_CHECKING, Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from simulator.sinks.kept import NO_SESSION, Sink, SinkFullError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from aiosmtpd.smtp import Envelope, Session

    from simulator.sinks.doors import Doors
    from simulator.sinks.kept import SinkStore

HOST_NAME: Final = "mssante.banc.test"
"""How the server names itself."""
_SLACK: Final = 1024 * 1024
"""What may come of one mail beyond its limit before the connection is cut: aiosmtpd reads a mail that is too large to
its end, which a client may never send."""

_log = logging.getLogger(__name__)
# It warns of a deprecated field of its own at each login.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Handler:
    """What is done with envelopes and mails. The names are those that aiosmtpd calls."""

    def __init__(self, store: SinkStore, *, recipients: int, arrived: Callable[[], None]) -> None:
        """Take where mails are kept; ``arrived`` is told after each."""
        self._store, self._recipients, self._arrived = store, recipients, arrived

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept any recipient, up to a number."""
        if len(envelope.rcpt_tos) >= self._recipients:
            return f"452 4.5.3 At most {self._recipients} recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Keep a mail."""
        content = envelope.original_content or b""
        try:
            number = await asyncio.to_thread(self._keep, content, session, envelope)
        except SinkFullError as error:
            return f"452 4.3.1 {error}"
        except Exception:  # noqa: BLE001 - told in the log and to the client
            _log.exception("a mail could not be kept")
            return "451 4.3.0 The mail could not be kept; the log of the simulator says why"
        self._arrived()
        return f"250 2.0.0 Kept as {number}"

    def _keep(self, content: bytes, session: Session, envelope: Envelope) -> int:
        peer: Any = session.peer
        return self._store.keep(
            content,
            sink=Sink.MSSANTE,
            kind="MAIL",
            session=_account(session),
            sender=str(envelope.mail_from or ""),
            recipients=tuple(str(one) for one in envelope.rcpt_tos),
            facts={
                "peer": str(peer[0]) if isinstance(peer, tuple) else str(peer),
                "helo": str(session.host_name or "")[:255],
                **_transport_facts(getattr(session, "banc_transport", None)),
            },
            outcome="250",
        )


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
            authenticator=_authenticator(password),
            command_call_limit={"*": 1000, "RCPT": doors.limits.recipients + 100, "NOOP": 10_000},
            loop=loop,
        )
        self._doors = doors
        self._size = size
        self._came: int | None = None
        """Bytes of the mail that is being received."""
        self._is_inside = False

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


def _authenticator(password: str | None) -> Callable[..., AuthResult]:
    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        good = password is None or hmac.compare_digest(data.password, password.encode())
        return AuthResult(success=good, handled=False, auth_data=data)

    return authenticate


def _account(session: Session) -> str:
    data = getattr(session, "auth_data", None)
    return data.login.decode("utf-8", errors="replace") if isinstance(data, LoginPassword) else NO_SESSION


def _transport_facts(transport: asyncio.BaseTransport | None) -> dict[str, Any]:
    """Return how a mail came: the version of TLS, and whose certificate the client showed."""
    found = None if transport is None else transport.get_extra_info("ssl_object")
    if found is None:
        return {"tls": None}
    certificate = found.getpeercert() or {}
    subject = ", ".join(f"{key}={value}" for part in certificate.get("subject", ()) for key, value in part)
    return {"tls": found.version(), **({"client_certificate": subject} if subject else {})}
