"""A plain request of HTTP/1.1 that has come whole, read and answered without the detours of a general server.

Plain is what nearly all clients send: a method in capitals, a path without escapes, headers each once, a body of a known
length. Anything else is not for this module: cheroot reads it from its first byte, and decides. A campaign makes some
sixty thousand requests, and most of what the LGO did for one was reading HTTP.
"""

from __future__ import annotations

import io
import re
import time
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIApplication

_HEAD: Final = re.compile(
    rb"(GET|POST|PUT|PATCH|DELETE) (/[!$&-,\-./0-9:;=@A-Z_a-z~]*)(?:\?([!$-~]*))? HTTP/1\.1\r\n"
    rb"((?:[0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)+)\r\n"
)
"""Without ``_`` in names, which some servers drop, and without the line folds of former times."""
_NOT_PLAIN: Final = frozenset(
    {"HTTP_CONNECTION", "HTTP_EXPECT", "HTTP_TE", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE"}
)
"""Headers that say how the message is to be read, or what becomes of the connection."""
_DIGITS: Final = 9
"""Of a length, at most."""
_NO_BODY: Final = ("204 ", "304 ")


def plain_request(come: bytes, around: Mapping[str, Any]) -> tuple[dict[str, Any], int] | None:
    """Return the WSGI environment of the request that bytes begin with, and how many bytes it takes.

    Args:
        come: what has come on a connection.
        around: what the environment of every request holds (server, version of WSGI).

    Returns:
        ``None`` when it is not plain, or not whole.
    """
    match = _HEAD.match(come)
    if match is None:
        return None
    method, path, query, lines = match.groups()
    environ: dict[str, Any] = {
        **around,
        "REQUEST_METHOD": method.decode("ascii"),
        "PATH_INFO": path.decode("ascii"),
        "QUERY_STRING": "" if query is None else query.decode("ascii"),
    }
    for line in lines[:-2].split(b"\r\n"):
        name, _, value = line.partition(b":")
        key = _key(name)
        if key in environ or key in _NOT_PLAIN:
            return None
        environ[key] = value.strip(b" \t").decode("latin-1")
    length = environ.get("CONTENT_LENGTH", "0")
    if "HTTP_HOST" not in environ or not (length.isascii() and length.isdigit() and len(length) <= _DIGITS):
        return None
    end = match.end() + int(length)
    if end > len(come):
        return None
    environ["wsgi.input"] = io.BytesIO(come[match.end() : end])
    return environ, end


def answer_of(application: WSGIApplication, environ: dict[str, Any], software: str) -> bytes:
    """Return the whole answer of an application to a request, as it travels; ``software``: the header ``Server``."""
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        del exc_info
        told.append((status, headers))
        return None

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = told[-1]
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    if not status.startswith(_NO_BODY) and not any(name.lower() == "content-length" for name, _ in headers):
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"Date: {_date(int(time.time()))}", f"Server: {software}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@lru_cache(maxsize=256)
def _key(name: bytes) -> str:
    """Return the name of a header as WSGI has it."""
    key = name.decode("ascii").upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
