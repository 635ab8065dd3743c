"""One bench with every way in, and raw sockets to see what is really on the wire."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import pytest

from simulator.bench import BenchOptions, open_bench
from simulator.client import BenchClient
from simulator.contract.names import Operation
from simulator.security.pki import init_pki
from simulator.serving import ServeOptions, free_port, running
from simulator.serving.own_server import listen
from simulator.serving.tls_ports import own_port
from simulator.web.app import create_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.client import SessionClient

WAYS = ("http", "tls", "mtls", "in-process")
"""granian; our own server with one-way and mutual TLS; the same in this very process."""


@dataclass
class Seen:
    """What a raw client saw of one answer."""

    pieces: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """Seconds since the request began to be sent, for each piece."""
    end: str = ""
    """``closed`` (FIN), ``reset`` (RST) or ``open`` (nothing more for a while)."""
    ended_at: float = 0.0

    @property
    def raw(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1])

    @property
    def headers(self) -> list[tuple[str, str]]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]


class Tls:
    """TLS over a raw socket of ours: unlike with ``ssl.SSLSocket``, FIN and RST can be told apart."""

    def __init__(self, raw: socket.socket, context: ssl.SSLContext) -> None:
        self.raw = raw
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")
        self._run(self._tls.do_handshake)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.close()

    def settimeout(self, seconds: float) -> None:
        self.raw.settimeout(seconds)

    def sendall(self, data: bytes) -> None:
        self._run(lambda: self._tls.write(data))

    def recv(self, size: int) -> bytes:
        try:
            return self._run(lambda: self._tls.read(size)) or b""
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""

    def _run(self, action: Callable[[], Any]) -> Any:
        while True:
            try:
                done = action()
            except ssl.SSLWantReadError:
                self._flush()
                data = self.raw.recv(65536)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            else:
                self._flush()
                return done

    def _flush(self) -> None:
        if self._outgoing.pending:
            self.raw.sendall(self._outgoing.read())


class Door:
    """One way in, seen from a raw socket."""

    def __init__(self, name: str, port: int, context: ssl.SSLContext | None) -> None:
        self.name, self.port, self._context = name, port, context

    @property
    def base(self) -> str:
        return f"{'http' if self._context is None else 'https'}://127.0.0.1:{self.port}"

    @property
    def context(self) -> ssl.SSLContext | None:
        return self._context

    def connect(self) -> socket.socket | Tls:
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        if self._context is None:
            return raw
        return Tls(raw, self._context)

    def ask(self, path: str, body: bytes, *, close: bool = True, patience: float = 20.0) -> Seen:
        with self.connect() as connection:
            return _talk(connection, path, body, close=close, patience=patience)


def _talk(
    connection: socket.socket | Tls, path: str, body: bytes, *, close: bool = True, patience: float = 20.0
) -> Seen:
    """Send one call and read until the connection ends, the answer is complete, or ``patience`` is over."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f'Content-Type: application/soap+xml; charset=utf-8; action="{Operation.SEARCH_BY_TRAITS.action}"',
        f"Content-Length: {len(body)}",
        *(["Connection: close"] if close else []),
    ]
    # Before it is sent: on a busy machine the server may have begun to wait before this thread goes on.
    started, seen = time.monotonic(), Seen()
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    connection.settimeout(patience)
    try:
        while True:
            piece = connection.recv(65536)
            if not piece:
                seen.end = "closed"
                break
            seen.pieces.append(piece)
            seen.times.append(time.monotonic() - started)
            if not close and _complete(seen):
                seen.end = "open"
                break
    except TimeoutError:
        seen.end = "open"
    except ConnectionResetError:
        seen.end = "reset"
    seen.ended_at = time.monotonic() - started
    return seen


def _complete(seen: Seen) -> bool:
    if b"\r\n\r\n" not in seen.raw:
        return False
    length = seen.header("content-length")
    return seen.body.endswith(b"0\r\n\r\n") if length is None else len(seen.body) >= int(length)


@dataclass
class ChaosBench:
    """The bench and its doors."""

    client: BenchClient
    doors: dict[str, Door]
    inner: BenchClient
    """The control API of the bench of this process, which has a journal of its own."""

    def api(self, door: Door) -> BenchClient:
        return self.inner if door.name == "in-process" else self.client


@pytest.fixture(scope="session")
def chaos_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChaosBench]:
    folder = tmp_path_factory.mktemp("chaos")
    pki = init_pki(folder / "pki", now=datetime.now(UTC))
    https_port, mtls_port = free_port(), free_port()
    one_way = ssl.create_default_context(cafile=str(pki.bundle))
    mutual = ssl.create_default_context(cafile=str(pki.bundle))
    mutual.load_cert_chain(pki.directory / pki.entry("insi-auto").combined)
    options = ServeOptions(
        bench=BenchOptions(data_dir=folder / "bench", people=5, pki=pki.directory),
        port=0,
        https_port=https_port,
        mtls_port=mtls_port,
    )
    inside = open_bench(BenchOptions(data_dir=folder / "inside", people=5))
    listening = listen("127.0.0.1", 0)
    inner_port = int(listening.getsockname()[1])
    try:
        with (
            own_port(create_parts(inside), listening),
            running(options) as url,
            BenchClient(url) as client,
            BenchClient(f"http://127.0.0.1:{inner_port}") as inner,
        ):
            doors = {
                "http": Door("http", int(url.rpartition(":")[2]), None),
                "tls": Door("tls", https_port, one_way),
                "mtls": Door("mtls", mtls_port, mutual),
                "in-process": Door("in-process", inner_port, None),
            }
            yield ChaosBench(client, doors, inner)
    finally:
        inside.close()


@pytest.fixture(params=WAYS)
def door(request: pytest.FixtureRequest, chaos_bench: ChaosBench) -> Door:
    return chaos_bench.doors[request.param]


@pytest.fixture
def session(chaos_bench: ChaosBench, door: Door) -> Iterator[SessionClient]:
    made = chaos_bench.api(door).create_session()
    yield made
    made.delete()


@pytest.fixture
def scenario() -> Callable[..., dict[str, Any]]:
    """Data of a scenario that puts disturbances on every answer."""

    def make(*steps: Any, then: dict[str, Any] | None = None) -> dict[str, Any]:
        return {
            "id": "tests/chaos",
            "title": {"fr": "Essai", "en": "Trial"},
            "purpose": {"fr": "Voir", "en": "See"},
            "source": "tests",
            "evidence": "inferred",
            "rules": [{"when": {}, "then": {**(then or {"code": "01"}), "chaos": list(steps)}}],
        }

    return make


@pytest.fixture
def ask(
    door: Door,
    session: SessionClient,
    soap_request: Callable[..., bytes],
    scenario: Callable[..., dict[str, Any]],
) -> Callable[..., Seen]:
    """Install disturbances and make one call through the door."""

    def call(*steps: Any, fault: str | None = None, close: bool = True, patience: float = 20.0) -> Seen:
        session.install(scenario(*steps, then=None if fault is None else {"fault": fault}))
        return door.ask(f"/s/{session.id}/lps", soap_request(), close=close, patience=patience)

    return call


@pytest.fixture
def ask_again(
    door: Door,
    session: SessionClient,
    soap_request: Callable[..., bytes],
    scenario: Callable[..., dict[str, Any]],
) -> Callable[..., list[Seen]]:
    """Install disturbances and make several calls on one connection."""

    def call(*steps: Any, times: int) -> list[Seen]:
        session.install(scenario(*steps))
        with door.connect() as connection:
            return [
                _talk(connection, f"/s/{session.id}/lps", soap_request(), close=False) for _ in range(times)
            ]

    return call
