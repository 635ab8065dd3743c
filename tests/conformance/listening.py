"""A listener for tests that answer byte by byte."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """Have each connection talked to in a thread of its own, and yield where to connect, as ``127.0.0.1:port``.

    The thread that accepts has ended before its socket is closed: it would accept what comes for the next listener, which
    the system gives the same number.
    """
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                if over.is_set():
                    connection.close()
                    return
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        host, port = listener.getsockname()
        try:
            yield f"{host}:{port}"
        finally:
            over.set()
            with socket.create_connection((host, port)):
                accepting.join()
