"""What a format module is given beside the bytes: the name of the document, limits, and a way to read what is inside."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from conformance.documents.document import Document
from conformance.documents.problems import unjudged
from conformance.documents.record import Format, Place, PlaceKind
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT_LIMIT = 1_000_000
"""Characters of a text without a format in which a number is looked for."""
INSIDE = " › "
"""Between the name of a document and that of one inside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what one document may cost. Beyond them it is said that nothing was concluded."""

    bytes_in: int = 256 * 1024 * 1024
    """Size of the document."""
    bytes_unpacked: int = 512 * 1024 * 1024
    """All that is unpacked or decoded from it, together."""
    markup: int = 2_000_000
    """Tags of an XML document."""
    parts: int = 2_000
    """Documents inside it, together."""
    levels: int = 6
    """Documents in documents: mail, zip, CDA, PDF are four."""
    pages: int = 50
    """Pages of a PDF whose text is read."""
    raster_pages: int = 5
    """Pages of a PDF looked at as images."""
    pixels: int = 40_000_000
    """Size of an image, or of the image of a page."""
    ratio: int = 1_000
    """Unpacked size of a file in a zip against its packed size."""
    seconds: float = 60.0
    """Time for the whole; looked at between parts and between pages."""


class LimitReachedError(Exception):
    """A document costs more than allowed."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text


@dataclass(slots=True)
class _Spent:
    unpacked: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The reading of one document, which may lead to those inside it."""

    name: str
    reader: Callable[[bytes, Reading], Document]
    limits: Limits = field(default_factory=Limits)
    level: int = 0
    deadline: float = field(default_factory=lambda: time.monotonic() + 60.0)
    spent: _Spent = field(default_factory=_Spent)
    among_own: bool = False
    """Inside an archive of files of the software's own making."""

    def place(self, path: str = "", kind: PlaceKind = PlaceKind.FILE, *, line: int | None = None) -> Place:
        """Return a place in this document."""
        return Place(kind=kind, path=path, file=self.name, line=line)

    def part(self, data: bytes, name: str) -> Document:
        """Read a document inside this one; too deep, too many or too late is said in the document returned."""
        inside = replace(self, name=f"{self.name}{INSIDE}{name}" if self.name else name, level=self.level + 1)
        try:
            self._count(inside.level)
            self.spend(len(data))
        except LimitReachedError as error:
            return inside.not_judged(error)
        return self.reader(data, inside)

    def _count(self, level: int) -> None:
        self.spent.parts += 1
        if self.spent.parts > self.limits.parts:
            raise LimitReachedError(
                "too-many-parts",
                Text(
                    f"au plus {self.limits.parts} documents inclus, en voici davantage",
                    f"expected at most {self.limits.parts} documents inside, got more",
                ),
            )
        if level > self.limits.levels:
            raise LimitReachedError(
                "too-deep",
                Text(
                    f"au plus {self.limits.levels} documents les uns dans les autres, en voici davantage",
                    f"expected at most {self.limits.levels} documents in documents, got more",
                ),
            )

    def spend(self, size: int) -> None:
        """Count unpacked bytes, and look at the time.

        Raises:
            LimitReachedError: too much of either.
        """
        self.spent.unpacked += size
        if self.spent.unpacked > self.limits.bytes_unpacked:
            raise LimitReachedError(
                "too-large",
                Text(
                    f"au plus {self.limits.bytes_unpacked} octets une fois déballé, en voici davantage",
                    f"expected at most {self.limits.bytes_unpacked} bytes once unpacked, got more",
                ),
            )
        if time.monotonic() > self.deadline:
            raise LimitReachedError(
                "too-long",
                Text(
                    f"la lecture a pris plus de {self.limits.seconds:g} s et s’est arrêtée",
                    f"reading took more than {self.limits.seconds:g} s and stopped",
                ),
            )

    def not_judged(self, error: LimitReachedError, kind: Format = Format.UNKNOWN) -> Document:
        """Return a document about which nothing is concluded."""
        return Document(
            format=kind, name=self.name, problems=(unjudged(error.code, error.text, self.place()),)
        )
