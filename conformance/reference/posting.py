"""Messages posted to INSi and to the DMP over kept connections, each within its time; an answer is read up to a size.

A general client costs more than all the rest that the LGO does for a call.
"""

from __future__ import annotations

import time
import zlib
from collections import deque
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpcore

from simulator.client.connection import Connection
from simulator.security.tls import usual_tls

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALWAYS: Final = ((b"Accept", b"*/*"), (b"Accept-Encoding", b"gzip, deflate"), (b"User-Agent", b"banc-lgo"))
_PACKED: Final = frozenset({b"gzip", b"x-gzip", b"deflate"})


class PostError(Exception):
    """No answer that can be used came; the message says why."""


class TooLateError(PostError):
    """No whole answer came in time."""


class Lines:
    """Connections to whoever was last posted to. Safe to use from several threads."""

    def __init__(self) -> None:
        """Begin without any."""
        self._origin = ""
        self._idle: deque[_Line] = deque()

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            self._idle.pop().connection.close()

    def post(
        self, url: str, content: bytes, headers: Mapping[str, str], *, timeout: float, limit: int
    ) -> tuple[int, bytes]:
        """Post a message and return the HTTP status and the body of the answer.

        Args:
            url: where to.
            content: the message.
            headers: its type, and what else belongs to it.
            timeout: seconds for the whole exchange.
            limit: bytes after which the answer is not read on; a few more may come back.

        Raises:
            TooLateError: it took longer.
            PostError: nobody answers there, the address is none, or what came is not HTTP.
        """
        deadline = time.monotonic() + timeout
        try:
            parts = urlsplit(url)
            line = self._line(url, f"{parts.scheme}://{parts.netloc}")
            line.deadline = deadline
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            fields = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
            return self._posted(line, target, [*_ALWAYS, *fields], content, limit)
        except httpcore.TimeoutException as error:
            raise TooLateError(f"no whole answer within {timeout:g} s") from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
            ValueError,
            zlib.error,
        ) as error:
            if time.monotonic() > deadline:  # A time-out may look like a broken connection.
                raise TooLateError(f"no whole answer within {timeout:g} s") from error
            raise PostError(str(error) or type(error).__name__) from error

    def _line(self, url: str, origin: str) -> _Line:
        if origin != self._origin:
            self.close()
            self._origin = origin
        try:
            line = self._idle.pop()
        except IndexError:
            return _Line(url, origin)
        return line if line.origin == origin else _Line(url, origin)

    def _posted(
        self, line: _Line, target: str, fields: list[tuple[bytes, bytes]], content: bytes, limit: int
    ) -> tuple[int, bytes]:
        received = bytearray()
        try:
            reply = line.connection.request("POST", target, fields, content)
            coding = reply.header(b"content-encoding").strip().lower()
            unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding in _PACKED else None
            for chunk in reply.chunks:
                received += chunk if unpacker is None else unpacker.decompress(chunk, limit + 1)
                if len(received) > limit:
                    line.connection.close()
                    break
        except BaseException:
            line.connection.close()
            raise
        self._idle.append(line)
        return reply.status, bytes(received)


class _Line:
    """A connection, and until when its request has to be answered."""

    def __init__(self, url: str, origin: str) -> None:
        self.origin = origin
        self.deadline = 0.0
        self.connection = Connection(url, context=usual_tls(), left=self._left)

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return left
