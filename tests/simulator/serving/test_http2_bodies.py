"""Bodies over HTTP/2 as clients send them: in pieces, padded, with parts without content, with trailers, and broken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .test_flood_bounds import answered, frames, literal, of_kind
from .test_floods import DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, RST_STREAM, SETTINGS, frame

if TYPE_CHECKING:
    from collections.abc import Callable

PADDED = 0x8
HEAD = b"".join(
    [
        # ":method POST", ":scheme http" and ":authority x", as HPACK has them in its static table.
        b"\x83\x86\x41\x01x",
        literal(b":path", b"/lps"),
        literal(b"content-type", b"application/soap+xml; charset=utf-8"),
    ]
)
OPENED = PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, END_HEADERS, 1, HEAD)
EMPTY_END = frame(DATA, END_STREAM, 1)


def pieces(body: bytes, length: int) -> bytes:
    return b"".join(frame(DATA, 0, 1, body[at : at + length]) for at in range(0, len(body), length))


def is_over(got: bytes) -> bool:
    return any(kind in {DATA, HEADERS} and flags & END_STREAM for kind, flags, *_ in frames(got))


def content(got: bytes) -> bytes:
    return b"".join(payload for *_, payload in of_kind(got, DATA))


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(lambda body: frame(DATA, END_STREAM, 1, body), id="whole"),
        pytest.param(lambda body: frame(DATA, 0, 1, body) + EMPTY_END, id="an empty part ends it"),
        pytest.param(lambda body: pieces(body, 100) + EMPTY_END, id="pieces of 100"),
        pytest.param(
            lambda body: frame(DATA, 0, 1) * 3 + pieces(body, 900) + frame(DATA, 0, 1) * 2 + EMPTY_END,
            id="empty parts within",
        ),
        pytest.param(
            lambda body: frame(DATA, PADDED | END_STREAM, 1, b"\x07" + body + b"\0" * 7), id="padded"
        ),
        pytest.param(
            lambda body: (
                pieces(body, 1000) + frame(HEADERS, END_HEADERS | END_STREAM, 1, literal(b"x-sum", b"1"))
            ),
            id="trailers that nobody announced",
        ),
    ],
)
def test_a_body_that_is_whole_is_answered(
    server: Any, soap_request: Callable[..., bytes], sent: Callable[[bytes], bytes]
) -> None:
    got = answered(server.port, OPENED + sent(soap_request()), until=is_over)
    # ":status 200" of the static table of HPACK.
    assert of_kind(got, HEADERS)[0][3].startswith(b"\x88"), content(got)
    assert b"<CodeCR>" in content(got)


def test_a_body_that_ends_before_its_message_is_no_call(
    server: Any, soap_request: Callable[..., bytes]
) -> None:
    got = answered(server.port, OPENED + frame(DATA, 0, 1, soap_request()[:-30]) + EMPTY_END, until=is_over)
    assert not of_kind(got, HEADERS)[0][3].startswith(b"\x88")
    assert b"<CodeCR>" not in content(got)


def test_a_stream_that_is_broken_off_leaves_the_others_alone(
    server: Any, soap_request: Callable[..., bytes]
) -> None:
    body = soap_request()
    broken = frame(DATA, 0, 1, body[:200]) + frame(RST_STREAM, 0, 1, b"\0\0\0\x08")
    other = frame(HEADERS, END_HEADERS, 3, HEAD) + frame(DATA, END_STREAM, 3, soap_request())
    got = answered(server.port, OPENED + broken + other, until=is_over)
    assert b"<CodeCR>" in content(got)
