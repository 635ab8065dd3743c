"""Receiving a body: as much as is needed, within a time and a share of the memory, and knowing whether it came whole."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from granian._granian import RSGIProtocolClosed as ProtocolClosed

from simulator.contract.limits import HEAD_BYTES
from simulator.serving.own_request import BrokenBodyError
from simulator.serving.patience import Patience
from simulator.values import value
from simulator.web.soap import read_limit

if TYPE_CHECKING:
    from simulator.serving.scope import HTTPProtocol, Scope

SMALL: Final = 64 * 1024
"""Bodies that may be this long and no longer are not counted."""
MOST_BYTES: Final = 256 * 1024 * 1024
"""Bytes of larger bodies that one server process holds while they come."""

_DIGITS: Final = 16
"""Of no length that anybody sends."""
_ENDS: Final = (b">", b"}", b"]")
"""How XML and JSON end."""
_CUT: Final = "the client left, or broke the rules of HTTP, before the end of the body"
_TRAILERS: Final = "; or it sent trailers that no Trailer header announces: announce them, or leave them out"


@value(frozen=True, slots=True)
class Received:
    """A body, and what is wrong with how it came."""

    body: bytes
    status: int = 200
    """HTTP status of the refusal when ``problem`` is not empty."""
    problem: str = ""
    """What was expected and what came (English); empty: it came whole, or more than enough of it."""


class Receiver:
    """Receives the bodies of one event loop."""

    def __init__(self, timeout_s: float, most_bytes: int = MOST_BYTES) -> None:
        """Take how long a body may take, and how many bytes may be on their way together."""
        self._timeout_s = timeout_s
        self._patience = Patience(timeout_s)
        self._left = most_bytes

    async def receive(self, scope: Scope, protocol: HTTPProtocol, *, limit: int | None) -> Received:
        """Return the body, cut after what is enough to tell that it is too large.

        Args:
            scope: of the request.
            protocol: of the request.
            limit: most bytes read; ``None``: those of a SOAP call, by what it says it is.
        """
        if scope.method in {"GET", "HEAD"}:
            return Received(b"")
        text = scope.headers.get("content-length")
        is_number = text is not None and text.isascii() and text.isdecimal() and len(text) < _DIGITS
        declared = int(text) if is_number and text is not None else None
        coding = scope.headers.get("transfer-encoding")
        if coding is not None and coding.strip().lower() != "chunked":
            return Received(b"", 501, f"expected Transfer-Encoding: chunked, alone; got {coding[:40]!r}")
        if coding is not None and scope.headers.get("content-length") is not None:
            # Two readers would not agree where the next request begins (RFC 9112 §6.1).
            return Received(b"", 400, "expected Content-Length or Transfer-Encoding, got both")
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - servers run each request as a task
        self._patience.begin(task)
        try:
            if declared is not None and declared <= SMALL and (limit is None or declared < limit):
                return Received(await protocol())
            return await self._by_chunks(scope, protocol, limit, declared)
        except asyncio.CancelledError:
            if not self._patience.has_ended(task):
                raise
            return Received(b"", 408, f"expected the body within {self._timeout_s:g} s, its end did not come")
        except (ProtocolClosed, BrokenBodyError):
            return Received(b"", 400, f"expected {declared} bytes of body (Content-Length): {_CUT}")
        finally:
            self._patience.end(task)

    async def _by_chunks(
        self, scope: Scope, protocol: HTTPProtocol, limit: int | None, declared: int | None
    ) -> Received:
        content_type = scope.headers.get("content-type") or ""
        wanted = read_limit(content_type, b"") if limit is None else limit
        body, reserved, nothing = bytearray(), 0, 0
        try:
            async for chunk in protocol:
                # granian says nothing once at the end of a body, and twice when the body broke off or trailers follow it
                # (measured, 2.8).
                nothing += not chunk
                body += chunk
                if len(body) - reserved > SMALL:
                    self._left -= len(body) - reserved
                    reserved = len(body)
                    if self._left < 0:
                        return Received(b"", 503, "too many large bodies are being received; try again later")
                if limit is None and len(body) >= wanted:
                    wanted = read_limit(content_type, bytes(body[:HEAD_BYTES]))
                if len(body) >= wanted:
                    return Received(bytes(body[:wanted]))
        except BrokenBodyError as error:
            return Received(bytes(body), 400, f"expected a whole body: {error}")
        finally:
            self._left += reserved
        if declared is not None and len(body) < declared:
            return Received(bytes(body), 400, f"expected {declared} bytes of body (Content-Length): {_CUT}")
        if nothing > 1 and not _ends_in_trailers(scope, body):
            hint = _TRAILERS if body.rstrip().endswith(_ENDS) else ""
            return Received(bytes(body), 400, f"expected a whole body in chunks: {_CUT}{hint}")
        return Received(bytes(body))


def _ends_in_trailers(scope: Scope, body: bytearray) -> bool:
    """Tell a body with trailers from one that broke off: they are announced (RFC 9110 §6.6.2), and the message is whole.

    Trailers that nobody announced cannot be told from a body cut where its last chunk should be: the stream of granian gives the
    same two empty parts, and ``client_disconnect`` tells neither a half that was closed nor a length of chunk that is none
    (measured, 2.8). Awaiting the whole body instead does tell them, but takes into memory whatever comes. A call must never be
    taken for whole that is not: they are refused on the port of granian. What trailers say is not used (RFC 9112 §7.1.2).

    In HTTP/2 a part without content may end a body, or stand within it (RFC 9113 §6.1), trailers need no announcement, and who
    breaks a stream off hears no answer: there the end of the message decides alone.
    """
    announced = bool(scope.headers.get("trailer")) or scope.http_version.startswith("2")
    return announced and body.rstrip().endswith(_ENDS)
