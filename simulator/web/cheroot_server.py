"""cheroot with answers that can be disturbed: a WSGI server whose connections can be lent to a thread of their own.

A worker thread of cheroot computes an answer and goes on with the next connection; what waits, drips or hangs is
waited for elsewhere, so that sixteen slow answers do not stop a server of sixteen threads.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

from cheroot.server import HTTPConnection
from cheroot.wsgi import Gateway_10, Server

from simulator.scripting.chaos_reply import End, pieces
from simulator.web.own_socket import RESET_ON_CLOSE
from simulator.web.soap import TAKE_OVER, status_line

if TYPE_CHECKING:
    from simulator.web.soap import HttpAnswer

MAX_LENT: Final = 512
"""Connections lent at once; beyond, an answer is waited for by the worker thread that computed it."""
BACKLOG: Final = 128
"""Connections that may wait to be accepted."""
_LOOK_S: Final = 0.2
"""How often a waiting thread looks whether the client has left."""
_FLUSH_S: Final = 0.05
"""What was written is given so long to leave: a reset drops what is still here."""


class BenchServer(Server):
    """cheroot's WSGI server, for an application that may ask to deliver an answer itself."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Take the arguments of ``cheroot.wsgi.Server``."""
        # cheroot's own 5 makes clients that arrive together wait for a second or more.
        super().__init__(*arguments, **{"request_queue_size": BACKLOG} | options)
        self.gateway = _Gateway
        self.ConnectionClass = _Connection
        self.stopping = threading.Event()
        self.lendable = threading.Semaphore(MAX_LENT)

    def stop(self) -> None:
        """Stop; who waits with an answer drops it."""
        self.stopping.set()
        super().stop()


class _Gateway(Gateway_10):
    """Lets the application hand over an answer whose delivery WSGI cannot express."""

    def get_environ(self) -> Any:
        environ: Any = super().get_environ()  # type: ignore[no-untyped-call] # cheroot has half of its types
        environ[TAKE_OVER] = self._take_over
        return environ

    def _take_over(self, answer: HttpAnswer) -> None:
        request = self.req
        request.conn.taken = answer, not request.close_connection
        # For cheroot all is said, and the connection is to be closed: then it is lent.
        request.sent_headers = True
        request.close_connection = True


class _Connection(HTTPConnection):
    """A connection that may be lent: the worker that would close it hands it to a thread instead."""

    taken: tuple[HttpAnswer, bool] | None = None
    """The answer to deliver, and whether the connection may serve again."""

    def close(self) -> None:
        """Close, or deliver what was handed over."""
        if self.taken is None:
            super().close()
            return
        (answer, keep), self.taken = self.taken, None
        if self.server.lendable.acquire(blocking=False):
            threading.Thread(target=self._deliver_lent, args=(answer, keep), daemon=True).start()
        else:
            self._deliver(answer, keep=keep)

    def _deliver_lent(self, answer: HttpAnswer, keep: bool) -> None:  # noqa: FBT001 - the target of a thread
        try:
            self._deliver(answer, keep=keep)
        finally:
            self.server.lendable.release()

    def _deliver(self, answer: HttpAnswer, *, keep: bool) -> None:
        try:
            whole = self._send(answer)
        except OSError:
            whole = False  # the client has left
        if whole and keep:
            self.server.put_conn(self)
            return
        with contextlib.suppress(OSError):
            super().close()

    def _send(self, answer: HttpAnswer) -> bool:
        """Send an answer as its delivery says; return whether the connection can serve again."""
        delivery = answer.delivery
        if delivery.delay and self._left_within(delivery.delay):
            return False
        if not delivery.silent:
            self.socket.sendall(self._head(answer))
            for number, piece in enumerate(pieces(answer.body, delivery)):
                if number and delivery.pause and self._left_within(delivery.pause):
                    return False
                self.socket.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if delivery.chunked else piece)
        if delivery.end is End.WHOLE:
            if delivery.chunked:
                self.socket.sendall(b"0\r\n\r\n")
            return True
        if not delivery.silent and self._left_within(_FLUSH_S):
            return False
        if delivery.hold and self._left_within(delivery.hold):
            return False
        if delivery.end is End.RESET:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            # Not shut down first, as close() does: that would be a FIN.
            self.rfile.close()
            self.socket.close()
        return False

    def _head(self, answer: HttpAnswer) -> bytes:
        headers = list(answer.headers)
        known = {name.lower() for name, _ in headers}
        if "date" not in known:
            headers.append(("Date", formatdate(usegmt=True)))
        headers.append(("Server", self.server.server_name))
        if answer.delivery.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        lines = [f"HTTP/1.1 {status_line(answer.status)}", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _left_within(self, seconds: float) -> bool:
        """Wait, and return whether the client left, or the server stops, meanwhile."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self.server.stopping.wait(min(left, _LOOK_S)):
                return True
            if self._has_left():
                return True
        return False

    def _has_left(self) -> bool:
        timeout = self.socket.gettimeout()
        self.socket.settimeout(0)
        try:
            if isinstance(self.socket, ssl.SSLSocket):
                # TLS cannot peek. A client that says more while it waits for its answer is not waiting for it.
                self.socket.recv(1)
                return True
            return not self.socket.recv(1, socket.MSG_PEEK)
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        except OSError:
            return True
        finally:
            with contextlib.suppress(OSError):
                self.socket.settimeout(timeout)
