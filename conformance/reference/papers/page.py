"""A printed page: the traits under their labels, the Datamatrix INS, and the claim of PDF/A-1.

The font and the meaning of its grey are in the file, and the metadata say what it is (ISO 19005-1, level B). Whether it
conforms to the letter takes veraPDF, which the bench does not bring.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from conformance.reference.papers.leaving import leaving, passing
from conformance.reference.papers.symbol import modules, payload
from conformance.reference.seams import Seam
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.drivers.model import Patient
    from conformance.reference.papers.kinds import Kind
    from conformance.reference.seams import Record, Seams

FONT: Final = "BancVera"
_MM: Final = 72 / 25.4
_SEXES: Final = {"F": "Féminin", "M": "Masculin"}
_LONG: Final = {
    "birth_name": "Nom de naissance",
    "first_name": "1er prénom de naissance",
    "first_names": "Prénom(s) de naissance",
    "birth_date": "Date de naissance",
    "sex": "Sexe",
    "matricule": "Matricule INS",
    "used_name": "Nom utilisé",
    "used_first_name": "Prénom utilisé",
    "birth_place": "Code INSEE du lieu de naissance",
}
_SHORT: Final = {
    **_LONG,
    "birth_name": "N. Nais.",
    "first_name": "Pr. 1",
    "birth_date": "DDN",
    "sex": "S",
    "matricule": "INS",
}
_EXTRA: Final = ("used_name", "used_first_name", "birth_place")


@dataclass(frozen=True, slots=True)
class _Format:
    """The measures of a page, in points."""

    width: float
    height: float
    size: float
    left: float
    top: float
    """Of the first line of the traits, from the top."""
    side: float
    """Of the symbol."""


_A4: Final = _Format(595.28, 841.89, 10, 50, 150, 22 * _MM)
_LABEL: Final = _Format(110 * _MM, 60 * _MM, 7, 10, 88, 20 * _MM)


def render(patient: Patient, kind: Kind, seams: Seams, extra: Collection[str] = ()) -> bytes:
    """Return a document as PDF.

    Args:
        patient: whose it is.
        kind: which document.
        seams: what the values pass on their way.
        extra: traits that the site prints besides: ``used_name``, ``used_first_name``, ``birth_place``.
    """
    lines = _lines(patient, kind, seams, extra)
    content = ""
    if kind.has_symbol:
        values = leaving(patient, seams, where="symbol", document=kind.key)
        content = payload(values, patient, seams, document=kind.key)
    [shape] = passing(
        seams,
        Seam.WRITTEN,
        [
            {
                "content": content,
                "caption": "INS à scanner" if content else "",
                "square": True,
                "page": 1,
                "times": 1,
                "part": "1",
                "level": "B",
                "title": kind.title,
                "qr": "",
            }
        ],
        patient,
        where="page-shape",
        document=kind.key,
    )
    return _drawn(kind, lines, shape)


def _lines(patient: Patient, kind: Kind, seams: Seams, extra: Collection[str]) -> list[Record]:
    values = leaving(patient, seams, where="page", document=kind.key)
    labels = _SHORT if kind.is_small else _LONG
    told = {
        "birth_name": values["birth_name"],
        "first_name": values["first_name"],
        "first_names": values["first_names"],
        "birth_date": "/".join(reversed(values["birth_date"].split("-"))),
        "sex": values["sex"] if kind.is_small else _SEXES.get(values["sex"], values["sex"]),
        "matricule": f"{values['matricule']} {values['nature']}".strip(),
        **{name: values[name] for name in _EXTRA if name in extra},
    }
    if kind.is_small:
        del told["first_names"]
    lines: list[Record] = [
        {"key": key, "label": f"{labels[key]} :", "value": value, "page": 1}
        for key, value in told.items()
        if value
    ]
    return passing(seams, Seam.WRITTEN, lines, patient, where="page", document=kind.key)


def _drawn(kind: Kind, lines: list[Record], shape: Record) -> bytes:
    from reportlab.pdfgen import canvas  # noqa: PLC0415 - optional

    _register_font()
    form = _LABEL if kind.is_small else _A4
    out = io.BytesIO()
    page: Any = canvas.Canvas(
        out, pagesize=(form.width, form.height), pdfVersion=(1, 4), initialFontName=FONT
    )
    _describe(page, shape)
    pages = max([1, shape["page"], *(line["page"] for line in lines)])
    for number in range(1, pages + 1):
        _page(page, kind, form, [line for line in lines if line["page"] == number], number)
        if shape["content"] and shape["page"] == number:
            for place in range(shape["times"]):
                _symbol(page, form, shape["content"], place, square=shape["square"])
        if shape["qr"] and number == 1:
            _symbol(page, form, shape["qr"], 0, square=True, format_name="QRCode")
        if shape["caption"] and shape["page"] == number:
            page.setFont(FONT, form.size - 2)
            page.drawString(form.width - form.side - 14, form.height - form.side - 22, shape["caption"])
        page.showPage()
    page.save()
    return out.getvalue()


def _page(page: Any, kind: Kind, form: _Format, lines: list[Record], number: int) -> None:
    page.setFont(FONT, form.size + 4)
    page.drawString(
        form.left, form.height - form.size * 2.2, kind.title if number == 1 else f"{kind.title} (suite)"
    )
    page.setFont(FONT, form.size)
    down = form.height - form.top
    for line in lines:
        text = f"{line['label']} {line['value']}".strip()
        # A name may have 100 characters: what does not fit goes on below.
        for part in _folded(text, form):
            page.drawString(form.left, down, part)
            down -= form.size * 1.5
    if number == 1:
        down -= form.size
        for text in kind.body:
            page.drawString(form.left, down, text)
            down -= form.size * 1.5
        foot = down - form.size
        if foot >= form.size:  # else it would lie over the last line of a label that is full
            page.drawString(form.left, foot, "Pharmacie du Banc d'essai")


def _folded(text: str, form: _Format) -> list[str]:
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 - optional

    room = form.width - 2 * form.left
    parts, part = [], ""
    for word in text.split(" "):
        longer = f"{part} {word}".strip()
        if part and stringWidth(longer, FONT, form.size) > room:
            parts.append(part)
            longer = word
        part = longer
    return [*parts, part]


def _symbol(
    page: Any, form: _Format, content: str, place: int, *, square: bool, format_name: str = "DataMatrix"
) -> None:
    """Draw the modules as one path, a rectangle for each run of dark ones: sharp at any resolution."""
    rows = modules(content, square=square, format_name=format_name)
    module = form.side / len(rows[0])
    page.saveState()
    page.translate(form.width - form.side - 14 - place * (form.side + 20), form.height - 12)
    page.scale(module, module)
    path = page.beginPath()
    for row, cells in enumerate(rows):
        column = 0
        for dark, run in groupby(cells):
            width = len(list(run))
            if dark:
                path.rect(column, -row - 1, width, 1)
            column += width
    page.drawPath(path, stroke=0, fill=1)
    page.restoreState()


def _register_font() -> None:
    from pathlib import Path  # noqa: PLC0415 - with the optional library only

    import reportlab  # noqa: PLC0415 - optional
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - optional
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415 - optional

    if FONT not in pdfmetrics.getRegisteredFontNames():
        path = Path(str(reportlab.__file__)).parent / "fonts" / "Vera.ttf"
        pdfmetrics.registerFont(TTFont(FONT, str(path)))


def _describe(page: Any, shape: Record) -> None:
    """Write the metadata in both places, the same (ISO 19005-1, 6.7.3), and say what the greys mean."""
    from reportlab.pdfbase import pdfdoc  # noqa: PLC0415 - optional

    page.setTitle(shape["title"])
    page.setAuthor("Pharmacie du Banc d'essai")
    page.setCreator("banc-lgo")
    page.setProducer("banc-lgo")
    page.setSubject("")
    catalog = page._doc.Catalog  # noqa: SLF001 - the only way to the catalog
    if shape["part"]:
        stamp = datetime.fromtimestamp(page._doc._timeStamp.t).astimezone()  # noqa: SLF001 - the date of the other place
        packet = _XMP.format(
            title=escape(shape["title"]),
            part=shape["part"],
            level=shape["level"],
            date=stamp.isoformat(timespec="seconds"),
        )
        stream = pdfdoc.PDFStream(content=packet.encode(), filters=[])
        stream.dictionary["Type"], stream.dictionary["Subtype"] = (
            pdfdoc.PDFName("Metadata"),
            pdfdoc.PDFName("XML"),
        )
        catalog.Metadata = stream
    profile = pdfdoc.PDFStream(content=_grey_profile())
    profile.dictionary["N"] = 1
    intent = pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("OutputIntent"),
            "S": pdfdoc.PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": pdfdoc.PDFString("Gray gamma 2.2"),
            "Info": pdfdoc.PDFString("Gray gamma 2.2"),
            "DestOutputProfile": page._doc.Reference(profile),  # noqa: SLF001 - as above
        }
    )
    catalog.OutputIntents = pdfdoc.PDFArray([intent])
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]


def file_name(patient: Patient, kind: Kind, seams: Seams) -> str:
    """Return ``<date>_<type>_<NOM>_<prénom>.pdf`` (ECO.2.1.6)."""
    values = leaving(patient, seams, where="name", document=kind.key)
    parts = [now()[:10].replace("-", ""), kind.short, values["birth_name"], values["first_name"]]
    name = "_".join(part.replace(" ", "-") for part in parts)
    if values.get("name_suffix"):
        name = f"{name}_{values['name_suffix']}"
    return f"{name}.pdf"


def _grey_profile() -> bytes:
    """Return an ICC profile (version 2) of greys with gamma 2.2: the smallest that the standard allows."""
    text = b"Gray gamma 2.2\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67)
    tags = {
        b"desc": description,
        b"cprt": b"text" + bytes(4) + b"No copyright\0",
        b"wtpt": b"XYZ " + bytes(4) + struct.pack(">iii", 0xF6D6, 0x10000, 0xD32D),
        b"kTRC": b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0233),
    }
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", start + len(body), len(data))
        body += padded
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02100000, b"prtr", b"GRAY", b"XYZ ")
    head += (
        struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(28)
        + struct.pack(">iii", 0xF6D6, 0x10000, 0xD32D)
    )
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


_XMP: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "<dc:creator><rdf:Seq><rdf:li>Pharmacie du Banc d&apos;essai</rdf:li></rdf:Seq></dc:creator>"
    "<xmp:CreatorTool>banc-lgo</xmp:CreatorTool><xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>"
    "<pdf:Producer>banc-lgo</pdf:Producer><pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>{level}</pdfaid:conformance>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end='w'?>"
)
