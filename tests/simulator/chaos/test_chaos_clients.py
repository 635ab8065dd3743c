"""How the HTTP clients that software is written with see disturbances: httpx, requests (urllib3), and the standard library."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.client import SessionClient

TIMEOUT_S = 0.7
TYPE = {"Content-Type": "application/soap+xml; charset=utf-8"}


def with_httpx(url: str, body: bytes, context: ssl.SSLContext | None) -> tuple[int, bytes]:
    with httpx.Client(verify=context or True, trust_env=False, timeout=TIMEOUT_S) as client:
        answer = client.post(url, content=body, headers=TYPE)
        return answer.status_code, answer.content


def with_requests(url: str, body: bytes, context: ssl.SSLContext | None) -> tuple[int, bytes]:
    with requests.Session() as client:
        client.trust_env = False
        if context is not None:
            client.mount("https://", _Trusting(context))
        answer = client.post(url, data=body, headers=TYPE, timeout=TIMEOUT_S, allow_redirects=False)
        return answer.status_code, answer.content


class _Trusting(requests.adapters.HTTPAdapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> Any:
        return super().init_poolmanager(*args, ssl_context=self._context, **kwargs)


def with_urllib(url: str, body: bytes, context: ssl.SSLContext | None) -> tuple[int, bytes]:
    handlers: list[Any] = [urllib.request.ProxyHandler({}), _NoRedirect()]
    if context is not None:
        handlers.append(urllib.request.HTTPSHandler(context=context))
    opener = urllib.request.build_opener(*handlers)
    try:
        request = urllib.request.Request(url, body, TYPE)  # noqa: S310 - an address of our own
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


CLIENTS = [with_httpx, with_requests, with_urllib]
# The errors of each client, in the order of CLIENTS.
TIME_OUT = (httpx.ReadTimeout, requests.exceptions.ReadTimeout, TimeoutError)
BROKEN = (
    (httpx.ReadError, httpx.RemoteProtocolError),
    (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError),
    (ConnectionError, http.client.HTTPException, urllib.error.URLError, ssl.SSLError),
)
UNZIPPED = (httpx.DecodingError, requests.exceptions.ContentDecodingError, zlib.error)


@pytest.fixture(params=[0, 1, 2], ids=["httpx", "requests", "urllib"])
def call(
    request: pytest.FixtureRequest,
    door: Any,
    session: SessionClient,
    scenario: Callable[..., dict[str, Any]],
    soap_request: Callable[..., bytes],
) -> Any:
    """Call through the door with one client after installing disturbances; ``call.number`` tells which."""

    def run(*steps: Any) -> tuple[int, bytes]:
        session.install(scenario(*steps))
        url = f"{door.base.replace('127.0.0.1', 'localhost')}/s/{session.id}/lps"
        return CLIENTS[request.param](url, soap_request(), door.context)

    run.number = request.param  # type: ignore[attr-defined] # a fixture is free to carry it
    return run


@pytest.mark.parametrize(
    "steps",
    [
        [{"no-answer": {"seconds": 5}}],
        [{"stalled-body": {"seconds": 5}}],
        [{"latency": {"seconds": 5}}],
    ],
    ids=["no-answer", "stalled-body", "latency"],
)
def test_silence_is_a_time_out(call: Any, steps: list[Any]) -> None:
    # requests tells a time-out in the middle of a body as a broken connection.
    expected = (TIME_OUT[call.number], requests.exceptions.ConnectionError)
    with pytest.raises(expected, match=r"(?i)timed out|^$"):
        call(*steps)


@pytest.mark.parametrize(
    "steps",
    [["connection-reset"], [{"connection-reset": {"after": 50}}], ["connection-closed"], ["truncated-body"]],
    ids=["reset", "reset-after", "closed", "truncated"],
)
def test_a_connection_that_ends_early_is_an_error(call: Any, steps: list[Any]) -> None:
    with pytest.raises(BROKEN[call.number]):
        call(*steps)


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("html-maintenance", 200),
        ("http-redirect", 302),
        ("http-502", 502),
        ("http-503", 503),
        ("http-504", 504),
    ],
)
def test_a_page_is_what_the_client_gets(call: Any, step: str, status: int) -> None:
    got, body = call(step)
    assert got == status
    assert body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("steps", [["chunked"], ["bom"], [{"latency": {"seconds": 0.2}}]], ids=str)
def test_a_client_reads_what_http_allows(call: Any, steps: list[Any]) -> None:
    status, body = call(*steps)
    assert status == 200
    assert body.endswith(b"</soap:Envelope>")
    assert b"<CodeCR>01</CodeCR>" in body


def test_compression_that_was_not_asked_for_is_undone_or_left(call: Any) -> None:
    status, body = call("gzip")
    assert status == 200
    # The standard library leaves it to the caller.
    assert body.startswith(b"\x1f\x8b" if call.number == 2 else b"<?xml")


def test_announced_compression_of_clear_bytes_is_an_error_or_left(call: Any) -> None:
    if call.number == 2:
        assert call({"gzip": {"form": "header-only"}})[1].startswith(b"<?xml")
        return
    with pytest.raises(UNZIPPED[call.number]):
        call({"gzip": {"form": "header-only"}})
