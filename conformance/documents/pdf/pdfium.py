"""PDF through pdfium: lines of text with their boxes, images of pages, attached files. Needs pypdfium2 (extra ``documents``).

pdfium is not safe between threads: one lock guards every call.
"""

from __future__ import annotations

import ctypes
import math
import threading
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.page.text import Letter, lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PIL.Image import Image

    from conformance.documents.page.text import Line
    from conformance.documents.record import Box

    _Seen = Callable[[float, float, float, float], Box]

LOCK: Final = threading.RLock()
POINTS_PER_INCH: Final = 72
_MAX_CHARACTERS: Final = 50_000
_FIELD_LINE: Final = 14.0
"""Height of a line in a field of a form, in points, at most."""
_LETTER_WIDTH: Final = 0.5
_SAMPLE: Final = 400
"""Letters looked at to tell which way the text runs."""
_TITLES: Final = ("Title", "Subject", "Author", "Keywords")
_MAX_FIELD: Final = 2_000
_FIELDS: Final = 2_000
_MAX_BOOKMARKS: Final = 500
_STROKES: Final = 80
_FRAME: Final = 16
"""Segments that a frame or a rule has at most."""
_BAR: Final = 120.0
"""Points: a bar or a module is no longer."""
_MAX_DRAWINGS: Final = 20_000
"""Those of twenty rectangles."""
_BREAKS: Final = frozenset("\r\n\t\0")
_HYPHENS: Final = {"\x02": "-", "\ufffe": "-", "\u00ad": "-"}
"""What pdfium gives for a hyphen at the end of a line, and the soft hyphen."""


class PdfRefusedError(Exception):
    """pdfium does not open the document: ``encrypted`` tells a password from a defect."""

    def __init__(self, reason: str, *, encrypted: bool) -> None:
        super().__init__(reason)
        self.encrypted = encrypted


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
            # Before any page is loaded: fields of a form are drawn and read only then.
            document.init_forms()
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
    turned = _turned(page, textpage)
    seen = _upright(_seen(page), turned)
    letters: list[Letter] = []
    outside, there = _outside(page), set[int]()
    # The loose box is as wide as the letter advances: the ink of an I or a 1 leaves gaps that look like spaces.
    box = raw.FS_RECTF()
    count = min(textpage.count_chars(), _MAX_CHARACTERS)
    for index in range(count):
        character = chr(raw.FPDFText_GetUnicode(textpage, index) or 0)
        character = _HYPHENS.get(character, character)
        if character in _BREAKS or not raw.FPDFText_GetLooseCharBox(textpage, index, box):
            continue
        left, top, right, bottom = seen(box.left, box.top, box.right, box.bottom)
        if character.isspace() and right <= left:
            continue
        item = ctypes.cast(raw.FPDFText_GetTextObject(textpage, index), ctypes.c_void_p).value or 0
        if not outside(box):
            there.add(item)
        # pdfium adds spaces of its own, also between columns; only those of the document join words across objects.
        is_real = raw.FPDFText_IsGenerated(textpage, index) != 1
        letters.append(Letter(left, right, top, bottom, character, item, is_real=is_real))
    textpage.close()
    # A text that runs over the edge is read whole; one that is nowhere on the page is not there for anybody.
    letters = [letter for letter in letters if letter.item in there]
    letters.extend(_written(page, seen))
    lines = lines_of(letters)
    return [replace(line, turned=turned) for line in lines] if turned[0] else lines


def _turned(page: Any, textpage: Any) -> tuple[int, float, float]:
    """Return by how much most letters stand on their side as the page is shown, with its width and height."""
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    count = min(textpage.count_chars(), _MAX_CHARACTERS)
    votes: dict[int, int] = {}
    for index in range(0, count, max(1, count // _SAMPLE)):
        # Radians, clockwise, before the page itself is turned.
        angle = raw.FPDFText_GetCharAngle(textpage, index)
        if angle >= 0 and chr(raw.FPDFText_GetUnicode(textpage, index) or 32).isalnum():
            quarter = round(math.degrees(angle) / 90) * 90 % 360
            votes[quarter] = votes.get(quarter, 0) + 1
    most = max(votes, key=lambda quarter: votes[quarter], default=0)
    # A margin note or a watermark does not turn the page.
    sure = votes.get(most, 0) * 4 >= sum(votes.values()) * 3
    return ((-most - page.get_rotation()) % 360 if sure else 0, page.get_width(), page.get_height())


def _upright(seen: _Seen, turned: tuple[int, float, float]) -> _Seen:
    """Return what gives the places of letters as they are read, with the page turned until they stand."""
    angle, width, height = turned

    def stood(left: float, top: float, right: float, bottom: float) -> Box:
        west, north, east, south = seen(left, top, right, bottom)
        return {
            90: (height - south, west, height - north, east),
            180: (width - east, height - south, width - west, height - north),
            270: (north, width - east, south, width - west),
        }[angle]

    return stood if angle else seen


def _seen(page: Any) -> _Seen:
    """Return what turns left, top, right and bottom of the file into those of the page as shown, from its top left.

    Pages may be turned (``/Rotate``), cut out of a larger one (``/CropBox``), or begin elsewhere than at zero.
    """
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    bounds = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, bounds)
    west, south, east, north = bounds.left, bounds.bottom, bounds.right, bounds.top
    return {
        90: lambda left, top, right, bottom: (bottom - south, left - west, top - south, right - west),
        180: lambda left, top, right, bottom: (east - right, bottom - south, east - left, top - south),
        270: lambda left, top, right, bottom: (north - top, east - right, north - bottom, east - left),
    }.get(
        page.get_rotation(),
        lambda left, top, right, bottom: (left - west, north - top, right - west, north - bottom),
    )


def _outside(page: Any) -> Callable[[Any], bool]:
    """Return what tells whether a box lies wholly outside of the page as shown: nobody reads what is there."""
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    bounds = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, bounds)
    west, south, east, north = bounds.left, bounds.bottom, bounds.right, bounds.top
    return lambda box: box.right < west or box.left > east or box.top < south or box.bottom > north


def _written(page: Any, seen: _Seen) -> Iterator[Letter]:
    """Yield the letters of the fields of a form and of free notes: they are on the page, and not in its text.

    A field is as wide as its box, whatever is in it: the letters are spaced as those of a common font would be.
    """
    for number, (text, box) in enumerate(_fields(page), start=1):
        left, top, _, bottom = seen(*box)
        height = min(bottom - top, _FIELD_LINE)
        for row, line in enumerate(text.splitlines()):
            for index, letter in enumerate(line):
                x = left + 2 + index * height * _LETTER_WIDTH
                y = top + row * height
                yield Letter(x, x + height * _LETTER_WIDTH, y, y + height, letter, -number, is_real=True)


def _fields(page: Any) -> Iterator[tuple[str, Box]]:
    """Yield the text of fields and free notes with their box: left, top, right, bottom of the file."""
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    form = getattr(getattr(page, "pdf", None), "formenv", None)
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _FIELDS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            hidden = raw.FPDFAnnot_GetFlags(annotation) & (
                raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
            )
            box = raw.FS_RECTF()
            if hidden or not raw.FPDFAnnot_GetRect(annotation, box):
                continue
            text = ""
            if kind == raw.FPDF_ANNOT_WIDGET and form is not None:
                shown = raw.FPDFAnnot_GetFormFieldType(form, annotation) in {
                    raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX,
                }  # fmt: skip
                text = _wide(raw.FPDFAnnot_GetFormFieldValue, form, annotation) if shown else ""
            elif kind == raw.FPDF_ANNOT_FREETEXT:
                text = _wide(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
            if text.strip():
                yield text[:_MAX_FIELD], (box.left, box.top, box.right, box.bottom)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def named_fields(page: Any) -> list[tuple[str, str]]:
    """Return the name and the value of each text field of a page that is shown."""
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    form = getattr(getattr(page, "pdf", None), "formenv", None)
    found: list[tuple[str, str]] = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _FIELDS) if form is not None else 0):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            hidden = raw.FPDFAnnot_GetFlags(annotation) & (
                raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
            )
            kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
            if not hidden and kind in {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX}:
                name = _wide(raw.FPDFAnnot_GetFormFieldName, form, annotation)[:200]
                found.append((name, _wide(raw.FPDFAnnot_GetFormFieldValue, form, annotation)[:_MAX_FIELD]))
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return found


def _wide(call: Callable[..., int], *told: Any) -> str:
    """Return a text that pdfium writes into a buffer of the size it asks for."""
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    size = call(*told, None, 0)
    if not size or size > 2 * _MAX_CHARACTERS:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(*told, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[:size].decode("utf-16-le", errors="replace").rstrip("\0")


def page_plain_text(page: Any) -> str:
    """Return the text of a page in the order of the file, then that of its fields and notes."""
    textpage = page.get_textpage()
    try:
        text = str(textpage.get_text_range(0, min(textpage.count_chars(), _MAX_CHARACTERS)))
    finally:
        textpage.close()
    return "\n".join([text, *(field for field, _ in _fields(page))])


def titles(document: Any) -> str:
    """Return the title, subject, author and keywords of a document: viewers show them, and files are named after them."""
    told = document.get_metadata_dict(skip_empty=True)
    return "\n".join(str(told[name])[:_MAX_FIELD] for name in _TITLES if name in told)


def bookmarks(document: Any) -> str:
    """Return the titles of the bookmarks of a document: viewers show them beside the page."""
    return "\n".join(
        str(mark.get_title())[:_MAX_FIELD] for mark in islice(document.get_toc(), _MAX_BOOKMARKS)
    )


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


def may_hide_code(page: Any) -> bool:
    """Tell whether a page has drawings that could be a code of any sort: an image, or more strokes than a frame needs.

    Some writers draw each bar or module on its own, others the whole code as one path.
    """
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    strokes = 0
    for item in page.get_objects(max_depth=3):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            return True
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            strokes += max(raw.FPDFPath_CountSegments(item.raw), 4)
        if strokes > _STROKES:
            return True
    return False


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


def drawn_apart(page: Any, symbols: Sequence[Box]) -> Box | None:
    """Return the box around what could be a code of any sort and is none of the symbols given; none when nothing could.

    Args:
        page: of the document.
        symbols: boxes in points from the top left of the page as shown: left, top, width, height.
    """
    import pypdfium2.raw as raw  # noqa: PLC0415, PLR0402 - optional

    seen = _seen(page)
    images: list[Box] = []
    strokes: list[Box] = []
    segments = 0
    for item in islice(page.get_objects(max_depth=3), _MAX_DRAWINGS):
        if item.type not in {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH}:
            continue
        left, bottom, right, top = item.get_bounds()
        box = seen(left, top, right, bottom)
        if any(_is_part(box, symbol) for symbol in symbols):
            continue
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            images.append(box)
            continue
        count = raw.FPDFPath_CountSegments(item.raw)
        if count > _FRAME or max(box[2] - box[0], box[3] - box[1]) < _BAR:
            strokes.append(box)
            segments += max(count, 4)
    boxes = images + (strokes if segments > _STROKES else [])
    if not boxes:
        return None
    west, north = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return west, north, max(box[2] for box in boxes) - west, max(box[3] for box in boxes) - north


def _is_part(box: Box, symbol: Box) -> bool:
    """Tell whether something drawn belongs to a symbol: in the middle of it, and not much wider."""
    left, top, width, height = symbol
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    inside = left - 1 <= x <= left + width + 1 and top - 1 <= y <= top + height + 1
    return inside and box[2] - box[0] <= 1.6 * width + 2 and box[3] - box[1] <= 1.6 * height + 2
