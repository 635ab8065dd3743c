"""PDF through pdfium: lines of text with their boxes, images of pages, attached files. Needs pypdfium2 (extra ``documents``).

pdfium is not safe between threads: one lock guards every call.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from conformance.documents.record import Box

LOCK: Final = threading.RLock()
POINTS_PER_INCH: Final = 72
_MAX_CHARACTERS: Final = 50_000
_WIDE_GAP: Final = 1.6
"""A gap wider than this many letter heights separates columns."""
_WORD_GAP: Final = 0.18
_BREAKS: Final = frozenset("\r\n\t\0")
_HYPHENS: Final = {"\x02": "-", "\ufffe": "-", "\u00ad": "-"}
"""What pdfium gives for a hyphen at the end of a line, and the soft hyphen."""


class PdfRefusedError(Exception):
    """pdfium does not open the document: ``encrypted`` tells a password from a defect."""

    def __init__(self, reason: str, *, encrypted: bool) -> None:
        super().__init__(reason)
        self.encrypted = encrypted


@dataclass(frozen=True, slots=True)
class Line:
    """One visual line of a page: columns are separated by tabulations."""

    text: str
    number: int
    """From 1, top to bottom."""
    edges: tuple[float, ...]
    """Left edge of each character of ``text``, in points, then the right edge of the last."""
    top: float
    """Points from the top of the page."""
    height: float

    def box(self, start: int = 0, end: int | None = None) -> Box:
        """Return the region of some characters: left, top, width, height in points."""
        stop = len(self.text) if end is None else end
        left, right = self.edges[min(start, len(self.edges) - 1)], self.edges[min(stop, len(self.edges) - 1)]
        return (left, self.top, max(right - left, 1.0), self.height)


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """Open a document; the caller holds pdfium's lock meanwhile.

    Raises:
        ImportError: pypdfium2 is not installed.
        PdfRefusedError: encrypted or malformed.
    """
    import pypdfium2  # noqa: PLC0415 - optional

    with LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
            pages = len(document)
        except pypdfium2.PdfiumError as error:
            raise PdfRefusedError(str(error), encrypted="password" in str(error).lower()) from error
        try:
            if not pages:
                raise PdfRefusedError("it has no page", encrypted=False)
            yield document
        except pypdfium2.PdfiumError as error:
            raise PdfRefusedError(str(error), encrypted=False) from error
        finally:
            document.close()


def page_lines(page: Any) -> list[Line]:
    """Return the lines of text of a page as the eye sees them, whatever the order in the file."""
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    textpage = page.get_textpage()
    height = page.get_height()
    letters: list[tuple[float, float, float, float, str]] = []
    # The loose box is as wide as the letter advances: the ink of an I or a 1 leaves gaps that look like spaces.
    box = raw.FS_RECTF()
    count = min(textpage.count_chars(), _MAX_CHARACTERS)
    for index in range(count):
        character = chr(raw.FPDFText_GetUnicode(textpage, index) or 0)
        character = _HYPHENS.get(character, character)
        if character in _BREAKS or not raw.FPDFText_GetLooseCharBox(textpage, index, box):
            continue
        left, right, bottom, top = box.left, box.right, box.bottom, box.top
        if character.isspace() and right <= left:
            continue
        letters.append((left, right, height - top, height - bottom, character))
    textpage.close()
    return _lines(letters)


def page_plain_text(page: Any) -> str:
    """Return the text of a page in the order of the file."""
    textpage = page.get_textpage()
    try:
        return str(textpage.get_text_range(0, min(textpage.count_chars(), _MAX_CHARACTERS)))
    finally:
        textpage.close()


def page_image(page: Any, dpi: float, max_pixels: int) -> Image | None:
    """Draw a page in grey; none when it would have too many pixels."""
    scale = dpi / POINTS_PER_INCH
    width, height = page.get_size()
    if width * height * scale * scale > max_pixels or min(width, height) <= 0:
        return None
    drawn: Image = page.render(scale=scale, grayscale=True).to_pil()
    return drawn


def attachments(document: Any, largest: int) -> Iterator[tuple[str, bytes | None]]:
    """Yield the files attached to a document; none instead of bytes when unreadable or larger than ``largest``."""
    import pypdfium2  # noqa: PLC0415 - optional

    for index in range(min(document.count_attachments(), 100)):
        try:
            attachment = document.get_attachment(index)
            name = attachment.get_name()
            data = bytes(attachment.get_data())
        except pypdfium2.PdfiumError:
            yield f"attachment {index + 1}", None
            continue
        yield name or f"attachment {index + 1}", data if len(data) <= largest else None


def may_hide_symbol(page: Any) -> bool:
    """Tell whether a page has drawings that could be a symbol: a squarish image, or very many paths."""
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    paths = 0
    for item in page.get_objects(max_depth=3):
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            paths += 1
            if paths > 100:  # noqa: PLR2004 - the modules of a small symbol
                return True
        elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            width, height = right - left, top - bottom
            if 10 <= width <= 200 and 0.7 <= (height / width if width else 0) <= 1.4:  # noqa: PLR2004 - points
                return True
    return False


def _lines(letters: list[tuple[float, float, float, float, str]]) -> list[Line]:
    """Group letters whose vertical middles are near into lines, and order each from left to right."""
    rows: list[tuple[float, float, list[tuple[float, float, float, float, str]]]] = []
    blanks = [letter for letter in letters if letter[4].isspace()]
    for letter in (one for one in letters if not one[4].isspace()):
        middle, size = (letter[2] + letter[3]) / 2, max(letter[3] - letter[2], 1.0)
        for index in range(len(rows) - 1, max(-1, len(rows) - 40), -1):
            top, bottom, row = rows[index]
            # A comma or a hyphen is small: its middle lies inside the row; a capital covers the middle of the row.
            if top <= middle <= bottom or (
                letter[2] <= (top + bottom) / 2 <= letter[3] and size < 3 * (bottom - top)
            ):
                row.append(letter)
                rows[index] = (
                    (min(top, letter[2]), max(bottom, letter[3]), row)
                    if size < 2 * (bottom - top)
                    else rows[index]
                )
                break
        else:
            rows.append((letter[2], letter[3], [letter]))
    rows.sort(key=lambda row: row[0])
    made: list[Line] = []
    for top, bottom, row in rows:
        spaces = [one for one in blanks if top - 2 <= (one[2] + one[3]) / 2 <= bottom + 2]
        made.append(_line(row, spaces, len(made) + 1, top, bottom))
    return made


def _line(
    row: list[tuple[float, float, float, float, str]],
    blanks: list[tuple[float, float, float, float, str]],
    number: int,
    top: float,
    bottom: float,
) -> Line:
    row.sort(key=lambda letter: letter[0])
    size = max(bottom - top, 4.0)
    starts = sorted(blank[0] for blank in blanks)
    text: list[str] = []
    edges: list[float] = []
    previous: float | None = None
    for left, right, _, _, character in row:
        if previous is not None:
            gap = left - previous
            spaced = any(previous - 0.5 <= start <= left for start in starts)
            if gap > _WIDE_GAP * size:
                text.append("\t")
                edges.append(previous)
            elif gap > _WORD_GAP * size or spaced:
                text.append(" ")
                edges.append(previous)
        text.append(character)
        edges.extend([left] * len(character))
        previous = right
    edges.append(previous or 0.0)
    return Line("".join(text), number, tuple(edges), top, bottom - top)
