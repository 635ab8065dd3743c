"""TLS handshakes that fail: the client is told why, and so is whoever reads the log of the server.

OpenSSL writes an alert that says what was wrong. asyncio and uvloop close the connection without sending it: the client sees a
connection that was cut, and nobody learns that its certificate was missing. Here the alert leaves before the connection does.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import socket

SHAKING: Final[ContextVar[tuple[socket.socket, str] | None]] = ContextVar("shaking", default=None)
"""The connection whose handshake the present task makes, and its client; set by the server that accepted it."""
TOLD_AGAIN_S: Final = 60.0
"""The same reason is told again after so long: a client tries again and again."""

_log = logging.getLogger(__name__)

_REASONS: Final = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the client sent no certificate, and this port (mutual TLS) wants one of its authority",
    "CERTIFICATE_VERIFY_FAILED": "the certificate of the client is of no authority that this port knows",
    "HTTP_REQUEST": "the client speaks HTTP without TLS: write https:// for this port",
    "WRONG_VERSION_NUMBER": "the client does not speak TLS",
    "UNSUPPORTED_PROTOCOL": "the client offers no version of TLS from 1.2 on",
    "NO_SHARED_CIPHER": "the client offers no cipher suite that this port takes",
    "TLSV1_ALERT_UNKNOWN_CA": "the client does not trust the authority of this port: give it ca-bundle.pem of the PKI",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the client refused the certificate of this port: does it trust ca-bundle.pem of the PKI, and the host name?",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the client refused the certificate of this port: does it trust ca-bundle.pem of the PKI, and the host name?",
}
_PLAIN: Final = b"banc-insi: this port speaks TLS: write https:// in the address.\n"
_TO_PLAIN: Final = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_PLAIN), _PLAIN)
)


class _Handshake(ssl.SSLObject):
    """The TLS of one connection."""

    outgoing: ssl.MemoryBIO | None = None
    """What OpenSSL has written and nobody has sent yet."""
    accepted: tuple[socket.socket, str] | None = None

    def do_handshake(self) -> None:
        """Go on with the handshake; when it fails, let the client know why."""
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            self._tell(error)
            raise

    def _tell(self, error: ssl.SSLError) -> None:
        reason = error.reason or ""
        last = b"" if self.outgoing is None else self.outgoing.read()
        if reason == "HTTP_REQUEST":
            last = _TO_PLAIN
        if self.accepted is None:
            return
        connection, client = self.accepted
        _note(reason or str(error), client)
        if last:
            with contextlib.suppress(OSError):
                connection.send(last)


class TellingContext(ssl.SSLContext):
    """A context of servers whose failed handshakes are told."""

    sslobject_class = _Handshake

    def wrap_bio(
        self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *given: Any, **named: Any
    ) -> ssl.SSLObject:
        """Begin a handshake."""
        made = super().wrap_bio(incoming, outgoing, *given, **named)
        if isinstance(made, _Handshake):
            made.outgoing, made.accepted = outgoing, SHAKING.get()
        return made


_last_told: dict[str, float] = {}


def _note(reason: str, client: str) -> None:
    now = time.monotonic()
    if now - _last_told.get(reason, -TOLD_AGAIN_S) < TOLD_AGAIN_S:
        return
    _last_told[reason] = now
    _log.warning("a TLS handshake of %s failed: %s", client, _REASONS.get(reason, reason))
