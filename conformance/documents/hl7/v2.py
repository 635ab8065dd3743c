"""HL7 v2: the patient of ADT, ORU, MDM, ORM and ZAM messages (PAM France and the two ANS volets), and the CDA they carry."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.document import Document
from conformance.documents.hl7.others import elsewhere, professionals, readable, told_in_texts
from conformance.documents.hl7.rules import choices, recipients, shape
from conformance.documents.hl7.syntax import FieldReader, Message, Segment, component, decode, parse, split
from conformance.documents.hl7.xml import with_bars
from conformance.documents.problems import inferred, official, unjudged
from conformance.documents.record import (
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
from conformance.documents.xmltree import XmlRefusedError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem

_BILLING_TYPES: Final = frozenset({"NH", "SS", "NNFRA", "SB"})
_BILLED: Final = re.compile(r"\^(?:NH|SS)\b|\.4\.1[34]\b")
_CALLED_INS: Final = re.compile(
    r"\^INS(?:-[A-Z]{1,4})?(?:\^|$)|(?<![\d.])1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)(?![\d.])"
)
_LARGE: Final = 2_000


def read(data: bytes, reading: Reading) -> Document:
    """Read one message or a batch, in any of the usual encodings and with any line ends."""
    problems: list[Problem] = []
    if data[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        try:
            data = with_bars(data, reading.limits)
        except XmlRefusedError as error:
            said = unjudged(error.code, error.text, reading.place())
            return Document(format=Format.HL7V2, name=reading.name, problems=(said,))
    messages = list(split(decode(data, reading, problems)))
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
    texts: list[str] = []
    owners: list[int] = []
    message = parse(lines, reading, problems)
    if message is not None:
        carried = list(_carried(message, reading, problems))
        parts, owners = [part for part, _ in carried], [owner for _, owner in carried]
        records = [_record(segment, message, reading) for segment in message.all("PID")]
        for segment, record in zip(message.all("PID"), records, strict=True):
            problems.extend(shape(record, segment, message, parts, reading))
        if not records and not next(message.all("MSA"), None):
            said = Text("un segment PID attendu", "expected a segment PID")
            place = reading.place("MSH", PlaceKind.SEGMENT, line=lines[0][0])
            problems.append(inferred("hl7-no-patient", said, "TRA-04", at=(place,)))
        problems.extend(recipients(message, records, reading))
        problems.extend(choices(message, reading))
        problems.extend(elsewhere(message, records, reading))
        problems.extend(professionals(message, records, reading))
        files = list(readable(message, reading))
        texts = [one for _, one in files]
        problems.extend(told_in_texts(message, files, records, reading))
    # A link of two files (A24, A37) has two PID of one person, and no file.
    several = len(records) > 1 and bool(parts)
    return Document(
        format=Format.HL7V2, name=reading.name, records=() if several else tuple(records), problems=tuple(problems),
        parts=tuple(_by_patient(records, parts, owners, reading.name)) if several else tuple(parts),
        text="\n".join([_leakable(lines), *texts]), group=several,
    )  # fmt: skip


def _by_patient(
    records: list[IdentityRecord], parts: list[Document], owners: list[int], name: str
) -> Iterator[Document]:
    """Yield a document for each patient of a message (PATIENT_RESULT repeats), with the files that follow their PID."""
    for number, record in enumerate(records):
        own = tuple(part for part, owner in zip(parts, owners, strict=True) if owner == number)
        told = f"{name} (PID {number + 1})".strip()
        yield Document(format=Format.HL7V2, name=told, records=(record,), parts=own)


def judge(document: Document, expected: Expected) -> Iterator[Problem]:  # noqa: ARG001 - the shape of all formats
    """Yield nothing more: all that is particular to HL7 v2 was judged while reading."""
    yield from ()


def _record(segment: Segment, message: Message, reading: Reading) -> IdentityRecord:
    reader = FieldReader(segment, message.delimiters, reading)
    values: list[Value] = []
    _names(reader, values)
    if segment.field(7).strip('"'):
        values.append(
            reader.value(Trait.BIRTH_DATE, segment.field(7), reader.place(7), compact_date(segment.field(7)))
        )
    if segment.field(8).strip('"'):
        sex = reader.repetitions(8)[0][0]
        values.append(reader.value(Trait.SEX, sex, reader.place(8)))
    for index, address in enumerate(reader.repetitions(11)):
        if component(address, 7).upper() == "BDL":
            for position in (9, 4):
                code = component(address, position)
                if code and (position == 9 or re.fullmatch(r"\d{5}|2[AB]\d{3}", code)):  # noqa: PLR2004 - XAD-9
                    values.append(reader.value(Trait.BIRTH_PLACE, code, reader.place(11, index, position)))
                    break
    for number in (13, 14):
        for index, telecom in enumerate(reader.repetitions(number)):
            values.extend(mailboxes("^".join(telecom), reader.place(number, index)))
    if segment.field(32).strip('"'):
        values.extend(
            reader.value(Trait.STATUS, one[0], reader.place(32, index))
            for index, one in enumerate(reader.repetitions(32))
            if one[0]
        )
    sent = next((head.field(7) for head in message.all("MSH")), "")
    identifiers = [
        _identifier(reader, 3, index, one, sent)
        for index, one in enumerate(reader.repetitions(3))
        if any(one)
    ]
    return IdentityRecord(
        format=Format.HL7V2, values=tuple(values), identifiers=tuple(identifiers),
        place=reading.place(segment.name, PlaceKind.SEGMENT, line=segment.line),
    )  # fmt: skip


def _names(reader: FieldReader, values: list[Value]) -> None:
    names = reader.repetitions(5)
    # Two that differ contradict each other: which one is the name of birth?
    legal = [index for index, name in enumerate(names) if component(name, 7).upper() == "L"]
    for index, name in enumerate(names):
        kind = component(name, 7).upper()
        family = component(name, 1).split(reader.delimiters.sub)[0]
        if index in legal or (not legal and len(names) == 1 and kind == ""):
            for trait, position, text in (
                (Trait.BIRTH_NAME, 1, family), (Trait.FIRST_NAME, 2, component(name, 2)), (Trait.FIRST_NAMES, 3, component(name, 3)),
            ):  # fmt: skip
                if text:
                    values.append(reader.value(trait, text, reader.place(5, index, position)))
        elif kind in {"D", "M", "N", "A"}:
            for trait, position, text in (
                (Trait.USED_NAME, 1, family),
                (Trait.USED_FIRST_NAME, 2, component(name, 2)),
            ):
                if text:
                    values.append(reader.value(trait, text, reader.place(5, index, position)))


def _is_over(end: str, sent: str) -> bool:
    """Tell whether an identifier had ended when the message was sent (CX-8 and MSH-7, ``AAAAMMJJ…``)."""
    return bool(end.strip('"')) and not (sent[:8].isdecimal() and end[:8].isdecimal() and end[:8] > sent[:8])


def _identifier(reader: FieldReader, field: int, index: int, cx: list[str], sent: str) -> Identifier:
    number_text = component(cx, 1)
    authority = component(cx, 4).split(reader.delimiters.sub)
    oid_text = authority[1] if len(authority) > 1 else ""
    if not oid_text and re.fullmatch(r"[0-9]+(?:\.[0-9]+){3,}", authority[0]):
        oid_text = authority[0]
    code = component(cx, 5)
    kind = kind_of(oid_text)
    if kind is IdKind.INS and _is_over(component(cx, 8), sent):
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


def _carried(message: Message, reading: Reading, problems: list[Problem]) -> Iterator[tuple[Document, int]]:
    """Yield the documents in OBX-5 (base64 of type ED), with which of the patients stands before each."""
    owner = -1
    for segment in message.segments:
        owner += segment.name == "PID"
        if segment.name != "OBX" or segment.field(2) != "ED":
            continue
        reader = FieldReader(segment, message.delimiters, reading)
        for index, ed in enumerate(reader.repetitions(5)):
            content = component(ed, 5)
            if not content or component(ed, 4).lower() not in {"base64", ""}:
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
                yield part, max(owner, 0)


def _leakable(lines: list[tuple[int, str]]) -> str:
    """Return the text in which a matricule would leak: not where billing numbers belong, not in files."""
    kept: list[str] = []
    for _, line in lines:
        name = line[:3]
        if len(line) > _LARGE or name == "MRG":
            # What MRG names is withdrawn or merged: the receiver has to know by which number.
            continue
        if name in {"IN1", "IN2", "IN3", "GT1"}:
            # Billing numbers belong there; one that calls itself an INS does not.
            kept.extend(
                one
                for field in line.split(line[3:4] or "|")
                for one in field.split("~")
                if _CALLED_INS.search(one)
            )
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
