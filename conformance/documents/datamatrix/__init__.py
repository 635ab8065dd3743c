"""The Datamatrix INS: its payload (reader and writer), and its symbol (needs the extra ``documents``)."""

from conformance.documents.datamatrix.payload import (
    GS,
    HEADER,
    Block,
    Payload,
    PayloadError,
    payload_of,
    read_payload,
    write_blocks,
)
from conformance.documents.datamatrix.symbol import Symbol, read_symbols, write_symbol

__all__ = [
    "GS",
    "HEADER",
    "Block",
    "Payload",
    "PayloadError",
    "Symbol",
    "payload_of",
    "read_payload",
    "read_symbols",
    "write_blocks",
    "write_symbol",
]
