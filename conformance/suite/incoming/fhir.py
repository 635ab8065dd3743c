"""FHIR of what arrives: a bundle of a patient (FR Core 2.2.0) and of a reference to the document, with the CDA inside."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.suite.incoming import cda
from conformance.suite.incoming.letter import FINDING, HOME, RELATIVE, RELATIVE_INS, Act
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from conformance.suite.incoming.letter import Letter

_CORE: Final = "https://hl7.fr/ig/fhir/core"
_TYPES: Final = {
    InsOid.NIR: "INS-NIR",
    InsOid.NIA: "INS-NIA",
    InsOid.NIR_TEST: "INS-NIR-TEST",
    InsOid.NIR_DEMO: "INS-NIR-DEMO",
}
_GENDERS: Final = {"M": "male", "F": "female"}
_RELATED: Final = {Act.REPLACES: "replaces", Act.DELETES: "replaces"}


def write(letter: Letter) -> bytes:
    """Return the bundle."""
    # Beside another patient the document says nothing of its own: whose it is is told by the bundle alone.
    kind, content = ("text/plain", FINDING.encode()) if letter.beside else ("text/xml", cda.write(letter))
    reference: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{letter.document_id}"},
        "status": "entered-in-error" if letter.act is Act.DELETES else "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": cda.CODE}]},
        "subject": {"reference": "urn:uuid:5d6b2a0e-0000-4000-8000-000000000001"},
        "description": letter.title,
        "content": [
            {
                "attachment": {
                    "contentType": kind,
                    "title": letter.title,
                    "data": base64.b64encode(content).decode(),
                }
            }
        ],
    }
    if letter.act is not Act.NEW:
        target = {"identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{letter.former}"}}
        reference["relatesTo"] = [{"code": _RELATED[letter.act], "target": target}]
    entries = [
        {"fullUrl": "urn:uuid:5d6b2a0e-0000-4000-8000-000000000001", "resource": _patient(letter)},
        {"fullUrl": "urn:uuid:5d6b2a0e-0000-4000-8000-000000000002", "resource": reference},
        {"fullUrl": "urn:uuid:5d6b2a0e-0000-4000-8000-000000000003", "resource": _relative(letter)},
    ]
    if letter.beside is not None:
        other = replace(letter, identity=letter.beside, envelope=None, local_id=f"{letter.local_id}-2")
        entries.insert(
            0, {"fullUrl": "urn:uuid:5d6b2a0e-0000-4000-8000-000000000009", "resource": _patient(other)}
        )
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(bundle, ensure_ascii=False).encode()


def _patient(letter: Letter) -> dict[str, Any]:
    one = letter.around
    identifiers: list[dict[str, Any]] = [
        {
            "use": "usual",
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "PI"}]},
            "system": f"urn:oid:{letter.local_domain}",
            "value": letter.local_id,
        }
    ]
    former = [_ins("old", oid, number) for oid, number in letter.former_ins]
    now = [_ins("official", one.oid or "", one.matricule)] if one.matricule else []
    identifiers += [*former, *now] if letter.former_first else [*now, *former]
    identifiers += [{"system": f"urn:oid:{root}", "value": value} for root, value in letter.other_ids]
    name: dict[str, Any] = {"use": "official"}
    if one.birth_name:
        name["family"] = one.birth_name
    if one.first_name:
        name["given"] = [one.first_name]
    if one.first_names:
        url = f"{_CORE}/StructureDefinition/fr-core-patient-birth-list-given-name"
        name["extension"] = [{"url": url, "valueString": one.first_names}]
    in_use = {"use": "usual", "family": letter.used_name, "given": [letter.used_first_name]}
    names = [in_use, name] if letter.used_name else [name]
    patient: dict[str, Any] = {"resourceType": "Patient", "identifier": identifiers, "name": names}
    if one.sex:
        patient["gender"] = _GENDERS.get(one.sex, "unknown")
    if one.birth_date:
        patient["birthDate"] = one.birth_date
    street, postal, town, insee = HOME
    lives = {"use": "home", "line": [street], "postalCode": postal, "city": town, "extension": [_town(insee)]}
    patient["address"] = [lives]
    family, given = RELATIVE
    patient["contact"] = [
        {"name": {"use": "official", "family": family, "given": [given]}, "gender": "female"}
    ]
    patient["extension"] = [*_place(one.birth_place), *_reliability(one.status)]
    return patient


def _ins(use: str, oid: str, matricule: str) -> dict[str, Any]:
    try:
        code = _TYPES[InsOid(oid)]
    except ValueError:
        code = "INS-NIR"
    coding = {"system": f"{_CORE}/CodeSystem/fr-core-cs-v2-0203", "code": code}
    return {"use": use, "type": {"coding": [coding]}, "system": f"urn:oid:{oid}", "value": matricule}


def _place(code: str | None) -> list[dict[str, Any]]:
    if not code:
        return []
    url = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
    return [{"url": url, "valueAddress": {"extension": [_town(code)]}}]


def _town(code: str) -> dict[str, Any]:
    system = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
    return {
        "url": f"{_CORE}/StructureDefinition/fr-core-address-insee-code",
        "valueCoding": {"system": system, "code": code},
    }


def _relative(letter: Letter) -> dict[str, Any]:
    """Return somebody of the family, who is no patient."""
    family, given = RELATIVE
    number, oid = RELATIVE_INS
    known = {} if letter.around.matricule else {"identifier": [_ins("official", oid, number)]}
    return {
        "resourceType": "RelatedPerson",
        **known,
        "patient": {"reference": "urn:uuid:5d6b2a0e-0000-4000-8000-000000000001"},
        "name": [{"use": "official", "family": family, "given": [given]}],
        "gender": "female",
        "birthDate": "1951-12-24",
    }


def _reliability(status: str | None) -> list[dict[str, Any]]:
    if not status:
        return []
    code = {"QUAL": "VALI", "RECUP": "PROV"}.get(status, status)
    coding = {"system": f"{_CORE}/CodeSystem/fr-core-cs-v2-0445", "code": code}
    url = f"{_CORE}/StructureDefinition/fr-core-identity-reliability"
    return [{"url": url, "extension": [{"url": "identityStatus", "valueCoding": coding}]}]
