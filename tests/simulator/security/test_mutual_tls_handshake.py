from __future__ import annotations

import socket
import ssl
import threading

import pytest
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from simulator.security.certificates import check_client_certificate
from simulator.security.tls import mutual_tls_context
from simulator.security.trust import CertificateRefusedError


@pytest.fixture(scope="module")
def server(pki, trust, now):
    """A cheroot server that answers who calls, or why the certificate is refused."""
    entry = pki.entry("server")

    def who(environ, start_response):
        content = ssl.PEM_cert_to_DER_cert(environ["SSL_CLIENT_CERT"])
        try:
            answer = check_client_certificate(content, trust, now).cn
        except CertificateRefusedError as refused:
            answer = refused.fault_code
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))])
        return [answer.encode()]

    chain, key = pki.directory / entry.chain, pki.directory / entry.key
    adapter = BuiltinSSLAdapter(str(chain), str(key))
    adapter.context = mutual_tls_context(chain, key, pki.bundle)
    running = Server(("127.0.0.1", 0), who, numthreads=2)
    running.ssl_adapter = adapter
    running.prepare()
    thread = threading.Thread(target=running.serve)
    thread.start()
    yield running.bind_addr[1]
    running.stop()
    thread.join()


@pytest.fixture
def call(pki, server):
    """What a client with this certificate gets."""

    def run(name):
        context = ssl.create_default_context(cafile=str(pki.bundle))
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # a client that has a weak key shows it
        if name:
            context.load_cert_chain(pki.directory / pki.entry(name).combined)
        with (
            socket.create_connection(("127.0.0.1", server), timeout=10) as raw,
            context.wrap_socket(raw, server_hostname="localhost") as tls,
        ):
            tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            received = b""
            while block := tls.recv(4096):
                received += block
        return received.rpartition(b"\r\n\r\n")[2].decode()

    return run


def answers(pki, kind="software"):
    return [(entry.name, entry.answer) for entry in pki.entries if entry.kind == kind]


def test_each_software_certificate_gets_the_answer_of_the_manifest(pki, call):
    got = {}
    for name, _ in answers(pki):
        try:
            got[name] = call(name)
        except (ssl.SSLError, ConnectionError):
            got[name] = "tls"
    told = {name: name.upper() if answer == "accepted" else answer for name, answer in answers(pki)}
    assert got == told


def test_a_client_without_certificate_is_refused_by_the_handshake(call):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        call(None)
