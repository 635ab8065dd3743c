"""A Datamatrix INS as a document: the payload as a file (what a scanner types), or decoded from an image."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.datamatrix.payload import Payload, read_payload
from conformance.documents.document import Document
from conformance.documents.problems import Quote, inferred, official, reported
from conformance.documents.record import (
    Format,
    Identifier,
    IdentityRecord,
    Place,
    PlaceKind,
    Trait,
    Value,
    kind_of,
)
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.datamatrix.payload import Block, Defect
    from conformance.documents.datamatrix.symbol import Symbol
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem

_TRAITS: Final = {
    "S3": Trait.FIRST_NAMES, "S4": Trait.BIRTH_NAME, "S5": Trait.SEX, "S6": Trait.BIRTH_DATE, "S7": Trait.BIRTH_PLACE,
}  # fmt: skip
_DATE: Final = re.compile(r"(\d\d)-(\d\d)-(\d{4})", re.ASCII)
_MISSING: Final = {
    "S1": "matricule", "S2": "OID", "S3": "liste des prénoms", "S4": "nom de naissance", "S5": "sexe",
    "S6": "date de naissance",
}  # fmt: skip


def read(data: bytes, reading: Reading) -> Document:
    """Read a payload kept as a file; one line end at its end is that of the file."""
    text = (
        data.decode("utf-8-sig", errors="replace")
        if not data.startswith((b"\xff\xfe", b"\xfe\xff"))
        else data.decode("utf-16", errors="replace")
    )
    text = re.sub(r"\r?\n\Z", "", text)
    return from_payload(text, reading.name, reading.place(kind=PlaceKind.BLOCK))


def judge(document: Document, expected: Expected) -> Iterator[Problem]:  # noqa: ARG001 - the shape of all formats
    """Yield nothing more: the grammar was judged while reading."""
    yield from ()


def from_symbol(symbol: Symbol, name: str, place: Place) -> Document:
    """Make a document of a symbol found in an image."""
    spot = replace(place, kind=PlaceKind.PIXELS, box=symbol.box)
    if symbol.error:
        text = Text(
            f"un symbole est là mais ne se décode pas ({symbol.error}) : impression ou image abîmée",
            f"a symbol is there and cannot be decoded ({symbol.error}): damaged print or image",
        )
        return Document(
            format=Format.DATAMATRIX,
            name=name,
            problems=(official("symbol-damaged", text, "DOC-03", at=(spot,)),),
        )
    document = from_payload(symbol.text, name, spot)
    return replace(document, problems=(*_shape(symbol, spot), *document.problems))


def from_payload(text: str, name: str, place: Place) -> Document:
    """Make a document of a decoded payload."""
    payload = read_payload(text)
    record = _record(payload, place)
    problems = [_problem(defect, place) for defect in payload.defects]
    problems.extend(_values(payload, place))
    return Document(
        format=Format.DATAMATRIX,
        name=name,
        records=(record,),
        problems=tuple(problems),
        facts=payload,
        text=shown(text),
    )


def shown(payload: str) -> str:
    """Return a payload with its separators and other control characters visible (GS as ␝)."""
    return "".join(chr(0x2400 + ord(one)) if one < " " else one for one in payload)


def _record(payload: Payload, place: Place) -> IdentityRecord:
    values: list[Value] = []
    number: Value | None = None
    oid: Value | None = None
    for block in payload.blocks:
        spot = replace(place, path=block.id)
        if block.id == "S1":
            number = number or Value(trait=Trait.MATRICULE, text=block.value, place=spot, normal=block.value)
        elif block.id == "S2":
            oid = oid or Value(trait=Trait.OID, text=block.value, place=spot, normal=block.value)
        else:
            values.append(Value(trait=_TRAITS[block.id], text=block.value, place=spot, normal=_normal(block)))
    identifiers: tuple[Identifier, ...] = ()
    if number is not None or oid is not None:
        kind = kind_of(oid.normal if oid else None)
        identifiers = (Identifier(kind=kind, number=number, oid=oid, type_code="INS", place=place),)
    return IdentityRecord(
        format=Format.DATAMATRIX, values=tuple(values), identifiers=identifiers, place=place
    )


def _normal(block: Block) -> str:
    date = _DATE.fullmatch(block.value) if block.id == "S6" else None
    return f"{date[3]}-{date[2]}-{date[1]}" if date else block.value


def _values(payload: Payload, place: Place) -> Iterator[Problem]:
    date = payload.value("S6")
    if date is not None and not _DATE.fullmatch(date):
        text = Text(f"S6 : JJ-MM-AAAA attendu, « {date} » trouvé", f"S6: expected JJ-MM-AAAA, got {date!r}")
        yield reported("datamatrix-date", text, "DOC-03", at=(Quote(replace(place, path="S6"), date),))
    names = (payload.value("S3") or "").split(" ")
    if len(names) > 1 and names[-1] == names[0]:
        text = Text(
            "S3 : la liste des prénoms seule attendue, le premier prénom y est répété à la fin",
            "S3: expected the list of given names alone, the first one is repeated at its end",
        )
        yield inferred(
            "datamatrix-first-name-repeated",
            text,
            "DOC-03",
            at=(Quote(replace(place, path="S3"), " ".join(names)),),
        )


def _problem(defect: Defect, place: Place) -> Problem:
    fr, en = _SAID[defect.code]
    got = shown(defect.got)
    name = _MISSING.get(defect.block, "")
    text = Text(
        fr.format(block=defect.block, got=got, name=name), en.format(block=defect.block, got=got, name=name)
    )
    spot = replace(place, path=defect.block) if defect.block else place
    return reported(f"datamatrix-{defect.code}", text, "DOC-03", at=(Quote(spot, got),))


_SAID: Final = {
    "header": (
        "en-tête IS01 suivi de 22 zéros attendu, « {got} » trouvé",
        "expected the header IS01 followed by 22 zeros, got {got!r}",
    ),
    "literal-gs": (
        "{block} : le caractère de contrôle GS (ASCII 29) attendu, les caractères « {got} » écrits à sa place",
        "{block}: expected the control character GS (ASCII 29), the characters {got!r} stand in its place",
    ),
    "missing-gs": (
        "{block} : un séparateur GS (ASCII 29) attendu après « {got} », plus court que le maximum",
        "{block}: expected a separator GS (ASCII 29) after {got!r}, which is shorter than the maximum",
    ),
    "extra-gs": (
        "un GS (ASCII 29) de trop après {block} : aucun après un bloc fixe, plein ou dernier",
        "a GS (ASCII 29) too many after {block}: none follows a block that is fixed, full or last",
    ),
    "duplicate-block": ("bloc {block} en double : « {got} »", "block {block} twice: {got!r}"),
    "unknown-block": ("blocs S1 à S7 attendus, « {got} » trouvé", "expected blocks S1 to S7, got {got!r}"),
    "missing-block": ("bloc {block} ({name}) absent", "block {block} is missing"),
    "block-length": (
        "{block} : longueur inattendue, « {got} » trouvé",
        "{block}: unexpected length, got {got!r}",
    ),
    "symbology-prefix": (
        "« {got} » : le préfixe du lecteur de codes fait partie du contenu",
        "{got!r}: the prefix of the scanner is part of the content",
    ),
    "trailing": ("caractères en trop après {block} : « {got} »", "characters too many after {block}: {got!r}"),
}  # fmt: skip


def _shape(symbol: Symbol, place: Place) -> Iterator[Problem]:
    if not symbol.is_square:
        text = Text(
            f"un symbole carré attendu, {symbol.size} modules trouvés",
            f"expected a square symbol, got {symbol.size} modules",
        )
        yield reported("symbol-not-square", text, "DOC-03", at=(place,))
    if symbol.identifier in {"]d2", "]d3", "]d5", "]d6"}:
        text = Text(
            f"un DataMatrix simple (]d1) attendu, {symbol.identifier} trouvé (GS1 ou FNC1)",
            f"expected a plain DataMatrix (]d1), got {symbol.identifier} (GS1 or FNC1)",
        )
        yield reported("symbol-gs1", text, "DOC-03", at=(place,))
