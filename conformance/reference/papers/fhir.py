"""FHIR R4, FR Core 2.2: a Patient, and the export of all patients as a Bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from conformance.drivers.model import Status
from conformance.reference.papers.leaving import LOCAL_OID, leaving, passing
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Patient, StatusChange
    from conformance.reference.seams import Record, Seams

_CORE: Final = "https://hl7.fr/ig/fhir/core"
_TYPES: Final = {"8": "INS-NIR", "9": "INS-NIA", "10": "INS-NIR-TEST", "11": "INS-NIR-DEMO"}
_GENDERS: Final = {"F": "female", "M": "male"}
_COMMUNES: Final = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
_FROM_INSI: Final = frozenset({Status.RECUP, Status.QUAL})
_CHECKED: Final = frozenset({Status.VALI, Status.QUAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """When an identity was asked for and checked, as days; empty for never."""

    insi: str = ""
    checked: str = ""
    changed: str = ""


def reliability(patient: Patient, history: Sequence[StatusChange]) -> Reliability:
    """Read the days out of the history of the statuses: the last time that each half was reached."""
    insi = checked = ""
    for change in history:
        if change.status in _FROM_INSI and change.previous not in _FROM_INSI:
            insi = change.at[:10]
        if change.status in _CHECKED and change.previous not in _CHECKED:
            checked = change.at[:10]
    return Reliability(
        insi=insi if patient.status in _FROM_INSI else "",
        checked=checked if patient.status in _CHECKED else "",
        changed=history[-1].at[:10] if history else "",
    )


def patient_resource(
    patient: Patient, seams: Seams, known: Reliability, document: str = "FHIR"
) -> dict[str, Any]:
    """Return a Patient.

    Args:
        patient: the file.
        seams: what the values pass on their way.
        known: when the identity was asked for and checked.
        document: ``FHIR``, or ``EXPORT`` for the data export.
    """
    values = leaving(patient, seams, where="fhir" if document == "FHIR" else "export", document=document)
    suffix = values["oid"].rpartition(".")[2]
    [told] = passing(
        seams,
        Seam.WRITTEN,
        [
            {
                "local_id": values["local_id"],
                "value": values["matricule"],
                "system": f"urn:oid:{values['oid']}" if values["oid"] else "",
                "type": _TYPES.get(suffix, "INS-NIR"),
                "use": "temp" if suffix == "9" else "official",
                "former": "",
                "birth_name": values["birth_name"],
                "first_name": values["first_name"],
                "first_names": values["first_names"],
                "used_name": values["used_name"],
                "used_first_name": values["used_first_name"],
                "gender": _GENDERS.get(values["sex"], "unknown"),
                "birth_date": values["birth_date"],
                "birth_place": values["birth_place"],
                "status": "VALI" if patient.status in _CHECKED else "PROV",
                "method": "INSI" if patient.status in _FROM_INSI else "SM",
                "insi_date": known.insi,
                "checked_date": known.checked,
                "checked_how": patient.proof.kind if patient.proof and known.checked else "",
                "changed_date": known.changed,
                "mailbox": values["mailbox"],
                "note": "",
            }
        ],
        patient,
        where="fhir" if document == "FHIR" else "export",
        document=document,
    )
    return _written(told)


def _written(told: Record) -> dict[str, Any]:
    identifiers = [
        {"use": "usual", "type": _type("PI"), "system": f"urn:oid:{LOCAL_OID}", "value": told["local_id"]}
    ]
    for value, use in ((told["value"], told["use"]), (told["former"], "old")):
        if value:
            one = {"use": use, "type": _type(told["type"]), "system": told["system"], "value": value}
            identifiers.append({name: part for name, part in one.items() if part})
    name: dict[str, Any] = {"use": "official", "family": told["birth_name"], "given": [told["first_name"]]}
    if told["first_names"]:
        name["extension"] = [
            {
                "url": f"{_CORE}/StructureDefinition/fr-core-patient-birth-list-given-name",
                "valueString": told["first_names"],
            }
        ]
    names = [{key: value for key, value in name.items() if value}]
    if told["used_name"] or told["used_first_name"]:
        used: dict[str, Any] = {"use": "usual"}
        if told["used_name"]:
            used["family"] = told["used_name"]
        if told["used_first_name"]:
            used["given"] = [told["used_first_name"]]
        names.append(used)
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "identifier": identifiers,
        "name": names,
        "gender": told["gender"],
        "birthDate": told["birth_date"],
        "extension": [_reliability(told)],
    }
    if told["birth_place"]:
        resource["extension"].append(_place(told["birth_place"]))
    if told["mailbox"]:
        resource["telecom"] = [{"system": "email", "value": told["mailbox"]}]
    if told["note"]:
        words = escape(told["note"]).replace("\n", "<br/>")
        div = f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'
        resource["text"] = {"status": "additional", "div": div}
    return {name: value for name, value in resource.items() if value}


def _type(code: str) -> dict[str, Any]:
    system = (
        "http://terminology.hl7.org/CodeSystem/v2-0203"
        if code == "PI"
        else f"{_CORE}/CodeSystem/fr-core-cs-v2-0203"
    )
    return {"coding": [{"system": system, "code": code}]}


def _place(code: str) -> dict[str, Any]:
    insee = {
        "url": f"{_CORE}/StructureDefinition/fr-core-address-insee-code",
        "valueCoding": {"system": _COMMUNES, "code": code},
    }
    return {
        "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
        "valueAddress": {"extension": [insee]},
    }


def _reliability(told: Record) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {
            "url": "identityStatus",
            "valueCoding": {"system": f"{_CORE}/CodeSystem/fr-core-cs-v2-0445", "code": told["status"]},
        },
        {
            "url": "identityCollectionMethod",
            "valueCoding": {
                "system": f"{_CORE}/CodeSystem/fr-core-cs-identity-collection-method",
                "code": told["method"],
            },
        },
    ]
    dates = {
        "insiDate": told["insi_date"],
        "validationDate": told["checked_date"],
        "lastUpdate": told["changed_date"],
    }
    parts += [{"url": url, "valueDate": day} for url, day in dates.items() if day]
    if told["checked_how"]:
        parts.append({"url": "validationMode", "valueCoding": {"code": told["checked_how"]}})
    return {
        "url": f"{_CORE}/StructureDefinition/fr-core-identity-reliability",
        "extension": [one for one in parts if one.get("valueCoding", {}).get("code", "-")],
    }


def as_json(resource: dict[str, Any]) -> bytes:
    """Return a resource as a file."""
    return json.dumps(resource, ensure_ascii=False, indent=1).encode()


def bundle(resources: Sequence[dict[str, Any]]) -> bytes:
    """Return resources as the export of the software."""
    return as_json(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    )
