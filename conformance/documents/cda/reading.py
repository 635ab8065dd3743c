"""CDA R2: the patient of the header, and the PDF in the body held against it (CI-SIS minimal structure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.documents.cda.body import bodies, embedded, narrative, place_of, readable, texts
from conformance.documents.cda.others import others, shown_sex
from conformance.documents.document import Document
from conformance.documents.pdf.facts import PdfFacts
from conformance.documents.pdf.reading import archive_problems
from conformance.documents.problems import Quote, inferred, official, unjudged
from conformance.documents.record import (
    INS_OIDS,
    Format,
    Identifier,
    IdentityRecord,
    Place,
    PlaceKind,
    Trait,
    Value,
    kind_of,
)
from conformance.documents.values import compact_date, mailboxes, pretty
from conformance.documents.xmltree import (
    XmlRefusedError,
    child,
    children,
    descend,
    local,
    namespace,
    parse,
    text_of,
)
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem

_HL7: Final = "urn:hl7-org:v3"
_GENDERS: Final = "2.16.840.1.113883.5.1"
VACCINATION_NOTE: Final = "87273-9"


@dataclass(frozen=True, slots=True)
class CdaFacts:
    """What is judged of a CDA beside its identity."""

    code: str
    """LOINC code of the document."""
    level: int
    """1 for a body that is a file, 3 for a structured one; 0 without a body."""
    identifiers: tuple[tuple[str, str], ...]
    """Root and extension of each identifier of the patient."""


def read(data: bytes, reading: Reading) -> Document:
    """Read a CDA, self-presenting or not, and the files in its body."""
    try:
        root = parse(data, reading.limits)
    except XmlRefusedError as error:
        return refused(error, reading, Format.CDA)
    document = next(descend(root, "ClinicalDocument"), None)
    if document is None:
        text = Text(
            "un élément ClinicalDocument attendu, aucun trouvé",
            "expected an element ClinicalDocument, found none",
        )
        return Document(
            format=Format.CDA,
            name=reading.name,
            problems=(official("cda-no-document", text, at=(reading.place(),)),),
        )
    problems: list[Problem] = []
    if namespace(document) != _HL7:
        text = Text(
            f"espace de noms {_HL7} attendu, « {namespace(document)} » trouvé",
            f"expected the namespace {_HL7}, got {namespace(document)!r}",
        )
        problems.append(inferred("cda-namespace", text, "TRA-03", at=(place_of(document, reading),)))
    roles = [
        role for target in children(document, "recordTarget") for role in children(target, "patientRole")
    ]
    if not roles:
        text = Text("recordTarget/patientRole attendu, absent", "expected recordTarget/patientRole, missing")
        problems.append(official("cda-no-patient", text, "TRA-03", at=(place_of(document, reading),)))
    records = tuple(_record(role, reading) for role in roles)
    for role in roles:
        problems.extend(_shape(role, reading))
    problems.extend(narrative(document, records, reading))
    problems.extend(others(document, records, reading))
    problems.extend(shown_sex(document, reading))
    parts = list(embedded(document, reading, problems))
    read_too = list(readable(document))
    problems.extend(bodies(read_too, records, reading))
    return Document(
        format=Format.CDA,
        name=reading.name,
        records=records,
        problems=tuple(problems),
        parts=tuple(parts),
        facts=_facts(document, roles),
        text="\n".join([*texts(document), *(told for _, told in read_too)]),
        data=data,
    )


def refused(error: XmlRefusedError, reading: Reading, kind: Format) -> Document:
    """Say why bytes are not XML that can be read."""
    place = reading.place(line=error.line)
    problem = (
        unjudged(error.code, error.text, place)
        if error.limit
        else official(error.code, error.text, at=(place,))
    )
    return Document(format=kind, name=reading.name, problems=(problem,))


def _record(role: etree._Element, reading: Reading) -> IdentityRecord:
    values: list[Value] = []
    patient = child(role, "patient")
    if patient is not None:
        for name in children(patient, "name"):
            values.extend(_names(name, reading))
        values.extend(_traits(patient, reading))
    for telecom in children(role, "telecom"):
        values.extend(mailboxes(telecom.get("value", ""), place_of(telecom, reading, "value")))
    return IdentityRecord(
        format=Format.CDA,
        values=tuple(value for value in values if value.text),
        identifiers=tuple(_identifier(one, reading) for one in children(role, "id")),
        place=place_of(role, reading),
    )


def _names(name: etree._Element, reading: Reading) -> Iterator[Value]:
    plain: list[etree._Element] = []
    for element in children(name, "family", "given"):
        is_family = local(element) == "family"
        qualifiers = set(element.get("qualifier", "").split())
        if "BR" in qualifiers:
            yield _value(Trait.BIRTH_NAME if is_family else Trait.FIRST_NAME, element, reading)
        elif qualifiers & {"CL", "SP"}:
            yield _value(Trait.USED_NAME if is_family else Trait.USED_FIRST_NAME, element, reading)
        elif not is_family and not qualifiers and not element.get("nullFlavor"):
            plain.append(element)
    if plain:
        # One element holds the list in the ANS samples; one element for each name says the same.
        told = " ".join(pretty(text_of(one)) for one in plain)
        yield Value(trait=Trait.FIRST_NAMES, text=told, place=place_of(plain[0], reading), normal=told)


def _traits(patient: etree._Element, reading: Reading) -> Iterator[Value]:
    gender = child(patient, "administrativeGenderCode")
    if gender is not None:
        code = gender.get("code") or _null(gender)
        yield Value(
            trait=Trait.SEX,
            text=code,
            place=place_of(gender, reading, "code" if gender.get("code") else ""),
            normal=code,
        )
    birth = child(patient, "birthTime")
    if birth is not None:
        value = birth.get("value") or _null(birth)
        yield Value(
            trait=Trait.BIRTH_DATE,
            text=value,
            place=place_of(birth, reading, "value"),
            normal=compact_date(value),
        )
    county = child(patient, "birthplace", "place", "addr", "county")
    if county is not None:
        yield _value(Trait.BIRTH_PLACE, county, reading)


def _value(trait: Trait, element: etree._Element, reading: Reading) -> Value:
    text = pretty(text_of(element))
    return Value(trait=trait, text=text, place=place_of(element, reading), normal=text)


def _null(element: etree._Element) -> str:
    return f"nullFlavor {element.get('nullFlavor', '')}".strip()


def _identifier(element: etree._Element, reading: Reading) -> Identifier:
    root, extension = element.get("root"), element.get("extension")
    place = place_of(element, reading)
    number = oid = None
    if extension:
        number = Value(
            trait=Trait.MATRICULE,
            text=extension,
            place=place_of(element, reading, "extension"),
            normal=extension,
        )
    if root:
        oid = Value(trait=Trait.OID, text=root, place=place_of(element, reading, "root"), normal=root)
    return Identifier(kind=kind_of(root), number=number, oid=oid, place=place)


def _shape(role: etree._Element, reading: Reading) -> Iterator[Problem]:
    """Yield what the minimal structure wants as soon as an INS is there (TRA-03), and what it refuses."""
    has_ins = any(one.get("root") in INS_OIDS for one in children(role, "id"))
    patient = child(role, "patient")
    if not has_ins:
        if not any(one.get("extension") for one in children(role, "id")):
            text = Text(
                "au moins un identifiant du patient avec @extension attendu",
                "expected at least one patient id with @extension",
            )
            yield official("cda-no-identifier", text, "TRA-03", at=(place_of(role, reading),))
        return
    if patient is None:
        text = Text(
            "un INS sans patient : tous ses traits attendus",
            "an INS without patient: expected all its traits",
        )
        yield official("cda-trait-missing", text, "TRA-02", "TRA-03", at=(place_of(role, reading),))
        return
    for one in children(role, "id"):
        if one.get("root") in INS_OIDS and one.get("nullFlavor"):
            text = Text(
                f"un INS avec nullFlavor {one.get('nullFlavor')} : un identifiant connu n’en a pas",
                f"an INS with nullFlavor {one.get('nullFlavor')}: an identifier that is known has none",
            )
            yield inferred("cda-id-null", text, "TRA-03", at=(place_of(one, reading, "nullFlavor"),))
    yield from _denied(patient, reading)
    record = _record(role, reading)
    for trait, path in _WANTED.items():
        if record.first(trait) is None:
            text = Text(
                f"avec un INS, {trait.text.fr} attendu en {path}",
                f"with an INS, expected the {trait.text.en} in {path}",
            )
            found = _otherwise(patient, trait, reading)
            yield official(
                "cda-trait-missing", text, "TRA-02", "TRA-03", at=found or (place_of(patient, reading),)
            )
    gender = child(patient, "administrativeGenderCode")
    if gender is not None and gender.get("code") and gender.get("codeSystem") not in {_GENDERS, None}:
        text = Text(
            f"codeSystem {_GENDERS} attendu pour le sexe", f"expected the codeSystem {_GENDERS} for the sex"
        )
        at = Quote(place_of(gender, reading, "codeSystem"), gender.get("codeSystem", ""))
        yield inferred("cda-gender-system", text, "TRA-03", at=(at,))


def _denied(patient: etree._Element, reading: Reading) -> Iterator[Problem]:
    """Yield the traits that are given and said to be unknown at once: who reads ``nullFlavor`` first has none."""
    names = [part for name in children(patient, "name") for part in children(name, "family", "given")]
    county = child(patient, "birthplace", "place", "addr", "county")
    for one in (*names, *children(patient, "administrativeGenderCode", "birthTime"), county):
        if (
            one is not None
            and one.get("nullFlavor")
            and (one.get("value") or one.get("code") or text_of(one))
        ):
            text = Text(
                f"avec un INS, un trait donné et dit inconnu à la fois (nullFlavor {one.get('nullFlavor')})",
                f"with an INS, a trait that is given and said to be unknown at once (nullFlavor {one.get('nullFlavor')})",
            )
            at = Quote(place_of(one, reading, "nullFlavor"), one.get("nullFlavor", ""))
            yield inferred("cda-trait-null", text, "TRA-03", at=(at,))


_WANTED: Final = {
    Trait.BIRTH_NAME: "patient/name/family[@qualifier='BR']",
    Trait.FIRST_NAME: "patient/name/given[@qualifier='BR']",
    Trait.FIRST_NAMES: "patient/name/given[not(@qualifier)]",
    Trait.SEX: "patient/administrativeGenderCode/@code",
    Trait.BIRTH_DATE: "patient/birthTime/@value",
    Trait.BIRTH_PLACE: "patient/birthplace/place/addr/county",
}


def _otherwise(patient: etree._Element, trait: Trait, reading: Reading) -> tuple[Quote, ...]:
    """Quote what stands where the trait was looked for."""
    name = {
        Trait.BIRTH_NAME: "family",
        Trait.FIRST_NAME: "given",
        Trait.FIRST_NAMES: "given",
        Trait.BIRTH_PLACE: "city",
    }.get(trait)
    if name is None:
        return ()
    return tuple(Quote(place_of(one, reading), _shown(one)) for one in list(descend(patient, name))[:3])


def _shown(element: etree._Element) -> str:
    qualifier = f" ({element.get('qualifier')})" if element.get("qualifier") else ""
    return f"{pretty(text_of(element))}{qualifier}"


def _facts(document: etree._Element, roles: list[etree._Element]) -> CdaFacts:
    code = child(document, "code")
    level = 3 if next(descend(document, "structuredBody"), None) is not None else 0
    if level == 0 and next(descend(document, "nonXMLBody"), None) is not None:
        level = 1
    identifiers = tuple(
        (one.get("root", ""), one.get("extension", "")) for role in roles for one in children(role, "id")
    )
    return CdaFacts((code.get("code") or "") if code is not None else "", level, identifiers)


def judge(document: Document, expected: Expected) -> Iterator[Problem]:
    """Yield what ties the header to the body."""
    facts: CdaFacts | None = document.facts
    if facts is None:
        return
    if facts.code == VACCINATION_NOTE and facts.level == 1:
        text = Text(
            f"une note de vaccination ({VACCINATION_NOTE}) est structurée (CDA N3), celle-ci est un fichier (N1)",
            f"a vaccination note ({VACCINATION_NOTE}) is structured (CDA N3), this one is a file (N1)",
        )
        yield official("note-not-structured", text, "DOC-09", "TRA-15", at=(_whole(document),))
    pdfs = [part for part in document.parts if part.format is Format.PDF and isinstance(part.facts, PdfFacts)]
    for part in pdfs:
        yield from archive_problems(part, "DOC-06")
        header_has = any(record.has_ins for record in document.records)
        printed = any(record.has_ins for one in part.walk() for record in one.records)
        if header_has and not printed and not expected.is_qualified:
            text = Text(
                "l’en-tête porte l’INS ; le PDF du corps n’en montre ni le matricule ni le Datamatrix",
                "the header holds the INS; the PDF in the body shows neither the matricule nor the Datamatrix",
            )
            yield inferred("pdf-without-ins", text, "DOC-06", at=(_whole(part),))


def _whole(document: Document) -> Place:

    return Place(kind=PlaceKind.FILE, file=document.name)
