"""PDF as other software prints it: fonts, rotations, forms, layouts, symbols drawn in other ways; and pages with one wrong trait."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import reportlab
from foreign_people import AJACCIO, ALGIERS, LEA, REAL, TOUR
from foreign_symbols import blocks, page, symbol
from people import NIA, P1, P2, first_name, french, nature
from ppf.datamatrix import DataMatrix
from reportlab.lib.pagesizes import A4, A5, landscape
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

FONTS = Path(reportlab.__file__).parent / "fonts"
for name in ("Vera", "VeraBd"):
    pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))


def lines(identity, **changed):
    """The traits by label, in an order and with words of their own."""
    traits = identity.traits
    told = {
        "number": ("INS", f"{identity.matricule.value} ({nature(identity)})"), "name": ("Nom de naissance", traits.birth_name),
        "first": ("Premier prénom de naissance", first_name(identity)), "names": ("Prénoms de naissance", traits.first_names),
        "sex": ("Sexe", traits.sex), "date": ("Né(e) le", french(identity)), "place": ("Code INSEE", traits.birth_place),
    }  # fmt: skip
    made = {key: (label, changed.get(key, value)) for key, (label, value) in told.items()}
    return [one for one in made.values() if one[1] is not None]


def modules(sheet, payload, x, y, side, *, colour=0.0):
    """Draw a symbol as rectangles, one a run of modules: no image in the file."""
    rows = DataMatrix(payload).matrix
    step = side / len(rows)
    sheet.setFillGray(colour)
    for row, values in enumerate(rows):
        start = None
        for column, dark in enumerate([*values, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                sheet.rect(
                    x + start * step,
                    y + side - (row + 1) * step,
                    (column - start) * step,
                    step,
                    stroke=0,
                    fill=1,
                )
                start = None
    sheet.setFillGray(0)


class Sheet:
    """A page under construction."""

    def __init__(self, size=A4, *, font="Helvetica", points=10, compress=1, **options):
        self.out = io.BytesIO()
        self.page = canvas.Canvas(self.out, pagesize=size, pageCompression=compress, **options)
        self.size, self.font, self.points = size, font, points
        self.page.setFont(font, points)

    def rows(self, told, x=50, y=None, *, step=17, value=None, colon=" : ", bold=None):
        at = y or self.size[1] - 120
        for label, text in told:
            if value is None and bold is None:
                self.page.drawString(x, at, f"{label}{colon}{text}")
            else:
                self.page.setFont(self.font, self.points)
                self.page.drawString(x, at, label + colon.rstrip())
                self.page.setFont(bold or self.font, self.points)
                where = value or x + pdfmetrics.stringWidth(label + colon, self.font, self.points)
                self.page.drawString(where, at, text)
            at -= step
        self.page.setFont(self.font, self.points)
        return self

    def text(self, x, y, text):
        self.page.drawString(x, y, text)
        return self

    def mark(
        self, identity, x=None, y=None, mm=18, *, drawn=False, caption="INS à scanner", payload=None, turn=0
    ):
        side = mm / 25.4 * 72
        x, y = x or self.size[0] - side - 40, y or self.size[1] - side - 40
        told = payload or blocks(identity)
        if drawn:
            modules(self.page, told, x, y, side)
        else:
            picture = symbol(told, 6).rotate(turn, expand=True, fillcolor=255)
            self.page.drawImage(ImageReader(picture), x, y, side, side)
        if caption:
            self.page.setFont(self.font, 7)
            self.page.drawString(x, y - 10, caption)
            self.page.setFont(self.font, self.points)
        return self

    def next(self):
        self.page.showPage()
        self.page.setFont(self.font, self.points)
        return self

    def done(self):
        self.page.save()
        return self.out.getvalue()


def usual(identity, **changed):
    return Sheet().rows(lines(identity, **changed)).mark(identity).done()


def _rotated(angle):
    """A page whose content is turned and whose /Rotate turns it back."""
    sheet = Sheet(A4)
    sheet.page.setPageRotation(angle)
    width, height = A4
    # The library turns the sheet itself: a quarter turn makes it 842 wide and 595 high.
    x, y = {90: (height, 0), 180: (width, height), 270: (0, width)}[angle]
    sheet.page.translate(x, y)
    sheet.page.rotate({90: 90, 180: 180, 270: -90}[angle])
    sheet.page.setFont("Helvetica", 10)
    return sheet.rows(lines(TOUR)).mark(TOUR).done()


def _columns():
    sheet = Sheet(landscape(A5), points=9)
    left, right = lines(TOUR)[:4], lines(TOUR)[4:]
    return (
        sheet.rows(left, 30, 300, value=170).rows(right, 330, 300, value=420).mark(TOUR, 480, 320, 14).done()
    )


def _table():
    sheet = Sheet(points=9)
    told = [
        ("Nom de naissance", "DE LA TOUR D'AUVERGNE", 40),
        ("1er prénom", "JEAN-FRANCOIS", 190),
        ("Sexe", "M", 300),
        ("Né(e) le", "29/02/1948", 350),
        ("INS", f"{TOUR.matricule.value} NIR", 430),
    ]
    for label, value, x in told:
        sheet.text(x, 700, label).text(x, 684, value)
    return sheet.mark(TOUR, 500, 740).done()


def _form(identity=TOUR, **changed):
    """An AcroForm: the values stand in fields, only the labels in the page."""
    sheet = Sheet()
    at = 700
    for number, (label, value) in enumerate(lines(identity, **changed)):
        sheet.text(50, at, f"{label} :")
        sheet.page.acroForm.textfield(
            name=f"f{number}", value=value, x=220, y=at - 5, width=300, height=16, fontSize=10, borderWidth=0
        )
        at -= 22
    return sheet.mark(identity).done()


def _kerned():
    sheet = Sheet()
    told = sheet.page.beginText(50, 700)
    told.setCharSpace(1.2)
    told.setLeading(18)
    for label, value in lines(TOUR):
        told.textLine(f"{label} : {value}")
    sheet.page.drawText(told)
    return sheet.mark(TOUR).done()


def _letters():
    """Each letter placed by itself, as some printers do."""
    sheet = Sheet()
    at = 700
    for label, value in lines(TOUR):
        x = 50.0
        for letter in f"{label} : {value}":
            if letter != " ":
                sheet.text(x, at, letter)
            x += pdfmetrics.stringWidth(letter, "Helvetica", 10)
        at -= 18
    return sheet.mark(TOUR).done()


def _overlay():
    """A form drawn once and used on the page, with the head of the pharmacy and a sender in it."""
    sheet = Sheet()
    sheet.page.beginForm("head")
    sheet.page.drawString(
        50, 800, "Pharmacie de la Marne - 3 rue Haute - 51000 - FINESS 510000123 - Tél 0326000000"
    )
    sheet.page.drawString(50, 60, "Pharmacien : Héloïse BÊTA - RPPS 10001234567 - édité le 01/06/2026")
    sheet.page.endForm()
    sheet.page.doForm("head")
    return sheet.rows(lines(TOUR)).mark(TOUR).done()


def _scan():
    """A scanned page under a text that is not seen."""
    sheet = Sheet()
    sheet.page.drawImage(ImageReader(page(symbol(blocks(TOUR), 5)).convert("1")), 0, 0, *A4)
    told = sheet.page.beginText(50, 700)
    told.setTextRenderMode(3)
    told.setLeading(18)
    for label, value in lines(TOUR):
        told.textLine(f"{label} : {value}")
    told.textLine("INS à scanner")
    sheet.page.drawText(told)
    return sheet.done()


def _dense():
    sheet = Sheet(points=6, font="Vera")
    sheet.rows(lines(TOUR), 30, 780, step=8).mark(TOUR, mm=12)
    for row in range(60):
        sheet.text(
            30,
            700 - 8 * row,
            f"{row + 1}. Vaccin contre la grippe, lot X{row}, fait le 0{row % 9 + 1}/10/2025 par le Dr Nom PRENOM, 12 rue des Pins",
        )
    return sheet.done()


def _labels():
    """A sheet of labels for one patient: the same symbol many times."""
    sheet = Sheet(points=7)
    for row in range(4):
        for column in range(2):
            x, y = 30 + 280 * column, 760 - 190 * row
            sheet.rows(lines(LEA), x, y, step=10).mark(LEA, x + 190, y - 60, 15)
    return sheet.done()


def _raw(media="0 0 595 842", extra="", x=50, y=700):
    """A file written by hand: cross-reference table, a fixed-width font, inline image of the symbol."""
    content = (
        f"BT /F1 10 Tf 14 TL {x} {y} Td "
        + " ".join(f"({label} : {value}) Tj T*".replace("é", "\\351") for label, value in lines(TOUR))
        + " (INS \\340 scanner) Tj ET\n"
    )
    rows = DataMatrix(blocks(TOUR)).matrix
    width = len(rows)
    bits = b"".join(
        int("".join("0" if one else "1" for one in [*row, *[0] * (-width % 8)]), 2).to_bytes(
            (width + 7) // 8, "big"
        )
        for row in rows
    )
    stream = (
        content.encode("latin-1")
        + f"q 54 0 0 54 480 {y - 20} cm\nBI /W {width} /H {width} /CS /G /BPC 1 /F /AHx ID ".encode()
        + bits.hex().encode()
        + b">\nEI Q\n"
    )
    packed = zlib.compress(stream)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{media}] {extra} /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode() + packed + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]  # fmt: skip
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    return (
        out
        + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n".encode()
    )


def _letter_of_a_doctor():
    sheet = Sheet(points=10)
    sheet.text(50, 800, "Docteur Nom : BETA   Prénom : Héloïse   Sexe : F").text(
        50, 784, "À l'attention de : CENTRE, né le 01/01/1970"
    )
    return sheet.rows(lines(TOUR), y=740).mark(TOUR, y=690).done()


def _insured():
    sheet = Sheet().rows(lines(LEA))
    sheet.text(50, 560, "Assuré : NGUYEN THI MAI").text(
        50,
        545,
        "N° de sécurité sociale de l'assuré : 2 65 03 99 243 017 " + str(97 - 2650399243017 % 97).zfill(2),
    )
    return sheet.mark(LEA).done()


RIGHT = {
    "usual": (TOUR, lambda: usual(TOUR)),
    "Reunion": (LEA, lambda: usual(LEA)),
    "born abroad": (ALGIERS, lambda: usual(ALGIERS)),
    "Corsica": (AJACCIO, lambda: usual(AJACCIO)),
    "production": (REAL, lambda: usual(REAL)),
    "waiting number": (NIA, lambda: usual(NIA)),
    "bold values": (TOUR, lambda: Sheet().rows(lines(TOUR), bold="Helvetica-Bold").mark(TOUR).done()),
    "a TrueType font": (TOUR, lambda: Sheet(font="Vera").rows(lines(TOUR), bold="VeraBd").mark(TOUR).done()),
    "three fonts and sizes": (TOUR, lambda: Sheet(font="Times-Roman", points=13).rows(lines(TOUR), bold="Courier-Bold").mark(TOUR).done()),
    "values in a column": (TOUR, lambda: Sheet().rows(lines(TOUR), value=300).mark(TOUR).done()),
    "no colons": (TOUR, lambda: Sheet().rows(lines(TOUR), value=260, colon=" ").mark(TOUR).done()),
    "colon before a tab": (TOUR, lambda: Sheet().rows(lines(TOUR), colon=":   ").mark(TOUR).done()),
    "two columns in landscape": (TOUR, _columns),
    "table with a head": (TOUR, _table),
    "turned by 90": (TOUR, lambda: _rotated(90)),
    "turned by 180": (TOUR, lambda: _rotated(180)),
    "turned by 270": (TOUR, lambda: _rotated(270)),
    "fields of a form": (TOUR, _form),
    "spaced letters": (TOUR, _kerned),
    "letter by letter": (TOUR, _letters),
    "head and foot in a form object": (TOUR, _overlay),
    "scan under its text": (TOUR, _scan),
    "dense page in six points": (TOUR, _dense),
    "sheet of labels": (LEA, _labels),
    "written by hand, inline image": (TOUR, _raw),
    "origin elsewhere": (TOUR, lambda: _raw("100 200 695 1042", x=150, y=900)),
    "crop box": (TOUR, lambda: _raw(extra="/CropBox [20 300 575 800]")),
    "user unit": (TOUR, lambda: _raw(extra="/UserUnit 1.5")),
    "symbol as drawing": (TOUR, lambda: Sheet().rows(lines(TOUR)).mark(TOUR, drawn=True).done()),
    "symbol turned": (TOUR, lambda: Sheet().rows(lines(TOUR)).mark(TOUR, turn=90).done()),
    "small symbol": (LEA, lambda: Sheet().rows(lines(LEA)).mark(LEA, mm=10).done()),
    "large symbol at the foot": (TOUR, lambda: Sheet().rows(lines(TOUR)).mark(TOUR, 300, 60, 40).done()),
    "symbol repeated on page 2": (TOUR, lambda: Sheet().rows(lines(TOUR)).mark(TOUR).next().rows(lines(TOUR)).mark(TOUR).done()),
    "three pages, another symbol of a pack on page 2": (TOUR, lambda: Sheet().rows(lines(TOUR)).mark(TOUR).next().mark(TOUR, payload="0103400930000120", caption="").next().text(50, 700, "Fin").done()),
    "encrypted without a password to read": (TOUR, lambda: Sheet(encrypt=__import__("reportlab.lib.pdfencrypt", fromlist=["x"]).StandardEncryption("", "owner", canPrint=1)).rows(lines(TOUR)).mark(TOUR).done()),
    "doctor with a sex and a birth date before": (TOUR, _letter_of_a_doctor),
    "insured with another number": (LEA, _insured),
    "groups of digits": (TOUR, lambda: usual(TOUR, number="1 48 02 75 101 001 " + TOUR.matricule.value[13:] + " NIR")),
    "key apart": (TOUR, lambda: usual(TOUR, number=f"{TOUR.matricule.value[:13]} {TOUR.matricule.value[13:]} - NIR")),
    "date with dots and age": (TOUR, lambda: usual(TOUR, date="29.02.1948 (78 ans)")),
    "date in words, sex in words": (TOUR, lambda: usual(TOUR, date="29 février 1948", sex="Masculin")),
    "date with place": (TOUR, lambda: usual(TOUR, date="29/02/1948 à PARIS 01", sex="Homme")),
    "without the list": (TOUR, lambda: usual(TOUR, names=None)),
    "without the first, with the list": (TOUR, lambda: usual(TOUR, first=None)),
    "small letters as displayed": (AJACCIO, lambda: usual(AJACCIO, name="O'Connor-Rossi", first="Marie-Ange", names="Marie-Ange")),
}  # fmt: skip


def paged(identity=P1, **changed):
    return lambda: usual(identity, **changed)


def marked(identity=P1, **options):
    return lambda: Sheet().rows(lines(identity)).mark(identity, **options).done()


def _frame():
    sheet = Sheet().rows(lines(P1))
    sheet.page.rect(460, 700, 60, 60)
    return sheet.text(460, 690, "INS a imprimer").done()


WRONG = {
    "name of another": (P1, paged(name="NESSI"), "birth-name-differs", "page 1"),
    "name used": (P1, paged(name="DURAND"), "birth-name-differs", "page 1"),
    "first name second of the list": (P1, paged(first="MARIE-LOUISE", names=None), "first-name-differs", "page 1"),
    "list cut": (TOUR, paged(TOUR, names="JEAN-FRANCOIS MARIE"), "first-names-differs", "page 1"),
    "day and month swapped": (LEA, paged(LEA, date="12/01/1992"), "birth-date-differs", "page 1"),
    "a day later": (P1, paged(date="29/03/1979"), "birth-date-differs", "page 1"),
    "year of two figures": (P1, paged(date="28/03/79"), "trait-not-printed", "page 1"),
    "year alone": (P1, paged(date="1979"), "trait-not-printed", "page 1"),
    "sex of the other": (P1, paged(sex="M"), "sex-differs", "page 1"),
    "sex in words of the other": (P1, paged(sex="Masculin"), "sex-differs", "page 1"),
    "sex as figure": (P1, paged(sex="2"), "trait-not-printed", "page 1"),
    "place of another": (P1, paged(place="63220"), "birth-place-differs", "page 1"),
    "number of another": (P1, paged(number=f"{P2.matricule.value} NIR"), "matricule-differs", "page 1"),
    "key": (P1, paged(number="279035121518998 NIR"), "matricule-key", "page 1"),
    "no key": (P1, paged(number="2790351215189 NIR"), "matricule-without-key", "page 1"),
    "no nature": (P1, paged(number=P1.matricule.value), "nature-missing", "page 1"),
    "nature of the other": (P1, paged(number=f"{P1.matricule.value} NIA"), "nature-differs", "page 1"),
    "number cut": (P1, paged(number="27903512151898 NIR"), "matricule-length", "page 1"),
    "masked number": (P1, paged(number="2790351215189XX NIR"), "matricule-not-printed", "page 1"),
    "no number": (P1, paged(number=None), "matricule-not-printed", "page 1"),
    "no sex": (P1, paged(sex=None), "trait-not-printed", "page 1"),
    "no birth date": (P1, paged(date=None), "trait-not-printed", "page 1"),
    "no first name": (P1, paged(first=None, names=None), "trait-not-printed", "page 1"),
    "no birth name": (P1, paged(name=None), "trait-not-printed", "page 1"),
    "letters G S": (P1, marked(payload=blocks(P1).replace("\x1d", "GS")), "datamatrix-literal-gs", "S3"),
    "no separators": (P1, marked(payload=blocks(P1).replace("\x1d", "")), "datamatrix-missing-gs", "S3"),
    "symbol of another": (P1, marked(payload=blocks(P2)), "matricule-differs", "S1"),
    "symbol with another sex": (P1, marked(payload=blocks(P1, _5="M")), "sex-differs", "S5"),
    "symbol with the first name alone": (P1, marked(payload=blocks(P1, _3="DOMINIQUE")), "first-names-differs", "S3"),
    "symbol of another kind": (P1, marked(payload="0103400930000120172712"), "caption-without-symbol", "page 1"),
    "symbol on page 2 only": (P1, lambda: Sheet().rows(lines(P1)).next().mark(P1).done(), "symbol-not-on-first-page", "page 1"),
    "caption alone": (P1, lambda: Sheet().rows(lines(P1)).text(450, 720, "INS à scanner").done(), "caption-without-symbol", "page 1"),
    "two symbols of two people": (P1, lambda: Sheet().rows(lines(P1)).mark(P1).mark(P2, 60, 60).done(), "matricule-differs", "S1"),
    "symbol with an empty frame": (P1, _frame, "symbol-missing", ""),
    "no symbol": (P1, lambda: Sheet().rows(lines(P1)).done(), "symbol-missing", "page 1"),
    "traits on page 2 only": (P1, lambda: Sheet().text(50, 700, "Madame, Monsieur, veuillez trouver ci-joint").next().rows(lines(P1)).mark(P1).done(), "matricule-not-printed", "page 1"),
    "wrong value in a field of a form": (P1, lambda: _form(P1, sex="M"), "sex-differs", "page 1, line"),
    "old INS-C": (P1, paged(number="1234567890123456789012"), "matricule-not-printed", "page 1"),
}  # fmt: skip
