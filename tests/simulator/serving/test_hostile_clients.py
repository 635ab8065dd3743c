"""Silent, slow, dripping and too many clients delay nobody, on any port, and none is waited for without end."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from simulator.bench import BenchOptions, open_bench
from simulator.client import BenchClient
from simulator.security.pki import init_pki
from simulator.serving import ServeOptions, free_port, running
from simulator.serving.front import Front
from simulator.serving.own_server import OwnServer, listen, served
from simulator.serving.places import Limits
from simulator.serving.tls_ports import tls_context
from simulator.web.app import create_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PORTS = ("http", "tls", "mtls")
HEAD = b"POST /lps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml\r\nContent-Length: 1000\r\n\r\n<a>"
MANY = 40
"""More than any pool of threads of this server."""
PATIENCE_S = 25
"""For an answer that needs milliseconds: a port that is blocked needs thirty seconds and more."""


class Doors:
    def __init__(self, ports: dict[str, int], contexts: dict[str, ssl.SSLContext | None]) -> None:
        self.ports, self.contexts = ports, contexts

    def tcp(self, name: str) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.ports[name]), timeout=PATIENCE_S)

    def opened(self, name: str, *, window: int | None = None) -> socket.socket:
        """Return a connection whose handshake, if there is one, is made; ``window``: how much the system reads for us."""
        if window is None:
            connection = self.tcp(name)
        else:
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            connection.settimeout(PATIENCE_S)
            connection.connect(("127.0.0.1", self.ports[name]))
        context = self.contexts[name]
        return connection if context is None else context.wrap_socket(connection, server_hostname="localhost")

    def ask(self, name: str, body: bytes) -> bytes:
        with self.opened(name) as connection:
            connection.sendall(
                b"POST /lps HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                b"Content-Type: application/soap+xml\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
            )
            return everything(connection)


def everything(connection: socket.socket) -> bytes:
    received = bytearray()
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except (ConnectionResetError, ssl.SSLEOFError):
        pass
    return bytes(received)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("hostile")
    pki = init_pki(folder / "pki", now=datetime.now(UTC))
    one_way = ssl.create_default_context(cafile=str(pki.bundle))
    mutual = ssl.create_default_context(cafile=str(pki.bundle))
    mutual.load_cert_chain(pki.directory / pki.entry("insi-auto").combined)
    options = ServeOptions(
        bench=BenchOptions(data_dir=folder / "bench", people=5, pki=pki.directory),
        port=0,
        https_port=free_port(),
        mtls_port=free_port(),
    )
    with running(options) as url:
        ports = {
            "http": int(url.rpartition(":")[2]),
            "tls": options.https_port or 0,
            "mtls": options.mtls_port or 0,
        }
        yield Doors(ports, {"http": None, "tls": one_way, "mtls": mutual})


@pytest.mark.parametrize("name", PORTS)
def test_connections_that_say_nothing_delay_nobody(
    doors: Doors, name: str, soap_request: Callable[..., bytes]
) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(doors.tcp(name))
        assert doors.ask(name, soap_request()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("name", PORTS)
def test_clients_that_go_quiet_after_the_handshake_delay_nobody(
    doors: Doors, name: str, soap_request: Callable[..., bytes]
) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(doors.opened(name))
        assert doors.ask(name, soap_request()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("name", PORTS)
@pytest.mark.parametrize("piece", [HEAD, HEAD[:20]], ids=["in the body", "in the head"])
def test_clients_that_drip_delay_nobody(
    doors: Doors, name: str, piece: bytes, soap_request: Callable[..., bytes]
) -> None:
    with ExitStack() as stack:
        dripping = [stack.enter_context(doors.opened(name)) for _ in range(MANY)]
        for each in dripping:
            each.sendall(piece)
        for each in dripping:
            each.sendall(b" ")
        assert doors.ask(name, soap_request()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("name", PORTS)
def test_clients_that_do_not_read_their_answer_delay_nobody(
    doors: Doors, name: str, soap_request: Callable[..., bytes]
) -> None:
    # Far more than the buffers of the system between the two hold.
    asked = b"GET /lps?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n" * 600
    with ExitStack() as stack:
        for _ in range(MANY // 2):
            stack.enter_context(doors.opened(name, window=16_384)).sendall(asked)
        # Again and again, while the buffers fill.
        for _ in range(60):
            assert doors.ask(name, soap_request()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("name", PORTS)
@pytest.mark.parametrize(
    "sent", [b"", HEAD[:20], HEAD], ids=["nothing", "a part of a head", "a part of a body"]
)
def test_a_connection_half_closed_is_not_kept(doors: Doors, name: str, sent: bytes) -> None:
    with doors.opened(name) as connection:
        connection.sendall(sent)
        # Of TCP alone: who leaves in a hurry says no farewell to TLS.
        socket.socket.shutdown(connection, socket.SHUT_WR)
        everything(connection)  # it ends, long before what is idle is let go


@contextmanager
def own(data_dir: Path, *, context: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """Serve in this process, so that times and limits can be short; give the port."""
    bench = open_bench(BenchOptions(data_dir=data_dir, people=1))
    front = Front(create_parts(bench), body_timeout=options.pop("body_s", 30.0))
    listening = listen("127.0.0.1", 0)
    port = int(listening.getsockname()[1])
    with served(OwnServer(front.__rsgi__, listening, context=context, **options)):
        yield port
    front.close()
    bench.close()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


class TestTimes:
    def test_a_handshake_that_does_not_come_is_not_waited_for(self, tmp_path: Path) -> None:
        pki = init_pki(tmp_path / "pki", now=datetime.now(UTC))
        context = tls_context(pki.directory, mutual=True)
        with own(tmp_path / "data", context=context, handshake_s=0.1) as port, connected(port) as silent:
            assert everything(silent) == b""

    def test_a_connection_that_asks_nothing_is_closed(self, tmp_path: Path) -> None:
        with own(tmp_path, idle_s=0.1) as port, connected(port) as silent:
            assert silent.recv(1) == b""

    def test_a_connection_kept_alive_is_closed_when_it_is_idle(self, tmp_path: Path) -> None:
        with own(tmp_path, idle_s=0.1) as port, connected(port) as client:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert everything(client).startswith(b"HTTP/1.1 200 ")

    def test_a_head_that_drips_has_a_total_time(self, tmp_path: Path) -> None:
        stop = threading.Event()
        with own(tmp_path, head_s=0.3) as port, connected(port) as client:
            client.sendall(b"POST /lps HTTP/1.1\r\nX-Drip: ")

            def drip() -> None:
                while not stop.wait(0.05):
                    try:
                        client.sendall(b"a")
                    except OSError:
                        return

            dripping = threading.Thread(target=drip)
            dripping.start()
            try:
                assert everything(client).startswith(b"HTTP/1.1 408 ")
            finally:
                stop.set()
                dripping.join()

    def test_a_body_that_drips_has_a_total_time_and_an_entry(self, tmp_path: Path) -> None:
        with own(tmp_path, body_s=0.2) as port:
            with connected(port) as client:
                client.sendall(HEAD)
                assert everything(client).startswith(b"HTTP/1.1 408 ")
            with BenchClient(f"http://127.0.0.1:{port}") as api:
                assert [each.code for each in api.session().exchanges()] == ["408"]


class TestLimits:
    @pytest.mark.parametrize(
        "limits", [Limits(most=4, of_one=99), Limits(most=99, of_one=4)], ids=["all", "one"]
    )
    def test_the_connection_quiet_for_longest_is_let_go_first(
        self, tmp_path: Path, soap_request: Callable[..., bytes], limits: Limits
    ) -> None:
        with own(tmp_path, limits=limits) as port, ExitStack() as stack:
            quiet = [stack.enter_context(connected(port)) for _ in range(4)]
            # Each was seen before the next came: the order is certain.
            for each in quiet:
                each.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert each.recv(15) == b"HTTP/1.1 200 OK"
            newcomer = stack.enter_context(connected(port))
            body = soap_request()
            newcomer.sendall(
                b"POST /lps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            )
            assert newcomer.recv(15) == b"HTTP/1.1 200 OK"
            assert everything(quiet[0])  # the rest of its answer, then the end
            quiet[3].sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert everything(quiet[3]).count(b"HTTP/1.1 200 OK") == 1

    def test_hundreds_of_connections_beyond_the_limit_starve_nobody(
        self, tmp_path: Path, soap_request: Callable[..., bytes]
    ) -> None:
        with own(tmp_path, limits=Limits(most=50, of_one=50)) as port, ExitStack() as stack:
            for _ in range(300):
                stack.enter_context(connected(port)).sendall(HEAD[:40])
            doors = Doors({"http": port}, {"http": None})
            assert doors.ask("http", soap_request()).startswith(b"HTTP/1.1 200 ")
