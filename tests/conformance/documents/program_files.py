"""The same patients as programs keep and print them: data bases of one file, old workbooks, lists on a console, labels, signed mails."""

from __future__ import annotations

import base64
import io
import re
import sqlite3
import struct
import tempfile
import zipfile
from html import escape
from pathlib import Path

from other_shapes import KEYS

_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def html_workbook(told):
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(one)}" for one in line) + "</tr>" for line in [KEYS, *told]
    )
    return (
        f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><style>td{{x:y}}</style></head><body><table>{cells}</table></body></html>'
    ).encode()


def bare_table(told):
    head = "".join(f"<th>{one}</th>" for one in KEYS)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(one) or '&nbsp;'}</td>" for one in line) + "</tr>" for line in told
    )
    return f'<table border="1"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'.encode()


def excel_2003(told):
    def cell(place, text):
        return f'<Cell ss:Index="{place}"><Data ss:Type="String">{escape(text)}</Data></Cell>' if text else ""

    rows = "".join(
        "<Row>" + "".join(cell(place, text) for place, text in enumerate(line, 1)) + "</Row>"
        for line in [KEYS, *told]
    )
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{_SPREADSHEET}" xmlns:ss="{_SPREADSHEET}">'
        f'<Worksheet ss:Name="Clients"><Table>{rows}</Table></Worksheet></Workbook>'
    ).encode()


def flat_sheet(told):
    spaces = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
        for one in ("office", "table", "text")
    )
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{escape(one)}</text:p></table:table-cell>" for one in line)
        + "</table:table-row>"
        for line in [KEYS, *told]
    )
    return (
        f"<office:document {spaces}><office:body><office:spreadsheet><table:table>{rows}</table:table></office:spreadsheet></office:body></office:document>"
    ).encode()


def sqlite(told, *, wal=False):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "base.sqlite"
        base = sqlite3.connect(path)
        if wal:
            base.execute("PRAGMA journal_mode=WAL")
        base.execute(f"CREATE TABLE client ({', '.join(KEYS)})")
        base.executemany(f"INSERT INTO client VALUES ({', '.join('?' * len(KEYS))})", told)  # noqa: S608 - our own names
        base.commit()
        base.close()
        return path.read_bytes()


def dbase(told, *, deleted=()):
    names = (
        "NOM_NAISS",
        "PRENOMS",
        "PRENOM_1",
        "DATE_NAISS",
        "SEXE",
        "INSEE_NAIS",
        "MATRIC_INS",
        "OID_INS",
        "STATUT",
    )
    sizes = (60, 80, 40, 10, 1, 5, 15, 24, 12)
    head = struct.pack("<BBBBIHH20x", 3, 126, 3, 2, len(told), 32 + 32 * len(names) + 1, 1 + sum(sizes))
    fields = b"".join(
        name.encode().ljust(11, b"\0") + b"C" + bytes(4) + bytes([size]) + bytes(15)
        for name, size in zip(names, sizes, strict=True)
    )
    records = b"".join(
        (b"*" if number in deleted else b" ")
        + b"".join(one.encode("cp850")[:size].ljust(size) for one, size in zip(line, sizes, strict=True))
        for number, line in enumerate(told)
    )
    return head + fields + b"\r" + records + b"\x1a"


def excel_97(told):
    """A workbook of BIFF 8 whose texts go on in a second record."""

    def record(kind, content):
        return struct.pack("<HH", kind, len(content)) + content

    def text(one):
        return struct.pack("<HB", len(one), 1) + one.encode("utf-16-le")

    lines = [list(KEYS), *told]
    known = list(dict.fromkeys(one for line in lines for one in line))
    first, second = known[:3], known[3:]
    begin = struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6)
    strings = record(0xFC, struct.pack("<II", len(known), len(known)) + b"".join(map(text, first)))
    strings += record(0x3C, b"".join(map(text, second)))
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6)) + b"".join(
        record(0xFD, struct.pack("<HHHI", row, column, 15, known.index(one)))
        for row, line in enumerate(lines)
        for column, one in enumerate(line)
    )
    name = record(0x85, struct.pack("<IBBBB", 0, 0, 0, 7, 0) + b"Clients")
    return compound(
        {"Workbook": record(0x809, begin) + name + strings + record(0x0A, b"") + sheet + record(0x0A, b"")}
    )


def compound(streams):
    """A compound file of sectors of 512 bytes, without the small ones."""
    data, entries, table = b"", [], []
    for name, content in streams.items():
        padded = content.ljust(4096, b"\0")
        count = -(-len(padded) // 512)
        entries.append((name, len(table), len(padded)))
        table += [*range(len(table) + 1, len(table) + count), 0xFFFFFFFE]
        data += padded.ljust(count * 512, b"\0")

    def entry(name, kind, start, size):
        told = (name + "\0").encode("utf-16-le")
        free = 0xFFFFFFFF
        return told.ljust(64, b"\0") + struct.pack(
            "<HBBIII16xIQQIQ", len(told), kind, 1, free, free, free, 0, 0, 0, start, size
        )

    directory = entry("Root Entry", 5, 0xFFFFFFFE, 0) + b"".join(
        entry(name, 2, start, size) for name, start, size in entries
    )
    count = -(-len(directory) // 512)
    start = len(table)
    table += [*range(start + 1, start + count), 0xFFFFFFFE]
    data += directory.ljust(count * 512, b"\0")
    fat = -(-(len(table) + 1) // 127)
    places = [*range(len(table), len(table) + fat)]
    table += [0xFFFFFFFD] * fat
    table += [0xFFFFFFFF] * (fat * 128 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fat, start, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )  # fmt: skip
    head += b"".join(struct.pack("<I", places[at] if at < fat else 0xFFFFFFFF) for at in range(109))
    return head + data + b"".join(struct.pack("<I", one) for one in table)


def php(told):
    def text(one):
        return f's:{len(one.encode())}:"{one}";'

    rows = "".join(
        f"i:{number};a:{len(KEYS)}:{{"
        + "".join(text(key) + text(one) for key, one in zip(KEYS, line, strict=True))
        + "}"
        for number, line in enumerate(told)
    )
    return f"a:{len(told)}:{{{rows}}}".encode()


def properties(told):
    lines = [
        f"patient.{number}.{key} = {one}"
        for number, line in enumerate(told, 1)
        for key, one in zip(KEYS, line, strict=True)
    ]
    return "\n".join(["# export", *lines]).encode("latin-1")


def _widths(told):
    return [max(len(line[place]) for line in [KEYS, *told]) for place in range(len(KEYS))]


def right_aligned(told):
    widths = _widths(told)
    return "\n".join(
        "".join(one.rjust(width + 2) for one, width in zip(line, widths, strict=True))
        for line in [KEYS, *told]
    ).encode()


def under_strokes(told):
    widths = _widths(told)
    lines = [KEYS, ["-" * width for width in widths], *told]
    return "\r\n".join(
        " ".join(one.ljust(width) for one, width in zip(line, widths, strict=True)) for line in lines
    ).encode("cp1252")


def in_a_box(told):
    widths = _widths(told)

    def line(cells):
        return "│" + "│".join(f" {one.ljust(width)} " for one, width in zip(cells, widths, strict=True)) + "│"

    return "\n".join(
        ["┌" + "─" * 40 + "┐", line(KEYS), "├" + "─" * 40 + "┤", *map(line, told), "└" + "─" * 40 + "┘"]
    ).encode()


def console(told):
    return "\n".join(
        f"-[ RECORD {number} ]------\n"
        + "\n".join(f"{key.ljust(24)}| {one}" for key, one in zip(KEYS, line, strict=True))
        for number, line in enumerate(told, 1)
    ).encode()


def vertical(told):
    return "\n".join(
        "*" * 27
        + f" {number}. row "
        + "*" * 27
        + "\n"
        + "\n".join(f"{key.rjust(24)}: {one}" for key, one in zip(KEYS, line, strict=True))
        for number, line in enumerate(told, 1)
    ).encode()


def script(told):
    rows = ",\n".join(
        "{" + ", ".join(f'"{key}": "{one}"' for key, one in zip(KEYS, line, strict=True)) + "}"
        for line in told
    )
    return f"var patients = [{rows}];\n".encode()


def tildes(told):
    return "\r\n".join("~".join(line) for line in [KEYS, *told]).encode("cp850")


def oracle(told):
    columns = ",".join(key.upper() for key in KEYS)

    def value(place, one):
        text = one.replace("'", "''")
        return f"to_date('{text}','DD/MM/RRRR')" if place == 3 else f"'{text}'"

    return "\n".join(
        f"Insert into CLIENT ({columns}) values ({','.join(value(place, one) for place, one in enumerate(line))});"  # noqa: S608 - our own names
        for line in told
    ).encode()


def packed(told):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("DATA/CLIENTS.DBF", dbase(told))
    return out.getvalue()


PROGRAMS = {
    "workbook of html": html_workbook, "table of html": bare_table, "excel 2003": excel_2003, "flat sheet": flat_sheet, "sqlite": sqlite,
    "sqlite with a journal": lambda told: sqlite(told, wal=True), "dbase": dbase, "excel 97": excel_97, "php": php, "properties": properties,
    "right aligned": right_aligned, "under strokes": under_strokes, "in a box": in_a_box, "console": console, "vertical": vertical, "script": script,
    "tildes": tildes, "oracle": oracle, "packed dbase": packed,
}  # fmt: skip
"""Ways to keep the same rows."""


def xps(lines):
    out = io.BytesIO()
    runs = "".join(
        f'<Glyphs OriginX="{60 * place}" OriginY="{40 * number}" UnicodeString="{escape(word)}" />'
        for number, line in enumerate(lines, 1)
        for place, word in enumerate(line.split(" "))
    )
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("Documents/1/Pages/1.fpage", f"<FixedPage>{runs}</FixedPage>".encode("utf-16"))
    return out.getvalue()


def word_2003(lines):
    told = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    space = "http://schemas.microsoft.com/office/word/2003/wordml"
    return f'<?xml version="1.0"?><w:wordDocument xmlns:w="{space}"><w:body>{told}</w:body></w:wordDocument>'.encode()


def postscript(lines):
    told = "\n".join("50 700 moveto (" + re.sub(r"([()\\])", r"\\\1", line) + ") show" for line in lines)
    return f"%!PS-Adobe-3.0\n{told}\nshowpage\n".encode("latin-1")


def epl(lines, payload=""):
    told = "".join(f'A20,{30 * number},0,3,1,1,N,"{line}"\r\n' for number, line in enumerate(lines, 1))
    symbol = f'b300,20,D,h4,"{payload}"\r\n' if payload else ""
    return f"\r\nN\r\nq400\r\n{told}{symbol}P1\r\n".encode("cp1252")


def cpcl(lines, payload=""):
    told = "".join(f"TEXT 4 0 10 {30 * number} {line}\r\n" for number, line in enumerate(lines, 1))
    symbol = f"BARCODE DATAMATRIX 300 10 H 4 S 200\r\n{payload}\r\nENDDATAMATRIX\r\n" if payload else ""
    return f"! 0 200 200 400 1\r\n{told}{symbol}FORM\r\nPRINT\r\n".encode("cp1252")


def dpl(lines, payload=""):
    told = "".join(f"1911A10{number:02d}000020{line}\r" for number, line in enumerate(lines, 1))
    return (f"\x02L\rD11\r{told}" + (f"1W1c4400000100010{payload}\r" if payload else "") + "E\r").encode(
        "cp1252"
    )


def escpos(lines, payload=""):
    del payload
    return (
        b"\x1b@\x1bt\x10"
        + b"".join(b"\x1ba\x01" + line.encode("cp1252") + b"\n" for line in lines)
        + b"\x1dV\x00"
    )


LABELS = {"epl": epl, "cpcl": cpcl, "dpl": dpl}
LETTERS = {"xps": xps, "word 2003": word_2003, "postscript": postscript, "receipt": escpos}


def signed(mail, *, parts=False):
    """A mail whose content stands within a signature of nobody (S/MIME)."""
    head, _, body = mail.partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n(?![ \t])", head)
    own = [one for one in lines if one.lower().startswith(b"content-")]
    kept = [one for one in lines if not one.lower().startswith((b"content-", b"mime-"))]
    content = b"\r\n".join(own) + b"\r\n\r\n" + body

    def told(tag, inside):
        size = len(inside)
        length = bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")
        return bytes([tag]) + length + inside

    octets = told(0x04, content)
    if parts:
        octets = told(
            0x24, b"".join(told(0x04, content[at : at + 1000]) for at in range(0, len(content), 1000))
        )
    held = told(0x30, told(0x06, bytes.fromhex("2a864886f70d010701")) + told(0xA0, octets))
    data = told(0x30, told(0x02, b"\1") + told(0x31, b"") + held + told(0x31, b""))
    cms = told(0x30, told(0x06, bytes.fromhex("2a864886f70d010702")) + told(0xA0, data))
    return (
        b"\r\n".join(kept)
        + b"\r\nMIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(cms).replace(b"\n", b"\r\n")
    )
