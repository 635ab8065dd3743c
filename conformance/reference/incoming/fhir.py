"""Reading a FHIR bundle of a patient and of a document (FR Core)."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any, Final

from conformance.reference.incoming import cda
from conformance.reference.incoming.arrived import Act, Arrived, UnreadableError, Values, ins_of

MAX_BYTES: Final = 30 * 1024 * 1024
_SEXES: Final = {"male": "M", "female": "F"}


def read(content: bytes) -> Arrived:
    """Return what a bundle says.

    Raises:
        UnreadableError: it is too long, no JSON, or has no single Patient.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"ressource de {len(content)} octets, au plus {MAX_BYTES} sont lus")
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("JSON attendu, illisible") from error
    try:
        return _read(tree)
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise UnreadableError(f"ressource FHIR mal formée ({error})") from error


def _read(tree: Any) -> Arrived:
    resources = [tree] if tree["resourceType"] != "Bundle" else [one["resource"] for one in tree["entry"]]
    patients = [one for one in resources if one["resourceType"] == "Patient"]
    if len(patients) != 1:
        raise UnreadableError("une ressource Patient et une seule attendue")
    values = _values(patients[0])
    references = [one for one in resources if one["resourceType"] == "DocumentReference"]
    if not references:
        return Arrived(values=values, status=_status(patients[0]), former=_former(patients[0]))
    reference = references[0]
    attachment = reference["content"][0]["attachment"]
    try:
        content = base64.b64decode(attachment["data"], validate=True)
    except ValueError as error:
        raise UnreadableError("document en base64 attendu") from error
    arrived = cda.read(content)
    act = Act.REPLACES if reference.get("relatesTo") else Act.NEW
    if reference.get("status") == "entered-in-error":
        act = Act.DELETES
    return replace(
        arrived, status=_status(patients[0]), act=act, former=_former(patients[0]), around=(values,)
    )


def _former(patient: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(_identifier(one) for one in patient.get("identifier", []) if one.get("use") == "old")


def _identifier(one: dict[str, Any]) -> tuple[str, str]:
    return str(one.get("system", "")).removeprefix("urn:oid:"), str(one.get("value", ""))


def _values(patient: dict[str, Any]) -> Values:
    matricule, oid = ins_of(
        _identifier(one) for one in patient.get("identifier", []) if one.get("use") != "old"
    )
    names = patient.get("name", [])
    name = next((one for one in names if one.get("use") == "official"), names[0] if names else {})
    listed = [one.get("valueString") for one in name.get("extension", [])]
    return {
        "matricule": matricule,
        "oid": oid,
        "birth_name": name.get("family"),
        "first_name": next(iter(name.get("given", [])), None),
        "first_names": next(iter(listed), None),
        "birth_date": patient.get("birthDate"),
        "sex": _SEXES.get(str(patient.get("gender"))),
        "birth_place": _code(patient, "patient-birthPlace"),
    }


def _code(patient: dict[str, Any], url: str) -> str | None:
    for extension in patient.get("extension", []):
        if str(extension.get("url", "")).endswith(url):
            return str(extension["valueAddress"]["extension"][0]["valueCoding"]["code"])
    return None


def _status(patient: dict[str, Any]) -> str | None:
    for extension in patient.get("extension", []):
        if str(extension.get("url", "")).endswith("identity-reliability"):
            return str(extension["extension"][0]["valueCoding"]["code"])
    return None
