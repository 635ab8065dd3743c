"""Large exports: FHIR patients one a line (NDJSON), batches of HL7 v2 messages. One at a time, so memory does not grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from conformance.documents.checking import check_document
from conformance.documents.expected import NOTHING_EXPECTED
from conformance.documents.one_number import Holders
from conformance.documents.problems import official
from conformance.documents.reading import read_document
from conformance.documents.record import Place, PlaceKind
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.documents.checking import Checked
    from conformance.documents.context import Limits
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem

MAX_ITEM: Final = 64 * 1024 * 1024
"""Longest message or line."""
KEPT: Final = 500
"""Problems kept in full of one stream; the others are counted."""
_SNIFFED: Final = 65_536
_BATCH_ENDS: Final = (b"FHS", b"BHS", b"BTS", b"FTS")


@dataclass(slots=True)
class Tally:
    """What was found in a stream."""

    documents: int = 0
    failed: int = 0
    unjudged: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    """How often each problem occurs."""
    problems: list[Problem] = field(default_factory=list)
    """The first ones, ``KEPT`` at most."""

    def add(self, checked: Checked) -> None:
        """Count a document."""
        self.documents += 1
        self.failed += checked.failed
        self.unjudged += checked.unjudged
        for problem in checked.problems:
            self.codes[problem.code] = self.codes.get(problem.code, 0) + 1
            if len(self.problems) < KEPT:
                self.problems.append(problem)


def is_stream(head: bytes) -> bool:
    """Tell from its beginning whether a file holds many documents: several messages, or several JSON lines."""
    start = head[:_SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n\x0b")
    if start.startswith((b"FHS", b"BHS")):
        return True
    if start.startswith(b"MSH"):
        return start.replace(b"\n", b"\r").count(b"\rMSH") > 0
    lines = start.split(b"\n", 2)
    return (
        start.startswith(b"{")
        and len(lines) > 1
        and lines[0].rstrip().endswith(b"}")
        and lines[1].lstrip().startswith(b"{")
    )


def check_stream(
    stream: IO[bytes], expected: Expected = NOTHING_EXPECTED, *, name: str = "", limits: Limits | None = None
) -> Iterator[Checked]:
    """Judge each document of a stream, in order.

    Args:
        stream: open for reading bytes.
        expected: status and profile hold for each; an identity expected would be that of all.
        name: of the file; documents are named after it with their number.
        limits: for each document.
    """
    holders = Holders()
    for number, line, data in items(stream):
        shown = f"{name} #{number}".strip()
        document = read_document(data, shown, limits)
        checked = check_document(document, expected)
        told = document.records or [record for part in document.parts for record in part.records]
        if others := tuple(holders.others(told)):
            checked = type(checked)(document, (*checked.problems, *others))
        if data and len(data) >= MAX_ITEM:
            place = Place(kind=PlaceKind.FILE, file=shown, line=line)
            text = Text(
                f"au plus {MAX_ITEM} octets par message", f"expected at most {MAX_ITEM} bytes a message"
            )
            checked = type(checked)(document, (*checked.problems, official("too-large", text, at=(place,))))
        yield checked


def items(stream: IO[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, first line and bytes of each message or JSON line."""
    message: list[bytes] = []
    began = number = size = 0
    for line_number, raw in enumerate(_lines(stream), start=1):
        line = raw.strip(b"\r\n\x0b\x1c \t").removeprefix(b"\xef\xbb\xbf")
        if not line or line.startswith(_BATCH_ENDS):
            continue
        if line.startswith(b"{"):
            number += 1
            yield number, line_number, line
            continue
        if line.startswith(b"MSH") and message:
            number += 1
            yield number, began, b"\r".join(message)
            message, size = [], 0
        if not message:
            began = line_number
        if size < MAX_ITEM:
            message.append(line)
            size += len(line)
    if message:
        yield number + 1, began, b"\r".join(message)


def tally(checks: Iterable[Checked]) -> Tally:
    """Count what a stream gave."""
    counted = Tally()
    for checked in checks:
        counted.add(checked)
    return counted


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield lines ended by LF, CR or both, without holding the file."""
    rest = b""
    while chunk := stream.read(1024 * 1024):
        pieces = (rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest = pieces.pop()
        if len(rest) > MAX_ITEM:
            yield rest[:MAX_ITEM]
            rest = b""
        yield from pieces
    if rest:
        yield rest
