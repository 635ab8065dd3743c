"""Bad input over real sockets: a SOAP fault of the right family, an entry in the journal, and the server lives on."""

from __future__ import annotations

import gzip
import socket
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from simulator.contract.names import CTXLPS, RECSANS, SOAP11, SOAP12, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml import etree

    from simulator.client import SessionClient

MIB = 1024 * 1024
SOAP_TYPE = b"application/soap+xml; charset=utf-8"
ACTION = Operation.SEARCH_BY_TRAITS.action


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """Raw HTTP to one session of the running bench."""

    def __init__(self, server: Any, session: SessionClient, good: bytes) -> None:
        self._address = (server.host, server.port)
        self.session = session
        self.path = f"/s/{session.id}/lps"
        self.good = good

    def head(self, *lines: bytes, content_type: bytes | None = SOAP_TYPE) -> bytes:
        kind = [] if content_type is None else [b"Content-Type: " + content_type]
        start = f"POST {self.path} HTTP/1.1".encode()
        return b"\r\n".join([start, b"Host: bench", b"Connection: close", *kind, *lines]) + b"\r\n\r\n"

    def send(self, *pieces: bytes) -> Answer:
        """Send bytes as they are and read until the server closes."""
        with socket.create_connection(self._address, timeout=20) as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                pass  # It answers a body that is too large before the end of it.
            received = bytearray()
            try:
                while chunk := connection.recv(65536):
                    received += chunk
            except ConnectionResetError:
                pass
        head, _, body = bytes(received).partition(b"\r\n\r\n")
        assert head, "the server closed without an answer"
        start, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return Answer(int(start.split(" ")[1]), headers, body)

    def post(self, body: bytes, content_type: bytes | None = SOAP_TYPE) -> Answer:
        return self.send(self.head(b"Content-Length: %d" % len(body), content_type=content_type), body)

    def post_chunks(self, *chunks: bytes) -> Answer:
        coded = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b"")]
        return self.send(self.head(b"Transfer-Encoding: chunked"), *coded)

    def lives(self) -> bool:
        """Tell whether a good call is answered."""
        answer = self.post(self.good)
        return answer.status == 200 and b"<CodeCR>00</CodeCR>" in answer.body


@pytest.fixture
def wire(server: Any, soap_request: Callable[..., bytes]) -> Iterator[Wire]:
    session = server.client.create_session()
    yield Wire(server, session, soap_request())
    session.delete()


def changed(before: str, after: str) -> Callable[[bytes], bytes]:
    return lambda good: good.replace(before.encode(), after.encode())


def bomb(good: bytes) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    start = f'<!DOCTYPE x [<!ENTITY e0 "{"x" * 1000}">{entities}]>'
    return changed("?>", f"?>{start}")(changed("ADRTROIS", "&e11;")(good))


def with_doctype(doctype: str) -> Callable[[bytes], bytes]:
    return lambda good: changed("?>", f"?>{doctype}")(changed("ADRTROIS", "&e;")(good))


XINCLUDE = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
MANY_ATTRIBUTES = " ".join(f'a{number}="{number}"' for number in range(5000))
NAME = "<NomNaissance>ADRTROIS</NomNaissance>"
FIRST = "<Prenom>TOUSSAINT</Prenom>"
SECOND_LPS = f'<x:ContexteLPS xmlns:x="{CTXLPS}" Version="01_00"/></soap:Header>'

BAD = [
    pytest.param(lambda _: b"", "desir_9001", id="empty"),
    pytest.param(lambda _: b"   \r\n", "desir_9001", id="blank"),
    pytest.param(lambda _: b"bonjour", "desir_9001", id="not XML"),
    pytest.param(lambda _: b'{"NomNaissance": "ADRTROIS"}', "desir_9001", id="JSON"),
    pytest.param(lambda _: bytes(range(256)) * 40, "desir_9001", id="noise"),
    pytest.param(lambda good: good[: len(good) // 2], "desir_9001", id="cut in the middle"),
    pytest.param(lambda good: good + good, "desir_9001", id="twice"),
    pytest.param(changed(SOAP12, SOAP11), "desir_9002", id="SOAP 1.1"),
    pytest.param(lambda _: b"<html><body>503</body></html>", "desir_9002", id="HTML"),
    pytest.param(changed(NAME + FIRST, FIRST + NAME), "desir_9003", id="wrong order"),
    pytest.param(changed(NAME, NAME * 2), "desir_9003", id="birth name twice"),
    pytest.param(changed("<Sexe>", "<Genre/><Sexe>"), "desir_9003", id="unknown element"),
    pytest.param(changed("2026-01-05T09:00:00Z", "hier"), "desir_9003", id="unreadable time"),
    pytest.param(changed("ADRTROIS", XINCLUDE), "desir_9003", id="XInclude"),
    pytest.param(lambda good: good + b" " * MIB, "desir_9004", id="more than 1 MiB"),
    pytest.param(lambda good: good + b" " * (8 * MIB), "desir_9004", id="more than 8 MiB"),
    pytest.param(changed("ADRTROIS", "<x>" * 100 + "</x>" * 100), "desir_9004", id="deep"),
    pytest.param(lambda _: b"<x>" * 200_000, "desir_9004", id="very deep"),
    pytest.param(changed("<soap:Body>", f"<soap:Body {MANY_ATTRIBUTES}>"), "desir_9004", id="thousands of attributes"),
    pytest.param(bomb, "desir_9005", id="entity bomb"),
    pytest.param(with_doctype('<!DOCTYPE x [<!ENTITY e "ADRTROIS">]>'), "desir_9005", id="internal entity"),
    pytest.param(with_doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), "desir_9005", id="external entity"),
    pytest.param(with_doctype('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>'), "desir_9005", id="parameter entity"),
    pytest.param(with_doctype('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), "desir_9005", id="external DTD"),
    pytest.param(changed("ADRTROIS", "ADR<?php echo 1 ?>TROIS"), "desir_9005", id="processing instruction"),
    pytest.param(changed("Traits", "Tarot"), "desir_9006", id="unknown action"),
    pytest.param(changed(f"<wsa:Action>{ACTION}</wsa:Action>", ""), "desir_9006", id="no action"),
    pytest.param(changed(RECSANS, "urn:autre"), "desir_9006", id="unknown body"),
    pytest.param(changed("ctxbam:ContexteBAM", "ctxbam:ContexteBUM"), "desir_9007", id="no ContexteBAM"),
    pytest.param(changed("ctxlps:ContexteLPS", "ctxlps:ContexteLIPS"), "desir_9007", id="no ContexteLPS"),
    pytest.param(changed("wsa:MessageID", "wsa:RelatesTo"), "desir_9007", id="no MessageID"),
    pytest.param(changed("</soap:Header>", SECOND_LPS), "desir_9007", id="ContexteLPS twice"),
    pytest.param(lambda good: good.replace(b"ADRTROIS", b"ADRTRO\xcfS"), "desir_9001", id="invalid UTF-8"),
    pytest.param(lambda good: good.replace(b"ADRTROIS", b"ADR\x00TROIS"), "desir_9001", id="NUL byte"),
    pytest.param(changed("UTF-8", "ISO-8859-1"), "desir_9001", id="declared ISO-8859-1"),
    pytest.param(lambda good: good.decode().replace("UTF-8", "UTF-32").encode("utf-32"), "desir_9001", id="UTF-32"),
    pytest.param(changed("ADRTROIS", "\u202eADRTROIS"), "insi_904", id="direction override"),
    pytest.param(changed(">M<", "><"), "insi_24", id="empty sex"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "code"), BAD)
def test_bad_input_gets_its_fault_and_an_entry_and_the_server_lives(
    wire: Wire,
    fault_of: Callable[[bytes], tuple[str, str, etree._Element]],
    spoil: Callable[[bytes], bytes],
    code: str,
) -> None:
    body = spoil(wire.good)
    answer = wire.post(body)
    assert answer.status == 500
    assert answer.headers["content-type"] == "application/soap+xml; charset=utf-8"
    _, _, error = fault_of(answer.body)
    assert error.get("code") == code
    (kept,) = wire.session.exchanges()
    assert (kept.code, kept.http_status) == (code, 500)
    assert kept.decision["cause"]
    assert "root:" not in kept.decision["cause"]
    assert wire.lives()


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        (b"application/soap+xml; charset=ISO-8859-1", "desir_9001"),
        (b"application/soap+xml; charset=utf-16", "desir_9001"),
        (b'application/soap+xml; charset="', "desir_9001"),
        (b"text/xml", "00"),
        (b"application/soap+xml; charset=\xe9\xff", "00 or desir_9001"),
        (b";;;===", "00"),
        (None, "00"),
    ],
)
def test_an_odd_content_type_is_answered(wire: Wire, content_type: bytes | None, code: str) -> None:
    answer = wire.post(wire.good, content_type)
    (kept,) = wire.session.exchanges()
    assert kept.code in code.split(" or ")
    assert answer.status == (200 if kept.code == "00" else 500)
    assert wire.lives()


class TestTransport:
    def test_a_body_in_chunks_is_read_whole(self, wire: Wire) -> None:
        middle = len(wire.good) // 2
        assert wire.post_chunks(wire.good[:middle], wire.good[middle:]).status == 200
        assert wire.session.exchanges()[0].request_xml.encode() == wire.good

    @pytest.mark.parametrize("size", [1, 8])
    def test_too_much_in_chunks_is_refused(self, wire: Wire, size: int) -> None:
        answer = wire.post_chunks(wire.good, *[b" " * MIB] * size)
        assert answer.status == 500
        assert wire.session.exchanges()[0].code == "desir_9004"
        assert wire.lives()

    def test_one_byte_at_a_time_is_read_whole(self, wire: Wire) -> None:
        head = wire.head(b"Content-Length: %d" % len(wire.good))
        pieces = [bytes([byte]) for byte in wire.good]
        assert wire.send(head, *pieces).status == 200

    def test_a_header_twice_is_a_list(self, wire: Wire) -> None:
        lines = (b"X-Twice: a", b"X-Twice: b", b"Content-Length: %d" % len(wire.good))
        assert wire.send(wire.head(*lines), wire.good).status == 200
        assert len(wire.session.exchanges()) == 1

    def test_two_content_types_are_one_call_and_refused(self, wire: Wire) -> None:
        lines = (b"Content-Type: text/xml", b"Content-Length: %d" % len(wire.good))
        assert wire.send(wire.head(*lines), wire.good).status == 500
        assert [view.code for view in wire.session.exchanges()] == ["desir_9001"]
        assert wire.lives()

    def test_odd_bytes_in_a_header_are_no_crash(self, wire: Wire) -> None:
        lines = (b"User-Agent: LGO \xe9\xff\xf0\x9f", b"Content-Length: %d" % len(wire.good))
        assert wire.send(wire.head(*lines), wire.good).status == 200
        assert len(wire.session.exchanges()) == 1

    def test_a_client_that_goes_away_disturbs_nobody(self, wire: Wire) -> None:
        for cut in (0, 10, len(wire.good) - 1):
            with socket.create_connection(wire._address, timeout=5) as connection:
                connection.sendall(wire.head(b"Content-Length: %d" % len(wire.good)) + wire.good[:cut])
        assert wire.lives()

    def test_clients_that_dawdle_disturb_nobody(self, wire: Wire) -> None:
        dawdlers = [socket.create_connection(wire._address, timeout=5) for _ in range(20)]
        for connection in dawdlers:
            connection.sendall(wire.head(b"Content-Length: 5000") + b"<soap")
        assert wire.lives()
        for connection in dawdlers:
            connection.close()

    @pytest.mark.parametrize(
        "raw",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS handshake
            b"POST /lps HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\nConnection: close\r\n\r\n",
            b"POST /lps HTTP/1.1\r\nHost: x\r\nX-Bad: a\x01b\r\nConnection: close\r\n\r\n",
            b"PUT /lps HTTP/9.9\r\n\r\n",
        ],
    )
    def test_what_is_no_http_is_refused_and_the_server_lives(self, wire: Wire, raw: bytes) -> None:
        with socket.create_connection(wire._address, timeout=5) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            first = connection.recv(64)
        assert not first.startswith(b"HTTP/1.1 2")
        assert wire.lives()

    def test_several_calls_share_a_connection(self, wire: Wire) -> None:
        one = wire.head(b"Content-Length: %d" % len(wire.good)).replace(b"close", b"keep-alive") + wire.good
        last = wire.head(b"Content-Length: %d" % len(wire.good)) + wire.good
        wire.send(one, one, last)
        assert [view.code for view in wire.session.exchanges()] == ["00"] * 3

    @pytest.mark.parametrize(
        "path",
        [
            "/%E2%82%AC",
            "/api/v1/sessions/%E2%82%AC",
            "/%ff%fe",
            "/s/%C3%A9/lps",
            "/api/v1/exchanges?session=%E2%82%AC&code=%ff",
        ],
    )
    def test_a_path_beyond_ascii_is_told_apart_and_no_crash(self, wire: Wire, path: str) -> None:
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        assert wire.send(request).status in {200, 404, 405}
        assert wire.lives()


def test_a_compressed_request_is_refused_uninflated(wire: Wire) -> None:
    bomb = gzip.compress(b" " * (64 * MIB))
    answer = wire.send(
        wire.head(b"Content-Encoding: gzip", b"Content-Length: %d" % len(bomb)),
        bomb,
    )
    assert answer.status == 500
    kept = wire.session.exchanges()[-1]
    assert (kept.code, kept.decision["cause"]) == ("desir_9001", "expected no Content-Encoding, got 'gzip'")
    assert wire.lives()
