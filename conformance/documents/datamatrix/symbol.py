"""Symbols in an image: found, decoded, measured; and a writer of right ones. Needs zxing-cpp (extra ``documents``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL.Image import Image

    from conformance.documents.record import Box


_QUIET: Final = 40
"""Pixels kept around what is drawn: more than the quiet zone that a symbol needs at its edge."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A DataMatrix found in an image."""

    text: str
    """Its content, GS as the character 29; empty when damaged."""
    size: str
    """Modules, ``36x36``; empty when not known."""
    identifier: str
    """``]d1`` for a plain ECC 200 symbol, ``]d2`` for GS1."""
    box: Box
    """Pixels: left, top, width, height, without quiet zone."""
    error: str = ""
    """Why it could not be decoded."""
    has_eci: bool = False

    @property
    def is_square(self) -> bool:
        """Whether it has as many rows as columns; true when the size is not known."""
        rows, _, columns = self.size.partition("x")
        return rows == columns or not columns

    @property
    def is_ins(self) -> bool:
        """Whether its header says that it is a Datamatrix INS."""
        return self.text.startswith("IS") or "S1" in self.text[:40]


def read_symbols(image: Image) -> list[Symbol]:
    """Return the DataMatrix symbols of an image, damaged ones too.

    Raises:
        ImportError: zxing-cpp is not installed.
    """
    import zxingcpp  # noqa: PLC0415 - optional

    grey = image if image.mode == "L" else image.convert("L")
    drawn = _drawn(grey)
    found = zxingcpp.read_barcodes(
        grey.crop(drawn),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix),
        # The default writes the text <GS> for the character 29, which is just what has to be told apart.
        text_mode=zxingcpp.TextMode.Plain,
        return_errors=True,
    )
    return [_symbol(one, drawn[:2]) for one in found]


def _drawn(image: Image) -> tuple[int, int, int, int]:
    """Return the part of a grey image that is not white, with a margin: most of a page is, and looking at it takes longest."""
    from PIL import ImageChops  # noqa: PLC0415 - optional

    width, height = image.size
    left, top, right, bottom = ImageChops.invert(image).getbbox() or (0, 0, width, height)
    return (
        max(left - _QUIET, 0),
        max(top - _QUIET, 0),
        min(right + _QUIET, width),
        min(bottom + _QUIET, height),
    )


def write_symbol(payload: str, *, scale: int = 6, square: bool = True) -> Image:
    """Return the image of a symbol with its quiet zone.

    Args:
        payload: see ``payload_of``.
        scale: pixels of a module.
        square: the format wants a square one; false makes the defect.

    Raises:
        ImportError: zxing-cpp or Pillow is not installed.
        ValueError: too long for a symbol.
    """
    import zxingcpp  # noqa: PLC0415 - optional
    from PIL import Image as Images  # noqa: PLC0415 - optional

    options: dict[str, Any] = {"force_square": True} if square else {}
    try:
        symbol = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.DataMatrix, **options)
    except (ValueError, RuntimeError) as error:
        raise ValueError(
            f"Datamatrix: expected at most about 2,300 characters, got {len(payload)}: {error}"
        ) from error
    drawn: Any = symbol.to_image(scale=scale, add_quiet_zones=True)
    return Images.frombytes("L", (drawn.shape[1], drawn.shape[0]), bytes(memoryview(drawn)))


def _symbol(one: Any, corner: tuple[int, int]) -> Symbol:
    """Return a symbol found in the part of an image that begins at ``corner``."""
    position = one.position
    corners = [position.top_left, position.top_right, position.bottom_right, position.bottom_left]
    left, top = min(each.x for each in corners), min(each.y for each in corners)
    right, bottom = max(each.x for each in corners), max(each.y for each in corners)
    extra = one.extra if isinstance(one.extra, dict) else {}
    return Symbol(
        text=one.text if one.valid else "",
        size=str(extra.get("Version", "")),
        identifier=str(one.symbology_identifier),
        box=(float(corner[0] + left), float(corner[1] + top), float(right - left), float(bottom - top)),
        error="" if one.valid else str(one.error),
        has_eci=bool(extra.get("ECI")),
    )
