"""An image: only its Datamatrix symbols are read. Needs Pillow and zxing-cpp (extra ``documents``)."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

from conformance.documents.context import LimitReachedError
from conformance.documents.datamatrix.document import from_symbol
from conformance.documents.datamatrix.symbol import read_symbols
from conformance.documents.document import Document
from conformance.documents.problems import inferred, official, unjudged
from conformance.documents.record import Format, Place, PlaceKind
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")


def read(data: bytes, reading: Reading) -> Document:
    """Find the Datamatrix INS of an image; that none decodes is said, with the resolution it would need."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - optional

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image: Any = Image.open(io.BytesIO(data), formats=_FORMATS)
            if image.width * image.height > reading.limits.pixels:
                raise _too_large(reading, f"{image.width}×{image.height}")
            # A transparent background is white paper.
            if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
            grey = image.convert("L")
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
    symbols = read_symbols(grey)
    decoded = [symbol for symbol in symbols if not symbol.error]
    place = Place(kind=PlaceKind.PIXELS, file=reading.name)
    problems: list[Problem] = []
    if not decoded:
        text = Text(
            f"aucun symbole décodé dans cette image de {grey.width}×{grey.height} pixels : il faut au moins deux à trois pixels "
            "par module (200 points par pouce pour des modules de 0,25 mm, 100 pour 0,42 mm)",
            f"no symbol decoded in this image of {grey.width}×{grey.height} pixels: two to three pixels a module are needed "
            "(200 dots per inch for modules of 0.25 mm, 100 for 0.42 mm)",
        )
        problems.append(unjudged("symbol-undecodable", text, place))
    ins = [symbol for symbol in decoded if symbol.is_ins]
    if decoded and not ins:
        text = Text(
            "un Datamatrix, mais pas un Datamatrix INS (en-tête IS01)",
            "a DataMatrix, but no Datamatrix INS (header IS01)",
        )
        problems.append(inferred("symbol-not-ins", text, "DOC-03", at=(place,)))
    return Document(
        format=Format.IMAGE,
        name=reading.name,
        problems=tuple(problems),
        parts=tuple(from_symbol(symbol, reading.name, place) for symbol in ins),
        data=data,
    )


def _too_large(reading: Reading, got: str) -> LimitReachedError:
    return LimitReachedError(
        "image-too-large",
        Text(
            f"au plus {reading.limits.pixels} pixels, en voici {got}",
            f"expected at most {reading.limits.pixels} pixels, got more",
        ),
    )


def judge(document: Document, expected: Expected) -> Iterator[Problem]:  # noqa: ARG001 - the shape of all formats
    """Yield nothing more: symbols are documents of their own."""
    yield from ()
