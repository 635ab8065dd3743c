"""XDS metadata (ebRIM): what METADATA.XML of an IHE_XDM and a DMP submission say about their patient and documents."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.documents.ihe.metadata_people import check_type, people
from conformance.documents.numbers import is_matricule
from conformance.documents.page.headings import of_heading
from conformance.documents.page.people import may_name, of_other_people
from conformance.documents.problems import Quote, inferred, official, reported
from conformance.documents.record import (
    Format,
    Identifier,
    IdentityRecord,
    IdKind,
    Place,
    PlaceKind,
    Trait,
    Value,
    kind_of,
)
from conformance.documents.values import compact_date
from conformance.documents.xmltree import children, descend, path_of, text_of
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

    from conformance.documents.context import Reading
    from conformance.documents.problems import Problem

_ENTRY_PATIENT: Final = "58a6f841-87b3-4a3e-92fd-a8ffeff98427"
_SET_PATIENT: Final = "6b5aea1a-874d-4603-a4bc-96a0a7b38446"
_TYPE: Final = "f0306f51-975f-434e-a61c-c59651d33983"
_SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"
_RESOURCE: Final = "resource:resource-id"
_NAMED: Final = re.compile(r"PID-5\|[^\^|]+\^[^\^|]+")
_WRAPPED: Final = re.compile(r"(?<!\d)\d+\|")


@dataclass(frozen=True, slots=True)
class Entry:
    """One document as the metadata describe it."""

    id: str
    uri: str
    hash: str
    size: str
    mime_type: str
    place: Place
    type_code: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a tree of metadata says."""

    entries: tuple[Entry, ...]
    records: tuple[IdentityRecord, ...]
    problems: tuple[Problem, ...]


def read_metadata(root: etree._Element, reading: Reading, form: Format) -> Metadata:
    """Read every patient identifier: of the submission set, of each document, of the assertion, of a query."""
    records: list[IdentityRecord] = []
    problems: list[Problem] = []
    entries: list[Entry] = []
    for package in descend(root, "RegistryPackage"):
        records.extend(_patient_ids(package, _SET_PATIENT, reading, form, problems))
    for element in descend(root, "ExtrinsicObject"):
        entries.append(_entry(element, reading))
        found = list(_patient_ids(element, _ENTRY_PATIENT, reading, form, problems))
        if not found:
            text = Text("patientId attendu pour ce document", "expected a patientId for this document")
            problems.append(official("xds-no-patient-id", text, "TRA-05", at=(_at(element, reading),)))
        records.extend(found)
        records.extend(_source(element, reading, form, problems))
    for slot in descend(root, "Slot"):
        if slot.get("name", "").endswith("PatientId") and slot.get("name", "").startswith("$"):
            records.extend(_cx_record(_slot_text(slot).strip("'"), slot, reading, form, problems))
    for attribute in descend(root, "Attribute"):
        if attribute.get("Name", "").endswith(_RESOURCE):
            value = next(descend(attribute, "AttributeValue"), None)
            if value is not None and text_of(value):
                records.extend(_cx_record(text_of(value), value, reading, form, problems, assertion=True))
    problems.extend(people(root, records, reading))
    problems.extend(_titles(root, records, reading))
    return Metadata(tuple(entries), tuple(records), tuple(problems))


def _titles(root: etree._Element, records: list[IdentityRecord], reading: Reading) -> Iterator[Problem]:
    for shown in descend(root, "LocalizedString"):
        if may_name(told := shown.get("value", "")):
            yield from of_other_people(told, records, _at(shown, reading, "value"), "TRA-05")
            yield from of_heading(told, records, _at(shown, reading, "value"), "TRA-05")


def check_content(entry: Entry, data: bytes) -> Iterator[Problem]:
    """Hold a document against the size and the hash that its metadata give (SHA-1 in hexadecimal)."""
    if entry.size and entry.size != str(len(data)):
        text = Text(
            f"taille {len(data)} attendue, {entry.size} déclarée",
            f"expected the size {len(data)}, got {entry.size}",
        )
        yield official("xds-size", text, "TRA-05", at=(Quote(entry.place, entry.size),))
    yield from check_type(entry.type_code, data, entry.place)
    digest = hashlib.sha1(data, usedforsecurity=False)
    if entry.hash and entry.hash.lower() != digest.hexdigest():
        if entry.hash == base64.b64encode(digest.digest()).decode("ascii"):
            text = Text(
                "empreinte en hexadécimal attendue, elle est en base64",
                "expected the hash in hexadecimal, it is in base64",
            )
        else:
            text = Text(
                f"empreinte SHA-1 {digest.hexdigest()} attendue, « {entry.hash} » déclarée",
                f"expected the SHA-1 hash {digest.hexdigest()}, got {entry.hash!r}",
            )
        yield reported("xds-hash", text, "TRA-05", at=(Quote(entry.place, entry.hash),))


def signature(entry: Entry, root: etree._Element) -> bool:
    """Tell whether an entry is the signature of the lot, which has no patient content."""
    element = next((one for one in descend(root, "ExtrinsicObject") if one.get("id") == entry.id), None)
    return element is not None and any(
        one.get("nodeRepresentation") == _SIGNATURE for one in children(element, "Classification")
    )


def missing_source(root: etree._Element, reading: Reading) -> Iterator[Problem]:
    """Say that ``sourcePatientInfo`` is not there, or names nobody: two official texts disagree on whether it must be."""
    for element in descend(root, "ExtrinsicObject"):
        if not any(slot.get("name") == "sourcePatientInfo" for slot in children(element, "Slot")):
            text = Text(
                "sourcePatientInfo absent : les textes divergent sur son obligation",
                "no sourcePatientInfo: texts disagree on whether it is mandatory",
            )
            yield inferred("xds-no-source-info", text, "TRA-05", at=(_at(element, reading),))
            return
        for slot in children(element, "Slot"):
            names = [one for one in _slot_values(slot) if one.startswith("PID-5|")]
            if slot.get("name") == "sourcePatientInfo" and not any(_NAMED.match(one) for one in names):
                text = Text(
                    "sourcePatientInfo : PID-5|NOM^Prénom attendu, l’un des deux manque",
                    "sourcePatientInfo: expected PID-5|NAME^Given name, one of them is missing",
                )
                yield inferred(
                    "xds-source-name", text, "TRA-05", at=(Quote(_at(slot, reading), " ".join(names)),)
                )
                return


def _at(element: etree._Element, reading: Reading, attribute: str = "") -> Place:
    line = element.sourceline
    return reading.place(path_of(element, attribute), PlaceKind.XPATH, line=int(line) if line else None)


def _entry(element: etree._Element, reading: Reading) -> Entry:
    slots = {slot.get("name", ""): slot for slot in children(element, "Slot")}

    def told(name: str) -> str:
        return _slot_text(slots[name]) if name in slots else ""

    return Entry(
        element.get("id", ""),
        _uri(slots.get("URI")),
        told("hash"),
        told("size"),
        element.get("mimeType", ""),
        _at(element, reading),
        next(
            (
                one.get("nodeRepresentation", "")
                for one in children(element, "Classification")
                if _TYPE in one.get("classificationScheme", "")
            ),
            "",
        ),
    )


def _slot_values(slot: etree._Element) -> list[str]:
    return [text_of(value) for value in descend(slot, "Value")]


def _slot_text(slot: etree._Element) -> str:
    return next(iter(_slot_values(slot)), "")


def _uri(slot: etree._Element | None) -> str:
    """Join a URI cut into numbered pieces (``1|…``, ``2|…``)."""
    if slot is None:
        return ""
    values = _slot_values(slot)
    return (
        "".join(_WRAPPED.sub("", value, count=1) for value in values)
        if len(values) > 1
        else _WRAPPED.sub("", next(iter(values), ""), count=1)
    )


def _patient_ids(
    element: etree._Element, scheme: str, reading: Reading, form: Format, problems: list[Problem]
) -> Iterator[IdentityRecord]:
    for identifier in children(element, "ExternalIdentifier"):
        if identifier.get("identificationScheme", "").lower().removeprefix("urn:uuid:") == scheme:
            yield from _cx_record(
                identifier.get("value", ""), identifier, reading, form, problems, attribute="value"
            )


def _cx_record(
    cx: str,
    element: etree._Element,
    reading: Reading,
    form: Format,
    problems: list[Problem],
    *,
    attribute: str = "",
    assertion: bool = False,
) -> Iterator[IdentityRecord]:
    place = _at(element, reading, attribute)
    parts = cx.split("^")
    if assertion and len(parts) < 4:  # noqa: PLR2004 - a resource that is no patient
        return
    identifier = _identifier(cx, place)
    problems.extend(_cx(cx, identifier, place))
    yield IdentityRecord(format=form, identifiers=(identifier,), place=place)


def _identifier(cx: str, place: Place) -> Identifier:
    parts = cx.split("^")
    authority = (parts[3] if len(parts) > 3 else "").split("&")  # noqa: PLR2004 - CX-4
    oid = authority[1] if len(authority) > 1 else ""
    return Identifier(
        kind=kind_of(oid),
        number=Value(trait=Trait.MATRICULE, text=parts[0], place=place, normal=parts[0])
        if parts[0]
        else None,
        oid=Value(trait=Trait.OID, text=oid, place=place, normal=oid) if oid else None,
        type_code=parts[4] if len(parts) > 4 else "",  # noqa: PLR2004 - CX-5
        place=place,
    )


def _cx(cx: str, identifier: Identifier, place: Place, *, where: str = "patientId") -> Iterator[Problem]:
    """Check the form ``number^^^&OID&ISO^NH`` (TRA-05) of an identifier under an INS OID."""
    if identifier.kind is not IdKind.INS:
        return
    parts = cx.split("^")
    authority = parts[3].split("&")
    spot = Quote(place, cx)
    if identifier.type_code != "NH":
        text = Text(
            f"{where} : type NH attendu pour un INS, « {identifier.type_code} » trouvé",
            f"{where}: expected the type NH for an INS, got {identifier.type_code!r}",
        )
        yield official("xds-identifier-type", text, "TRA-05", at=(spot,))
    if len(authority) < 3 or authority[2] != "ISO":  # noqa: PLR2004 - HD
        text = Text(f"{where} : &OID&ISO attendu", f"{where}: expected &OID&ISO")
        yield official("xds-authority-type", text, "TRA-05", at=(spot,))
    if authority[0]:
        text = Text(
            f"{where} : CX-4.1 vide attendu, « {authority[0]} » trouvé",
            f"{where}: expected CX-4.1 empty, got {authority[0]!r}",
        )
        yield inferred("xds-authority-name", text, "TRA-05", at=(spot,))


def _source(
    element: etree._Element, reading: Reading, form: Format, problems: list[Problem]
) -> Iterator[IdentityRecord]:
    for slot in children(element, "Slot"):
        if slot.get("name") == "sourcePatientId" and _slot_text(slot):
            place = _at(slot, reading)
            identifier = _identifier(_slot_text(slot), place)
            problems.extend(_cx(_slot_text(slot), identifier, place, where="sourcePatientId"))
            if _matters(identifier):
                yield IdentityRecord(format=form, identifiers=(identifier,), place=place)
        elif slot.get("name") == "sourcePatientInfo":
            yield _info(slot, reading, form)


def _matters(identifier: Identifier) -> bool:
    """Tell whether an identifier of the producer's own says something of the INS: it is one, or its number has the form of one."""
    number = identifier.number
    return identifier.kind is IdKind.INS or (number is not None and is_matricule(number.normal))


def _info(slot: etree._Element, reading: Reading, form: Format) -> IdentityRecord:
    values: list[Value] = []
    identifiers: list[Identifier] = []
    for element in descend(slot, "Value"):
        name, _, content = text_of(element).partition("|")
        place = _at(element, reading)
        if name == "PID-5":
            values.extend(_name(content, place))
        elif name == "PID-7" and content:
            values.append(
                Value(trait=Trait.BIRTH_DATE, text=content, place=place, normal=compact_date(content))
            )
        elif name == "PID-8" and content:
            values.append(Value(trait=Trait.SEX, text=content, place=place, normal=content))
        elif name == "PID-11" and "BDL" in content:
            parts = content.split("^")
            if len(parts) > 8 and parts[8]:  # noqa: PLR2004 - XAD-9
                values.append(Value(trait=Trait.BIRTH_PLACE, text=parts[8], place=place, normal=parts[8]))
        elif name == "PID-3" and content:
            # The producer's own identifiers, among them the INS in the HL7 v2 form.
            identifiers.extend(one for cx in content.split("~") if _matters(one := _identifier(cx, place)))
    return IdentityRecord(
        format=form, values=tuple(values), identifiers=tuple(identifiers), place=_at(slot, reading)
    )


def _name(content: str, place: Place) -> Iterable[Value]:
    for name in content.split("~"):
        parts = name.split("^")
        kind = parts[6] if len(parts) > 6 else ""  # noqa: PLR2004 - XPN-7
        if kind not in {"L", ""}:
            continue
        for trait, index in ((Trait.BIRTH_NAME, 0), (Trait.FIRST_NAME, 1), (Trait.FIRST_NAMES, 2)):
            if index < len(parts) and parts[index]:
                yield Value(trait=trait, text=parts[index], place=place, normal=parts[index])
