"""The codes of a page that are no Datamatrix (QR, Aztec, PDF417, Code 128, Code 39, Codabar, 2 of 5): found, decoded, placed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.context import Limits
from conformance.documents.pdf import pdfium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL.Image import Image

    from conformance.documents.document import Document
    from conformance.documents.record import Box

DPI: Final = 200.0
_MARGIN: Final = 4.0
"""Points around what is cut out of a page: the quiet zone of a code."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code that is no Datamatrix."""

    kind: str
    """``QR Code``, ``Code 128``…"""
    text: str
    box: Box
    """Points."""
    page: int


def codes(document: Document, pages: int = 1) -> tuple[Code, ...]:
    """Return the codes of the first pages; none of those on which nothing drawn could be one.

    Raises:
        ImportError: zxing-cpp is not installed.
    """
    return tuple(
        _found(
            document, pages, lambda page: (0.0, 0.0, *page.get_size()) if pdfium.may_hide_code(page) else None
        )
    )


def codes_in(document: Document, box: Box) -> tuple[Code, ...]:
    """Return the codes in a part of the first page.

    Raises:
        ImportError: zxing-cpp is not installed.
    """
    return tuple(_found(document, 1, lambda _page: box))


def read_codes(
    image: Image, scale: float = 1.0, at: tuple[float, float] = (0.0, 0.0), page: int = 1
) -> Iterator[Code]:
    """Yield the codes of an image; their boxes are scaled, and counted from its place on the page.

    Raises:
        ImportError: zxing-cpp is not installed.
    """
    import zxingcpp  # noqa: PLC0415 - optional

    kinds = zxingcpp.BarcodeFormat
    wanted = zxingcpp.BarcodeFormats(
        [
            kinds.QRCode,
            kinds.Code128,
            kinds.Code39,
            kinds.Code93,
            kinds.ITF,
            kinds.Codabar,
            kinds.PDF417,
            kinds.Aztec,
        ]
    )
    # The default writes the text <GS> for the character 29.
    for one in zxingcpp.read_barcodes(image, formats=wanted, text_mode=zxingcpp.TextMode.Plain):
        corners = [
            one.position.top_left, one.position.top_right, one.position.bottom_right, one.position.bottom_left,
        ]  # fmt: skip
        left, top = min(corner.x for corner in corners), min(corner.y for corner in corners)
        width, height = max(corner.x for corner in corners) - left, max(corner.y for corner in corners) - top
        box = (at[0] + left * scale, at[1] + top * scale, width * scale, height * scale)
        yield Code(str(one.format).rpartition(".")[2], str(one.text), box, page)


def _found(document: Document, pages: int, where: Callable[[Any], Box | None]) -> Iterator[Code]:
    scale = pdfium.POINTS_PER_INCH / DPI
    try:
        with pdfium.opened(document.data) as opened:
            for number in range(min(len(opened), pages, Limits().raster_pages)):
                page = opened[number]
                box = where(page)
                image = pdfium.page_image(page, DPI, Limits().pixels) if box else None
                if box is None or image is None:
                    continue
                yield from _within(image, box, scale, number + 1)
    except pdfium.PdfRefusedError:
        return


def _within(image: Image, box: Box, scale: float, page: int) -> Iterator[Code]:
    """Yield the codes in a box of a page, with its margin; none where the page puts it outside itself, or nowhere."""
    if not all(map(math.isfinite, box)):
        return
    left, top = max(box[0] - _MARGIN, 0.0), max(box[1] - _MARGIN, 0.0)
    right, bottom = box[0] + box[2] + _MARGIN, box[1] + box[3] + _MARGIN
    sides = (
        int(left / scale), int(top / scale),
        min(int(right / scale) + 1, image.width), min(int(bottom / scale) + 1, image.height),
    )  # fmt: skip
    if sides[0] < sides[2] and sides[1] < sides[3]:
        yield from read_codes(image.crop(sides), scale, (left, top), page)
