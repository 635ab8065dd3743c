"""Disturbed answers: delays that hold no thread, bodies in drips or cut, connections closed or reset.

What granian does was measured (2.8): a body shorter than its ``Content-Length`` makes it close the connection, a
stream without one is sent in chunks, and ``client_disconnect`` tells at once that the client has left.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING, Final

from simulator.chaos.reply import End, pieces
from simulator.serving.own_request import OwnRequest
from simulator.serving.own_socket import RESET_ON_CLOSE, own_socket
from simulator.web.soap import refused_delivery

if TYPE_CHECKING:
    from simulator.serving.front import HTTPProtocol, Scope
    from simulator.web.soap import HttpAnswer

_FLUSH_S: Final = 0.05
"""What was written is given so long to leave before the connection ends: a reset drops what is still here."""
_END_S: Final = 2.0
"""How long granian is given to notice that its connection has ended."""

_log = logging.getLogger(__name__)


async def deliver(answer: HttpAnswer, scope: Scope, protocol: HTTPProtocol) -> None:
    """Send an answer as its delivery says. Returns early when the client leaves."""
    delivery = answer.delivery
    if delivery.delay and await _left_within(protocol, delivery.delay):
        return
    if delivery.end is End.WHOLE:
        if delivery.piece is None:
            protocol.response_bytes(answer.status, answer.headers, answer.body)
        else:
            await _send_pieces(answer, protocol)
        return
    if isinstance(protocol, OwnRequest):
        await _cut_own(answer, protocol)
        return
    await _cut_granian(answer, scope, protocol)


async def _cut_granian(answer: HttpAnswer, scope: Scope, protocol: HTTPProtocol) -> None:
    """End a connection of granian before the end of its answer."""
    delivery = answer.delivery
    with own_socket(scope.client, scope.server) as connection:
        if connection is None or scope.http_version.startswith("2"):
            refused = refused_delivery("the connection was not found among those of the server, or is HTTP/2")
            _log.error("%s", refused.body.decode())
            protocol.response_bytes(refused.status, refused.headers, refused.body)
            return
        # Kept until the end: while the client only reads a part, the port cannot be another connection's.
        transport = None
        if not delivery.silent:
            transport = await _send_pieces(answer, protocol)
            if transport is None or await _left_within(protocol, _FLUSH_S):
                return
        if delivery.hold and await _left_within(protocol, delivery.hold):
            return
        if delivery.end is End.RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            # For granian the client has left: it drops the connection. Nothing of this is seen outside.
            connection.shutdown(socket.SHUT_RD)
            if await _left_within(protocol, _END_S):
                return
            # Winsock promises less of a socket shut for reading than POSIX. Never leave the client an answer instead.
            _log.warning("a connection that had to be reset is closed: the server does not let go of it")
        connection.shutdown(socket.SHUT_RDWR)
        await _left_within(protocol, _END_S)


async def _cut_own(answer: HttpAnswer, protocol: OwnRequest) -> None:
    """End a connection of our own server before the end of its answer."""
    delivery = answer.delivery
    if not delivery.silent and (
        await _send_pieces(answer, protocol) is None or await _left_within(protocol, _FLUSH_S)
    ):
        return
    if delivery.hold and await _left_within(protocol, delivery.hold):
        return
    protocol.cut(reset=delivery.end is End.RESET)


async def _send_pieces(answer: HttpAnswer, protocol: HTTPProtocol) -> object | None:
    """Send headers and body piece by piece; return what keeps the stream open, ``None`` if the client has left."""
    transport = protocol.response_stream(answer.status, answer.headers)
    for number, piece in enumerate(pieces(answer.body, answer.delivery)):
        if number and answer.delivery.pause and await _left_within(protocol, answer.delivery.pause):
            return None
        await transport.send_bytes(piece)
    return transport


async def _left_within(protocol: HTTPProtocol, seconds: float) -> bool:
    """Wait, and return whether the client left meanwhile."""
    leaving = asyncio.ensure_future(protocol.client_disconnect())
    try:
        done, _ = await asyncio.wait({leaving}, timeout=seconds)
    finally:
        leaving.cancel()
    return bool(done)
