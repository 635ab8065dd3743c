"""What is judged of a PDF beside its identity, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents.page.labels import plain

if TYPE_CHECKING:
    from conformance.documents.datamatrix.symbol import Symbol
    from conformance.documents.page.text import Line
    from conformance.documents.pdf.pdfa import Claim
    from conformance.documents.record import Box, IdentityRecord, Place


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What is judged of a PDF beside its identity."""

    pages: int
    lines: tuple[Line, ...]
    """Those of the first page."""
    symbols: tuple[tuple[int, Symbol], ...]
    """Page and symbol, those with the header of a Datamatrix INS first."""
    claim: Claim | None
    caption: Place | None
    may_hide_symbol: bool
    """Whether the first page has a drawing that could be a symbol that does not decode."""
    apart: Box | None
    """What is drawn on the first page that could be a code and is none of its symbols, in points."""
    too_large: bool
    """Whether the first page is too large to be drawn."""
    others: tuple[IdentityRecord, ...]
    """What further pages tell that name an INS of their own."""
    is_picture: bool
    """Whether the first page holds a picture or a drawing large enough to show words or a code."""
    titles: str
    """Title, subject, author, keywords and bookmarks, which viewers show."""
    further: tuple[str, ...] = ()
    """The text of the pages after the first."""

    fields: tuple[tuple[str, str], ...] = ()
    """Name and value of the fields of the first page that are shown."""

    @property
    def has_ins_symbol(self) -> bool:
        """Whether a Datamatrix INS was decoded on some page."""
        return any(symbol.is_ins for _, symbol in self.symbols)

    @property
    def is_prescription(self) -> bool:
        """Whether the first page calls itself a prescription: those need no symbol (DOC-07)."""
        return any(
            "ordonnance" in plain(line.text) or "prescription" in plain(line.text) for line in self.lines[:25]
        )
