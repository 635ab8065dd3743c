"""FHIR R4: patients alone, in a bundle or contained, in JSON or XML, read as FR Core 2.0 to 2.2 and the older examples write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from conformance.documents.cda import refused
from conformance.documents.document import Document
from conformance.documents.problems import Quote, inferred, official
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
from conformance.documents.values import decode_base64, mailboxes
from conformance.documents.xmltree import XmlRefusedError, local, parse
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem
    from conformance.documents.record import Place

_SEXES: Final = {"male": "M", "female": "F"}
_TYPES: Final = {".8": "INS-NIR", ".9": "INS-NIA", ".10": "INS-NIR-TEST", ".11": "INS-NIR-DEMO"}
_LIST: Final = "birth-list-given-name"
_INSEE: Final = "insee-code"
_BIRTH_PLACE: Final = "patient-birthPlace"
_RELIABILITY: Final = "identity-reliability"
_QUALIFYING: Final = frozenset({"VALI", "QUAL"})
_NOT_YET: Final = frozenset({"PROV", "VIDE", "RECUP"})
_LONG: Final = 20_000
_DEPTH: Final = 60


@dataclass(frozen=True, slots=True)
class _Found:
    resource: dict[str, Any]
    path: str


def read(data: bytes, reading: Reading) -> Document:
    """Read a resource or a bundle; NDJSON is read line by line (see ``conformance.documents.streaming`` for large files)."""
    if data.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
        try:
            root = parse(data, reading.limits)
        except XmlRefusedError as error:
            return refused(error, reading, Format.FHIR)
        return read_resource(_from_xml(root), reading)
    resources: list[Any] = []
    try:
        resources = [orjson.loads(_utf8(data))]
    except (orjson.JSONDecodeError, UnicodeDecodeError) as error:
        lines = [line for line in data.splitlines() if line.strip()]
        try:
            resources = [orjson.loads(_utf8(line)) for line in lines] if len(lines) > 1 else []
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
    patients = list(_patients(resource, ""))
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
        problems.extend(_shape(found, record, reading))
    parts = list(_attachments(resource, reading, problems))
    return Document(
        format=Format.FHIR, name=reading.name, records=tuple(records), problems=tuple(problems), parts=tuple(parts),
        text="\n".join(_texts(resource)),
    )  # fmt: skip


def judge(document: Document, expected: Expected) -> Iterator[Problem]:  # noqa: ARG001 - the shape of all formats
    """Yield nothing more: all that is particular to FHIR was judged while reading."""
    yield from ()


def _utf8(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def _patients(node: Any, path: str) -> Iterator[_Found]:
    """Find the patients wherever they stand, without recursion."""
    waiting: list[tuple[Any, str]] = [(node, path)]
    while waiting:
        one, at = waiting.pop(0)
        if isinstance(one, list):
            waiting[:0] = [(item, f"{at}[{index}]") for index, item in enumerate(one)]
        elif isinstance(one, dict):
            if one.get("resourceType") == "Patient":
                yield _Found(one, at)
            inner = [
                (one[key], f"{at}.{key}" if at else key)
                for key in ("entry", "resource", "contained", "parameter", "part")
                if key in one
            ]
            waiting[:0] = inner


def _items(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, whatever else is there."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, dict)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


class _Reader:
    def __init__(self, found: _Found, reading: Reading) -> None:
        self.patient, self.base, self.reading = found.resource, found.path, reading

    def place(self, path: str = "") -> Place:
        whole = f"{self.base}.{path}" if self.base and path else path or self.base or "Patient"
        return self.reading.place(whole, PlaceKind.JSON)

    def value(self, trait: Trait, text: str, path: str, normal: str | None = None) -> Value:
        return Value(
            trait=trait, text=text, place=self.place(path), normal=text if normal is None else normal
        )


def _record(found: _Found, reading: Reading) -> IdentityRecord:
    reader = _Reader(found, reading)
    patient = found.resource
    values: list[Value] = []
    _names(reader, values)
    if gender := _text(patient.get("gender")):
        values.append(reader.value(Trait.SEX, gender, "gender", _SEXES.get(gender, gender)))
    if birth := _text(patient.get("birthDate")):
        values.append(reader.value(Trait.BIRTH_DATE, birth, "birthDate"))
    _birth_place(reader, values)
    for index, telecom in enumerate(_items(patient.get("telecom", []))):
        values.extend(mailboxes(_text(telecom.get("value")), reader.place(f"telecom[{index}].value")))
    for path, code in _statuses(patient):
        values.append(reader.value(Trait.STATUS, code, path))
    identifiers = [
        _identifier(reader, index, one) for index, one in enumerate(_items(patient.get("identifier", [])))
    ]
    return IdentityRecord(
        format=Format.FHIR, values=tuple(values), identifiers=tuple(identifiers), place=reader.place()
    )


def _names(reader: _Reader, values: list[Value]) -> None:
    names = _items(reader.patient.get("name", []))
    official_at = next((index for index, name in enumerate(names) if name.get("use") == "official"), None)
    if official_at is None and len(names) == 1 and "use" not in names[0]:
        official_at = 0
    for index, name in enumerate(names):
        at = f"name[{index}]"
        family, given = (
            _text(name.get("family")),
            [_text(one) for one in name.get("given") or [] if isinstance(one, str)],
        )
        if index == official_at:
            if family:
                values.append(reader.value(Trait.BIRTH_NAME, family, f"{at}.family"))
            if given:
                values.append(reader.value(Trait.FIRST_NAME, given[0], f"{at}.given[0]"))
            for number, extension in enumerate(_items(name.get("extension", []))):
                if _LIST in _text(extension.get("url")) and (told := _text(extension.get("valueString"))):
                    values.append(
                        reader.value(Trait.FIRST_NAMES, told, f"{at}.extension[{number}].valueString")
                    )
        elif name.get("use") == "usual":
            if family:
                values.append(reader.value(Trait.USED_NAME, family, f"{at}.family"))
            if given:
                values.append(reader.value(Trait.USED_FIRST_NAME, given[0], f"{at}.given[0]"))


def _birth_place(reader: _Reader, values: list[Value]) -> None:
    for index, extension in enumerate(_items(reader.patient.get("extension", []))):
        address = extension.get("valueAddress")
        if not _text(extension.get("url")).endswith(_BIRTH_PLACE) or not isinstance(address, dict):
            continue
        at = f"extension[{index}].valueAddress"
        for number, inner in enumerate(_items(address.get("extension", []))):
            coding = inner.get("valueCoding")
            if (
                _INSEE in _text(inner.get("url")).replace("inseeCode", _INSEE)
                and isinstance(coding, dict)
                and _text(coding.get("code"))
            ):
                values.append(
                    reader.value(
                        Trait.BIRTH_PLACE, coding["code"], f"{at}.extension[{number}].valueCoding.code"
                    )
                )
                return
        district = _text(address.get("district"))
        if re.fullmatch(r"\d{5}|2[AB]\d{3}", district):
            values.append(reader.value(Trait.BIRTH_PLACE, district, f"{at}.district"))
            return


def _statuses(patient: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for index, extension in enumerate(_items(patient.get("extension", []))):
        if _RELIABILITY not in _text(extension.get("url")):
            continue
        for number, inner in enumerate(_items(extension.get("extension", []))):
            coding = inner.get("valueCoding")
            if (
                inner.get("url") == "identityStatus"
                and isinstance(coding, dict)
                and _text(coding.get("code"))
            ):
                yield f"extension[{index}].extension[{number}].valueCoding.code", coding["code"]


def _identifier(reader: _Reader, index: int, one: dict[str, Any]) -> Identifier:
    at = f"identifier[{index}]"
    system, number = _text(one.get("system")), _text(one.get("value"))
    bare = system.removeprefix("urn:oid:")
    kind = kind_of(bare)
    if kind is IdKind.INS and (one.get("use") == "old" or _ended(one)):
        kind = IdKind.FORMER_INS
    code = next((_text(coding.get("code")) for coding in _codings(one)), "")
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
    return isinstance(period, dict) and bool(_text(period.get("end"))) and one.get("use") != "official"


def _codings(one: dict[str, Any]) -> list[dict[str, Any]]:
    kind = one.get("type")
    return _items(kind.get("coding", [])) if isinstance(kind, dict) else []


def _shape(found: _Found, record: IdentityRecord, reading: Reading) -> Iterator[Problem]:
    reader = _Reader(found, reading)
    active = []
    for index, one in enumerate(_items(found.resource.get("identifier", []))):
        system = _text(one.get("system"))
        bare = system.removeprefix("urn:oid:")
        if bare in INS_OIDS:
            yield from _ins(reader, index, one, system)
            if one.get("use") == "official":
                active.append(index)
    if len(active) > 1:
        text = Text(
            f"un seul INS de use « official » attendu, {len(active)} trouvés",
            f"expected one official INS, got {len(active)}",
        )
        yield official(
            "fhir-several-official",
            text,
            "TRA-06",
            "F05",
            at=[reader.place(f"identifier[{index}]") for index in active],
        )
    yield from _status(record)
    if record.has_ins:
        yield from _traits(found, record, reader)


def _ins(reader: _Reader, index: int, one: dict[str, Any], system: str) -> Iterator[Problem]:
    at = f"identifier[{index}]"
    bare = system.removeprefix("urn:oid:")
    if system == bare:
        text = Text(
            f"system urn:oid:{bare} attendu, « {system} » trouvé",
            f"expected the system urn:oid:{bare}, got {system!r}",
        )
        yield official("fhir-system", text, "TRA-06", at=(Quote(reader.place(f"{at}.system"), system),))
    wanted = _TYPES["." + bare.rpartition(".")[2]]
    codes = [_text(coding.get("code")) for coding in _codings(one)]
    if codes and wanted not in codes:
        text = Text(
            f"type {wanted} attendu avec cet OID, « {', '.join(codes)} » trouvé",
            f"expected the type {wanted} with this OID, got {', '.join(codes)!r}",
        )
        spot = Quote(reader.place(f"{at}.type"), ", ".join(codes))
        # Another INS type, or the billing type, contradicts the OID; a type of its own may be an older profile.
        sure = any(code in {*_TYPES.values(), "INS-C", "NH", "PI"} for code in codes)
        yield (official if sure else inferred)("fhir-type", text, "TRA-06", "F15", at=(spot,))
    use = _text(one.get("use"))
    allowed = {"official", "old"} | ({"temp"} if bare.endswith(".9") else set())
    if use and use not in allowed:
        text = Text(f"use « official » attendu, « {use} » trouvé", f"expected use 'official', got {use!r}")
        yield official("fhir-use", text, "TRA-06", at=(Quote(reader.place(f"{at}.use"), use),))
    elif not use:
        text = Text(
            "use « official » attendu pour un INS, absent", "expected use 'official' for an INS, missing"
        )
        yield inferred("fhir-use", text, "TRA-06", at=(reader.place(at),))


def _status(record: IdentityRecord) -> Iterator[Problem]:
    statuses = record.of(Trait.STATUS)
    codes = {value.normal for value in statuses}
    if record.has_ins and codes & _NOT_YET and not codes & _QUALIFYING:
        text = Text(f"un INS avec le statut {statuses[0].text}", f"an INS with the status {statuses[0].text}")
        number = record.first(Trait.MATRICULE) or record.place
        yield official("fhir-ins-not-qualified", text, "TRA-01", "ATT-07", at=(statuses[0], number))
    elif "QUAL" in codes and not record.has_ins:
        text = Text("statut QUAL sans INS", "status QUAL without an INS")
        yield official("fhir-qual-without-ins", text, "TRA-02", at=(statuses[0],))


def _traits(found: _Found, record: IdentityRecord, reader: _Reader) -> Iterator[Problem]:
    present = {value.trait for value in record.values}
    strict = {Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.SEX, Trait.BIRTH_DATE}
    if not present & strict:
        text = Text(
            "un INS sans aucun trait : les traits l’accompagnent",
            "an INS without any trait: the traits go with it",
        )
        yield inferred("fhir-ins-alone", text, "TRA-02", at=(record.place,))
        return
    profiles = (
        " ".join(_text(one) for one in (found.resource.get("meta") or {}).get("profile") or [])
        if isinstance(found.resource.get("meta"), dict)
        else ""
    )
    claims = "patient-ins" in profiles
    for trait, path in _WANTED.items():
        if trait not in present:
            text = Text(
                f"avec un INS, {trait.text.fr} attendu en {path}",
                f"with an INS, expected the {trait.text.en} in {path}",
            )
            sure = trait in strict or claims
            yield (official if sure else inferred)(
                "fhir-trait-missing", text, "TRA-02", "TRA-06", at=(record.place,)
            )
    for index, name in enumerate(_items(found.resource.get("name", []))):
        given = name.get("given")
        if name.get("use") == "official" and isinstance(given, list) and len(given) > 1:
            text = Text(
                "un seul prénom attendu dans name.given (le premier), la liste dans son extension",
                "expected one name in name.given (the first), the list in its extension",
            )
            yield inferred(
                "fhir-several-given",
                text,
                "TRA-06",
                at=(Quote(reader.place(f"name[{index}].given"), " ".join(map(str, given))),),
            )


_WANTED: Final = {
    Trait.BIRTH_NAME: "name[official].family", Trait.FIRST_NAME: "name[official].given",
    Trait.FIRST_NAMES: "name[official].extension birth-list-given-name", Trait.SEX: "gender", Trait.BIRTH_DATE: "birthDate",
    Trait.BIRTH_PLACE: "extension patient-birthPlace (inseeCode)",
}  # fmt: skip


def _attachments(resource: Any, reading: Reading, problems: list[Problem]) -> Iterator[Document]:
    """Yield the documents held as base64: Binary, DocumentReference, Media."""
    for path, node in _walk(resource):
        media, data = _text(node.get("contentType")), _text(node.get("data"))
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
        if part.format in {Format.PDF, Format.CDA}:
            yield part


def _walk(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    waiting: list[tuple[Any, str]] = [(node, "")]
    while waiting:
        one, at = waiting.pop()
        if isinstance(one, dict):
            yield at, one
            waiting.extend(
                (value, f"{at}.{key}" if at else key)
                for key, value in one.items()
                if isinstance(value, dict | list)
            )
        elif isinstance(one, list):
            waiting.extend(
                (value, f"{at}[{index}]") for index, value in enumerate(one) if isinstance(value, dict | list)
            )


def _texts(resource: Any) -> Iterator[str]:
    """Yield the texts in which a number could leak: all but billing identifiers and files."""
    for _, node in _walk(resource):
        kind = kind_of(_text(node.get("system")).removeprefix("urn:oid:"))
        billing = kind is IdKind.BILLING or any(
            _text(coding.get("code")) in {"NH", "SS", "SB"} for coding in _codings(node)
        )
        for key, value in node.items():
            if (
                isinstance(value, str)
                and len(value) < _LONG
                and not (billing and key == "value")
                and key != "data"
            ):
                yield value
            elif isinstance(value, list):
                yield from (one for one in value if isinstance(one, str) and len(one) < _LONG)


def _from_xml(root: etree._Element, depth: int = 0) -> dict[str, Any]:
    """Turn FHIR XML into the same tree as JSON, as far as patients need it: repeated elements become lists."""
    made: dict[str, Any] = {}
    name = local(root)
    if name[:1].isupper():
        made["resourceType"] = name
    if root.get("url"):
        made["url"] = root.get("url")
    if depth > _DEPTH:
        return made
    for element in root:
        key = local(element)
        if not key or key == "div":
            continue
        value: Any = element.get("value")
        if len(element) or value is None:
            inner = _from_xml(element, depth + 1)
            wrapped = next(iter(element), None)
            # A resource in resource or contained is wrapped in an element of its type.
            if key in {"resource", "contained"} and wrapped is not None and local(wrapped)[:1].isupper():
                inner = _from_xml(wrapped, depth + 1)
            value = inner
        if key in made:
            made[key] = [*(made[key] if isinstance(made[key], list) else [made[key]]), value]
        else:
            made[key] = [value] if key in _LISTS else value
    return made


_LISTS: Final = frozenset(
    {
        "identifier",
        "name",
        "given",
        "extension",
        "telecom",
        "coding",
        "entry",
        "contained",
        "profile",
        "prefix",
        "suffix",
    }
)
