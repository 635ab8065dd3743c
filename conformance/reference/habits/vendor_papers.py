"""What vendors of another make print, produce and export: papers as pictures or turned, exports as dumps, messages rewritten."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Asked, Habit, Inner, Said

    Row = dict[str, Any]

_ROW: Final = (
    "birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place", "used_name", "used_first_name",
)  # fmt: skip


def papers_as_pictures(body: Any, _: Asked, __: Inner) -> Any:
    """Give a paper as the picture of its first page, as a scanner's software keeps it."""
    import pypdfium2  # noqa: PLC0415 - of the documents' extra

    content = base64.b64decode(body["content"])
    if not content.startswith(b"%PDF"):
        return body
    page = pypdfium2.PdfDocument(content)[0]
    picture = io.BytesIO()
    page.render(scale=3).to_pil().save(picture, "PNG")
    return _rewritten(body, "page1.png", picture.getvalue())


def papers_turned(body: Any, _: Asked, __: Inner) -> Any:
    """Give a paper whose pages are turned, as a landscape printer wants them."""
    import pypdfium2  # noqa: PLC0415 - of the documents' extra

    content = base64.b64decode(body["content"])
    if not content.startswith(b"%PDF") or b"pdfaid" in content:
        return body
    paper = pypdfium2.PdfDocument(content)
    for page in paper:
        page.set_rotation(90)
    turned = io.BytesIO()
    paper.save(turned)
    return {**body, "content": base64.b64encode(turned.getvalue()).decode()}


def export_in_a_tar(body: Any, _: Asked, __: Inner) -> Any:
    """Give what is exported as one tape archive, packed."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for number, one in enumerate(body["documents"], start=1):
            content = base64.b64decode(one["content"])
            entry = tarfile.TarInfo(f"export/{number}-{one['name']}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return {"documents": [_rewritten({}, "export.tgz", packed.getvalue())]}


def export_dumped(written: Callable[[list[Row]], bytes], name: str) -> Habit:
    """Export the files of the base as text of this make."""
    known: dict[str, None] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            known.clear()
        said = inner(asked)
        file = said.body.get("patient", said.body) if isinstance(said.body, dict) else None
        if done(said) and isinstance(file, dict) and "birth_name" in file:
            known[file["id"]] = None
        if is_for(asked, "POST", "exports") and done(said):
            rows = [_row(file) for one in known if (file := file_now(asked, inner, one))]
            return replace(said, body={"documents": [_rewritten({}, name, written(rows))]})
        return said

    return habit


def _row(file: Row) -> Row:
    kept = {name: file.get(name) or "" for name in ("id", "status", *_ROW) if name != "used_first_name"}
    is_qualified = file.get("status") == "QUAL"
    return kept | {name: (file.get(name) or "") if is_qualified else "" for name in ("matricule", "oid")}


def as_sql(rows: list[Row]) -> bytes:
    """Write files as a dump of a data base."""
    lines = ["-- dump", "CREATE TABLE patient (id text, status text);"]
    for row in rows:
        values = ", ".join("'" + str(value).replace("'", "''") + "'" for value in row.values())
        lines.append(f"INSERT INTO patient ({', '.join(row)}) VALUES ({values});")  # noqa: S608 - nothing runs it
    return "\n".join(lines).encode()


def as_yaml(rows: list[Row]) -> bytes:
    """Write files as YAML."""
    return b"---\n" + b"".join(
        f"- {'  '.join(f'{key}: {json.dumps(str(value))}' + chr(10) for key, value in row.items())}".encode()
        for row in rows
    )


def fhir_in_parameters(content: bytes) -> bytes:
    """Give a FHIR resource as a parameter of an operation."""
    resource = json.loads(content)
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "return", "resource": resource}]}
    return json.dumps(parameters).encode()


def fhir_as_a_line(content: bytes) -> bytes:
    """Give a FHIR resource as one line of many (NDJSON), with an empty line after it."""
    return json.dumps(json.loads(content), ensure_ascii=False).encode() + b"\n\n"


def hl7_with_a_sign_for_cuts(content: bytes) -> bytes:
    """Declare the sign for truncation that HL7 v2.7 has."""
    return content.replace(b"|^~\\&|", b"|^~\\&#|", 1)


def hl7_with_lines_of_windows(content: bytes) -> bytes:
    """End segments as Windows ends lines, with blank lines between them."""
    return content.replace(b"\r\n", b"\r").rstrip(b"\r").replace(b"\r", b"\r\n\r\n") + b"\r\n"


def cda_after_a_stylesheet(content: bytes) -> bytes:
    """Put an internal table of types and processing instructions before a CDA document."""
    text = content.decode("utf-8")
    head, _, rest = text.partition("?>") if text.startswith("<?xml") else ("", "", text)
    return f"{head + '?>' if head else ''}\n<?producteur version='3'?>\n<!-- a -->{rest}".encode()


def _rewritten(body: Any, name: str, content: bytes) -> Any:
    return {**body, "name": name, "format": "OTHER", "content": base64.b64encode(content).decode()}
