"""HL7 v2: the patient of ADT, ORU, MDM, ORM and ZAM messages (PAM France and the two ANS volets), and the CDA they carry."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.documents.document import Document
from conformance.documents.problems import Quote, inferred, official, reported
from conformance.documents.record import (
    INS_OIDS,
    Format,
    Identifier,
    IdentityRecord,
    IdKind,
    PlaceKind,
    Trait,
    Value,
    kind_of,
)
from conformance.documents.values import compact_date, decode_base64, mailboxes
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem
    from conformance.documents.record import Place

_BREAK: Final = re.compile(r"\r\n|\r|\n")
_NAMESPACES: Final = {"NIR": "ASIP-SANTE-INS-NIR", "NIA": "ASIP-SANTE-INS-NIA"}
_BILLING_TYPES: Final = frozenset({"NH", "SS", "NNFRA", "SB"})
_STATUSES: Final = frozenset(
    [
        "VIDE",
        "PROV",
        "VALI",
        "DOUB",
        "DESA",
        "DPOT",
        "DOUA",
        "COLP",
        "COLV",
        "FILI",
        "CACH",
        "ANOM",
        "IDVER",
        "RECD",
        "IDRA",
        "USUR",
        "HOMD",
        "HOMA",
        "INVA",
        "FICT",
        "DOUT",
    ]
)
_RNIV: Final = frozenset({"QUAL", "RECUP"})
_CHARSETS: Final = {
    "8859/1": "iso-8859-1", "8859/15": "iso-8859-15", "UNICODE UTF-8": "utf-8", "UTF-8": "utf-8", "ASCII": "ascii",
    "UNICODE": "utf-8", "UTF8": "utf-8", "8859-1": "iso-8859-1", "8859-15": "iso-8859-15",
}  # fmt: skip
_CONSENTS: Final = (("DESTMSSANTEPAT", "INVISIBLE_PATIENT"), ("DESTMSSANTEPS", "MASQUE_PS"))
_BILLED: Final = re.compile(r"\^(?:NH|SS)\b|\.4\.1[34]\b")
_LARGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The separators that a message declares in MSH-1 and MSH-2."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    sub: str = "&"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its name, its line in the file, and its fields (field 1 at index 1)."""

    name: str
    line: int
    fields: tuple[str, ...]

    def field(self, number: int) -> str:
        """Return a field, empty when it is not there."""
        return self.fields[number] if number < len(self.fields) else ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    delimiters: Delimiters
    segments: tuple[Segment, ...]

    def all(self, name: str) -> Iterator[Segment]:
        """Yield the segments of a name."""
        return (segment for segment in self.segments if segment.name == name)


def read(data: bytes, reading: Reading) -> Document:
    """Read one message or a batch, in any of the usual encodings and with any line ends."""
    problems: list[Problem] = []
    messages = list(split(_decode(data, reading, problems)))
    if len(messages) == 1:
        return read_message(messages[0], reading, problems)
    parts = tuple(
        read_message(lines, replace(reading, name=f"{reading.name} (message {number})".strip()), [])
        for number, lines in enumerate(messages, start=1)
    )
    return Document(format=Format.HL7V2, name=reading.name, problems=tuple(problems), parts=parts, group=True)


def read_message(lines: list[tuple[int, str]], reading: Reading, problems: list[Problem]) -> Document:
    """Read one message given as numbered lines; what was found before is in ``problems``."""
    parts: list[Document] = []
    records: list[IdentityRecord] = []
    message = parse(lines, reading, problems)
    if message is not None:
        parts = list(_carried(message, reading, problems))
        records = [_record(segment, message, reading) for segment in message.all("PID")]
        for segment, record in zip(message.all("PID"), records, strict=True):
            problems.extend(_shape(record, segment, message, parts, reading))
        if not records and not next(message.all("MSA"), None):
            said = Text("un segment PID attendu", "expected a segment PID")
            place = reading.place("MSH", PlaceKind.SEGMENT, line=lines[0][0])
            problems.append(official("hl7-no-patient", said, "TRA-04", at=(place,)))
        problems.extend(_recipients(message, records, reading))
        problems.extend(_choices(message, reading))
    return Document(
        format=Format.HL7V2, name=reading.name, records=tuple(records), problems=tuple(problems), parts=tuple(parts),
        text=_leakable(lines),
    )  # fmt: skip


def judge(document: Document, expected: Expected) -> Iterator[Problem]:  # noqa: ARG001 - the shape of all formats
    """Yield nothing more: all that is particular to HL7 v2 was judged while reading."""
    yield from ()


def split(text: str) -> Iterator[list[tuple[int, str]]]:
    """Yield the messages of a text as numbered lines; batch and file segments are left out."""
    lines: list[tuple[int, str]] = []
    for number, raw in enumerate(_BREAK.split(text), start=1):
        line = raw.strip("\x0b\x1c\0 ")
        if not line:
            continue
        if line.startswith("MSH"):
            if lines:
                yield lines
            lines = [(number, line)]
        elif line[:3] in {"FHS", "BHS", "BTS", "FTS"}:
            continue
        elif lines:
            lines.append((number, line))
    if lines:
        yield lines


def parse(lines: list[tuple[int, str]], reading: Reading, problems: list[Problem]) -> Message | None:
    """Split a message by the separators it declares; none when it declares none."""
    first = lines[0][1]
    place = reading.place("MSH-2", PlaceKind.SEGMENT, line=lines[0][0])
    if len(first) < 8 or first[3].isalnum():  # noqa: PLR2004 - MSH and five separators
        said = Text(
            "MSH suivi de ses séparateurs (MSH|^~\\&) attendu",
            "expected MSH followed by its separators (MSH|^~\\&)",
        )
        problems.append(official("hl7-header", said, "TRA-04", at=(Quote(place, first[:20]),)))
        return None
    encoding = first[4:].split(first[3], 1)[0]
    if encoding not in {"^~\\&", "^~\\&#"}:
        said = Text(
            f"MSH-2 : « ^~\\& » attendu, « {encoding[:10]} » déclaré",
            f"MSH-2: expected “^~\\&”, got “{encoding[:10]}”",
        )
        problems.append(inferred("hl7-separators", said, "TRA-04", at=(Quote(place, encoding),)))
    usual = "^~\\&"
    padded = (encoding + usual[len(encoding) :])[:4] if len(encoding) < len(usual) else encoding[:4]
    delimiters = Delimiters(first[3], padded[0], padded[1], padded[2], padded[3])
    segments = []
    for number, line in lines:
        fields = line.split(delimiters.field)
        if fields[0] == "MSH":
            # MSH-1 is the separator itself: fields are counted from there.
            fields.insert(1, delimiters.field)
        segments.append(Segment(fields[0].strip("\ufeff"), number, tuple(fields)))
    return Message(delimiters, tuple(segments))


def _decode(data: bytes, reading: Reading, problems: list[Problem]) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    declared = _declared(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if declared.startswith("UNICODE") or declared in {"UTF-8", "UTF8", "ASCII"}:
            said = Text(
                f"MSH-18 annonce {declared}, l’octet {error.start} n’en est pas",
                f"MSH-18 says {declared}, byte {error.start} is not in it",
            )
            problems.append(
                official("hl7-charset", said, "TRA-04", at=(reading.place("MSH-18", PlaceKind.SEGMENT),))
            )
        charset = _CHARSETS.get(declared, "cp1252")
        return data.decode("cp1252" if charset in {"utf-8", "ascii"} else charset, errors="replace")
    if not data.isascii() and declared and not declared.startswith(("UNICODE", "UTF")):
        said = Text(
            f"MSH-18 annonce {declared}, le message est en UTF-8",
            f"MSH-18 says {declared}, the message is in UTF-8",
        )
        problems.append(
            inferred("hl7-charset", said, "TRA-04", at=(reading.place("MSH-18", PlaceKind.SEGMENT),))
        )
    return text


def _declared(data: bytes) -> str:
    start = data.find(b"MSH")
    line = re.split(rb"[\r\n]", data[start : start + 4000], maxsplit=1)[0].decode("latin-1")
    fields = line.split(line[3]) if len(line) > 3 else []  # noqa: PLR2004 - MSH and its separator
    return re.split(r"[~^]", fields[17])[0].strip().upper() if len(fields) > 17 else ""  # noqa: PLR2004 - MSH-18


class _Reader:
    """Reads fields of one segment into values with their places."""

    def __init__(self, segment: Segment, delimiters: Delimiters, reading: Reading) -> None:
        self.segment, self.delimiters, self.reading = segment, delimiters, reading

    def repetitions(self, number: int) -> list[list[str]]:
        field = self.segment.field(number)
        return (
            [one.split(self.delimiters.component) for one in field.split(self.delimiters.repetition)]
            if field
            else []
        )

    def place(self, number: int, repetition: int = 0, component: int = 0, sub: int = 0) -> Place:
        path = f"{self.segment.name}-{number}"
        if len(self.repetitions(number)) > 1:
            path += f"[{repetition + 1}]"
        path += (f".{component}" if component else "") + (f".{sub}" if sub else "")
        return self.reading.place(path, PlaceKind.SEGMENT, line=self.segment.line)

    def plain(self, text: str) -> str:
        return unescape(text, self.delimiters)

    def value(self, trait: Trait, text: str, place: Place, normal: str | None = None) -> Value:
        said = self.plain(text)
        return Value(trait=trait, text=said, place=place, normal=said if normal is None else normal)


def unescape(text: str, delimiters: Delimiters) -> str:
    """Replace the escape sequences of separators and of hexadecimal bytes."""
    mark = delimiters.escape
    if mark not in text:
        return text
    known = {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.sub,
        "R": delimiters.repetition,
        "E": mark,
    }

    def one(match: re.Match[str]) -> str:
        if match[1] in known:
            return known[match[1]]
        try:
            return bytes.fromhex(match[1][1:]).decode("utf-8", errors="replace")
        except ValueError:
            return match[0]

    return re.sub(re.escape(mark) + r"([FSTRE]|X(?:[0-9A-Fa-f]{2}){1,20})" + re.escape(mark), one, text)


def _part(components: list[str], number: int) -> str:
    return components[number - 1] if number <= len(components) else ""


def _record(segment: Segment, message: Message, reading: Reading) -> IdentityRecord:
    reader = _Reader(segment, message.delimiters, reading)
    values: list[Value] = []
    _names(reader, values)
    if segment.field(7):
        values.append(
            reader.value(Trait.BIRTH_DATE, segment.field(7), reader.place(7), compact_date(segment.field(7)))
        )
    if segment.field(8):
        sex = reader.repetitions(8)[0][0]
        values.append(reader.value(Trait.SEX, sex, reader.place(8)))
    for index, address in enumerate(reader.repetitions(11)):
        if _part(address, 7).upper() == "BDL":
            for component in (9, 4):
                code = _part(address, component)
                if code and (component == 9 or re.fullmatch(r"\d{5}|2[AB]\d{3}", code)):  # noqa: PLR2004 - XAD-9
                    values.append(reader.value(Trait.BIRTH_PLACE, code, reader.place(11, index, component)))
                    break
    for number in (13, 14):
        for index, telecom in enumerate(reader.repetitions(number)):
            values.extend(mailboxes("^".join(telecom), reader.place(number, index)))
    if segment.field(32):
        values.extend(
            reader.value(Trait.STATUS, one[0], reader.place(32, index))
            for index, one in enumerate(reader.repetitions(32))
            if one[0]
        )
    identifiers = [
        _identifier(reader, 3, index, one) for index, one in enumerate(reader.repetitions(3)) if any(one)
    ]
    return IdentityRecord(
        format=Format.HL7V2, values=tuple(values), identifiers=tuple(identifiers),
        place=reading.place(segment.name, PlaceKind.SEGMENT, line=segment.line),
    )  # fmt: skip


def _names(reader: _Reader, values: list[Value]) -> None:
    names = reader.repetitions(5)
    legal = next((index for index, name in enumerate(names) if _part(name, 7).upper() == "L"), None)
    for index, name in enumerate(names):
        kind = _part(name, 7).upper()
        family = _part(name, 1).split(reader.delimiters.sub)[0]
        if index == legal or (legal is None and len(names) == 1 and kind == ""):
            for trait, component, text in (
                (Trait.BIRTH_NAME, 1, family), (Trait.FIRST_NAME, 2, _part(name, 2)), (Trait.FIRST_NAMES, 3, _part(name, 3)),
            ):  # fmt: skip
                if text:
                    values.append(reader.value(trait, text, reader.place(5, index, component)))
        elif kind in {"D", "M", "N", "A"}:
            for trait, component, text in (
                (Trait.USED_NAME, 1, family),
                (Trait.USED_FIRST_NAME, 2, _part(name, 2)),
            ):
                if text:
                    values.append(reader.value(trait, text, reader.place(5, index, component)))


def _identifier(reader: _Reader, field: int, index: int, cx: list[str]) -> Identifier:
    number_text = _part(cx, 1)
    authority = _part(cx, 4).split(reader.delimiters.sub)
    oid_text = authority[1] if len(authority) > 1 else ""
    if not oid_text and re.fullmatch(r"[0-9]+(?:\.[0-9]+){3,}", authority[0]):
        oid_text = authority[0]
    code = _part(cx, 5)
    kind = kind_of(oid_text)
    if kind is IdKind.INS and _part(cx, 8):
        kind = IdKind.FORMER_INS
    elif kind is IdKind.LOCAL and code.upper() in _BILLING_TYPES:
        kind = IdKind.BILLING
    return Identifier(
        kind=kind,
        number=reader.value(Trait.MATRICULE, number_text, reader.place(field, index, 1))
        if number_text
        else None,
        oid=reader.value(Trait.OID, oid_text, reader.place(field, index, 4, 2)) if oid_text else None,
        type_code=code,
        place=reader.place(field, index),
    )


def _shape(
    record: IdentityRecord, pid: Segment, message: Message, carried: list[Document], reading: Reading
) -> Iterator[Problem]:
    reader = _Reader(pid, message.delimiters, reading)
    for index, cx in enumerate(reader.repetitions(3)):
        yield from _type(reader, index, cx)
    if not record.identifiers:
        text = Text("PID-3 attendu : un identifiant au moins", "expected PID-3: one identifier at least")
        yield official("hl7-no-identifier", text, "TRA-04", at=(record.place,))
    yield from _status(record)
    if record.has_ins:
        for trait, where, sure in _WANTED:
            if record.first(trait) is None:
                text = Text(
                    f"avec un INS, {trait.text.fr} attendu en {where}",
                    f"with an INS, expected the {trait.text.en} in {where}",
                )
                yield (official if sure else inferred)(
                    "hl7-trait-missing", text, "TRA-02", "TRA-04", at=(record.place,)
                )
    yield from _same_identifiers(record, carried)


_WANTED: Final = (
    (Trait.BIRTH_NAME, "PID-5.1 (type L)", True),
    (Trait.FIRST_NAME, "PID-5.2 (type L)", True),
    (Trait.FIRST_NAMES, "PID-5.3 (type L)", True),
    (Trait.BIRTH_DATE, "PID-7", True),
    (Trait.SEX, "PID-8", True),
    (Trait.BIRTH_PLACE, "PID-11 BDL, composant 9", False),
)


def _type(reader: _Reader, index: int, cx: list[str]) -> Iterator[Problem]:
    authority = _part(cx, 4).split(reader.delimiters.sub)
    oid = authority[1] if len(authority) > 1 else ""
    if oid not in INS_OIDS:
        return
    code, name = _part(cx, 5), authority[0]
    if code != "INS":
        text = Text(
            f"type INS attendu pour un INS (CX-5), « {code} » trouvé",
            f"expected the type INS for an INS (CX-5), got {code!r}",
        )
        yield official(
            "hl7-identifier-type", text, "TRA-04", "F15", at=(Quote(reader.place(3, index, 5), code),)
        )
    nature = "NIA" if oid.endswith(".9") else "NIR"
    if name and name != _NAMESPACES[nature]:
        text = Text(
            f"{_NAMESPACES[nature]} attendu avec l’OID {oid} (CX-4.1), « {name} » trouvé",
            f"expected {_NAMESPACES[nature]} with the OID {oid} (CX-4.1), got {name!r}",
        )
        spot = Quote(reader.place(3, index, 4, 1), name)
        # A NIA under the name of the NIR contradicts its own OID; another name may be a local habit.
        known = name in _NAMESPACES.values() or "NIR" in name
        yield (official if known else inferred)("hl7-authority-name", text, "TRA-04", "MAT-04", at=(spot,))
    kind = authority[2] if len(authority) > 2 else ""  # noqa: PLR2004 - HD-3
    if kind != "ISO":
        text = Text(
            f"ISO attendu comme type d’OID (CX-4.3), « {kind} » trouvé",
            f"expected ISO as the type of the OID (CX-4.3), got {kind!r}",
        )
        yield official("hl7-authority-type", text, "TRA-04", at=(Quote(reader.place(3, index, 4, 3), kind),))


def _status(record: IdentityRecord) -> Iterator[Problem]:
    statuses = record.of(Trait.STATUS)
    for status in statuses:
        if status.normal.upper() in _RNIV:
            text = Text(
                f"code de la table 0445 attendu (VALI pour une identité qualifiée), « {status.text} » trouvé",
                f"expected a code of table 0445 (VALI for a qualified identity), got {status.text!r}",
            )
            yield inferred("hl7-status-code", text, "ATT-07", "F16", at=(status,))
        elif status.normal not in _STATUSES:
            text = Text(
                f"code de la table 0445 attendu, « {status.text} » trouvé",
                f"expected a code of table 0445, got {status.text!r}",
            )
            yield reported("hl7-status-code", text, "ATT-07", "F16", at=(status,))
    codes = {status.normal for status in statuses}
    if record.has_ins and codes & {"PROV", "VIDE"}:
        text = Text(
            "un INS avec une identité provisoire (PID-32)", "an INS with a provisional identity (PID-32)"
        )
        number = record.first(Trait.MATRICULE) or record.place
        yield official("hl7-ins-not-validated", text, "ATT-07", "TRA-01", at=(statuses[0], number))
    elif record.has_ins and not codes:
        text = Text("PID-32 (VALI) attendu avec un INS", "expected PID-32 (VALI) with an INS")
        yield inferred("hl7-status-missing", text, "ATT-07", at=(record.place,))


def _same_identifiers(record: IdentityRecord, carried: list[Document]) -> Iterator[Problem]:
    """PID-3 is the set of identifiers of the CDA transported (both ANS volets)."""
    for document in carried:
        identifiers = getattr(document.facts, "identifiers", None)
        if not identifiers:
            continue
        ours = {one.number.normal for one in record.identifiers if one.number}
        # Domains are named in several ways in CX-4: numbers are compared; the INS is compared with the traits.
        missing = [one for one in identifiers if one[1] not in ours and one[0] not in INS_OIDS and all(one)]
        for root, extension in missing:
            text = Text(
                f"identifiant {extension} ({root}) du CDA attendu aussi en PID-3",
                f"expected the identifier {extension} ({root}) of the CDA in PID-3 too",
            )
            at = (
                (record.place, Quote(document.records[0].place, extension))
                if document.records
                else (record.place,)
            )
            yield official("hl7-identifiers-differ", text, "TRA-04", "F13", at=at)


def _recipients(message: Message, found: list[IdentityRecord], reading: Reading) -> Iterator[Problem]:
    """Set a patient who receives the document (PRT) against the patient of the message."""
    numbers = {value.normal for record in found for value in record.of(Trait.MATRICULE)}
    for segment in message.all("PRT"):
        reader = _Reader(segment, message.delimiters, reading)
        spots: list[Value] = []
        for index, xcn in enumerate(reader.repetitions(5)):
            oid = {
                _part(xcn, 9).split(message.delimiters.sub)[sub]
                for sub in range(len(_part(xcn, 9).split(message.delimiters.sub)))
            }
            if oid & INS_OIDS or _part(xcn, 13) == "INS":
                spots.append(reader.value(Trait.MATRICULE, _part(xcn, 1), reader.place(5, index, 1)))
            if _part(xcn, 9).split(message.delimiters.sub)[0] in INS_OIDS:
                text = Text(
                    "l’OID attendu en PRT-5.9.2, il est en PRT-5.9.1",
                    "expected the OID in PRT-5.9.2, it is in PRT-5.9.1",
                )
                yield inferred("hl7-prt-oid", text, "TRA-04", at=(reader.place(5, index, 9, 1),))
        for number in range(5, 16):
            for box in mailboxes(segment.field(number), reader.place(number)):
                local = box.normal.partition("@")[0]
                spots.append(Value(trait=Trait.MATRICULE, text=box.text, place=box.place, normal=local))
        for value in spots:
            if value.normal not in numbers:
                text = Text(
                    "le patient destinataire n’est pas celui du message"
                    if numbers
                    else "un patient destinataire alors que PID-3 ne porte pas d’INS",
                    "the patient who receives is not the one of the message"
                    if numbers
                    else "a patient receives although PID-3 holds no INS",
                )
                number = next((one for record in found for one in record.of(Trait.MATRICULE)), None)
                yield official(
                    "mailbox-of-another", text, "TRA-09", "F13", at=(value, number) if number else (value,)
                )


def _choices(message: Message, reading: Reading) -> Iterator[Problem]:
    """Check that what is sent to somebody is not hidden from them (OBX of the ANS volets)."""
    told: dict[str, tuple[str, Segment]] = {}
    for segment in message.all("OBX"):
        reader = _Reader(segment, message.delimiters, reading)
        code = (reader.repetitions(3) or [[""]])[0][0]
        told[code] = (segment.field(5).split(message.delimiters.component)[0].upper(), segment)
    for sent, hidden in _CONSENTS:
        if told.get(sent, ("",))[0] == "Y" and told.get(hidden, ("",))[0] == "Y":
            text = Text(f"{sent} = Y demande {hidden} = N", f"{sent} = Y wants {hidden} = N")
            spots = [
                Quote(reading.place("OBX-5", PlaceKind.SEGMENT, line=told[name][1].line), f"{name} = Y")
                for name in (sent, hidden)
            ]
            yield official("hl7-choices", text, "TRA-16", at=spots)


def _carried(message: Message, reading: Reading, problems: list[Problem]) -> Iterator[Document]:
    """Yield the documents in OBX-5: base64 of type ED."""
    for segment in message.all("OBX"):
        if segment.field(2) != "ED":
            continue
        reader = _Reader(segment, message.delimiters, reading)
        for index, ed in enumerate(reader.repetitions(5)):
            content = _part(ed, 5)
            if not content or _part(ed, 4).lower() not in {"base64", ""}:
                continue
            try:
                # Line breaks travel as \.br\ or \X0A\ in some messages.
                data = decode_base64(re.sub(r"\\(?:\.br|X0[DA](?:0A)?)\\", "", content))
            except ValueError as error:
                text = Text(f"base64 lisible attendu : {error}", f"expected readable base64: {error}")
                problems.append(official("embedded-base64", text, "TRA-04", at=(reader.place(5, index, 5),)))
                continue
            name = f"OBX {segment.field(1) or segment.line}"
            part = reading.part(data, name)
            if part.format is not Format.UNKNOWN:
                yield part


def _leakable(lines: list[tuple[int, str]]) -> str:
    """Return the text in which a matricule would leak: not where billing numbers belong, not in files."""
    kept: list[str] = []
    for _, line in lines:
        name = line[:3]
        if name in {"IN1", "IN2", "IN3", "GT1", "MRG"} or len(line) > _LARGE:
            continue
        if name == "PID" and len(line) > 3:  # noqa: PLR2004 - the separator
            fields = line.split(line[3])
            if len(fields) > 19:  # noqa: PLR2004 - PID-19, the social-security number
                fields[19] = ""
            if len(fields) > 3:  # noqa: PLR2004 - PID-3
                fields[3] = "~".join(one for one in fields[3].split("~") if not _BILLED.search(one))
            line = line[3].join(fields)  # noqa: PLW2901 - the same line without its billing numbers
        kept.append(line)
    return "\n".join(kept)
