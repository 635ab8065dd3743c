"""Barcodes of a page other than the INS Datamatrix: the INS may be in one of them already (DOC-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.documents.context import Limits
from conformance.documents.numbers import compact
from conformance.documents.pdf import pdfium

if TYPE_CHECKING:
    from conformance.suite.desk.papers import Artefact

_DPI: Final = 200.0


def holds_number(artefact: Artefact, number: str) -> bool:
    """Tell whether some barcode on the first page of a PDF, of whatever symbology, holds a matricule."""
    return pdf_holds_number(artefact.document.content, number)


def pdf_holds_number(content: bytes, number: str) -> bool:
    """Tell the same of the bytes of a PDF."""
    import zxingcpp  # noqa: PLC0415 - optional

    try:
        with pdfium.opened(content) as opened:
            image: Any = pdfium.page_image(opened[0], _DPI, Limits().pixels)
    except pdfium.PdfRefusedError:
        return False
    if image is None:
        return False
    found = zxingcpp.read_barcodes(image if image.mode == "L" else image.convert("L"))
    return any(number in compact(one.text) for one in found if one.valid)
