"""Reading a file of the software's own making, and judging each patient in it."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import orjson

from conformance.documents import letters, ole, scripts
from conformance.documents.comparing import loosely_same
from conformance.documents.context import TEXT_LIMIT, LimitReachedError
from conformance.documents.document import Document
from conformance.documents.expected import Status
from conformance.documents.exports import bases, biff, cards, dumps, markup, serialised, tables, trees
from conformance.documents.exports.columns import Tells
from conformance.documents.exports.shapes import straightened
from conformance.documents.page.running_text import decoded_text
from conformance.documents.problems import inferred, official, unjudged
from conformance.documents.record import Format, IdKind, Place, PlaceKind, Trait
from conformance.documents.xmltree import XmlRefusedError, parse
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.exports.people import Person
    from conformance.documents.problems import Problem
    from conformance.documents.record import Value

_CARD: Final = re.compile(rb"BEGIN:VCARD", re.IGNORECASE)
_HINT: Final = re.compile(r"naiss|nais\.|birth|matricule|ddn|\bins|né\W|dob", re.IGNORECASE)
"""A word that a file of patients has; all others are not looked at further."""
_BOMB: Final = Text(
    "un fichier de ce classeur se déploie bien au-delà de ce qu’il pèse : il n’a pas été lu",
    "a file of this workbook unpacks far beyond what it weighs: it was not read",
)
_OFFICE: Final = re.compile(r"\[Content_Types\]\.xml|mimetype|content\.xml")
_LISTED: Final = re.compile(
    r"\.(?:csv|tsv|txt|json|xml|vcf|xlsx|ods|sql|ya?ml|ini|xls|dbf|sqlite3?|db|html?|properties|toml|fods)$",
    re.IGNORECASE,
)
_BROKEN: Final = (
    zipfile.BadZipFile,
    ValueError,
    NotImplementedError,
    OSError,
    EOFError,
    zlib.error,
    struct.error,
)
"""What the library raises about an archive that is cut or spoilt."""
_TREE: Final = re.compile(r"(?:^|/)METADATA\.XML$|^IHE_XDM/|^INDEX\.HTM", re.IGNORECASE)
_CODINGS: Final = ("cp1252", "cp850", "mac_roman")
_ACCENTS: Final = "éèêàçîïôûùÉÈÊÀÇ°"
_FEW: Final = 200
"""People up to which numbers of social security are left out of what is looked through: for each the whole text is read."""
_LIST: Final = 2
"""People from which on a file is a list."""
_STRICT: Final = (Tells.BIRTH_NAME, Tells.FIRST_NAMES, Tells.BIRTH_DATE, Tells.SEX)
_NATURE: Final = re.compile(r"NI[RA]\b", re.IGNORECASE)
"""The nature of a number that stands in its cell."""


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What only this module looks at."""

    people: tuple[Person, ...]
    letter: letters.Letter | None = None
    """Of an office document in which no table of patients is."""


def read_attached(data: bytes, reading: Reading) -> Document | None:
    """Read an office document that is attached to something else, or return nothing when it is none.

    Only its text: a table that is attached may be about anybody.
    """
    try:
        files = _unpacked(data, reading)
    except _BROKEN:
        return None
    if files is None or not any(_OFFICE.fullmatch(name) for name in files):
        return None
    words = letters.office_words(files)
    return Document(
        format=Format.EXPORT,
        name=reading.name,
        facts=ExportFacts((), letters.Letter(words)),
        text=f"{words}\n{letters.office_hidden(files)}",
    )


def read_export(data: bytes, reading: Reading) -> Document | None:
    """Read a file that tells patients in a layout of its own, or return nothing when it does not.

    Args:
        data: bytes of a format that no other module knows.
        reading: of this file.
    """
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"PK\x03\x04"):
        return _archive(data, reading)
    if (found := _of_a_program(data, reading)) is not None:
        return found
    if serialised.is_php(data):
        return _of_php(data, reading)
    if b"\0" in data[:TEXT_LIMIT] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    text = _decoded(data)
    people = _people(data, text, start, reading)
    if not people:
        return None
    return _made(people, reading, text[:TEXT_LIMIT])


def _decoded(data: bytes) -> str:
    """Return the text of a file, of DOS or of an old Macintosh where its accents tell so."""
    text = decoded_text(data)
    if data.isascii() or data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:3] == b"\xef\xbb\xbf":
        return text
    start = data[:20_000]
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(start):
            found = max(
                _CODINGS, key=lambda one: sum(map(start.decode(one, errors="replace").count, _ACCENTS))
            )
            return data.decode(found, errors="replace")
    return text


def _of_a_program(data: bytes, reading: Reading) -> Document | None:
    """Read a data base of one file, or a workbook of Excel 97 to 2003; all letters of the file stay, those of deleted rows too."""
    if bases.is_sqlite(data):
        sheets = list(bases.sqlite_tables(data, reading))
    elif bases.is_dbf(data):
        sheets = [("", bases.dbf_rows(data))]
    elif ole.is_ole(data):
        try:
            held = ole.streams(data)
        except ole.OleError:
            return None
        sheets = biff.sheets_of(held["Workbook"]) if "Workbook" in held else []
    else:
        return None
    reading.spend(sum(len(cell) for _, rows in sheets for row in rows for cell in row))
    people = [one for name, rows in sheets for one in tables.people_of(rows, reading, name)]
    if not people:
        return None
    shown = "\n".join("\t".join(row) for _, rows in sheets for row in rows)[:TEXT_LIMIT]
    return _made(people, reading, f"{shown}\n{letters.letter_of(data)[0]}")


def _of_php(data: bytes, reading: Reading) -> Document | None:
    tree = serialised.php_of(data)
    people = trees.people_in(straightened(tree), reading, PlaceKind.JSON) if tree is not None else []
    return _made(people, reading, decoded_text(data.replace(b"\0", b""))[:TEXT_LIMIT]) if people else None


def judge(document: Document, expected: Expected) -> Iterator[Problem]:
    """Yield what is wrong with the patients of a file: INS without OID, against their own status, without their traits, names told loosely."""
    facts: ExportFacts | None = document.facts
    people = facts.people if facts else ()
    if facts and facts.letter:
        yield from letters.judge(facts.letter, document.name, expected)
    for person in people:
        yield from _paired(person)
        yield from _by_own_status(person, expected)
        yield from _complete(person)
    yield from _without_place(people)
    yield from _plain_names(people, expected)
    yield from _without_ins(people, expected)
    number = expected.of(Trait.MATRICULE)
    if expected.is_qualified and len(people) > 1 and not any(_is(one, expected) for one in people):
        text = Text(
            f"la personne attendue ({number}) n’est dans aucune ligne de ce fichier : à regarder",
            f"the person expected ({number}) is in no line of this file: to be looked at",
        )
        yield inferred(
            "person-not-in-export", text, "TRA-20", at=(Place(kind=PlaceKind.FILE, file=document.name),)
        )


def _made(people: list[Person], reading: Reading, text: str, problems: tuple[Problem, ...] = ()) -> Document:
    said = list(problems)
    if len(people) >= tables.MOST_ROWS - 1:
        limit = Text(
            f"au plus {tables.MOST_ROWS} lignes lues : les autres n’ont pas été regardées",
            f"at most {tables.MOST_ROWS} lines are read: the others were not looked at",
        )
        said.append(unjudged("too-many-rows", limit, reading.place()))
    return Document(
        format=Format.EXPORT,
        name=reading.name,
        records=tuple(one.record for one in people),
        problems=tuple(said),
        facts=ExportFacts(tuple(people)),
        text=_without_billing(text, people),
    )


def _without_billing(text: str, people: list[Person]) -> str:
    """Return a text without the numbers of social security that stand under their names, once each: they may stay (TRA-01)."""
    for value in {value for one in people for value in one.billing} if len(people) <= _FEW else ():
        text = text.replace(value, "", sum(one.billing.count(value) for one in people))
    return text


def _people(data: bytes, text: str, start: bytes, reading: Reading) -> list[Person]:
    if _CARD.match(start):
        return cards.people_of(text, reading)
    if not _HINT.search(text):
        return []
    if dumps.is_sections(text):
        return trees.people_in(dumps.objects_of(text), reading, PlaceKind.JSON)
    if start.startswith((b"{", b"[")) or text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return _objects(text, reading)
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        return _in_markup(data, text, reading)
    return _in_text(text, reading)


def _in_markup(data: bytes, text: str, reading: Reading) -> list[Person]:
    """Return the patients of XML, of a workbook written as XML, or of a page of HTML that is nothing but tables."""
    if markup.is_html(text.lstrip("\ufeff")):
        rows = markup.html_tables(text.lstrip("\ufeff"))
        # A letter may tell its patient in a table of labels and values: it is no list.
        return [one for table in rows if tables.has_header(table) for one in tables.people_of(table, reading)]
    try:
        root = parse(data, reading.limits)
    except XmlRefusedError:
        return []
    if markup.is_spreadsheet_2003(root) or markup.is_flat_open_document(root):
        sheets = (
            markup.spreadsheet_2003(root) if markup.is_spreadsheet_2003(root) else tables.open_document(root)
        )
        return [one for name, table in sheets for one in tables.people_of(table, reading, name)]
    return trees.people_in(straightened(trees.tree_of(root)), reading, PlaceKind.XPATH)


def _in_text(text: str, reading: Reading) -> list[Person]:
    """Return the patients of a dump of a data base, of a table, of YAML, or of columns of a fixed width."""
    if dumps.is_dump(text):
        return [one for rows in dumps.tables_of(text) for one in tables.people_of(rows, reading)]
    if (records := serialised.shown_of(text) or serialised.properties_of(text)) is not None:
        return trees.people_in(records, reading, PlaceKind.JSON)
    if found := _in_script(text, reading):
        return found
    found = tables.people_of(tables.delimited(text), reading)
    if not found and (tree := dumps.objects_of(text)) is not None:
        found = trees.people_in(straightened(tree), reading, PlaceKind.JSON)
    return found or tables.people_of(dumps.fixed_of(text), reading)


def _in_script(text: str, reading: Reading) -> list[Person]:
    """Return the patients of JSON that a script is given: ``callback([…]);``, ``var patients = […];``."""
    at = scripts.start(text)
    if at is None:
        return []
    try:
        tree = orjson.loads(text[at:].rstrip(scripts.END))
    except orjson.JSONDecodeError:
        return []
    return trees.people_in(straightened(tree), reading, PlaceKind.JSON)


def _objects(text: str, reading: Reading) -> list[Person]:
    try:
        tree = orjson.loads(text.removeprefix("\ufeff"))
    except orjson.JSONDecodeError:
        lines = [line for line in text.splitlines()[: trees.MOST_PEOPLE] if line.strip()]
        try:
            tree = [orjson.loads(line) for line in lines]
        except orjson.JSONDecodeError:
            return []
    return trees.people_in(straightened(tree), reading, PlaceKind.JSON)


def _archive(data: bytes, reading: Reading) -> Document | None:
    """Read a workbook, or an archive of such files that is no IHE_XDM."""
    try:
        files = _unpacked(data, reading)
    except _BROKEN:
        return None
    if files is None:
        return None
    if any(_OFFICE.fullmatch(name) for name in files):
        return _workbook(files, reading)
    inside = replace(reading, among_own=True)
    parts = tuple(inside.part(content, name) for name, content in files.items() if _LISTED.search(name))
    if not any(one.format is Format.EXPORT for one in parts):
        return None
    return Document(format=Format.EXPORT, name=reading.name, parts=parts, group=True, facts=ExportFacts(()))


def _unpacked(data: bytes, reading: Reading) -> dict[str, bytes] | None:
    """Return the files of an archive, nothing for an IHE_XDM; each within the bounds of what one may hold."""
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()[: reading.limits.parts]
        if any(_TREE.search(info.filename) for info in infos):
            return None
        for info in infos:
            most = min(reading.limits.bytes_in, max(info.compress_size, 1) * reading.limits.ratio + 1024)
            if not info.filename or info.is_dir() or info.flag_bits & 1 or info.filename in files:
                continue
            with archive.open(info) as file:
                content = file.read(most + 1)
            reading.spend(len(content))
            if len(content) > most and any(_OFFICE.fullmatch(one.filename) for one in infos):
                raise LimitReachedError("zip-bomb", _BOMB)
            if len(content) > most:
                return None
            files[info.filename] = content
    return files


def _workbook(files: Mapping[str, bytes], reading: Reading) -> Document:
    people: list[Person] = []
    problems: tuple[Problem, ...] = ()
    words = letters.office_words(files)
    try:
        for sheet, rows in tables.sheets(files, reading):
            people.extend(tables.people_of(rows, reading, sheet))
    except XmlRefusedError as error:
        problems = (unjudged(error.code, error.text, reading.place()),)
    if not people and not problems:
        text = Text(
            "document de bureautique où aucun tableau de patients n’a été reconnu : seuls les numéros y sont cherchés",
            "office document in which no table of patients was recognised: only numbers are looked for",
        )
        problems = (unjudged("format-unknown", text, reading.place()),)
    made = _made(people, reading, f"{words}\n{letters.office_hidden(files)}", problems)
    return made if people else replace(made, facts=ExportFacts((), letters.Letter(words)))


def _paired(person: Person) -> Iterator[Problem]:
    for one in person.record.identifiers:
        if one.kind is IdKind.INS and one.number is not None and one.oid is None:
            text = Text("un matricule sans OID", "a matricule without an OID")
            # A letter drawn as a table tells the nature instead, as paper does (DOC-01).
            make = inferred if _NATURE.search(one.number.text) else official
            yield make("matricule-without-oid", text, "MAT-07", "TRA-20", at=(one.number,))


def _by_own_status(person: Person, expected: Expected) -> Iterator[Problem]:
    """Hold a patient against the status that the file gives beside it."""
    record = person.record
    status = record.first(Trait.STATUS)
    if status is None or expected.status is not None:
        return
    told = [one.number for one in record.ins if one.number is not None]
    if told and status.normal != Status.QUAL:
        text = Text(
            f"une identité {status.normal} dans ce fichier, et son INS y est",
            f"an identity {status.normal} in this file, with its INS",
        )
        yield official("ins-before-qual", text, "TRA-01", "TRA-20", at=(told[0], status))
    if not record.identifiers and status.normal == Status.QUAL and Tells.MATRICULE in person.missing:
        text = Text(
            "une identité qualifiée dans ce fichier, sans son INS",
            "a qualified identity in this file, without its INS",
        )
        yield official("ins-missing", text, "TRA-20", at=(status,))


def _complete(person: Person) -> Iterator[Problem]:
    """Yield the strict traits that an INS goes without, where the file has a place for them."""
    numbers = [one.number for one in person.record.ins if one.number is not None]
    for kind in _STRICT if numbers else ():
        if kind in person.missing:
            trait = Trait(kind.value)
            text = Text(
                f"un INS sans {trait.text.fr} : la place en est laissée vide",
                f"an INS without the {trait.text.en}: its place is left empty",
            )
            yield official("strict-trait-missing", text, "TRA-02", "TRA-20", at=(numbers[0],))


def _without_place(people: tuple[Person, ...]) -> Iterator[Problem]:
    """Say once that a file of several people gives an INS and has no place for a strict trait; its name may be one that is not known here."""
    first = next((one for one in people if one.record.has_ins), None)
    if first is None or len(people) < _LIST:
        return
    named = set().union(*(one.named for one in people))
    if not named:
        return
    plain = {Tells.BIRTH_NAME: Tells.PLAIN_NAME, Tells.FIRST_NAMES: Tells.FIRST_NAME}
    for kind in _STRICT:
        if kind not in named and plain.get(kind) not in named:
            trait = Trait(kind.value)
            text = Text(
                f"aucune place reconnue pour {trait.text.fr} à côté du matricule : à regarder",
                f"no known place for the {trait.text.en} beside the matricule: to be looked at",
            )
            yield inferred("strict-trait-without-place", text, "TRA-02", "TRA-20", at=(first.record.place,))


def _without_ins(people: tuple[Person, ...], expected: Expected) -> Iterator[Problem]:
    """Say that a file tells a qualified person without the INS: an export has it, a list of telephone numbers need not."""
    mine = [one for one in people if one.named and _is(one, expected)] if expected.is_qualified else []
    if mine and not any(one.record.identifiers for one in mine):
        text = Text(
            "identité qualifiée, et ce fichier n’en donne pas l’INS : à regarder si c’est un export ou un envoi",
            "qualified identity, and this file does not give its INS: to be looked at if it is an export or leaves",
        )
        yield inferred("ins-not-told", text, "TRA-20", at=(mine[0].record.place,))


def _is(person: Person, expected: Expected) -> bool:
    record = person.record
    told = [(value.trait, value) for value in (*record.of(Trait.MATRICULE), *record.of(Trait.BIRTH_NAME))]
    told += [(Trait.BIRTH_NAME, value) for kind, value in person.plain if kind is Tells.PLAIN_NAME]
    return any(loosely_same(trait, value.normal, expected.of(trait) or "") for trait, value in told)


def _plain_names(people: tuple[Person, ...], expected: Expected) -> Iterator[Problem]:
    """Look at « nom » and « prénom », of which a file does not say whether they are of birth, of the only person in it or of the one that has the number."""
    number = expected.of(Trait.MATRICULE)
    for person in people:
        mine = len(people) == 1 or any(value.normal == number for value in person.record.of(Trait.MATRICULE))
        for kind, value in person.plain if mine and number else ():
            known = _known(kind, expected)
            if known and not any(loosely_same(Trait.BIRTH_NAME, value.normal, one) for one in known):
                yield _other_name(value, known[0])


def _known(kind: Tells, expected: Expected) -> list[str]:
    if kind is Tells.PLAIN_NAME:
        told = [expected.of(Trait.BIRTH_NAME), expected.of(Trait.USED_NAME)]
    else:
        names = expected.of(Trait.FIRST_NAMES) or ""
        told = [names, expected.of(Trait.FIRST_NAME), expected.of(Trait.USED_FIRST_NAME), *names.split()]
    return [one for one in told if one]


def _other_name(value: Value, wanted: str) -> Problem:
    text = Text(
        f"« {wanted} » connu, « {value.text} » dans ce fichier, qui ne dit pas si c’est un nom de naissance : à regarder",
        f"{wanted!r} is known, the file says {value.text!r} and not whether it is a name of birth: to be looked at",
    )
    return inferred("plain-name-differs", text, "F13", at=(replace(value, display=True),))
