"""FHIR R4: patients alone, in a bundle or contained, in JSON or XML, read as FR Core 2.0 to 2.2 and the older examples write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import orjson

from conformance.documents.cda.reading import refused
from conformance.documents.document import Document
from conformance.documents.fhir.bodies import narratives, read_bodies, told_in_texts
from conformance.documents.fhir.focus import of_whom, subject_of
from conformance.documents.fhir.rules import shape
from conformance.documents.fhir.subjects import of_another
from conformance.documents.fhir.tree import (
    FoundPatient,
    PatientReader,
    codings,
    from_xml,
    objects,
    patients_in,
    string,
    utf8,
    walk,
)
from conformance.documents.problems import inferred, official
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
from conformance.documents.scripts import bare
from conformance.documents.values import decode_base64, mailboxes
from conformance.documents.xmltree import XmlRefusedError, parse
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem

_SEXES: Final = {"male": "M", "female": "F"}
_LIST: Final = "birth-list-given-name"
_INSEE: Final = re.compile(r"insee-?code", re.IGNORECASE)
_BIRTH_PLACE: Final = "patient-birthPlace"
_RELIABILITY: Final = re.compile(r"ident(?:ity)?-?reliability", re.IGNORECASE)
_NUMBER: Final = 10**12
"""What is written with as many figures as a matricule without its key."""
_LONG: Final = 20_000
_HELD: Final = frozenset({Format.PDF, Format.CDA, Format.HL7V2})
"""What a resource holds as a file and that tells of a patient."""


def read(data: bytes, reading: Reading) -> Document:
    """Read a resource or a bundle; NDJSON is read line by line (see ``conformance.documents.streaming`` for large files)."""
    if data.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
        try:
            root = parse(data, reading.limits)
        except XmlRefusedError as error:
            return refused(error, reading, Format.FHIR)
        return read_resource(from_xml(root), reading)
    data = bare(data)
    resources: list[Any] = []
    try:
        resources = [orjson.loads(utf8(data))]
    except (orjson.JSONDecodeError, UnicodeDecodeError) as error:
        lines = [line for line in data.splitlines() if line.strip()]
        try:
            resources = [orjson.loads(utf8(line)) for line in lines] if len(lines) > 1 else []
        except (orjson.JSONDecodeError, UnicodeDecodeError):
            resources = []
        if not resources:
            line = getattr(error, "lineno", None)
            text = Text(f"JSON lisible attendu : {error}", f"expected readable JSON: {error}")
            return Document(
                format=Format.FHIR,
                name=reading.name,
                problems=(official("json-malformed", text, at=(reading.place(line=line),)),),
            )
    return read_resource(resources[0] if len(resources) == 1 else resources, reading)


def read_resource(resource: Any, reading: Reading) -> Document:
    """Read a decoded resource, or a list of them."""
    patients = list(patients_in(resource, ""))
    problems: list[Problem] = []
    if not patients:
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        text = Text(
            f"une ressource Patient attendue, aucune trouvée ({kind or 'sans resourceType'})",
            f"expected a Patient resource, found none ({kind or 'no resourceType'})",
        )
        problems.append(inferred("fhir-no-patient", text, "TRA-06", at=(reading.place(),)))
    records = []
    for found in patients:
        record = _record(found, reading)
        records.append(record)
        problems.extend(shape(found, record, reading))
    problems.extend(of_another(resource, records, reading))
    problems.extend(of_whom(resource, patients, records, reading))
    parts = list(_attachments(resource, reading, problems))
    bodies = list(read_bodies(resource))
    problems.extend(told_in_texts(resource, bodies, records, reading))
    problems.extend(narratives(resource, records, reading))
    return Document(
        format=Format.FHIR, name=reading.name, records=tuple(records), problems=tuple(problems), parts=tuple(parts),
        text="\n".join([*_texts(resource), *bodies]), facts=subject_of(resource, patients),
    )  # fmt: skip


def judge(document: Document, expected: Expected) -> Iterator[Problem]:
    """Yield the strict traits that an INS of a qualified identity goes without (TRA-02); the rest was judged while reading."""
    subject = document.records[document.facts] if isinstance(document.facts, int) else None
    wanted = expected.of(Trait.MATRICULE)
    if subject is not None and wanted and all(one.normal != wanted for one in subject.of(Trait.MATRICULE)):
        for value in subject.of(Trait.MATRICULE):
            text = Text(
                f"la Composition concerne le matricule {value.text}, {wanted} attendu",
                f"the Composition is about the matricule {value.text}, expected {wanted}",
            )
            yield official("fhir-document-of-another", text, "F13", "TRA-06", at=(value,))
    if not expected.is_qualified:
        return
    for record in document.records:
        for trait in (Trait.FIRST_NAMES, Trait.BIRTH_PLACE):
            # A Patient with an INS and no trait at all is published so, and was told as such.
            if record.has_ins and record.first(Trait.BIRTH_NAME) and record.first(trait) is None:
                text = Text(
                    f"identité qualifiée : {trait.text.fr} attendu avec l’INS, absent",
                    f"qualified identity: expected the {trait.text.en} with the INS, missing",
                )
                yield official("strict-trait-missing", text, "TRA-02", "TRA-06", at=(record.place,))


def _record(found: FoundPatient, reading: Reading) -> IdentityRecord:
    reader = PatientReader(found, reading)
    patient = found.resource
    values: list[Value] = []
    _names(reader, values)
    if gender := string(patient.get("gender")):
        values.append(reader.value(Trait.SEX, gender, "gender", _SEXES.get(gender, f"code {gender}")))
    if birth := string(patient.get("birthDate")):
        values.append(reader.value(Trait.BIRTH_DATE, birth, "birthDate"))
    values.extend(reader.value(Trait.BIRTH_DATE, time[:10], "_birthDate") for time in _birth_times(patient))
    _birth_place(reader, values)
    for index, telecom in enumerate(objects(patient.get("telecom", []))):
        values.extend(mailboxes(string(telecom.get("value")), reader.place(f"telecom[{index}].value")))
    for path, code in _statuses(patient):
        values.append(reader.value(Trait.STATUS, code, path))
    identifiers = [
        _identifier(reader, index, one) for index, one in enumerate(objects(patient.get("identifier", [])))
    ]
    return IdentityRecord(
        format=Format.FHIR, values=tuple(values), identifiers=tuple(identifiers), place=reader.place()
    )


def _birth_times(patient: dict[str, Any]) -> Iterator[str]:
    """Yield the moments of the extension ``patient-birthTime``, which repeats the day."""
    for held in objects([patient.get("_birthDate")]):
        for told in objects(held.get("extension", [])):
            if string(told.get("url")).endswith("birthTime") and (time := string(told.get("valueDateTime"))):
                yield time


def _names(reader: PatientReader, values: list[Value]) -> None:
    names = objects(reader.patient.get("name", []))
    official_at = next((index for index, name in enumerate(names) if name.get("use") == "official"), None)
    if official_at is None:
        plain = [index for index, name in enumerate(names) if "use" not in name]
        official_at = plain[0] if len(plain) == 1 else None
    for index, name in enumerate(names):
        if index == official_at:
            values.extend(_name(reader, name, index, (Trait.BIRTH_NAME, Trait.FIRST_NAME)))
            values.extend(_list(reader, name, index))
        elif name.get("use") == "usual":
            values.extend(_name(reader, name, index, (Trait.USED_NAME, Trait.USED_FIRST_NAME)))


def _name(
    reader: PatientReader, name: dict[str, Any], index: int, traits: tuple[Trait, Trait]
) -> Iterator[Value]:
    family = string(name.get("family"))
    given = (
        [one for one in name.get("given") or [] if isinstance(one, str)]
        if isinstance(name.get("given"), list)
        else []
    )
    if family:
        yield reader.value(traits[0], family, f"name[{index}].family")
    if given and given[0]:
        yield reader.value(traits[1], given[0], f"name[{index}].given[0]")


def _list(reader: PatientReader, name: dict[str, Any], index: int) -> Iterator[Value]:
    for number, extension in enumerate(objects(name.get("extension", []))):
        told = string(extension.get("valueString"))
        if _LIST in string(extension.get("url")) and told:
            yield reader.value(Trait.FIRST_NAMES, told, f"name[{index}].extension[{number}].valueString")
            return
    # Before that extension the list stood in ``text`` (documents.md §A); elsewhere it is the whole name as it is shown.
    text = string(name.get("text"))
    given = name.get("given")
    first = given[0] if isinstance(given, list) and given and isinstance(given[0], str) else ""
    if first and text.startswith(first) and string(name.get("family")).upper() not in text.upper():
        yield reader.value(Trait.FIRST_NAMES, text, f"name[{index}].text")


def _birth_place(reader: PatientReader, values: list[Value]) -> None:
    for index, extension in enumerate(objects(reader.patient.get("extension", []))):
        address = extension.get("valueAddress")
        if not string(extension.get("url")).endswith(_BIRTH_PLACE) or not isinstance(address, dict):
            continue
        at = f"extension[{index}].valueAddress"
        for number, inner in enumerate(objects(address.get("extension", []))):
            coding = inner.get("valueCoding")
            if (
                _INSEE.search(string(inner.get("url")))
                and isinstance(coding, dict)
                and string(coding.get("code"))
            ):
                values.append(
                    reader.value(
                        Trait.BIRTH_PLACE, coding["code"], f"{at}.extension[{number}].valueCoding.code"
                    )
                )
                break
        else:
            values.extend(_district(reader, address, at))


def _district(reader: PatientReader, address: dict[str, Any], at: str) -> Iterator[Value]:
    """Yield the code where it stood before there was an extension for it."""
    district = string(address.get("district"))
    if re.fullmatch(r"\d{5}|2[AB]\d{3}", district):
        yield reader.value(Trait.BIRTH_PLACE, district, f"{at}.district")


def _statuses(patient: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for index, extension in enumerate(objects(patient.get("extension", []))):
        if not _RELIABILITY.search(string(extension.get("url"))):
            continue
        for number, inner in enumerate(objects(extension.get("extension", []))):
            coding = inner.get("valueCoding")
            if (
                inner.get("url") == "identityStatus"
                and isinstance(coding, dict)
                and string(coding.get("code"))
            ):
                yield f"extension[{index}].extension[{number}].valueCoding.code", coding["code"]


def _identifier(reader: PatientReader, index: int, one: dict[str, Any]) -> Identifier:
    at = f"identifier[{index}]"
    system, number = string(one.get("system")), string(one.get("value"))
    bare = system.removeprefix("urn:oid:")
    kind = kind_of(bare)
    if kind is IdKind.INS and (one.get("use") == "old" or _ended(one)):
        kind = IdKind.FORMER_INS
    code = next((string(coding.get("code")) for coding in codings(one)), "")
    if kind is IdKind.LOCAL and code in {"NH", "SS", "SB"}:
        kind = IdKind.BILLING
    return Identifier(
        kind=kind,
        number=reader.value(Trait.MATRICULE, number, f"{at}.value") if number else None,
        oid=reader.value(Trait.OID, system, f"{at}.system", bare) if system else None,
        type_code=code,
        place=reader.place(at),
    )


def _ended(one: dict[str, Any]) -> bool:
    period = one.get("period")
    return isinstance(period, dict) and bool(string(period.get("end"))) and one.get("use") != "official"


def _attachments(resource: Any, reading: Reading, problems: list[Problem]) -> Iterator[Document]:
    """Yield the documents held as base64: Binary, DocumentReference, Media."""
    for path, node in walk(resource):
        media, data = string(node.get("contentType")), string(node.get("data"))
        if not data or not media:
            continue
        try:
            content = decode_base64(data)
        except ValueError as error:
            text = Text(f"base64 lisible attendu : {error}", f"expected readable base64: {error}")
            problems.append(
                official("embedded-base64", text, "TRA-06", at=(reading.place(path, PlaceKind.JSON),))
            )
            continue
        part = reading.part(content, path or "data")
        if part.format in _HELD or (part.format is Format.IMAGE and part.parts):
            yield part


def _texts(resource: Any) -> Iterator[str]:
    """Yield the texts in which a number could leak: all but billing identifiers and files."""
    for _, node in walk(resource):
        kind = kind_of(string(node.get("system")).removeprefix("urn:oid:"))
        billing = kind is IdKind.BILLING or any(
            string(coding.get("code")) in {"NH", "SS", "SB"} for coding in codings(node)
        )
        for key, value in node.items():
            if type(value) is int and value >= _NUMBER:
                yield str(value)
            if (
                isinstance(value, str)
                and len(value) < _LONG
                and not (billing and key == "value")
                # The number of an insured person belongs to their insurance.
                and key not in {"data", "subscriberId"}
            ):
                yield value
            elif isinstance(value, list):
                yield from (one for one in value if isinstance(one, str) and len(one) < _LONG)
