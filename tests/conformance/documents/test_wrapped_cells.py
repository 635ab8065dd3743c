"""Pages of narrow tables and running text: labels, names and numbers cut over two lines, whichever way the cells stand."""

from __future__ import annotations

import io

import pytest
from papers import pdf
from people import P1
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from conformance.documents import Expected, Severity, Status, check
from conformance.documents.datamatrix import payload_of, write_symbol

N = P1.matricule.value
HALVES = (f"{N[0]} {N[1:3]} {N[3:5]} {N[5:7]} {N[7:10]}", f"{N[10:13]} {N[13:]} (NIR)")
QUAL = Expected(identity=P1, first_name="DOMINIQUE", status=Status.QUAL)
IDENTITY = [
    [("Nom de", "naissance"), ("PAT-TROIS",), ("1er prénom de", "naissance"), ("DOMINIQUE",)],
    [("Date de", "naissance"), ("28/03/1979",), ("Sexe",), ("F",)],
    [("Prénom(s) de", "naissance"), ("DOMINIQUE", "MARIE-LOUISE"), ("Matricule INS",), HALVES],
]


def failed(data):
    return {one.code for one in check(data, QUAL, name="page.pdf") if one.severity is Severity.FAIL}


def table(rows, align, *, leading=9.0, padding=4.0):
    """Return a page with a table of wrapped cells; ``align``: 0 top, 0.5 middle, 1 bottom."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    page.setFont("Helvetica", 9)
    top = 780.0
    for row in rows:
        height = max(len(cell) for cell in row)
        left = 40
        for cell, width in zip(row, (75, 85, 85, 100), strict=True):
            shift = (height - len(cell)) * align
            for number, line in enumerate(cell):
                page.drawString(left, top - (number + shift) * leading, line)
            left += width
        top -= height * leading + padding
    page.drawString(460, 660, "INS à scanner")
    page.drawImage(ImageReader(write_symbol(payload_of(P1), scale=4)), 460, 680, 70, 70)
    page.save()
    return out.getvalue()


def changed(row, cell, *lines):
    rows = [list(one) for one in IDENTITY]
    rows[row][cell] = lines
    return rows


@pytest.mark.parametrize("align", [0, 0.5, 1], ids=["top", "middle", "bottom"])
@pytest.mark.parametrize("leading", [9.0, 11.5], ids=["solid", "leaded"])
def test_wrapped_cells_are_read(align, leading):
    assert failed(table(IDENTITY, align, leading=leading)) == set()


@pytest.mark.parametrize("align", [0.5, 1], ids=["middle", "bottom"])
@pytest.mark.parametrize(
    "rows",
    [
        changed(1, 3, "M"),
        changed(1, 1, "28/03/1978"),
        changed(0, 1, "PAT-", "QUATRE"),
        changed(2, 3, HALVES[0], HALVES[1].removesuffix(" (NIR)")),
    ],
    ids=["sex", "date", "name", "nature"],
)
def test_a_mistake_in_a_wrapped_cell_is_seen(rows, align):
    assert failed(table(rows, align))


def paper(*lines):
    return pdf(lines, payload=payload_of(P1))


def test_sentence_that_breaks_anywhere_is_read():
    lines = (
        "Reçu ce jour une personne (nom de",
        "naissance : PAT-TROIS, 1er prénom de naissance",
        ": DOMINIQUE), née le 28/03/1979, de sexe",
        f"Féminin, dont le matricule INS est {N}",
        "(NIR). Traitement compris.",
    )
    assert failed(paper(*lines)) == set()
    assert failed(paper(*lines[:4], "Traitement compris."))


def test_number_that_goes_on_at_the_margin_is_read():
    lines = (
        "N. Nais. : PAT-TROIS | Pr. 1 : DOMINIQUE | DDN : 28/03/1979 | S. : F",
        f"Matricule INS : {HALVES[0]}",
        HALVES[1],
    )
    assert failed(paper(*lines)) == set()


def test_value_under_its_label_beside_running_text_is_read():
    lines = (
        "Nom de naissance : PAT-TROIS",
        [(60, "1er prénom de naissance :"), (260, "revu ligne à ligne avec la patiente, sans")],
        [(60, "DOMINIQUE"), (260, "interaction relevée.")],
        "Née le : 28/03/1979",
        "Sexe : F",
        f"INS : {N} NIR",
    )
    assert failed(paper(*lines)) == set()


def test_first_name_cut_at_its_hyphen_is_shown():
    compound = P1.__class__(
        matricule=P1.matricule,
        oid=P1.oid,
        traits=P1.traits.__class__(
            birth_name=P1.traits.birth_name,
            first_names="MARIE-LOUISE DOMINIQUE",
            sex=P1.traits.sex,
            birth_date=P1.traits.birth_date,
            birth_place=P1.traits.birth_place,
        ),
    )
    message = (
        "MSH|^~\\&|A|B|C|D|20260104||ADT^A28^ADT_A05|1|P|2.5^FRA^2.11\r"
        f"PID|1||{N}^^^ASIP-SANTE-INS-NIR&{P1.oid}&ISO^INS||PAT-TROIS^MARIE^MARIE-LOUISE DOMINIQUE^^^^L||19790328|F|||^^^^^^BDL^^51215\r"
    ).encode()
    found = {
        one.code for one in check(message, Expected(identity=compound, status=Status.QUAL), name="adt.hl7")
    }
    assert "first-name-cut-at-hyphen" in found
