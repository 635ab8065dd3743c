"""What leaves Romarin: an HL7 v2 message, a table, a page with its symbol."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from insi import OIDS
from words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def hl7(state: dict, now: datetime) -> str:
    """An ADT^A31 about the patient."""
    at = now.strftime("%Y%m%d%H%M%S")
    kind = "INS-NIA" if state["oid"] and state["oid"].endswith(".9") else "INS-NIR"
    numbers = f"{state['id']}^^^ROMARIN^PI"
    if state["status"] == "QUAL":
        numbers += f"~{state['matricule']}^^^ASIP-SANTE-{kind}&{state['oid']}&ISO^INS"
    names = f"{state['birth_name']}^{state['first_name']}^{state['first_names'] or state['first_name']}^^^^L"
    if state["used_name"] or state["used_first_name"]:
        names += f"~{state['used_name'] or state['birth_name']}^{state['used_first_name'] or state['first_name']}^^^^^D"
    pid = [""] * 33
    pid[0], pid[3], pid[5], pid[7], pid[8] = (
        "PID",
        numbers,
        names,
        state["birth_date"].replace("-", ""),
        state["sex"],
    )
    pid[11] = f"^^^^^^BDL^^{state['birth_place']}"
    codes = {"DOUTEUSE": "DOUT", "FICTIVE": "FICT", "HOMONYME": "HOMA"}
    pid[32] = "~".join(
        ["VALI" if state["status"] == "QUAL" else "PROV", *(codes[each] for each in state["attributes"])]
    )
    head = f"MSH|^~\\&|ROMARIN|OFFICINE|CIBLE|CIBLE|{at}||ADT^A31^ADT_A05|{uuid.uuid4().hex[:20]}|P|2.5^FRA^2.10|||||FRA|8859/15"
    return "\r".join((head, f"EVN||{at}", "|".join(pid).rstrip("|"), "PV1||N")) + "\r"


def table(states: Iterable[dict]) -> str:
    """Return all patients as CSV."""
    rows = ["identifiant;statut;matricule INS;OID;nom de naissance;prénoms;1er prénom;date;sexe;lieu"]
    for state in states:
        ins = (state["matricule"], state["oid"]) if state["status"] == "QUAL" else ("", "")
        rows.append(
            ";".join(
                str(each or "")
                for each in (
                    state["id"],
                    state["status"],
                    *ins,
                    state["birth_name"],
                    state["first_names"],
                    state["first_name"],
                    state["birth_date"],
                    state["sex"],
                    state["birth_place"],
                )
            )
        )
    return "\r\n".join(rows) + "\r\n"


def page(state: dict, printed: str) -> bytes:
    """A page about the patient: a PDF written by hand, with the symbol drawn as squares."""
    lines = [
        "Officine du Romarin - compte rendu d'entretien",
        f"N. Nais. : {state['birth_name']}",
        f"Pr. 1 : {state['first_name']}",
        f"DDN : {shown(state['birth_date'])}",
        f"S. : {state['sex']}",
    ]
    extra = {"used_name": "N. Ut.", "used_first_name": "Pr. Ut.", "birth_place": "INSEE Nais."}
    lines += [
        f"{extra[name]} : {state[name]}" for name in printed.split(",") if name in extra and state[name]
    ]
    drawing = ""
    if state["status"] == "QUAL":
        lines.append(f"Matricule INS : {state['matricule']} ({OIDS[state['oid']]})")
        drawing = symbol(state)
    text = "".join(
        f"BT /F1 11 Tf 60 {780 - 18 * row} Td ({line.translate(ESCAPES)}) Tj ET\n"
        for row, line in enumerate(lines)
    )
    return pdf((text + drawing).encode("cp1252"))


ESCAPES = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})


def symbol(state: dict) -> str:
    """The INS datamatrix, as filled squares."""
    import zxingcpp

    values = {
        "S1": state["matricule"],
        "S2": state["oid"],
        "S3": state["first_names"] or state["first_name"],
        "S4": state["birth_name"],
        "S5": state["sex"],
    }
    values["S6"] = "-".join(reversed(state["birth_date"].split("-")))
    longest = {"S2": 20, "S3": 100, "S4": 100}
    text = "IS01" + "0" * 22
    for block, value in values.items():
        text += block + value + ("\x1d" if len(value) < longest.get(block, 0) else "")
    text += "S7" + state["birth_place"]
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    image = memoryview(barcode.to_image(scale=1, add_quiet_zones=False))
    height, width = image.shape[:2]
    squares = "0 g\n" + "".join(
        f"{60 + 2 * x} {560 - 2 * y} 2 2 re\n"
        for y in range(height)
        for x in range(width)
        if image[y, x] == 0
    )
    return squares + "f\nBT /F1 8 Tf 60 572 Td (INS \340 scanner) Tj ET\n"


def pdf(content: bytes) -> bytes:
    """A PDF of one page."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + b"".join(
        b"%010d 00000 n \n" % each for each in places
    )
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
