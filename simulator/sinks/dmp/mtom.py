"""SOAP in clear or as MTOM/XOP (multipart/related): taken apart, and put together for an answer of the same form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message as Headers
from email.parser import BytesHeaderParser
from email.policy import compat32
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_PARTS: Final = 500
"""Parts of one message."""
MAX_PART_HEAD: Final = 16 * 1024
"""Bytes of the headers of one part."""
SOAP: Final = "application/soap+xml"
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_ROOT: Final = "<answer@dmp.banc.test>"


class MessageError(Exception):
    """A body is no SOAP message; the text says what was expected and what came (English)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A SOAP message and what is beside it."""

    root: bytes
    """The envelope."""
    beside: Mapping[str, bytes] = field(default_factory=dict)
    """Binary parts by content id, without angle brackets."""
    is_mtom: bool = False


def unpack(content_type: str, body: bytes) -> Parts:
    """Take a message apart.

    Args:
        content_type: of the HTTP request.
        body: of the HTTP request, bounded by the caller.

    Raises:
        MessageError: the multipart cannot be read, or holds no root.
    """
    headers = Headers()
    headers["Content-Type"] = "".join(letter for letter in content_type if letter.isprintable())
    if not headers.get_content_type().startswith("multipart/"):
        return Parts(root=body)
    boundary = headers.get_param("boundary")
    if not isinstance(boundary, str) or not 1 <= len(boundary) <= 70:  # noqa: PLR2004 - RFC 2046
        raise MessageError("expected a boundary of 1 to 70 characters in Content-Type, got none such")
    start = headers.get_param("start")
    wanted = start.strip("<>") if isinstance(start, str) else None
    root, beside = None, {}
    for number, (name, content) in enumerate(_split(body, boundary.encode("latin-1", errors="replace"))):
        if root is None and (name == wanted or (wanted is None and number == 0)):
            root = content
        else:
            beside[name] = content
    if root is None:
        what = f"a root part {start}" if wanted else "a root part"
        raise MessageError(f"expected {what} in the multipart message, got {len(beside)} other parts")
    return Parts(root=root, beside=beside, is_mtom=True)


def pack(
    envelope: bytes, action: str, beside: Mapping[str, bytes] | None = None, *, media: str = SOAP
) -> tuple[str, bytes]:
    """Return an envelope as an MTOM message: its content type and body.

    Args:
        envelope: the root part.
        action: of SOAP.
        beside: binary parts by content id, to which the envelope refers (``cid:``).
        media: media type of the envelope, that of its version of SOAP.
    """
    boundary = f"banc-{uuid4()}"
    binary = "Content-Transfer-Encoding: binary"
    head = f'Content-Type: application/xop+xml; charset=UTF-8; type="{media}"\r\n{binary}\r\n'
    parts = [f"--{boundary}\r\n{head}Content-ID: {_ROOT}\r\n\r\n".encode(), envelope]
    for name, content in (beside or {}).items():
        told = f"Content-Type: application/octet-stream\r\n{binary}\r\nContent-ID: <{name}>"
        parts += [f"\r\n--{boundary}\r\n{told}\r\n\r\n".encode(), content]
    parts.append(f"\r\n--{boundary}--\r\n".encode())
    kind = (
        f'multipart/related; type="application/xop+xml"; boundary="{boundary}"; start="{_ROOT}"; '
        f'start-info="{media}"; action="{action}"'
    )
    return kind, b"".join(parts)


def _split(body: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield content id and content of each part; the line end before a boundary belongs to the boundary."""
    marks = list(_marks(body, boundary))
    if not marks or not marks[-1][2]:
        raise MessageError(
            "expected the closing boundary at the end of the multipart message, it did not come"
        )
    for (_, begin, is_last), (end, _, _) in pairwise(marks):
        if is_last:
            return
        part = body[begin:end]
        gap = _BLANK_LINE.search(b"\r\n" + part[:MAX_PART_HEAD])
        if gap is None:
            raise MessageError(
                f"expected headers of at most {MAX_PART_HEAD} bytes and a blank line in each part"
            )
        headers = BytesHeaderParser(policy=compat32).parsebytes(part[: max(gap.start() - 2, 0)] + b"\r\n\r\n")
        content = part[gap.end() - 2 :]
        encoding = str(headers.get("Content-Transfer-Encoding", "binary")).strip().lower()
        if encoding in {"base64", "quoted-printable"}:
            headers.set_payload(content.decode("latin-1"))
            decoded = headers.get_payload(decode=True)
            content = decoded if isinstance(decoded, bytes) else b""
        yield str(headers.get("Content-ID", "")).strip().strip("<>"), content


def _marks(body: bytes, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield where each boundary line begins and what follows it, and whether it is the last."""
    pattern = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    position = 0
    for _ in range(MAX_PARTS + 1):
        found = pattern.search(body, position)
        if found is None:
            return
        yield found.start(), found.end(), found[1] is not None
        if found[1] is not None:
            return
        # The line end after a boundary may be the one before the next: an empty part.
        position = max(found.end() - 2, found.start() + len(boundary) + 2)
    raise MessageError(f"expected at most {MAX_PARTS} parts, got more")
