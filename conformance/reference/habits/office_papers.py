"""What other offices export, and how else they write a mail, a page or a resource."""

from __future__ import annotations

import base64
import email
import email.policy
import html
import io
import json
import os
import sqlite3
import struct
import tempfile
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from conformance.reference.habits.order import done, is_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from conformance.reference.habits.front import Asked, Inner, Said

    Row = dict[str, str]

_TITLES: Final = {
    "id": "N° dossier", "status": "Statut", "birth_name": "Nom de naissance", "first_names": "Prénom(s) de naissance",
    "first_name": "1er prénom de naissance", "birth_date": "Date de naissance", "sex": "Sexe",
    "birth_place": "Code INSEE du lieu de naissance", "used_name": "Nom utilisé", "matricule": "Matricule INS", "oid": "OID",
}  # fmt: skip
_FHIR: Final = "http://hl7.org/fhir"
_XHTML: Final = "http://www.w3.org/1999/xhtml"


def _table(rows: list[Row]) -> list[list[str]]:
    return [list(_TITLES.values()), *([row[name] for name in _TITLES] for row in rows)]


def as_semicolons(rows: list[Row]) -> bytes:
    """Write files as a table of a French Windows: semicolons, Windows-1252, every value quoted."""
    lines = (";".join(f'"{value}"' for value in line) for line in _table(rows))
    return "\r\n".join(lines).encode("cp1252")


def as_html_workbook(rows: list[Row]) -> bytes:
    """Write files as the HTML table that a spreadsheet opens under the name of a workbook."""
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(value)}</td>" for value in line) + "</tr>"
        for line in _table(rows)
    )
    head = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"></head>'
    return f"{head}<body><table border=1>{body}</table></body></html>".encode()


def as_spreadsheet_2003(rows: list[Row]) -> bytes:
    """Write files as XML of Excel 2003."""
    cells = "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{html.escape(value)}</Data></Cell>' for value in line)
        + "</Row>"
        for line in _table(rows)
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="Patients"><Table>{cells}</Table></Worksheet></Workbook>'
    ).encode()


def as_ods(rows: list[Row]) -> bytes:
    """Write files as a sheet of LibreOffice."""
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{html.escape(value)}</text:p></table:table-cell>'
            for value in line
        )
        + "</table:table-row>"
        for line in _table(rows)
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="P">{lines}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return packed.getvalue()


def as_sqlite(rows: list[Row]) -> bytes:
    """Write files as a data base of one file."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "base.sqlite")  # noqa: PTH118
    base = sqlite3.connect(path)
    base.execute(f"CREATE TABLE patient ({', '.join(_TITLES)})")
    base.executemany(
        f"INSERT INTO patient VALUES ({', '.join('?' * len(_TITLES))})",  # noqa: S608 - our own names
        [[row[name] for name in _TITLES] for row in rows],
    )
    base.commit()
    base.close()
    with open(path, "rb") as file:  # noqa: PTH123
        content = file.read()
    os.unlink(path)  # noqa: PTH108
    os.rmdir(folder)  # noqa: PTH106
    return content


_DBF: Final = {
    "id": ("DOSSIER", 20), "status": ("STATUT", 5), "birth_name": ("NOM_NAISS", 100), "first_names": ("PRENOMS", 100),
    "first_name": ("PRENOM1", 100), "birth_date": ("DATE_NAISS", 10), "sex": ("SEXE", 1), "birth_place": ("LIEU_NAISS", 5),
    "used_name": ("NOM_UTIL", 100), "matricule": ("MAT_INS", 15), "oid": ("OID", 24),
}  # fmt: skip


def as_dbf(rows: list[Row]) -> bytes:
    """Write files as a table of dBase."""
    length = 1 + sum(size for _, size in _DBF.values())
    head = struct.pack("<BBBBIHH20x", 3, 126, 3, 2, len(rows), 32 + 32 * len(_DBF) + 1, length)
    fields = b"".join(
        name.encode().ljust(11, b"\0") + b"C" + bytes(4) + bytes([size]) + bytes(15)
        for name, size in _DBF.values()
    )
    records = b"".join(
        b" "
        + b"".join(
            row[name].encode("cp850", "replace")[:size].ljust(size) for name, (_, size) in _DBF.items()
        )
        for row in rows
    )
    return head + fields + b"\r" + records + b"\x1a"


def as_properties(rows: list[Row]) -> bytes:
    """Write files as properties of a Java program."""
    lines = ["#export"]
    for number, row in enumerate(rows, start=1):
        lines += [f"patient.{number}.{_camel(name)}={value}" for name, value in row.items()]
    return "\n".join(lines).encode()


def _camel(name: str) -> str:
    own = {
        "birth_name": "nomNaissance", "first_names": "prenomsNaissance", "first_name": "premierPrenom",
        "birth_date": "dateNaissance", "sex": "sexe", "birth_place": "lieuNaissance", "used_name": "nomUtilise",
        "matricule": "matriculeINS", "status": "statut",
    }  # fmt: skip
    return own.get(name, name)


def as_serialised_php(rows: list[Row]) -> bytes:
    """Write files as PHP serialises an array."""

    def text(value: str) -> str:
        return f's:{len(value.encode())}:"{value}";'

    lines = "".join(
        f"i:{number};a:{len(row)}:{{"
        + "".join(text(_camel(name)) + text(value) for name, value in row.items())
        + "}"
        for number, row in enumerate(rows)
    )
    return f"a:{len(rows)}:{{{lines}}}".encode()


def as_right_aligned(rows: list[Row]) -> bytes:
    """Write files as columns of a fixed width, values at their right."""
    table = _table(rows)
    widths = [max(len(line[place]) for line in table) for place in range(len(_TITLES))]
    return "\n".join(
        "  ".join(value.rjust(width) for value, width in zip(line, widths, strict=True)) for line in table
    ).encode()


def in_xml(content: bytes) -> bytes:
    """Write a FHIR resource in XML."""
    root = json.loads(content)
    return etree.tostring(_resource(root), xml_declaration=True, encoding="utf-8")


def _resource(resource: dict[str, Any]) -> etree._Element:
    element = etree.Element(f"{{{_FHIR}}}{resource['resourceType']}", nsmap={None: _FHIR})
    _filled(element, {key: value for key, value in resource.items() if key != "resourceType"})
    return element


def _filled(element: etree._Element, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name.startswith("_"):
            continue
        if (
            name in {"url", "id"}
            and isinstance(value, str)
            and (name == "url" and str(element.tag).endswith("xtension"))
        ):
            element.set(name, value)
            continue
        own = values.get(f"_{name}")
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            extra = (
                own[number]
                if isinstance(own, list) and number < len(own)
                else own
                if isinstance(own, dict)
                else None
            )
            _child(element, name, one, extra)


def _child(element: etree._Element, name: str, value: Any, extra: dict[str, Any] | None) -> None:
    if name == "div" and isinstance(value, str):
        element.append(
            etree.fromstring(
                value if "xmlns" in value else value.replace("<div", f'<div xmlns="{_XHTML}"', 1)
            )
        )
        return
    child = etree.SubElement(element, f"{{{_FHIR}}}{name}")
    if isinstance(value, dict):
        if "resourceType" in value:
            child.append(_resource(value))
        else:
            _filled(child, value)
    elif value is not None:
        child.set(
            "value",
            {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value),
        )
    if extra:
        _filled(child, extra)


# Mails and pages


def mails_rewritten(change: Callable[[EmailMessage], bytes]) -> Callable[[Asked, Inner], Said]:
    """Give the mails that were sent as another program writes them."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if not is_for(asked, "POST", "patients", "*", "sendings") or not done(said):
            return said
        documents = []
        for one in said.body.get("documents") or ():
            if one["format"] == "MSSANTE":
                mail = email.message_from_bytes(base64.b64decode(one["content"]), policy=email.policy.SMTP)
                documents.append({**one, "content": base64.b64encode(change(mail)).decode()})
            else:
                documents.append(one)
        return replace(said, body={**said.body, "documents": documents})

    return habit


def signed(mail: EmailMessage) -> bytes:
    """Put a mail into a signed one (S/MIME in clear); the signature stands for one."""
    kept = {name: value for name, value in mail.items() if not name.lower().startswith(("content-", "mime-"))}
    inner = mail.as_bytes()
    head, _, body = inner.partition(b"\r\n\r\n")
    own = [line for line in _unfolded(head) if line.lower().startswith(b"content-")]
    part = b"\r\n".join(own) + b"\r\n\r\n" + body
    outer = b"".join(
        line + b"\r\n" for line in _unfolded(head) if not line.lower().startswith((b"content-", b"mime-"))
    )
    del kept
    boundary = b"----signe42"
    return (
        outer + b"MIME-Version: 1.0\r\n"
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="' + boundary
        + b'"\r\n\r\n--' + boundary + b"\r\n" + part + b"\r\n--" + boundary
        + b'\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\nMIIB\r\n--' + boundary + b"--\r\n"
    )  # fmt: skip


def _unfolded(head: bytes) -> list[bytes]:
    lines: list[bytes] = []
    for line in head.split(b"\r\n"):
        if line[:1] in {b" ", b"\t"} and lines:
            lines[-1] += b"\r\n" + line
        else:
            lines.append(line)
    return lines


def with_html(mail: EmailMessage) -> bytes:
    """Add the text of a mail in HTML beside the plain one."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain" and not part.get_filename():
            text = part.get_content()
            part.set_content(text, charset="utf-8", cte="base64")
            lines = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
            part.add_alternative(
                f"<html><head><style>p{{margin:0}}</style></head><body>{lines}</body></html>", subtype="html"
            )
            break
    return mail.as_bytes()


def with_a_second_page(body: Any, _: Asked, __: Inner) -> Any:
    """Print the general terms of the office on a further page."""
    import pypdfium2  # noqa: PLC0415 - of the documents' extra

    content = base64.b64decode(body["content"])
    if not content.startswith(b"%PDF") or b"pdfaid" in content:
        return body
    paper = pypdfium2.PdfDocument(content)
    paper.new_page(595, 842)
    printed = io.BytesIO()
    paper.save(printed)
    return {**body, "content": base64.b64encode(printed.getvalue()).decode()}
