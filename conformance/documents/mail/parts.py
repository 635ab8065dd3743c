"""The content of the parts of a mail. Long runs of base64 are taken out before the mail is parsed: the parser reads line by line."""

from __future__ import annotations

import binascii
import quopri
import re
import secrets
from dataclasses import dataclass
from email.errors import MessageError
from email.policy import compat32
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.values import decode_base64

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

FORWARDED: Final = "message/rfc822"
"""A mail in a mail, with headers of its own."""
_LINES: Final = re.compile(rb"^(?:[A-Za-z0-9+/]{40,100}\r?\n)+", re.MULTILINE)
_BEGIN: Final = re.compile(r"begin [0-7]{3,4} (\S[^\r\n]{0,200})")
_MOST_INLINE: Final = 20
"""Files in the text of a mail that are read."""
_LONG: Final = 200
"""Lines from which a run of base64 is taken out."""


@dataclass(frozen=True, slots=True)
class Held:
    """A mail with a word in the place of each long run of base64, and the runs."""

    message: bytes
    runs: tuple[bytes, ...]
    word: bytes
    """Begins the line that stands for a run; drawn anew for each mail, so that no mail can hold it."""

    @classmethod
    def of(cls, data: bytes) -> Held:
        """Take the long runs out of a mail."""
        word = b"held" + secrets.token_hex(12).encode("ascii") + b"."
        runs: list[bytes] = []

        def one(match: re.Match[bytes]) -> bytes:
            if match[0].count(b"\n") < _LONG:
                return match[0]
            runs.append(match[0])
            return b"%s%d.\r\n" % (word, len(runs) - 1)

        return cls(_LINES.sub(one, data), tuple(runs), word)

    def content(self, leaf: Message[str, str]) -> bytes:
        """Return what a part holds, decoded; a mail in a mail as it is; empty when there is nothing."""
        payload = leaf.get_payload()
        if leaf.get_content_type() == FORWARDED and isinstance(payload, list):
            return self._whole(_written(payload[0])) if payload else b""
        if isinstance(payload, str) and self.runs and self.word.decode("ascii") in payload:
            raw = self._whole(_bytes(payload))
            return _transferred(raw, str(leaf.get("Content-Transfer-Encoding", "")).strip().lower())
        decoded: Any = leaf.get_payload(decode=True)
        return decoded if isinstance(decoded, bytes) else b""

    def _whole(self, data: bytes) -> bytes:
        """Put the runs back."""
        if not self.runs:
            return data
        return re.sub(re.escape(self.word) + rb"(\d+)\.\r?\n", lambda match: self.runs[int(match[1])], data)


def _bytes(payload: str) -> bytes:
    """Return the text of a part as bytes: those of the mail, and UTF-8 where an announced charset made letters of them."""
    try:
        return payload.encode("ascii", errors="surrogateescape")
    except UnicodeEncodeError:
        return payload.encode("utf-8", errors="surrogateescape")


def written(content: bytes, charset: str) -> str:
    """Return the text of a part; as UTF-8 when its charset is not told or unknown."""
    try:
        return content.decode(charset or "utf-8", errors="replace")
    except (LookupError, ValueError):
        # ValueError: a null character in the name of a charset.
        return content.decode("utf-8", errors="replace")


def told_of(leaf: Message[str, str]) -> tuple[str, str]:
    """Return the file name and the charset of a part, as they are written; empty when there is none, or none that can be read."""
    return _safely(leaf.get_filename), _safely(leaf.get_content_charset)


def _safely(call: Callable[[], object]) -> str:
    try:
        return str(call() or "")
    except (ValueError, LookupError, TypeError, AttributeError):
        # The standard library stumbles over parameters that are numbered and whole at once.
        return ""


def _written(message: Any) -> bytes:
    try:
        return bytes(message.as_bytes(policy=compat32))
    except (ValueError, LookupError, AttributeError, TypeError, MessageError):
        return b""


def _transferred(raw: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        told = raw.decode("ascii", errors="replace")
        return next((inside for _, inside in uuencoded(told)), raw)
    if encoding != "base64":
        return raw
    try:
        return decode_base64(raw)
    except ValueError:
        try:
            # What is no base64 in it is left out, as mail programs do.
            return binascii.a2b_base64(raw)
        except binascii.Error:
            return raw


def uuencoded(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files that stand in the text of a mail in the old way (``begin 644 name`` … ``end``), with their names."""
    name, held, count = "", bytearray(), 0
    for line in text.splitlines():
        if not name and line.startswith("begin ") and (found := _BEGIN.match(line)):
            name, held = found[1], bytearray()
        elif name and line.strip() == "end":
            yield name, bytes(held)
            name, count = "", count + 1
            if count == _MOST_INLINE:
                return
        elif name:
            try:
                held += binascii.a2b_uu(line)
            except (binascii.Error, ValueError):
                name = ""
