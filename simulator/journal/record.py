"""How an exchange is written: a frame with lengths and checksums, what was understood as JSON, the bytes both ways.

A segment is a file that one process appends to::

    head     magic, created (ns since 1970), appended, lost          32 bytes; the two counters are rewritten in place
    record   magic, kind, lengths of the three parts, time (ns), time that writing
             the record before took (µs), CRC-32 of these, CRC-32 of the record   40 bytes
             JSON, request, response
    record   …

All numbers are little-endian; the checksums leave the magic out. A reader believes the lengths when the first
checksum is right, so a damaged body costs one record, and a record cut short is known from a damaged one.
"""

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64decode, b64encode
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.messages import Finding, TraitsQuery
from simulator.journal.exchange import Considered, Decision, Exchange, Headers, header_pairs

HEAD: Final = struct.Struct("<8sQQQ")
SEGMENT_MAGIC: Final = b"BANCJNL1"
COUNTERS: Final = struct.Struct("<QQ")
"""``appended`` and ``lost`` within the head, after magic and time."""
COUNTERS_AT: Final = 16
NOT_COUNTED: Final = 2**64 - 1
"""``appended`` of a segment whose process hands each record to the system before it answers."""

FRAME: Final = struct.Struct("<4sBxxxIIIQIII")
_PREFIX: Final = struct.Struct("<4sBxxxIIIQI")
"""A frame without its checksums."""
_CHECKSUMS: Final = struct.Struct("<II")
RECORD_MAGIC: Final = b"\x89JR\n"
EXCHANGE: Final = 1
REMOVE_SESSION: Final = 2
"""A record that says: the exchanges of this session that came before are removed."""

MAX_JSON: Final = 16 * 1024 * 1024
MAX_PART: Final = 256 * 1024 * 1024
"""Longest parts that are believed when a segment is read."""

if TYPE_CHECKING:
    Details = dict[str, Any]


class Frame(NamedTuple):
    """The fixed part of a record."""

    magic: bytes
    kind: int
    json_length: int
    request_length: int
    response_length: int
    stamp: int
    """When the record was made, in nanoseconds since 1970."""
    previous_write: int
    """How long writing the record before took, in microseconds; 0: not known."""
    frame_checksum: int
    checksum: int

    @property
    def length(self) -> int:
        """Bytes of the whole record."""
        return FRAME.size + self.json_length + self.request_length + self.response_length

    @property
    def is_plausible(self) -> bool:
        """Whether the values may be those of a record; its checksum is looked at by ``read_frame``."""
        return (
            self.magic == RECORD_MAGIC
            and self.kind in {EXCHANGE, REMOVE_SESSION}
            and self.json_length <= MAX_JSON
            and self.request_length <= MAX_PART
            and self.response_length <= MAX_PART
        )


def read_frame(data: bytes | memoryview, offset: int = 0) -> Frame | None:
    """Return the fixed part found at ``offset``; ``None``: no record starts there."""
    found = Frame._make(FRAME.unpack_from(data, offset))
    if not found.is_plausible:
        return None
    checksum = zlib.crc32(data[offset + 4 : offset + _PREFIX.size])
    return found if checksum == found.frame_checksum else None


_APART: Final = {"request", "response", "id", "client_certificate", "request_headers", "response_headers"}
_PLAIN: Final = tuple(field.name for field in fields(Exchange) if field.name not in _APART)
_plain_values: Final = attrgetter(*_PLAIN)


def encode_exchange(exchange: Exchange) -> bytes:
    """Return the JSON of an exchange: all but its id and the bytes both ways."""
    data: dict[str, Any] = dict(zip(_PLAIN, _plain_values(exchange), strict=True))
    data["request_headers"] = header_pairs(exchange.request_headers)
    data["response_headers"] = header_pairs(exchange.response_headers)
    if exchange.client_certificate is not None:
        data["client_certificate"] = b64encode(exchange.client_certificate).decode("ascii")
    return encode_json(data)


def encode_json(data: Any) -> bytes:
    """Return JSON, whatever the texts hold: a lone surrogate, which UTF-8 cannot carry, is written as an escape."""
    try:
        return orjson.dumps(data)
    except TypeError:
        return json.dumps(data, default=_plain, separators=(",", ":")).encode("ascii")


def decode_json(data: bytes | memoryview) -> Any:
    """Return what ``encode_json`` wrote.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(bytes(data))


def frame(
    kind: int,
    content: bytes,
    request: bytes = b"",
    response: bytes = b"",
    *,
    stamp: int = 0,
    previous_write: int = 0,
) -> bytes:
    """Return a whole record."""
    prefix = _PREFIX.pack(
        RECORD_MAGIC, kind, len(content), len(request), len(response), stamp, previous_write
    )
    checksum = frame_checksum = zlib.crc32(prefix[4:])
    for part in (content, request, response):
        checksum = zlib.crc32(part, checksum)
    return b"".join((prefix, _CHECKSUMS.pack(frame_checksum, checksum), content, request, response))


def decode_exchange(
    content: bytes | memoryview, request: bytes, response: bytes, *, exchange_id: int, write: int | None
) -> Exchange:
    """Return an exchange from the parts of its record.

    Raises:
        ValueError: the JSON is not that of an exchange.
    """
    try:
        data: Details = decode_json(content)
        traits, certificate = data.pop("traits"), data.pop("client_certificate", None)
        timings = data.pop("timings", {})
        if write is not None:
            timings = {**timings, "write": write}
        return Exchange(
            **_known(
                Exchange,
                data,
                id=exchange_id,
                request=request,
                response=response,
                request_headers=Headers(data.pop("request_headers")),
                response_headers=Headers(data.pop("response_headers")),
                client_certificate=None if certificate is None else b64decode(certificate),
                traits=None if traits is None else TraitsQuery(**_known(TraitsQuery, traits)),
                findings=tuple(map(_finding, data.pop("findings"))),
                decision=_decision(data.pop("decision")),
                timings=timings,
            )
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not the JSON of an exchange: {error!r}") from error


def _decision(data: Details) -> Decision:
    considered = tuple(Considered(**_known(Considered, entry)) for entry in data.pop("considered"))
    return Decision(**_known(Decision, data, considered=considered))


def _finding(data: Details) -> Finding:
    return Finding(**_known(Finding, data, evidence=EvidenceLevel(data.pop("evidence"))))


_NAMES: Final[dict[type, frozenset[str]]] = {
    cls: frozenset(field.name for field in fields(cls))
    for cls in (Exchange, TraitsQuery, Finding, Decision, Considered)
}


def _known(cls: type, data: Details, **made: Any) -> Details:
    """Return the fields that this version knows, lists as tuples, beside those already made."""
    return {name: _frozen(value) for name, value in data.items() if name in _NAMES[cls]} | made


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    """Return a dataclass as JSON data, for the encoder of the standard library."""
    return {field.name: getattr(value, field.name) for field in fields(value)}
