"""A TLS handshake that fails says why: to the client by its alert, and in the log. Legal handshakes of any age succeed, on both ports."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from typing import TYPE_CHECKING

import pytest

from simulator.security import handshakes
from simulator.testing import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.testing import Insi

ASK = b"GET /lps?wsdl HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
V1_1, V1_2, V1_3 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture(scope="module")
def insi() -> Iterator[Insi]:
    with Simulator(people=1, tls=True, mtls=True) as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_told_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshakes, "_last_told", {})


def _port(insi: Insi, name: str) -> int:
    url = insi.https_soap_url if name == "tls" else insi.mtls_soap_url
    return int(url.rpartition(":")[2].partition("/")[0])


def _context(insi: Insi, *, trusting: bool = True, certificate: bool = True) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(insi.pki.bundle) if trusting else None)
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if certificate:
        context.load_cert_chain(insi.pki.directory / insi.pki.entry("insi-manu").combined)
    return context


def _asked(insi: Insi, name: str, context: ssl.SSLContext | None) -> bytes:
    with socket.create_connection(("127.0.0.1", _port(insi, name)), timeout=60) as plain:
        connection = plain if context is None else context.wrap_socket(plain, server_hostname="localhost")
        connection.sendall(ASK)
        received = b""
        while part := connection.recv(65536):
            received += part
        if context is not None:
            connection.close()
    return received


@pytest.mark.parametrize("name", ["tls", "mtls"])
@pytest.mark.parametrize(
    "ciphers", ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA", "AES256-GCM-SHA384", "AES128-SHA"]
)
def test_a_client_of_ten_years_ago_is_answered_on_each_port(insi: Insi, name: str, ciphers: str) -> None:
    context = _context(insi)
    context.maximum_version = V1_2
    context.set_ciphers(ciphers)
    assert _asked(insi, name, context).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("version", "alert"), [(V1_2, "HANDSHAKE_FAILURE"), (V1_3, "CERTIFICATE_REQUIRED")], ids=["1.2", "1.3"]
)
def test_a_client_without_certificate_is_told_by_the_alert_and_in_the_log(
    insi: Insi, version: ssl.TLSVersion, alert: str, caplog: pytest.LogCaptureFixture
) -> None:
    context = _context(insi, certificate=False)
    context.minimum_version = context.maximum_version = version
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with pytest.raises(ssl.SSLError) as refused:
                _asked(insi, "mtls", context)
            assert alert in (refused.value.reason or "")
    told = [each for each in caplog.messages if "TLS handshake" in each]
    # Whoever tries again and again is told once.
    assert told == [
        "a TLS handshake of 127.0.0.1 failed: the client sent no certificate, and this port (mutual TLS) wants one of its authority"
    ]


def test_a_version_that_is_not_spoken_is_named(insi: Insi, caplog: pytest.LogCaptureFixture) -> None:
    context = _context(insi)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = V1_1
    with caplog.at_level(logging.WARNING), pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
        _asked(insi, "tls", context)
    assert "offers no version of TLS from 1.2 on" in caplog.text


def test_a_client_that_does_not_trust_the_port_is_in_the_log_with_what_to_do(
    insi: Insi, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        with pytest.raises(ssl.SSLCertVerificationError):
            _asked(insi, "tls", _context(insi, trusting=False))
        # The server reads the alert after the client has gone.
        deadline = time.monotonic() + 60
        while "ca-bundle.pem" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.01)
    assert "ca-bundle.pem" in caplog.text


@pytest.mark.parametrize("name", ["tls", "mtls"])
def test_http_without_tls_is_answered_in_a_sentence(insi: Insi, name: str) -> None:
    answer = _asked(insi, name, None)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"write https://" in answer
