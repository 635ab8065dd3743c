"""Files of the software's own making: tables, workbooks, JSON, XML and contact cards, as lists of patients are exported."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from xml.sax.saxutils import escape, quoteattr

from people import first_name, french, nature

HEADS = (
    "Nom de naissance", "Prénom(s) de naissance", "1er prénom de naissance", "Date de naissance", "Sexe", "Code INSEE naissance",
    "Matricule INS", "OID", "Statut",
)  # fmt: skip


def row(who, *, ins=True, status="QUALIFIEE", **changed):
    traits = who.traits
    told = [
        traits.birth_name,
        traits.first_names,
        first_name(who),
        french(who),
        traits.sex,
        traits.birth_place,
    ]
    told += [who.matricule.value, who.oid] if ins else ["", ""]
    by_name = dict(
        zip(
            ("name", "names", "first", "date", "sex", "place", "number", "oid", "status"),
            [*told, status],
            strict=True,
        )
    )
    return list((by_name | changed).values())


def table(rows, heads=HEADS, *, mark=";", encoding="utf-8", before="", after=""):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator="\r\n")
    writer.writerows([heads, *rows])
    return (before + out.getvalue() + after).encode(encoding)


def workbook(rows, heads=HEADS, *, shared=True, dates=False):
    """An XLSX with the names of its columns in the third row, texts shared or inline, dates as days since 1900."""
    texts: list[str] = []

    def cell(column, number, value):
        at = f"{chr(65 + column)}{number}"
        if isinstance(value, int):
            return f'<c r="{at}" s="{int(dates)}"><v>{value}</v></c>'
        if not shared:
            return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        texts.append(value)
        return f'<c r="{at}" t="s"><v>{len(texts) - 1}</v></c>'

    lines = [["Export des patients"], [], list(heads), *rows]
    data = "".join(
        f'<row r="{number}">{"".join(cell(at, number, one) for at, one in enumerate(line))}</row>'
        for number, line in enumerate(lines, 1)
    )
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet {space}><sheetData>{data}</sheetData></worksheet>"
        )
        archive.writestr(
            "xl/sharedStrings.xml",
            f"<sst {space}>{''.join(f'<si><t>{escape(one)}</t></si>' for one in texts)}</sst>",
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet {space}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        )
    return out.getvalue()


def spreadsheet(rows, heads=HEADS):
    """An ODS."""

    def cells(line):
        return "".join(f"<table:table-cell><text:p>{escape(one)}</text:p></table:table-cell>" for one in line)

    spaces = 'xmlns:table="urn:t" xmlns:text="urn:x"'
    body = "".join(f"<table:table-row>{cells(line)}</table:table-row>" for line in [heads, *rows])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml", f'<o {spaces}><table:table table:name="Patients">{body}</table:table></o>'
        )
    return out.getvalue()


def own(who, *, ins=True, status="QUALIFIEE", **changed):
    traits = who.traits
    told = {
        "id": 12, "nomNaissance": traits.birth_name, "prenomsNaissance": traits.first_names, "premierPrenom": first_name(who),
        "dateNaissance": traits.birth_date, "sexe": traits.sex, "codeLieuNaissance": traits.birth_place, "statutIdentite": status,
    }  # fmt: skip
    if ins:
        told["ins"] = {"matricule": who.matricule.value, "oid": who.oid, "nature": nature(who)}
    return told | changed


def js(value):
    return json.dumps(value, ensure_ascii=False).encode()


def attributes(who, **changed):
    told = {
        "NomNaissance": who.traits.birth_name, "Prenoms": who.traits.first_names, "Prenom1": first_name(who), "Sexe": who.traits.sex,
        "DateNaissance": french(who), "CodeINSEE": who.traits.birth_place, "MatriculeINS": who.matricule.value, "OIDINS": who.oid,
    } | changed  # fmt: skip
    return f"<Patient {' '.join(f'{key}={quoteattr(value)}' for key, value in told.items())}/>"


def elements(who, **changed):
    told = {"nom_naissance": who.traits.birth_name, "prenoms": who.traits.first_names, "date_naissance": who.traits.birth_date, "sexe": who.traits.sex} | changed  # fmt: skip
    inside = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in told.items())
    return f'<patient>{inside}<ins oid="{who.oid}">{who.matricule.value}</ins></patient>'


def card(who, *, ins=True, name=None, version="3.0", more=()):
    told = [
        "BEGIN:VCARD",
        f"VERSION:{version}",
        f"N:{name or who.traits.birth_name};{first_name(who)};;;",
        f"BDAY:{who.traits.birth_date}",
    ]
    told += [f"X-INS-MATRICULE:{who.matricule.value}", f"X-INS-OID:{who.oid}"] if ins else []
    return "\r\n".join([*told, *more, "END:VCARD", ""]).encode()
