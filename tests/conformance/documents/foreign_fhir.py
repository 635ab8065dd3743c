"""FHIR as other software writes it: bundles, profiles of several years, orders, XML; and the same with one wrong trait."""

from __future__ import annotations

import base64
import copy
import json

from foreign_cda import utf8 as note
from foreign_people import AJACCIO, ALGIERS, LEA, MOTHER, REAL, TOUR
from people import NIA, P1, P2, first_name

FR = "https://hl7.fr/ig/fhir/core"
OLD = "http://interopsante.org/fhir/StructureDefinition"
TYPES = {".8": "INS-NIR", ".9": "INS-NIA", ".10": "INS-NIR-TEST", ".11": "INS-NIR-DEMO"}
COG = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"


def ins(identity, **changed):
    kind = TYPES["." + identity.oid.rpartition(".")[2]]
    return {
        "type": {"coding": [{"system": f"{FR}/CodeSystem/fr-core-cs-v2-0203", "code": kind, "display": "x"}], "text": "INS"},
        "value": identity.matricule.value, "system": f"urn:oid:{identity.oid}", "use": "official",
    } | changed  # fmt: skip


LOCAL = {
    "value": "P000123",
    "system": "https://lgo.example/patients",
    "use": "usual",
    "type": {"coding": [{"code": "PI"}]},
    "assigner": {"display": "LGO"},
}


def birth_place(code, url=f"{FR}/StructureDefinition/fr-core-address-insee-code"):
    return {
        "valueAddress": {
            "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/geolocation", "extension": [{"url": "latitude", "valueDecimal": 48.1}]},
                          {"valueCoding": {"display": "LIEU", "code": code, "system": COG}, "url": url}],
            "city": "LIEU", "country": "FRA",
        },
        "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
    }  # fmt: skip


def reliability(status="VALI"):
    return {
        "extension": [
            {"url": "methodCollection", "valueCoding": {"code": "INSI"}}, {"valueDate": "2026-06-01", "url": "dateCollection"},
            {"valueCoding": {"system": f"{FR}/CodeSystem/fr-core-cs-v2-0445", "code": status}, "url": "identityStatus"},
        ],
        "url": f"{FR}/StructureDefinition/fr-core-identity-reliability",
    }  # fmt: skip


def patient(identity, **changed):
    """A Patient whose members come in an unusual order; a member set to none is left out."""
    traits = identity.traits
    made = {
        "birthDate": traits.birth_date, "gender": {"F": "female", "M": "male"}[traits.sex],
        "telecom": [{"system": "phone", "value": "0102030405"}],
        "name": [
            {"use": "usual", "family": "Nomusuel", "given": ["Jeff", "Marie"], "prefix": ["M."]},
            {"given": [first_name(identity)], "use": "official", "extension": [
                {"valueString": traits.first_names, "url": f"{FR}/StructureDefinition/fr-core-patient-birth-list-given-name"}],
             "family": traits.birth_name, "text": f"{traits.birth_name} {first_name(identity)}"},
        ],
        "address": [{"use": "home", "city": "LYON", "postalCode": "69002", "district": "69123"}],
        "identifier": [LOCAL, ins(identity)],
        "extension": [reliability(), {"url": f"{OLD}/other", "valueString": "x"}, birth_place(traits.birth_place)],
        "id": "p1", "meta": {"versionId": "2", "profile": [f"{FR}/StructureDefinition/fr-core-patient-ins|2.2.0"]}, "resourceType": "Patient",
        "contact": [{"name": {"family": "CONTACT", "given": ["ANNE"]}, "gender": "female"}],
        "generalPractitioner": [{"reference": "Practitioner/1"}],
    }  # fmt: skip
    return {key: value for key, value in (made | changed).items() if value is not None}


def named(identity, *, family=None, given=None, names=None):
    name = copy.deepcopy(patient(identity)["name"])
    name[1]["family"] = family or name[1]["family"]
    name[1]["given"] = given or name[1]["given"]
    if names == "":
        name[1].pop("extension")
    elif names:
        name[1]["extension"][0]["valueString"] = names
    return name


def bundle(*resources, kind="collection"):
    return {
        "type": kind,
        "entry": [
            {
                "fullUrl": f"urn:uuid:{n}",
                "resource": one,
                "request": {"method": "POST", "url": one["resourceType"]},
            }
            for n, one in enumerate(resources)
        ],
        "resourceType": "Bundle",
    }


def js(resource, **options):
    return json.dumps(resource, **options).encode()


PRACTITIONER = {
    "resourceType": "Practitioner",
    "identifier": [
        {
            "system": "urn:oid:1.2.250.1.71.4.2.1",
            "value": "810001234567",
            "type": {"coding": [{"code": "IDNPS"}]},
        }
    ],
    "name": [{"family": "BÊTA", "given": ["Héloïse"]}],
}
RELATED = {
    "resourceType": "RelatedPerson",
    "identifier": [ins(MOTHER)],
    "patient": {"reference": "Patient/p1"},
    "name": [{"family": "NGUYEN"}],
    "birthDate": "1965-03-02",
}
DOCUMENT = {
    "resourceType": "DocumentReference", "id": "d", "status": "current", "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.250.1.213.1.4.8.99999.2"},
    "subject": {"reference": f"Patient?identifier=urn:oid:{TOUR.oid}|{TOUR.matricule.value}"},
    "content": [{"attachment": {"contentType": "text/xml", "data": base64.b64encode(note(TOUR)).decode()}}],
}  # fmt: skip


def xml(identity, prefix="", *, spaces=False):
    """A Patient in XML, written by hand and not by turning JSON over."""
    traits = identity.traits
    kind = TYPES["." + identity.oid.rpartition(".")[2]]
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<Patient xmlns="http://hl7.org/fhir"><id value="p1"/><meta><profile value="{FR}/StructureDefinition/fr-core-patient-ins"/></meta>
<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>Née le 14/07/1977</p></div></text>
<extension url="http://hl7.org/fhir/StructureDefinition/patient-birthPlace"><valueAddress><extension url="{FR}/StructureDefinition/fr-core-address-insee-code">
<valueCoding><system value="{COG}"/><code value="{traits.birth_place}"/></valueCoding></extension><city value="LIEU"/></valueAddress></extension>
<extension url="{FR}/StructureDefinition/fr-core-identity-reliability"><extension url="identityStatus"><valueCoding><code value="VALI"/></valueCoding></extension></extension>
<identifier><use value="official"/><type><coding><code value="{kind}"/></coding></type><system value="urn:oid:{identity.oid}"/><value value="{identity.matricule.value}"/></identifier>
<name><extension url="{FR}/StructureDefinition/fr-core-patient-birth-list-given-name"><valueString value="{traits.first_names}"/></extension>
<use value="official"/><family value="{traits.birth_name}"/><given value="{first_name(identity)}"/></name>
<gender value="{"female" if traits.sex == "F" else "male"}"/><birthDate value="{traits.birth_date}"><extension url="http://hl7.org/fhir/StructureDefinition/patient-birthTime"><valueDateTime value="{traits.birth_date}T10:00:00Z"/></extension></birthDate></Patient>"""
    if prefix:
        head, _, rest = text.partition("\n")
        rest = (
            rest.replace("</", "\0")
            .replace("<", f"<{prefix}:")
            .replace("\0", f"</{prefix}:")
            .replace('xmlns="http://hl7', f'xmlns:{prefix}="http://hl7')
        )
        rest = (
            rest.replace(f"<{prefix}:div xmlns=", "<div xmlns=")
            .replace(f"</{prefix}:div>", "</div>")
            .replace(f"<{prefix}:p>", "<p>")
            .replace(f"</{prefix}:p>", "</p>")
        )
        return (head + "\n" + rest).encode()
    return text.encode()


def _profile(version, **changed):
    """The shapes of FR Core 2.0.1 and 2.1.0."""
    commune = "https://mos.esante.gouv.fr/NOS/TRE_R13-Commune/FHIR/TRE-R13-Commune"
    text = json.dumps(
        patient(
            changed.pop("who", TOUR),
            meta={"profile": [f"{FR}/StructureDefinition/fr-core-patient-ins|{version}"]},
            **changed,
        )
    )
    return text.replace(COG, commune).encode()


def _no_types():
    bare = ins(TOUR)
    del bare["type"]
    return js(patient(TOUR, identifier=[bare, {"system": "urn:oid:1.2.3.4", "value": "7"}]))


RIGHT = {
    "unusual order": (TOUR, lambda: js(patient(TOUR))),
    "Reunion": (LEA, lambda: js(patient(LEA), indent=4)),
    "Algeria": (ALGIERS, lambda: js(patient(ALGIERS))),
    "Corsica, escapes": (AJACCIO, lambda: js(patient(AJACCIO)).replace(b"O'CONNOR", b"O\\u0027CONNOR")),
    "production": (REAL, lambda: js(patient(REAL))),
    "waiting number": (NIA, lambda: js(patient(NIA))),
    "waiting number of 2.1, use temp": (NIA, lambda: _profile("2.1.0", who=NIA, identifier=[ins(NIA, use="temp")])),
    "FR Core 2.0.1": (TOUR, lambda: _profile("2.0.1")),
    "before 2.0": (TOUR, lambda: js(patient(TOUR, meta=None, extension=[birth_place("75101", f"{OLD}/FrAddressInseeCode"), {"url": f"{OLD}/FrPatientIdentReliability", "extension": [{"url": "identityStatus", "valueCoding": {"code": "VALI"}}]}]))),
    "CRLF and tabs": (TOUR, lambda: js(patient(TOUR), indent="\t").replace(b"\n", b"\r\n")),
    "UTF-8 with accents": (TOUR, lambda: json.dumps(bundle(PRACTITIONER, patient(TOUR)), ensure_ascii=False).encode()),
    "several patients": (TOUR, lambda: js(bundle(patient(TOUR), PRACTITIONER, patient(LEA), patient(AJACCIO)))),
    "mother as related person": (LEA, lambda: js(bundle(patient(LEA), RELATED))),
    "mother as another patient": (LEA, lambda: js(bundle(patient(LEA, link=[{"other": {"reference": "Patient/m"}, "type": "seealso"}]), patient(MOTHER)))),
    "transaction": (TOUR, lambda: js(bundle(PRACTITIONER, patient(TOUR), DOCUMENT, kind="transaction"))),
    "search set with an outcome": (TOUR, lambda: js(bundle(patient(TOUR), {"resourceType": "OperationOutcome", "issue": []}, kind="searchset"))),
    "nested bundle": (TOUR, lambda: js(bundle(bundle(patient(TOUR))))),
    "contained twice": (TOUR, lambda: js(bundle({"resourceType": "Coverage", "contained": [patient(TOUR)]}, {"resourceType": "Immunization", "contained": [PRACTITIONER, patient(TOUR)]}))),
    "NDJSON of two": (TOUR, lambda: js(patient(TOUR)) + b"\n" + js(patient(LEA)) + b"\n"),
    "no types on identifiers": (TOUR, _no_types),
    "two codings of one type": (TOUR, lambda: js(patient(TOUR, identifier=[ins(TOUR, type={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NI"}, {"code": "INS-NIR-TEST"}]})]))),
    "a period that runs": (TOUR, lambda: js(patient(TOUR, identifier=[ins(TOUR, period={"start": "2024-01-01"})]))),
    "former INS": (TOUR, lambda: js(patient(TOUR, identifier=[ins(P2, use="old", period={"end": "2023-12-31"}), ins(TOUR)]))),
    "billing number and file number": (TOUR, lambda: js(patient(TOUR, identifier=[ins(TOUR), {"use": "secondary", "system": "urn:oid:1.2.250.1.213.1.4.13", "value": TOUR.matricule.value, "type": {"coding": [{"code": "NH"}]}}, {"use": "secondary", "system": "urn:oid:1.2.250.1.176.1.2", "value": "987", "type": {"coding": [{"code": "NDP"}]}}]))),
    "extensions on primitives": (TOUR, lambda: js(patient(TOUR, _birthDate={"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueDateTime": "1948-02-29T10:00:00Z"}]}, _gender={"id": "g"}))),
    "secure address": (TOUR, lambda: js(patient(TOUR, telecom=[{"system": "email", "value": f"{TOUR.matricule.value}@patient.mssante.fr", "extension": [{"url": "x", "valueCode": "MSSANTE"}]}, {"system": "url", "value": f"mailto:{TOUR.matricule.value}@patient.mssante.fr"}]))),
    "an official name in use earlier": (TOUR, lambda: js(patient(TOUR, name=[{"use": "old", "family": "AUTRE", "given": ["X"]}, *patient(TOUR)["name"], {"use": "nickname", "text": "Jeff"}, {"use": "maiden", "family": "DE LA TOUR D'AUVERGNE"}]))),
    "RNIV status, next version": (TOUR, lambda: js(patient(TOUR, extension=[reliability("QUAL"), birth_place("75101")]))),
    "XML": (TOUR, lambda: xml(TOUR)),
    "XML with a prefix": (AJACCIO, lambda: xml(AJACCIO, "f")),
    "XML in UTF-16": (LEA, lambda: xml(LEA).decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")),
    "XML bundle": (LEA, lambda: b'<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry><resource>' + xml(LEA).partition(b"?>")[2] + b"</resource></entry></Bundle>"),
    "parameters": (TOUR, lambda: js({"resourceType": "Parameters", "parameter": [{"name": "a", "part": [{"name": "b", "resource": patient(TOUR)}]}]})),
    "document reference with a CDA and its patient": (TOUR, lambda: js(DOCUMENT | {"contained": [patient(TOUR)]})),
}  # fmt: skip


def one(identity=P1, **changed):
    return lambda: js(patient(identity, **changed))


WRONG = {
    "system without urn": (P1, one(identifier=[ins(P1, system=P1.oid)]), "fhir-system", "identifier[0].system"),
    "URL as system": (P1, one(identifier=[ins(P1, system="https://esante.gouv.fr/ins")]), "oid-not-ins", "identifier[0]"),
    "type of a NIA": (P1, one(identifier=[ins(P1, type={"coding": [{"code": "INS-NIA"}]})]), "fhir-type", "identifier[0].type"),
    "type NH": (P1, one(identifier=[LOCAL, ins(P1, type={"coding": [{"code": "NH"}]})]), "fhir-type", "identifier[1].type"),
    "use usual": (P1, one(identifier=[ins(P1, use="usual")]), "fhir-use", "identifier[0].use"),
    "use temp for a NIR": (P1, one(identifier=[ins(P1, use="temp")]), "fhir-use", "identifier[0].use"),
    "two official INS": (P1, one(identifier=[ins(P1), ins(P2)]), "fhir-several-official", "identifier[1]"),
    "key": (P1, one(identifier=[ins(P1, value="279035121518900")]), "matricule-key", "identifier[0].value"),
    "number as integer": (P1, one(identifier=[ins(P1, value=279035121518989)]), "oid-without-matricule", "identifier[0]"),
    "number of another": (P1, one(identifier=[ins(P2)]), "matricule-differs", "identifier[0].value"),
    "only old": (P1, one(identifier=[ins(P1, use="old")]), "ins-missing", "Patient"),
    "provisional": (P1, one(extension=[reliability("PROV"), birth_place("51215")]), "fhir-ins-not-qualified", "extension[0].extension[2]"),
    "whole list as first": (P1, one(name=named(P1, given=["DOMINIQUE MARIE-LOUISE"])), "first-name-is-list", "name[1].given[0]"),
    "list in given": (P1, one(name=named(P1, given=["DOMINIQUE", "MARIE-LOUISE"])), "fhir-several-given", "name[1].given"),
    "no list": (P1, one(name=named(P1, names="")), "fhir-trait-missing", "Patient"),
    "list of other order": (P1, one(name=named(P1, names="MARIE-LOUISE DOMINIQUE")), "first-name-not-in-list", "name[1].extension[0]"),
    "name used as official": (P1, one(name=named(P1, family="DURAND")), "birth-name-differs", "name[1].family"),
    "names swapped": (P1, one(name=named(P1, family="DOMINIQUE", given=["PAT-TROIS"])), "birth-name-differs", "name[1].family"),
    "only a usual name": (P1, one(name=patient(P1)["name"][:1]), "fhir-trait-missing", "Patient"),
    "display case": (P1, one(name=named(P1, family="Pat-Trois")), "birth-name-differs", "name[1].family"),
    "accent": (LEA, one(LEA, name=named(LEA, given=["LÉA"], names="LÉA")), "name-characters", "name[1].given[0]"),
    "gender of the other": (P1, one(gender="male"), "sex-differs", "gender"),
    "gender unknown": (P1, one(gender="unknown"), "sex-value", "gender"),
    "gender letter": (P1, one(gender="F"), "sex-value", "gender"),
    "no gender": (P1, one(gender=None), "fhir-trait-missing", "Patient"),
    "date and time": (P1, one(birthDate="1979-03-28T00:00:00Z"), "birth-date", "birthDate"),
    "the day before, by the time zone": (P1, one(birthDate="1979-03-27"), "birth-date-differs", "birthDate"),
    "month only": (P1, one(birthDate="1979-03"), "birth-date", "birthDate"),
    "French date": (P1, one(birthDate="28/03/1979"), "birth-date", "birthDate"),
    "no date": (P1, one(birthDate=None), "fhir-trait-missing", "Patient"),
    "compact date": (P1, one(birthDate="19790328"), "birth-date", "birthDate"),
    "no birth place": (P1, one(extension=[reliability()]), "fhir-trait-missing", "Patient"),
    "department as place": (P1, one(extension=[reliability(), birth_place("51")]), "birth-place-code", "extension[1]"),
    "post code as place": (P1, one(extension=[reliability(), birth_place("51300")]), "birth-place-differs", "extension[1]"),
    "ISO country as place": (ALGIERS, one(ALGIERS, extension=[reliability(), birth_place("DZA")]), "birth-place-code", "extension[1]"),
    "unknown place": (P1, one(extension=[reliability(), birth_place("99999")]), "birth-place-unknown", "extension[1]"),
    "address of another": (P1, one(telecom=[{"system": "email", "value": f"{P2.matricule.value}@patient.mssante.fr"}]), "mailbox-of-another", "telecom[0]"),
    "address with a letter too many": (P1, one(telecom=[{"system": "email", "value": f"{P1.matricule.value}x@patient.mssante.fr"}]), "mailbox-number", "telecom[0]"),
    "wrong patient of a bundle": (P1, lambda: js(bundle(PRACTITIONER, patient(LEA), patient(P1, birthDate="1979-03-29"))), "birth-date-differs", "entry[2]"),
    "XML with a wrong sex": (P1, lambda: xml(P1).replace(b'"female"', b'"Feminin"'), "sex-value", "gender"),
    "XML with a wrong place": (P1, lambda: xml(P1).replace(b'"51215"', b'"DOMPREMY"'), "birth-place-code", "extension"),
    "CDA of another inside": (None, lambda: js(DOCUMENT | {"contained": [patient(P1)]}), "matricule-contradicts", "contained[0]"),
    "second official without system": (P1, one(identifier=[ins(P1), ins(P2, system=None)]), "matricule-without-oid", "identifier[1]"),
}  # fmt: skip
