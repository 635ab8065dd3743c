"""Clients that do not finish their request, against a real server."""

from __future__ import annotations

import multiprocessing
import socket
from functools import partial

import httpx
import pytest

from simulator.bench import BenchOptions, open_bench
from simulator.serving import free_port, serve_rsgi, wait_until_answering
from simulator.serving.front import Front
from simulator.web.app import create_parts

HEAD = b"POST /lps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml\r\nContent-Length: 1000\r\n\r\n<a>"


def _front(data_dir, body_timeout, *_):
    bench = open_bench(BenchOptions(data_dir=data_dir, people=1))
    return Front(create_parts(bench), body_timeout=body_timeout)


def _serve(port, data_dir, body_timeout):
    serve_rsgi(
        partial(_front, data_dir, body_timeout),
        host="127.0.0.1",
        port=port,
        workers=1,
        on_ready=lambda: None,
        ready_url=f"http://127.0.0.1:{port}/health",
    )


@pytest.fixture
def server(tmp_path):
    """Start a server that waits so long for a body; return its port."""
    started = []

    def start(body_timeout):
        port = free_port()
        # Not daemonic: it has workers of its own.
        process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(port, tmp_path, body_timeout)
        )
        process.start()
        started.append(process)
        assert wait_until_answering(f"http://127.0.0.1:{port}/health")
        return port

    yield start
    for process in started:
        process.terminate()
        process.join(timeout=10)


def test_a_client_that_does_not_finish_is_told_and_let_go(server):
    port = server(body_timeout=0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
        slow.sendall(HEAD)
        answer = slow.recv(4096)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_clients_that_wait_hold_up_nobody(server, soap_request):
    port = server(body_timeout=60)
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    try:
        for connection in slow:
            connection.sendall(HEAD)
        answer = httpx.post(
            f"http://127.0.0.1:{port}/lps",
            content=soap_request(),
            headers={"Content-Type": "application/soap+xml"},
            timeout=20,
        )
        assert answer.status_code == 200
    finally:
        for connection in slow:
            connection.close()
