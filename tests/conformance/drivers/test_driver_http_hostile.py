"""HttpDriver against answers that are endless, slow, enormous, deep or nonsense: bounded, and told."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import threading
import time
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.bounded import MAX_ANSWER, TooLargeError, collect
from conformance.drivers.http import HttpDriver
from conformance.drivers.protocol import DriverError, Fault
from conformance.drivers.raw import MASK
from conformance.drivers.settings import DriverSettings
from simulator.security.pki import init_pki
from tests.conformance.listening import listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CAPABILITIES = json.dumps({"name": "Officine", "version": "1", "verbs": []}).encode()


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Return what serves one raw script per connection; the script gets a socket and when to stop."""
    stop = threading.Event()
    with contextlib.ExitStack() as stack:

        def start(script: Callable[[socket.socket, threading.Event], None]) -> str:
            def talk(connection: socket.socket) -> None:
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    script(connection, stop)

            return f"http://{stack.enter_context(listening(talk))}"

        stack.callback(stop.set)
        yield start


def whole(body: bytes, extra: bytes = b"") -> Callable[[socket.socket, threading.Event], None]:
    head = HEAD + extra + b"Content-Length: %d\r\n\r\n" % len(body)
    return lambda connection, _: connection.sendall(head + body)


def error_of(url: str, timeout: float = 30) -> tuple[DriverError, float]:
    started = time.monotonic()
    with HttpDriver(url, timeout=timeout) as driver, pytest.raises(DriverError) as caught:
        driver.capabilities()
    return caught.value, time.monotonic() - started


def test_endless_body_is_given_up_at_its_size(serve: Callable[..., str]) -> None:
    def script(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(HEAD + b"\r\n")
        while not stop.is_set():
            connection.sendall(b" " * 65536)

    error, _ = error_of(serve(script))
    assert error.fault is Fault.TOO_LARGE
    assert "8 Mio" in error.text.fr
    assert "8 MiB" in error.text.en
    assert error.exchange is not None
    assert len(error.exchange.received) < 100_000


@pytest.mark.parametrize("where", ["headers", "body"])
def test_drip_ends_with_the_time_of_the_whole_answer(serve: Callable[..., str], where: str) -> None:
    def script(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(HEAD + (b"" if where == "headers" else b"Content-Length: 100000\r\n\r\n"))
        while not stop.wait(0.02):
            connection.sendall(b"x")

    error, seconds = error_of(serve(script), timeout=0.6)
    assert error.fault is Fault.TIMEOUT
    assert seconds < 15  # far from the 2,000 s of the whole body
    assert "en 0.6 s" in error.text.fr
    assert "within 0.6 s" in error.text.en
    assert ("rien n'est venu" in error.text.fr) is (where == "headers")


def test_gzip_bomb_is_not_unpacked(serve: Callable[..., str]) -> None:
    bomb = gzip.compress(b"\0" * (50 * MAX_ANSWER), 9)
    assert len(bomb) < MAX_ANSWER
    error, _ = error_of(serve(whole(bomb, b"Content-Encoding: gzip\r\n")))
    assert error.fault is Fault.TOO_LARGE


def test_one_part_of_a_gzip_bomb_takes_no_more_memory_than_an_answer_may() -> None:
    bomb = gzip.compress(bytes(256 * 1024 * 1024), compresslevel=1)
    into = bytearray()
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            collect([bomb], "gzip", into)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(into) == MAX_ANSWER
    assert peak < 6 * MAX_ANSWER


@pytest.mark.parametrize("name", [b"gzip", b"x-gzip"])
def test_gzip_answer_is_understood(serve: Callable[..., str], name: bytes) -> None:
    url = serve(whole(gzip.compress(CAPABILITIES), b"Content-Encoding: %b\r\n" % name))
    with HttpDriver(url) as driver:
        assert driver.capabilities().name == "Officine"


@pytest.mark.parametrize(
    ("body", "extra", "fault", "said"),
    [
        (b"[" * 100_000, b"", Fault.TOO_LARGE, "32 niveaux"),
        (b"[" * 40 + b"]" * 40, b"", Fault.TOO_LARGE, "32 niveaux"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, b"", Fault.TOO_LARGE, "32 niveaux"),
        (b"\xff\xfe\x00", b"", Fault.CONTRACT, "JSON"),
        (b'{"name": NaN}', b"", Fault.CONTRACT, "NaN"),
        (b'{"name": "\\ud800"}', b"", Fault.CONTRACT, "demi-caract"),
        (b'{"name": ' + b"9" * 10_000 + b"}", b"", Fault.CONTRACT, "JSON"),
        (b"not gzip", b"Content-Encoding: gzip\r\n", Fault.CONTRACT, "gzip illisible"),
        (CAPABILITIES, b"Content-Encoding: br\r\n", Fault.CONTRACT, "encodage 'br' inconnu"),
    ],
)
def test_nonsense_is_told(
    serve: Callable[..., str], body: bytes, extra: bytes, fault: Fault, said: str
) -> None:
    error, _ = error_of(serve(whole(body, extra)))
    assert error.fault is fault
    assert said in error.text.fr


def test_answer_that_says_it_is_html_is_not_read(serve: Callable[..., str]) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(CAPABILITIES)
    error, _ = error_of(serve(lambda connection, _: connection.sendall(head + CAPABILITIES)))
    assert "text/html" in error.text.fr


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x02\x00", b"220 ftp ready\r\n\r\n", b""])
def test_another_protocol_is_not_the_software(serve: Callable[..., str], garbage: bytes) -> None:
    error, _ = error_of(serve(lambda connection, _: connection.sendall(garbage)))
    assert error.fault is Fault.UNREACHABLE


def test_redirect_is_told_with_its_target(serve: Callable[..., str]) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/api\r\nContent-Length: 0\r\n\r\n"
    error, _ = error_of(serve(lambda connection, _: connection.sendall(moved)))
    assert error.hint is not None
    assert "http://elsewhere/api" in error.hint.fr


def test_body_cut_short_is_told(serve: Callable[..., str]) -> None:
    error, _ = error_of(
        serve(lambda connection, _: connection.sendall(HEAD + b"Content-Length: 500\r\n\r\n{"))
    )
    assert error.fault is Fault.UNREACHABLE


def test_header_of_the_environment_travels_and_is_never_shown(
    serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setenv("DRIVER_TOKEN", "Bearer s3cret")

    def script(connection: socket.socket, _: threading.Event) -> None:
        head = HEAD + b"Content-Length: %d\r\n\r\n" % len(CAPABILITIES)
        connection.sendall(head + CAPABILITIES)

    listener_url = serve(script)
    settings = DriverSettings(
        url=listener_url,
        headers={"X-Site": "7"},
        headers_from_env={"Authorization": "DRIVER_TOKEN"},
    )
    with HttpDriver(settings=settings, on_exchange=seen.append) as driver:
        driver.capabilities()
    assert f"Authorization: {MASK}" in seen[0].sent
    assert "X-Site: 7" in seen[0].sent
    assert "s3cret" not in seen[0].sent


def test_header_of_the_environment_reaches_the_software(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIVER_TOKEN", "Bearer s3cret")
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def once() -> None:
            connection, _ = listener.accept()
            with connection:
                got.append(connection.recv(65536))
                connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(CAPABILITIES) + CAPABILITIES)

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        settings = DriverSettings(
            url=f"http://127.0.0.1:{listener.getsockname()[1]}",
            headers_from_env={"Authorization": "DRIVER_TOKEN"},
        )
        with HttpDriver(settings=settings) as driver:
            driver.capabilities()
        thread.join()
    assert b"Authorization: Bearer s3cret\r\n" in got[0]


def test_missing_variable_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DRIVER_TOKEN", raising=False)
    with pytest.raises(DriverError, match="DRIVER_TOKEN") as caught:
        HttpDriver(
            settings=DriverSettings(url="http://x", headers_from_env={"Authorization": "DRIVER_TOKEN"})
        )
    assert caught.value.fault is Fault.SETUP


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return init_pki(tmp_path_factory.mktemp("driver") / "pki", now=datetime.now(UTC))


class TestTls:
    """A driver API behind mutual TLS, with certificates of a throw-away authority."""

    @pytest.fixture
    def url(self, pki: Any) -> Iterator[str]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pki.directory / pki.entry("server").combined)
        context.load_verify_locations(pki.bundle)
        context.verify_mode = ssl.CERT_REQUIRED

        def talk(plain: socket.socket) -> None:
            with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as client:
                client.recv(65536)
                client.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(CAPABILITIES) + CAPABILITIES)

        with listening(talk) as there:
            yield f"https://{there}"

    def test_authority_and_client_certificate_of_the_settings_are_used(self, pki: Any, url: str) -> None:
        certificate = pki.directory / pki.entry("insi-auto").combined
        settings = DriverSettings(url=url, tls_ca=pki.bundle, client_cert=certificate)
        with HttpDriver(settings=settings) as driver:
            assert driver.capabilities().name == "Officine"

    @pytest.mark.parametrize("has_authority", [True, False])
    def test_without_one_of_them_there_is_no_connection(
        self, pki: Any, url: str, *, has_authority: bool
    ) -> None:
        settings = DriverSettings(url=url, tls_ca=pki.bundle if has_authority else None)
        with HttpDriver(settings=settings) as driver, pytest.raises(DriverError) as caught:
            driver.capabilities()
        assert caught.value.fault is Fault.UNREACHABLE

    def test_file_that_is_no_certificate_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "ca.pem").write_text("not a certificate")
        with pytest.raises(DriverError, match=r"ca\.pem") as caught:
            HttpDriver(settings=DriverSettings(url="https://x", tls_ca=tmp_path / "ca.pem"))
        assert caught.value.fault is Fault.SETUP
