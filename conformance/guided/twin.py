"""What a screen should show: the reference LGO does the same acts, and gets the answers that INSi gave the software."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import wire
from conformance.drivers.errors import DriverError
from conformance.reference.acts import Acts
from conformance.reference.server import opened
from conformance.reference.store import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.drivers.model import Actor, Capabilities
    from conformance.drivers.verbs import Declaration
    from conformance.reference.lgo import Lgo

_MAX_REQUEST: Final = 1024 * 1024
_CONTENT: Final = "application/soap+xml; charset=utf-8"
_UNAVAILABLE: Final = 503


class LostError(LookupError):
    """The twin cannot follow: the software has gone another way, or knows an act that the twin does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What INSi answered."""

    status: int
    body: bytes


class _Echo(ThreadingHTTPServer):
    """Answers whatever it is asked with what INSi answered the software last."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Answer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: _Echo

    def do_POST(self) -> None:
        self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MAX_REQUEST))
        answer = self.server.answer or Answer(status=_UNAVAILABLE, body=b"")
        self.send_response(answer.status)
        self.send_header("Content-Type", _CONTENT)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Twin:
    """The reference LGO beside the software under test.

    Args:
        lgo: the reference LGO, with an empty database.
        echo: stands for INSi.
    """

    def __init__(self, lgo: Lgo, echo: _Echo) -> None:
        """Call ``echo`` from now on."""
        self._acts = Acts(lgo)
        self._echo = echo
        self._known = {each.name for each in self._acts.declarations()}
        lgo.reset(echo.url)

    def capabilities(self) -> Capabilities:
        """Return what the twin can do."""
        return self._acts.capabilities()

    def do(
        self,
        declaration: Declaration,
        actor: Actor | None,
        arguments: Mapping[str, Any],
        *,
        answer: Answer | None = None,
    ) -> Any:
        """Do a verb as the software is to do it, and return its answer as JSON.

        Args:
            declaration: the verb.
            actor: who acts.
            arguments: by name, with the identifiers of the twin.
            answer: what INSi answered the software; ``None``: nothing.

        Raises:
            RefusedError: a software that keeps to the rules refuses.
            LostError: the twin does not know the verb, the file or the call.
        """
        if declaration.name not in self._known:
            raise LostError(declaration.name)
        self._echo.answer = answer
        request = wire.Node(declaration.name, declaration.request(arguments))
        try:
            return self._acts.do(declaration, request, actor)
        except (NotFoundError, DriverError) as error:
            raise LostError(str(error)) from error
        finally:
            self._echo.answer = None


@contextmanager
def twin() -> Iterator[Twin]:
    """Run a twin until the end of the block.

    Raises:
        OSError: no port or no temporary folder can be had.
    """
    with opened() as lgo, _Echo() as echo:
        thread = threading.Thread(target=echo.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Twin(lgo, echo)
        finally:
            echo.shutdown()
            thread.join()
