"""Files of patients in shapes of other makes: columns, pairs, dumps, archives of tape, drawings, saved pages."""

from __future__ import annotations

import io
import json
import quopri
import tarfile
from xml.sax.saxutils import escape, quoteattr

from own_files import row
from papers import pdf
from people import P1, P2, french

from conformance.documents.datamatrix import payload_of, write_symbol

KEYS = ("nom_naissance", "prenoms", "premier_prenom", "date_naissance", "sexe", "code_insee_naissance", "matricule_ins", "oid", "statut")  # fmt: skip
_WIDTHS = (30, 40, 20, 16, 6, 22, 18, 22, 14)


def rows(**changed):
    return [row(P1, **changed), row(P2)]


def js(value):
    return json.dumps(value, ensure_ascii=False).encode()


def columns(told):
    return js({key: [one[at] for one in told] for at, key in enumerate(KEYS)})


def split(told):
    return js({"columns": [{"name": key} for key in KEYS], "data": told})


def below(told):
    return js([list(KEYS), *told])


def pairs(told):
    return js(
        [
            {"fields": [{"name": key, "value": value} for key, value in zip(KEYS, one, strict=True)]}
            for one in told
        ]
    )


def _persons(told, pair):
    made = "".join(
        f"<p>{''.join(pair(key, value) for key, value in zip(KEYS, one, strict=True))}</p>" for one in told
    )
    return f'<?xml version="1.0"?><export>{made}</export>'.encode()


def fields(told):
    return _persons(told, lambda key, value: f'<field name="{key}">{escape(value)}</field>')


def values(told):
    return _persons(told, lambda key, value: f"<champ nom={quoteattr(key)} valeur={quoteattr(value)}/>")


def plist(told):
    return _persons(told, lambda key, value: f"<key>{key}</key><string>{escape(value)}</string>")


def sql(told):
    quoted = (", ".join("'" + one.replace("'", "''") + "'" for one in values_) for values_ in told)
    lines = [f"INSERT INTO `patient` ({', '.join(KEYS)}) VALUES ({one});" for one in quoted]  # noqa: S608 - nothing runs it
    return "\n".join(["-- MySQL dump", "SET NAMES utf8;", *lines]).encode()


def sql_of_a_table(told):
    made = ",\n".join(f"  `{key}` varchar(100) DEFAULT NULL" for key in KEYS)
    quoted = ",".join(
        "(" + ",".join("'" + one.replace("'", "\\'") + "'" for one in each) + ")" for each in told
    )
    return f"CREATE TABLE `patient` (\n{made}\n);\nINSERT INTO `patient` VALUES {quoted};\n".encode()


def copied(told):
    lines = "\n".join("\t".join(one) for one in told)
    return (
        f"--\n-- PostgreSQL\n--\nCOPY public.patient ({', '.join(KEYS)}) FROM stdin;\n{lines}\n\\.\n".encode()
    )


def yaml(told):
    return ("patients:\n" + "".join(f"  - {'    '.join(f'{key}: {json.dumps(value)}' + chr(10) for key, value in zip(KEYS, one, strict=True))}" for one in told)).encode()  # fmt: skip


def sections(told):
    return "\r\n".join(
        f"[patient{number}]\r\n" + "\r\n".join(f"{key}={value}" for key, value in zip(KEYS, one, strict=True))
        for number, one in enumerate(told)
    ).encode()


def fixed(told):
    heads = [key.replace("_", " ").upper() for key in KEYS]
    lines = [
        "".join(value.ljust(width) for value, width in zip(one, _WIDTHS, strict=True))
        for one in [heads, *told]
    ]
    return "\r\n".join(lines).encode()


def tape(files, mode="w"):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _dark(image):
    pixels = image.convert("L").load()
    return [(x, y) for y in range(image.height) for x in range(image.width) if pixels[x, y] < 128]


def _svg(inside, size):
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><g transform="translate(4 4)">{inside}</g></svg>'.encode()


def squares(payload):
    image = write_symbol(payload, scale=1)
    inside = "".join(f'<rect x="{x}" y="{y}" width="1" height="1"/>' for x, y in _dark(image))
    return _svg(inside, image.width + 8)


def strokes(payload):
    image = write_symbol(payload, scale=1)
    told = "".join(f"M{x},{y + 0.5}h1" for x, y in _dark(image))
    return _svg(f'<path stroke="#000" d="{told}"/>', image.width + 8)


def outlines(payload):
    image = write_symbol(payload, scale=1)
    told = "".join(f"m{x} {y}h1v1h-1zM0 0" for x, y in _dark(image))
    return _svg(f'<path style="fill:black" d="M0 0{told}"/>', image.width + 8)


def saved_page(lines):
    told = "".join(f"<p>{escape(one)}</p>" for one in lines)
    head = 'From: <Saved by Word>\r\nSubject: Fiche\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"; type="text/html"'
    part = "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: file:///C:/f.htm"
    body = quopri.encodestring(f"<html><body>{told}</body></html>".encode())
    return f"{head}\r\n\r\n--x\r\n{part}\r\n\r\n".encode() + body + b"\r\n--x--\r\n"


def labels_under(who=P1, *, name=None, date=None, number=None):
    told = (
        (name or who.traits.birth_name, "Nom de naissance"), (who.traits.first_names.split()[0], "1er prénom de naissance"),
        (date or french(who), "Date de naissance"), (who.traits.sex, "Sexe"), (number or f"{who.matricule.value} NIR", "Matricule INS"),
    )  # fmt: skip
    return pdf([one for pair in told for one in pair], payload=payload_of(who))


SHAPES = {
    "columns": columns, "rows beside names": split, "rows below names": below, "pairs": pairs, "elements of pairs": fields,
    "attributes of pairs": values, "keys and strings": plist, "dump": sql, "dump of a table": sql_of_a_table, "dump of lines": copied,
    "yaml": yaml, "sections": sections, "fixed width": fixed, "tape": lambda told: tape({"base/patients.sql": sql(told)}),
    "packed tape": lambda told: tape({"a.yml": yaml(told)}, "w:gz"),
}  # fmt: skip
"""Ways to write the same rows."""
DRAWINGS = {"squares": squares, "strokes": strokes, "outlines": outlines}
