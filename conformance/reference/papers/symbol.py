"""The Datamatrix INS of a page: its payload, and the modules of its symbol.

Grammar: a header of 26 characters, then blocks S1 to S7; ASCII 29 ends S2, S3 and S4 when they are shorter than their
maximum and not the last (reported; ins-rules §15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.papers.leaving import passing
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.reference.seams import Record, Seams

SEPARATOR: Final = "\x1d"
_HEADER: Final = "IS01" + "0" * 22
_ENDED: Final = {"S2": 20, "S3": 100, "S4": 100}


def payload(values: Record, patient: Patient, seams: Seams, *, document: str) -> str:
    """Return the content of the symbol of an identity, empty when nothing is to be printed."""
    if not values["matricule"]:
        return ""
    year, month, day = values["birth_date"].split("-")
    told = {
        "S1": values["matricule"],
        "S2": values["oid"],
        "S3": values["first_names"],
        "S4": values["birth_name"],
        "S5": values["sex"],
        "S6": f"{day}-{month}-{year}",
        "S7": values["birth_place"],
    }
    blocks: list[Record] = [
        {"block": block, "value": value, "end": SEPARATOR if len(value) < _ENDED.get(block, 0) else ""}
        for block, value in told.items()
        if value
    ]
    blocks = passing(seams, Seam.WRITTEN, blocks, patient, where="symbol", document=document)
    [whole] = passing(
        seams,
        Seam.WRITTEN,
        [{"header": _HEADER, "prefix": "", "suffix": ""}],
        patient,
        where="symbol-header",
        document=document,
    )
    ended = "".join(
        f"{one['block']}{one['value']}{one['end'] if number < len(blocks) else ''}"
        for number, one in enumerate(blocks, start=1)
    )
    return f"{whole['prefix']}{whole['header']}{ended}{whole['suffix']}"


def modules(content: str, *, square: bool = True, format_name: str = "DataMatrix") -> list[list[bool]]:
    """Return the dark modules of a symbol, row by row, without quiet zone."""
    import zxingcpp  # noqa: PLC0415 - optional

    options: dict[str, Any] = {"force_square": True} if square and format_name == "DataMatrix" else {}
    symbol: Any = zxingcpp.create_barcode(content, getattr(zxingcpp.BarcodeFormat, format_name), **options)
    drawn: Any = symbol.to_image(scale=1, add_quiet_zones=False)
    rows, columns = drawn.shape
    flat = bytes(memoryview(drawn))
    return [[flat[row * columns + column] < 128 for column in range(columns)] for row in range(rows)]  # noqa: PLR2004 - half of black and white
