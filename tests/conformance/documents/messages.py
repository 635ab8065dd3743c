"""HL7 v2 messages and FHIR resources of these tests."""

from __future__ import annotations

import base64
import json

from people import compact_date, first_name, nature

ARC = "https://hl7.fr/ig/fhir/core"


def cx(identity, *, oid=None, number=None, name=None, code="INS", iso="ISO"):
    return f"{number or identity.matricule.value}^^^{name or f'ASIP-SANTE-INS-{nature(identity)}'}&{oid or identity.oid}&{iso}^{code}"


def pid(
    identity,
    *,
    ins=True,
    more="",
    status="VALI",
    local="OFF-0001^^^PHARMA&1.2.3.4.5.6&ISO^PI",
    family=None,
    given=None,
    names=None,
    sex=None,
    date=None,
    place=None,
    telecom="",
    **identifier,
):
    traits = identity.traits
    value = lambda told, usual: usual if told is None else told  # noqa: E731
    ids = "~".join(one for one in (local, cx(identity, **identifier) if ins else "", more) if one)
    name = f"{value(family, traits.birth_name)}^{value(given, first_name(identity))}^{value(names, traits.first_names)}^^^^L"
    fields = [""] * 33
    fields[0], fields[1], fields[3], fields[5] = "PID", "1", ids, name
    fields[7], fields[8] = value(date, compact_date(identity)), value(sex, traits.sex)
    fields[11], fields[13], fields[32] = f"^^^^^FRA^BDL^^{value(place, traits.birth_place)}", telecom, status
    return "|".join(fields)


def msh(kind="ADT^A28^ADT_A05", charset="UNICODE UTF-8", control="1"):
    return f"MSH|^~\\&|LGO|PHARMA|DEST|DEST|20260601120000||{kind}|{control}|P|2.5^FRA^2.11|||||FRA|{charset}||2.11^IHE_FRANCE-2.11-PAM"


def hl7(*segments, end="\r", encoding="utf-8"):
    return (end.join(segments) + end).encode(encoding)


def oru(identity, document, *more, **changed):
    body = base64.b64encode(document).decode()
    return hl7(
        msh("ORU^R01^ORU_R01"),
        pid(identity, **changed),
        f"OBX|1|ED|11488-4^CR^LN||^TEXT^XML^Base64^{body}||||||F",
        *more,
    )


def patient(
    identity,
    *,
    ins=True,
    status="VALI",
    oid=None,
    number=None,
    code=None,
    use="official",
    family=None,
    given=None,
    names=None,
    gender=None,
    date=None,
    place=None,
    more=(),
    profile=None,
):
    traits = identity.traits
    value = lambda told, usual: usual if told is None else told  # noqa: E731
    types = {".8": "INS-NIR", ".9": "INS-NIA", ".10": "INS-NIR-TEST", ".11": "INS-NIR-DEMO"}
    system = value(oid, identity.oid)
    identifiers = [
        {
            "use": "usual",
            "type": {"coding": [{"code": "PI"}]},
            "system": "urn:oid:1.2.3.4.5.6",
            "value": "OFF-0001",
        },
        *more,
    ]
    if ins:
        kind = value(code, types.get("." + system.rpartition(".")[2], "INS-NIR"))
        coding = {"system": f"{ARC}/CodeSystem/fr-core-cs-v2-0203", "code": kind}
        identifiers.append(
            {
                "use": use,
                "type": {"coding": [coding]},
                "system": f"urn:oid:{system}",
                "value": value(number, identity.matricule.value),
            }
        )
    name = {
        "use": "official", "family": value(family, traits.birth_name), "given": [value(given, first_name(identity))],
        "extension": [{"url": f"{ARC}/StructureDefinition/fr-core-patient-birth-list-given-name",
                       "valueString": value(names, traits.first_names)}],
    }  # fmt: skip
    coding = {
        "system": "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM",
        "code": value(place, traits.birth_place),
    }
    made = {
        "resourceType": "Patient", "identifier": identifiers, "name": [name],
        "gender": value(gender, {"F": "female", "M": "male"}[traits.sex]), "birthDate": value(date, traits.birth_date),
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"extension": [
                {"url": f"{ARC}/StructureDefinition/fr-core-address-insee-code", "valueCoding": coding}]}},
            {"url": f"{ARC}/StructureDefinition/fr-core-identity-reliability", "extension": [
                {"url": "identityStatus", "valueCoding": {"code": status}}]},
        ],
    }  # fmt: skip
    if profile:
        made["meta"] = {"profile": [profile]}
    return made


def as_json(resource, **options):
    return json.dumps(resource, ensure_ascii=False, **options).encode()


def as_xml(resource):
    def element(name, value):
        if isinstance(value, dict):
            inner = "".join(
                element(key, one) for key, one in value.items() if key not in {"url", "resourceType"}
            )
            if "resourceType" in value:
                inner = f"<{value['resourceType']}>{inner}</{value['resourceType']}>"
            url = f' url="{value["url"]}"' if "url" in value else ""
            return f"<{name}{url}>{inner}</{name}>"
        if isinstance(value, list):
            return "".join(element(name, one) for one in value)
        return f'<{name} value="{value}"/>'.replace("&", "&amp;")

    inner = "".join(element(key, one) for key, one in resource.items() if key != "resourceType")
    kind = resource["resourceType"]
    return f'<{kind} xmlns="http://hl7.org/fhir">{inner}</{kind}>'.encode()
