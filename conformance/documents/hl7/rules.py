"""What is particular to HL7 v2: types of identifiers, status, recipients, choices, and the CDA carried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.hl7.syntax import FieldReader, Message, Segment, component
from conformance.documents.problems import Quote, inferred, official, reported
from conformance.documents.record import (
    INS_OIDS,
    IdentityRecord,
    PlaceKind,
    Trait,
    Value,
)
from conformance.documents.values import mailboxes
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.document import Document
    from conformance.documents.problems import Problem

_NAMESPACES: Final = {"NIR": "ASIP-SANTE-INS-NIR", "NIA": "ASIP-SANTE-INS-NIA"}


STATUSES: Final = frozenset(
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
"""Codes of table 0445."""


_RNIV: Final = frozenset({"QUAL", "RECUP"})


_CONSENTS: Final = (("DESTMSSANTEPAT", "INVISIBLE_PATIENT"), ("DESTMSSANTEPS", "MASQUE_PS"))


def shape(
    record: IdentityRecord, pid: Segment, message: Message, carried: list[Document], reading: Reading
) -> Iterator[Problem]:
    """Yield what is wrong with a PID segment beside the values of its traits."""
    reader = FieldReader(pid, message.delimiters, reading)
    for index, cx in enumerate(reader.repetitions(3)):
        yield from _type(reader, index, cx)
    if not record.identifiers:
        text = Text("PID-3 attendu : un identifiant au moins", "expected PID-3: one identifier at least")
        yield official("hl7-no-identifier", text, "TRA-04", at=(record.place,))
    yield from _status(record)
    yield from _names(reader, record)
    if record.has_ins:
        for trait, where in _WANTED:
            if record.first(trait) is None:
                text = Text(
                    f"avec un INS, {trait.text.fr} attendu en {where}",
                    f"with an INS, expected the {trait.text.en} in {where}",
                )
                yield official("hl7-trait-missing", text, "TRA-02", "TRA-04", at=(record.place,))
    yield from _same_identifiers(record, carried)


_DAY: Final = re.compile(r"\d{4}(?:\d\d(?:\d\d(?:\d{2,6}(?:\.\d+)?)?)?)?(?:[+-]\d{4})?", re.ASCII)

_WANTED: Final = (
    (Trait.BIRTH_NAME, "PID-5.1 (type L)"),
    (Trait.FIRST_NAME, "PID-5.2 (type L)"),
    (Trait.FIRST_NAMES, "PID-5.3 (type L)"),
    (Trait.BIRTH_DATE, "PID-7"),
    (Trait.SEX, "PID-8"),
    (Trait.BIRTH_PLACE, "PID-11 BDL, composant 9"),
)


def _names(reader: FieldReader, record: IdentityRecord) -> Iterator[Problem]:
    """Check where the name used stands (a repetition of PID-5 of type D, never PID-6), and that the name of birth says its type."""
    for index, name in enumerate(reader.repetitions(6)):
        if component(name, 7).upper() == "D":
            text = Text(
                "PID-6 est le nom de la mère ; le nom utilisé (type D) est une répétition de PID-5",
                "PID-6 is the mother's name; the name used (type D) is a repetition of PID-5",
            )
            spot = Quote(reader.place(6, index), reader.plain(reader.delimiters.component.join(name)))
            yield official("hl7-name-used-in-pid-6", text, "TRA-04", at=(spot,))
    names = reader.repetitions(5)
    if record.has_ins and len(names) == 1 and not component(names[0], 7):
        text = Text(
            "type L attendu pour le nom de naissance (XPN-7), absent",
            "expected the type L for the name of birth (XPN-7), missing",
        )
        yield inferred("hl7-name-type", text, "TRA-04", at=(reader.place(5, 0, 7),))


def _dates(reader: FieldReader, index: int, cx: list[str]) -> Iterator[Problem]:
    """Yield a date of an identifier (CX-7, CX-8) that is none: it is not known whether the INS is in use."""
    for position in (7, 8):
        told = component(cx, position).strip('"')
        if told and not _DAY.fullmatch(told):
            text = Text(
                f"AAAAMMJJ attendu pour la date de l’identifiant, « {told} » trouvé",
                f"expected AAAAMMJJ for the date of the identifier, got {told!r}",
            )
            yield inferred(
                "hl7-identifier-date", text, "TRA-04", at=(Quote(reader.place(3, index, position), told),)
            )


def _type(reader: FieldReader, index: int, cx: list[str]) -> Iterator[Problem]:
    authority = component(cx, 4).split(reader.delimiters.sub)
    oid = authority[1] if len(authority) > 1 else ""
    if not oid and authority[0] in INS_OIDS:
        text = Text(
            f"l’OID attendu en CX-4.2 (&{authority[0]}&ISO), il est à la place du nom (CX-4.1)",
            f"expected the OID in CX-4.2 (&{authority[0]}&ISO), it stands in the place of the name (CX-4.1)",
        )
        yield official(
            "hl7-authority", text, "TRA-04", at=(Quote(reader.place(3, index, 4, 1), authority[0]),)
        )
    if oid not in INS_OIDS:
        return
    yield from _dates(reader, index, cx)
    code, name = component(cx, 5), authority[0]
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
        # A name of the national list for something else contradicts its own OID; another name may be a local habit.
        known = name.upper().startswith("ASIP-SANTE") or "NIR" in name or "NIA" in name
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
        elif status.normal not in STATUSES:
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


def recipients(message: Message, found: list[IdentityRecord], reading: Reading) -> Iterator[Problem]:
    """Set a patient who receives the document (PRT) against the patient of the message."""
    numbers = {value.normal for record in found for value in record.of(Trait.MATRICULE)}
    for segment in message.all("PRT"):
        reader = FieldReader(segment, message.delimiters, reading)
        spots: list[Value] = []
        for index, xcn in enumerate(reader.repetitions(5)):
            oid = {
                component(xcn, 9).split(message.delimiters.sub)[sub]
                for sub in range(len(component(xcn, 9).split(message.delimiters.sub)))
            }
            if oid & INS_OIDS or component(xcn, 13) == "INS":
                spots.append(reader.value(Trait.MATRICULE, component(xcn, 1), reader.place(5, index, 1)))
            if component(xcn, 9).split(message.delimiters.sub)[0] in INS_OIDS:
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
                known = next((one for record in found for one in record.of(Trait.MATRICULE)), None)
                yield official(
                    "mailbox-of-another", text, "TRA-09", "F13", at=(value, known) if known else (value,)
                )


def choices(message: Message, reading: Reading) -> Iterator[Problem]:
    """Check that what is sent to somebody is not hidden from them (OBX of the ANS volets)."""
    told: dict[str, tuple[str, Segment]] = {}
    for segment in message.all("OBX"):
        reader = FieldReader(segment, message.delimiters, reading)
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
