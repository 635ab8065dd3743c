"""Cut-outs: the image of the place of a problem, from a page of a PDF or from an image."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.pdf import pdfium
from conformance.documents.record import Format

if TYPE_CHECKING:
    from conformance.documents.document import Document
    from conformance.documents.record import Box, Place

_DPI: Final = 150
_MARGIN: Final = 10
_MAX_PIXELS: Final = 40_000_000
_LARGEST: Final = 1200


def cutout(document: Document, place: Place) -> str | None:
    """Return a PNG as a data URI; none when the place is no region of an image, or cannot be drawn."""
    if place.box is None:
        return None
    source = next((one for one in document.walk() if one.name == place.file and one.data), None)
    if source is None:
        return None
    try:
        image = _page(source.data, place) if source.format is Format.PDF else _image(source.data, place)
    except (ImportError, OSError, ValueError, pdfium.PdfRefusedError):
        return None
    if image is None:
        return None
    image.thumbnail((_LARGEST, _LARGEST))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def _page(data: bytes, place: Place) -> Any:
    with pdfium.opened(data) as opened:
        drawn = pdfium.page_image(opened[(place.page or 1) - 1], _DPI, _MAX_PIXELS)
    return (
        None if drawn is None or place.box is None else _crop(drawn, place.box, _DPI / pdfium.POINTS_PER_INCH)
    )


def _image(data: bytes, place: Place) -> Any:
    from PIL import Image  # noqa: PLC0415 - optional

    image = Image.open(io.BytesIO(data))
    if image.width * image.height > _MAX_PIXELS or place.box is None:
        return None
    return _crop(image.convert("L"), place.box, 1)


def _crop(image: Any, box: Box, scale: float) -> Any:
    left, top, width, height = box
    corners = (left - _MARGIN, top - _MARGIN, left + width + _MARGIN, top + height + _MARGIN)
    x1, y1, x2, y2 = (round(side * scale) for side in corners)
    return image.crop((max(x1, 0), max(y1, 0), min(x2, image.width), min(y2, image.height)))
