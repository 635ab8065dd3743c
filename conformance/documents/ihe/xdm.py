"""IHE_XDM archives: the tree, the metadata, and each document in them, nothing written to disk."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.documents.cda.reading import CdaFacts
from conformance.documents.context import TEXT_LIMIT, LimitReachedError
from conformance.documents.document import Document
from conformance.documents.ihe.metadata import check_content, missing_source, read_metadata
from conformance.documents.page.headings import of_heading
from conformance.documents.page.people import of_other_people
from conformance.documents.page.running_text import decoded_text, of_another, words_of
from conformance.documents.problems import Quote, inferred, official, reported, unjudged
from conformance.documents.record import Format, Place, PlaceKind, Trait
from conformance.documents.xmltree import XmlRefusedError, descend, parse
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_ENCRYPTED: Final = 0x1
_METADATA: Final = re.compile(r"(?:^|/)METADATA\.XML$", re.IGNORECASE)
_OF_TREE: Final = re.compile(r"(?:^|/)(?:IHE_XDM|SUBSET\d+|INDEX\.HTM|METADATA\.XML)", re.IGNORECASE)
_PAGE: Final = re.compile(r"\.(?:HTML?|XSLT?|TXT|CSS)$", re.IGNORECASE)
"""What goes with an archive for people to read."""
_WORDS: Final = re.compile(r"\.(?:HTML?|TXT)$|(?:^|/)METADATA\.XML$", re.IGNORECASE)
_HTML: Final = re.compile(r"\.HTML?$", re.IGNORECASE)
_SHORT: Final = re.compile(r"[A-Z0-9_]{1,8}(?:\.[A-Z0-9_]{1,3})?")
_USUAL: Final = re.compile(r"IHE_XDM/[A-Z0-9_]{1,8}/METADATA\.XML")


@dataclass(frozen=True, slots=True)
class XdmFacts:
    """What a mail needs to know of the archive."""

    cdas: tuple[Document, ...]
    is_xdm: bool
    """Whether it has metadata at all."""
    pages: tuple[tuple[str, str], ...] = ()
    """Name and words of the pages at its root that people read (INDEX.HTM, README.TXT)."""


def read(data: bytes, reading: Reading) -> Document:
    """Read an archive: bounded sizes, no path followed, no encryption."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        text = Text(f"archive ZIP lisible attendue : {error}", f"expected a readable ZIP archive: {error}")
        return Document(
            format=Format.XDM,
            name=reading.name,
            problems=(official("zip-malformed", text, at=(reading.place(),)),),
        )
    problems: list[Problem] = []
    with archive:
        files = _files(archive, reading, problems)
        notes = [archive.comment, *(info.comment for info in archive.infolist()[: reading.limits.parts])]
    told = [note.decode("utf-8", errors="replace") for note in notes if note]
    return _read(files, reading, problems, told)


def judge(document: Document, expected: Expected) -> Iterator[Problem]:  # noqa: ARG001 - the shape of all formats
    """Yield what pages and titles say of somebody else; the tree was judged while reading, identities are compared."""
    known = document.said(Trait.MATRICULE)
    said = Text(
        "une page ou un titre de l’archive donne l’INS d’une autre personne que ses documents",
        "a page or a title of the archive gives the INS of another person than its documents",
    )
    place = Place(kind=PlaceKind.FILE, file=document.name)
    yield from of_another(document.text, known, place, "xdm-page-of-another", said, "F13", "TRA-05")
    facts: XdmFacts | None = document.facts
    records = [record for one in document.walk() for record in one.records]
    for name, told in facts.pages if facts else ():
        page = Place(kind=PlaceKind.FILE, file=f"{document.name} › {name}")
        yield from of_other_people(told, records, page, "TRA-05")
        yield from of_heading(told, records, page, "TRA-05")


def _files(archive: zipfile.ZipFile, reading: Reading, problems: list[Problem]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for number, info in enumerate(archive.infolist()):
        name = info.filename
        place = reading.place(name)
        if number >= reading.limits.parts:
            text = Text(
                f"plus de {reading.limits.parts} fichiers : les autres n’ont pas été lus",
                f"more than {reading.limits.parts} files: the others were not read",
            )
            problems.append(unjudged("too-many-parts", text, place))
            break
        if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name):
            text = Text(
                "un chemin qui reste dans l’archive attendu", "expected a path that stays in the archive"
            )
            problems.append(official("zip-path-escapes", text, "TRA-05", at=(Quote(place, name),)))
            continue
        if not info.filename or info.is_dir() or name.endswith("\\"):
            continue
        if "\\" in name:
            text = Text(
                "« / » attendu entre les dossiers d’une archive, « \\ » trouvé : d’autres y voient un seul nom",
                "expected “/” between the folders of an archive, got “\\”: others take it for one name",
            )
            problems.append(inferred("zip-backslashes", text, "TRA-05", at=(Quote(place, name),)))
            name = name.replace("\\", "/")
        if info.flag_bits & _ENCRYPTED:
            text = Text(
                "fichier chiffré dans l’archive : il n’a pas pu être lu",
                "encrypted file in the archive: it could not be read",
            )
            problems.append(unjudged("zip-encrypted", text, place))
            continue
        if name in files:
            text = Text(
                "deux fichiers du même nom dans l’archive", "two files of the same name in the archive"
            )
            problems.append(official("zip-duplicate", text, "TRA-05", at=(Quote(place, name),)))
            continue
        content = _content(archive, info, reading, problems)
        if content is not None:
            files[name] = content
    return files


def _content(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, reading: Reading, problems: list[Problem]
) -> bytes | None:
    place = reading.place(info.filename)
    most = min(reading.limits.bytes_in, max(info.compress_size, 1) * reading.limits.ratio + 1024)
    try:
        with archive.open(info) as stream:
            content = stream.read(most + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        text = Text(
            f"ce fichier de l’archive ne se lit pas : {error}",
            f"this file of the archive cannot be read: {error}",
        )
        problems.append(official("zip-malformed", text, "TRA-05", at=(place,)))
        return None
    if len(content) > most:
        text = Text(
            "ce fichier gonfle démesurément une fois déballé : il n’a pas été lu",
            "this file grows out of all proportion once unpacked: it was not read",
        )
        problems.append(unjudged("zip-bomb", text, place))
        return None
    try:
        reading.spend(len(content))
    except LimitReachedError as error:
        problems.append(unjudged(error.code, error.text, place))
        return None
    return content


_BILLING: Final = re.compile(r"\b(?:nir|nss|ss|immatriculation|assur[ée]e?)\b|s[ée]cu", re.IGNORECASE)
"""Words of a file that may hold numbers of social security: their digits may be those of the INS."""


def _read(files: dict[str, bytes], reading: Reading, problems: list[Problem], notes: list[str]) -> Document:
    tables = [name for name in files if _METADATA.search(name)]
    inner = [name for name in files if not tables and name.upper().endswith(".ZIP")]
    if inner:
        text = Text(
            f"l’archive IHE_XDM est dans une autre archive ({inner[0]})",
            f"the archive IHE_XDM is inside another archive ({inner[0]})",
        )
        problems.append(inferred("xdm-in-zip", text, "TRA-05", at=(reading.place(inner[0]),)))
    elif not tables and not _may_be_xdm(files, reading.name):
        text = Text(
            "archive qui n’a rien d’un IHE_XDM : seuls ses fichiers ont été regardés, chacun pour soi",
            "archive that has nothing of an IHE_XDM: only its files were looked at, each by itself",
        )
        problems.append(unjudged("archive-of-files", text, reading.place()))
    elif not tables:
        text = Text(
            "IHE_XDM/SUBSET01/METADATA.XML attendu, absent de l’archive",
            "expected IHE_XDM/SUBSET01/METADATA.XML, not in the archive",
        )
        problems.append(official("xdm-no-metadata", text, "TRA-05", at=(reading.place(),)))
    problems.extend(_tree(files, tables, reading))
    records: list[IdentityRecord] = []
    described: set[str] = set()
    for table in tables:
        records.extend(_table(table, files, reading, problems, described))
    parts: list[Document] = []
    for name, content in files.items():
        if name in tables or not content.strip() or _PAGE.search(name):
            continue
        part = reading.part(content, name)
        if part.format is Format.UNKNOWN and not _BILLING.search(part.text[:TEXT_LIMIT]):
            notes.append(part.text[:TEXT_LIMIT])
        if not part.counts_inside:
            continue
        if tables and name not in described and part.format in {Format.CDA, Format.PDF}:
            text = Text(
                "document que les métadonnées ne décrivent pas",
                "a document that the metadata do not describe",
            )
            problems.append(reported("xdm-orphan", text, "TRA-05", at=(reading.place(name),)))
        parts.append(part)
    cdas = tuple(part for part in parts if isinstance(part.facts, CdaFacts))
    return Document(
        format=Format.XDM, name=reading.name, records=tuple(records), problems=tuple(problems), parts=tuple(parts),
        facts=XdmFacts(cdas, bool(tables), tuple(_pages(files))), text="\n".join([*files, *notes, *_words(files)]),
    )  # fmt: skip


def _may_be_xdm(files: dict[str, bytes], name: str) -> bool:
    """Tell whether an archive is called an IHE_XDM, has a part of its tree, or holds a document that travels in one."""
    return (
        "XDM" in name.upper()
        or any(_OF_TREE.search(one) for one in files)
        or any(b"ClinicalDocument" in content[:TEXT_LIMIT].replace(b"\0", b"") for content in files.values())
    )


def _words(files: dict[str, bytes]) -> Iterator[str]:
    """Yield the metadata and the pages of an archive as text: a number may leak there too."""
    for name, content in files.items():
        if _WORDS.search(name):
            told = decoded_text(content[:TEXT_LIMIT])
            yield html.unescape(told)
            if _HTML.search(name):
                yield words_of(told, "text/html")


def _pages(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    for name, content in files.items():
        if "/" not in name and _PAGE.search(name):
            yield (
                name,
                words_of(decoded_text(content[:TEXT_LIMIT]), "text/html" if _HTML.search(name) else ""),
            )


def _tree(files: dict[str, bytes], tables: list[str], reading: Reading) -> Iterator[Problem]:
    if not tables:
        return
    upper = {name.upper() for name in files}
    for wanted in ("INDEX.HTM", "README.TXT"):
        if wanted not in upper:
            text = Text(
                f"{wanted} attendu à la racine de l’archive", f"expected {wanted} at the root of the archive"
            )
            yield inferred("xdm-tree", text, "TRA-05", at=(reading.place(wanted),))
    odd = [name for name in files if not all(_SHORT.fullmatch(step) for step in name.split("/"))]
    odd.extend(table for table in tables if not _USUAL.fullmatch(table) and table not in odd)
    if odd:
        text = Text(
            f"IHE_XDM/SUBSET01/…, noms courts en majuscules (8.3) attendus : {', '.join(odd[:3])}",
            f"expected IHE_XDM/SUBSET01/… with short names in upper case (8.3): {', '.join(odd[:3])}",
        )
        yield inferred("xdm-names", text, "TRA-05", at=(reading.place(odd[0]),))


def _table(
    table: str, files: dict[str, bytes], reading: Reading, problems: list[Problem], described: set[str]
) -> Iterator[IdentityRecord]:

    inside = replace(reading, name=f"{reading.name} › {table}" if reading.name else table)
    try:
        root = parse(files[table], reading.limits)
    except XmlRefusedError as error:
        make = unjudged(error.code, error.text, inside.place(line=error.line)) if error.limit else official(
            error.code, error.text, "TRA-05", at=(inside.place(line=error.line),)
        )  # fmt: skip
        problems.append(make)
        return
    metadata = read_metadata(root, inside, Format.XDM)
    problems.extend(metadata.problems)
    problems.extend(missing_source(root, inside))
    folder = table.rpartition("/")[0]
    if not metadata.entries and not any(
        True for _ in descend(root, "SubmitObjectsRequest", "ProvideAndRegisterDocumentSetRequest")
    ):
        text = Text(
            "métadonnées ebRIM (SubmitObjectsRequest) attendues",
            "expected ebRIM metadata (SubmitObjectsRequest)",
        )
        problems.append(official("xdm-metadata", text, "TRA-05", at=(inside.place(),)))
    for entry in metadata.entries:
        path = _resolve(folder, entry.uri)
        found = next((name for name in files if name == path), None) or next(
            (name for name in files if name.upper() == path.upper()), None
        )
        if not entry.uri:
            text = Text(
                "URI attendu : le nom du fichier à côté de METADATA.XML",
                "expected URI: the name of the file beside METADATA.XML",
            )
            problems.append(official("xdm-no-uri", text, "TRA-05", at=(entry.place,)))
        elif found is None:
            text = Text(
                f"le fichier {entry.uri} décrit n’est pas dans l’archive",
                f"the file {entry.uri} described is not in the archive",
            )
            problems.append(
                official("xdm-missing-document", text, "TRA-05", at=(Quote(entry.place, entry.uri),))
            )
        else:
            described.add(found)
            problems.extend(check_content(entry, files[found]))
    yield from metadata.records


def _resolve(folder: str, uri: str) -> str:
    steps = folder.split("/") if folder else []
    for step in uri.replace("\\", "/").split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)
