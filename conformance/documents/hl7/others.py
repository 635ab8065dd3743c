"""An INS of a message elsewhere than in PID-3: former places of identifiers, and the patient as their own contact."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.documents.context import TEXT_LIMIT
from conformance.documents.hl7.syntax import FieldReader, Message, Segment, component
from conformance.documents.page.people import of_other_people
from conformance.documents.page.running_text import is_readable, of_another, words_of
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import INS_OIDS, Trait
from conformance.documents.values import decode_base64
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.context import Reading
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord, Value

_FORMER: Final = (2, 4)
"""PID-2 and PID-4, the external and the alternate identifier until version 2.3.1: old interfaces still read them."""
_FIELD: Final = {"OBX": 5, "NTE": 3}
"""Where results and notes are text."""
_TEXTS: Final = frozenset({"TX", "FT", "ST"})
"""Types of OBX-2 that are running text."""
_DOCTORS: Final = {
    "OBR": (10, 16), "ORC": (10, 11, 12), "PV1": (7, 8, 9, 17), "PD1": (4,), "TXA": (5, 9, 10), "ROL": (4,),
}  # fmt: skip
"""Fields of type XCN that name professionals."""
_SELF: Final = "SEL"
"""NK1-3, table 0063."""
_FIELDS: Final = 40
"""Of a segment of the sender's own: those looked at."""
_IDENTIFIERS: Final = 33
"""NK1-33."""


def elsewhere(message: Message, records: Sequence[IdentityRecord], reading: Reading) -> Iterator[Problem]:
    """Yield the INS of somebody else where a message tells of its patient.

    Args:
        message: the message.
        records: of its segments PID.
        reading: where it was read.
    """
    known = [value for record in records for value in record.of(Trait.MATRICULE)]
    if not known:
        return
    for segment in (*message.all("PID"), *message.all("NK1")):
        reader = FieldReader(segment, message.delimiters, reading)
        if segment.name == "NK1" and not any(
            component(relation, 1).upper() == _SELF for relation in reader.repetitions(3)
        ):
            continue
        for field in _FORMER if segment.name == "PID" else (_IDENTIFIERS,):
            for index, cx in enumerate(reader.repetitions(field)):
                number = component(cx, 1)
                authority = component(cx, 4).split(reader.delimiters.sub)
                if not (INS_OIDS & set(authority)) or any(value.normal == number for value in known):
                    continue
                text = Text(
                    f"{segment.name}-{field} porte l’INS d’une autre personne que PID-3",
                    f"{segment.name}-{field} holds the INS of another person than PID-3",
                )
                at = Quote(reader.place(field, index, 1), number)
                yield official("hl7-ins-of-another", text, "F13", "TRA-04", at=(at, known[0]))
    yield from _in_own_segments(message, known, reading)


def _in_own_segments(message: Message, known: Sequence[Value], reading: Reading) -> Iterator[Problem]:
    """Yield the INS of somebody else in segments of the sender's own (Z), of which only the sender knows what they mean."""
    for segment in message.segments:
        if not segment.name.startswith("Z"):
            continue
        reader = FieldReader(segment, message.delimiters, reading)
        for field in range(1, _FIELDS):
            for index, cx in enumerate(reader.repetitions(field) if segment.field(field) else ()):
                number, authority = component(cx, 1), component(cx, 4).split(reader.delimiters.sub)
                if INS_OIDS & set(authority) and all(value.normal != number for value in known):
                    text = Text(
                        "un segment propre à l’émetteur porte l’INS d’une autre personne : à regarder",
                        "a segment of the sender's own has the INS of another person: to be looked at",
                    )
                    at = Quote(reader.place(field, index, 1), number)
                    yield inferred("hl7-own-segment-ins", text, "F13", at=(at, known[0]))


def professionals(message: Message, records: Sequence[IdentityRecord], reading: Reading) -> Iterator[Problem]:
    """Yield the doctors of a message who are identified by the INS of the patient, or named as they are without an own identifier.

    Args:
        message: the message.
        records: of its segments PID.
        reading: where it was read.
    """
    numbers = {value.normal for record in records for value in record.of(Trait.MATRICULE)}
    locals_ = {one.number.normal for record in records for one in record.identifiers if one.number}
    names = {
        (_key(family.normal), _key(first.normal))
        for record in records
        for family in record.of(Trait.BIRTH_NAME)
        for first in record.of(Trait.FIRST_NAME)
    }
    for segment in message.segments:
        reader = FieldReader(segment, message.delimiters, reading)
        for field in _DOCTORS.get(segment.name, ()):
            for index, xcn in enumerate(reader.repetitions(field) if segment.field(field) else ()):
                number = component(xcn, 1)
                is_named = (_key(component(xcn, 2)), _key(component(xcn, 3))) in names
                if number in numbers or (is_named and (not number or number in locals_)):
                    text = Text(
                        f"{segment.name}-{field} : le professionnel est le patient lui-même : à regarder",
                        f"{segment.name}-{field}: the professional is the patient: to be looked at",
                    )
                    at = Quote(reader.place(field, index), "^".join(xcn[:3]))
                    yield inferred("hl7-professional-is-patient", text, "F13", "TRA-04", at=(at,))


def _key(name: str) -> str:
    return comparison_key(name.split("&", maxsplit=1)[0])


def readable(message: Message, reading: Reading) -> Iterator[tuple[int, str]]:
    """Yield the files of running text in OBX-5 (type ED, HTML, RTF or plain) as a reader sees them, with which PID is before each."""
    for owner, segment in _owned(message):
        if segment.name != "OBX" or segment.field(2) != "ED":
            continue
        reader = FieldReader(segment, message.delimiters, reading)
        for ed in reader.repetitions(5):
            media = f"{component(ed, 2)}/{component(ed, 3)}".lower()
            if is_readable(media) and component(ed, 4).lower() == "base64":
                with suppress(ValueError):
                    yield owner, words_of(decode_base64(component(ed, 5))[:TEXT_LIMIT], media)


def _owned(message: Message) -> Iterator[tuple[int, Segment]]:
    """Yield the segments with which of the PID is before each; the first for those before any."""
    owner = -1
    for segment in message.segments:
        owner += segment.name == "PID"
        yield max(owner, 0), segment


def told_in_texts(
    message: Message, files: Sequence[tuple[int, str]], records: Sequence[IdentityRecord], reading: Reading
) -> Iterator[Problem]:
    """Yield the INS of somebody else in results and notes that are text, and in files of running text.

    Args:
        message: the message.
        files: see ``readable``.
        records: of its segments PID.
        reading: where it was read.
    """
    said = Text(
        "un texte du message donne l’INS d’une autre personne que PID-3",
        "a text of the message gives the INS of another person than PID-3",
    )
    told = [
        (owner, FieldReader(segment, message.delimiters, reading).place(field), segment.field(field))
        for owner, segment in _owned(message)
        if (field := _FIELD.get(segment.name)) and (segment.name != "OBX" or segment.field(2) in _TEXTS)
    ]
    told += [(owner, reading.place(), one) for owner, one in files]
    for owner, place, one in told:
        # What follows the PID of one patient is told of them, not of the others in the message.
        mine = records[owner : owner + 1]
        known = [value for record in mine for value in record.of(Trait.MATRICULE)]
        yield from of_another(one, known, place, "hl7-text-of-another", said, "F13", "TRA-04")
        yield from of_other_people(one, mine, place, "TRA-04")
