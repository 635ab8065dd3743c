"""Printed documents of these tests: pages of lines, with the symbol and the metadata asked for."""

from __future__ import annotations

import io

from people import first_name, french, nature
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from conformance.documents.datamatrix import payload_of, write_symbol

XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>{part}</pdfaid:part>'
    '<pdfaid:conformance>{level}</pdfaid:conformance></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def cartouche(identity, **changed):
    """The lines of a right page; a keyword replaces the value of one, none leaves the line out."""
    traits = identity.traits
    values = {
        "name": f"Nom de naissance : {traits.birth_name}",
        "first": f"1er prénom de naissance : {first_name(identity)}",
        "names": f"Prénom(s) de naissance : {traits.first_names}",
        "date": f"Date de naissance : {french(identity)}",
        "sex": f"Sexe : {'Féminin' if traits.sex == 'F' else 'Masculin'}",
        "place": f"Code INSEE du lieu de naissance : {traits.birth_place}",
        "number": f"Matricule INS : {identity.matricule.value} {nature(identity)}",
    } | changed
    return [value for value in values.values() if value is not None]


def pdf(
    lines,
    *,
    payload=None,
    caption="INS à scanner",
    claim=("1", "B"),
    size=18,
    pages=1,
    square=True,
    where=(460, 700),
    mm=18,
    encrypt=None,
    symbols=None,
):
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842), encrypt=encrypt, pageCompression=0)
    page.setFont("Helvetica", 11)
    for index, line in enumerate(lines):
        if isinstance(line, str):
            page.drawString(60, 780 - 16 * index, line)
        else:
            for x, text in line:
                page.drawString(x, 780 - 16 * index, text)
    for index, one in enumerate(symbols if symbols is not None else [payload] if payload else []):
        image = write_symbol(one, scale=4, square=square)
        side = mm / 25.4 * 72
        page.drawImage(
            ImageReader(image), where[0] - 120 * index, where[1], side, side * image.height / image.width
        )
    if caption:
        page.drawString(where[0], where[1] - 14, caption)
    for _ in range(pages - 1):
        page.showPage()
        page.drawString(60, 700, "Suite")
    page.save()
    data = out.getvalue()
    if claim:
        # An object after the trailer is enough for a claim: readers of metadata look for the packet.
        data += b"\n" + XMP.format(part=claim[0], level=claim[1]).encode() + b"\n%%EOF\n"
    return data


def right(identity, **options):
    return pdf(cartouche(identity), payload=payload_of(identity), **options)
