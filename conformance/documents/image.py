"""An image: only its Datamatrix symbols are read. Needs Pillow and zxing-cpp (extra ``documents``)."""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.documents.context import LimitReachedError
from conformance.documents.datamatrix.document import from_symbol
from conformance.documents.datamatrix.symbol import read_symbols
from conformance.documents.document import Document
from conformance.documents.other_codes import told_by_codes
from conformance.documents.pdf.codes import read_codes
from conformance.documents.problems import Quote, inferred, official, unjudged
from conformance.documents.record import Format, Place, PlaceKind
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.datamatrix.symbol import Symbol
    from conformance.documents.expected import Expected
    from conformance.documents.pdf.codes import Code
    from conformance.documents.problems import Problem

_SOFTENED = (1.0, 2.0)
"""Pixels."""
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")


def read(data: bytes, reading: Reading) -> Document:
    """Find the Datamatrix INS of an image; that none decodes is said, with the resolution it would need."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - optional

    frames: list[tuple[str, list[Symbol]]] = []
    codes: list[Code] = []
    size = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image: Any = Image.open(io.BytesIO(data), formats=_FORMATS)
            count = min(getattr(image, "n_frames", 1), reading.limits.raster_pages)
            for index in range(count):
                image.seek(index)
                size = f"{image.width}×{image.height}"
                if image.width * image.height > reading.limits.pixels:
                    raise _too_large(reading, size)
                reading.spend(0)
                # A fax of several pages is one image of several frames.
                name = reading.name if index == 0 else f"{reading.name} (page {index + 1})".strip()
                grey = _grey(image)
                frames.append((name, _symbols(grey)))
                codes.extend(read_codes(grey))
    except Image.DecompressionBombError as error:
        raise _too_large(reading, "beaucoup plus") from error
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
    ) as error:
        text = Text(f"image lisible attendue : {error}", f"expected a readable image: {error}")
        return Document(
            format=Format.IMAGE,
            name=reading.name,
            problems=(official("image-malformed", text, at=(reading.place(),)),),
        )
    decoded = [symbol for _, symbols in frames for symbol in symbols if not symbol.error]
    place = Place(kind=PlaceKind.PIXELS, file=reading.name)
    problems: list[Problem] = []
    if not decoded:
        text = Text(
            f"aucun symbole décodé dans cette image de {size} pixels : il faut au moins deux à trois pixels "
            "par module (200 points par pouce pour des modules de 0,25 mm, 100 pour 0,42 mm)",
            f"no symbol decoded in this image of {size} pixels: two to three pixels a module are needed "
            "(200 dots per inch for modules of 0.25 mm, 100 for 0.42 mm)",
        )
        problems.append(unjudged("symbol-undecodable", text, place))
    if decoded and not any(symbol.is_ins for symbol in decoded):
        text = Text(
            "un Datamatrix, mais pas un Datamatrix INS (en-tête IS01)",
            "a DataMatrix, but no Datamatrix INS (header IS01)",
        )
        problems.append(inferred("symbol-not-ins", text, "DOC-03", at=(place,)))
    return Document(
        format=Format.IMAGE,
        name=reading.name,
        problems=tuple(problems),
        parts=tuple(
            from_symbol(symbol, name, replace(place, file=name))
            for name, symbols in frames
            for symbol in symbols
            if symbol.is_ins
        ),
        data=data,
        text="\n".join([*(code.text for code in codes), *(one.text for one in decoded if not one.is_ins)]),
        facts=tuple(Quote(replace(place, box=code.box), code.text) for code in codes),
    )


def _symbols(grey: Any) -> list[Symbol]:
    """Return the symbols of an image; where none decodes, look again at it softened, which photographs need."""
    from PIL import ImageFilter  # noqa: PLC0415 - optional

    found = read_symbols(grey)
    for radius in _SOFTENED:
        if any(not symbol.error for symbol in found):
            break
        found = read_symbols(grey.filter(ImageFilter.GaussianBlur(radius))) or found
    return found


def _grey(image: Any) -> Any:
    from PIL import Image  # noqa: PLC0415 - optional

    # A transparent background is white paper.
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image.convert("L")


def _too_large(reading: Reading, got: str) -> LimitReachedError:
    return LimitReachedError(
        "image-too-large",
        Text(
            f"au plus {reading.limits.pixels} pixels, en voici {got}",
            f"expected at most {reading.limits.pixels} pixels, got more",
        ),
    )


def judge(document: Document, expected: Expected) -> Iterator[Problem]:
    """Yield what other codes beside the symbols tell of somebody else; symbols are documents of their own."""
    if not expected.forbids_ins:
        yield from told_by_codes(document, expected, document.facts or ())
