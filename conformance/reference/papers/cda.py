"""CDA R2 documents: the vaccination note (level 3), and reports that carry a PDF (level 1)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final
from uuid import uuid4
from xml.sax.saxutils import escape, quoteattr

from conformance.reference.papers.leaving import LOCAL_OID, leaving, passing
from conformance.reference.seams import Seam
from conformance.reference.store import now

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.reference.papers.kinds import Kind
    from conformance.reference.seams import Record, Seams

_LOINC: Final = "2.16.840.1.113883.6.1"
_GENDERS: Final = "2.16.840.1.113883.5.1"
_STRUCTURE: Final = "2.999.250.2"
_SEXES: Final = {"F": "Féminin", "M": "Masculin"}


def write(patient: Patient, kind: Kind, seams: Seams, pdf: bytes) -> bytes:
    """Return the CDA of a document.

    Args:
        patient: whose it is.
        kind: which document.
        seams: what the values pass on their way.
        pdf: the printed form, which is the body of a level 1.
    """
    values = leaving(patient, seams, where="cda", document=kind.key)
    header = passing(seams, Seam.WRITTEN, _header(values), patient, where="cda", document=kind.key)
    [body] = passing(
        seams,
        Seam.WRITTEN,
        [
            {
                "code": kind.code,
                "level": kind.level,
                "title": kind.title,
                "pdf": pdf,
                "media": "application/pdf",
                "narrative": "",
                "who": f"{values['birth_name']} {values['first_name']}",
            }
        ],
        patient,
        where="cda-body",
        document=kind.key,
    )
    stamp = now()[:19].translate(str.maketrans("", "", "-:T")) + "+0000"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>'
        '<templateId root="1.2.250.1.213.1.1.1.1"/>'
        f'<id root="2.25.{uuid4().int}"/>'
        f'<code code={quoteattr(body["code"])} codeSystem="{_LOINC}" displayName={quoteattr(body["title"])}/>'
        f"<title>{escape(body['title'])}</title>"
        f'<effectiveTime value="{stamp}"/><confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>'
        f'<languageCode code="fr-FR"/>{_target(header)}'
        f'<author><time value="{stamp}"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="899700000000"/>'
        "<assignedPerson><name><family>BANC</family><given>PHARMACIEN</given></name></assignedPerson></assignedAuthor></author>"
        f'<custodian><assignedCustodian><representedCustodianOrganization><id root="{_STRUCTURE}" extension="OFFICINE-BANC"/>'
        "<name>Pharmacie du Banc d'essai</name></representedCustodianOrganization></assignedCustodian></custodian>"
        f"{_body(kind, body)}</ClinicalDocument>"
    ).encode()


def _header(values: Record) -> list[Record]:
    """Return the elements of the patient, in order."""
    elements: list[Record] = []
    if values["matricule"]:
        elements.append({"element": "id", "root": values["oid"], "extension": values["matricule"]})
    elements.append({"element": "id", "root": LOCAL_OID, "extension": values["local_id"]})
    if values["mailbox"]:
        elements.append({"element": "telecom", "text": f"mailto:{values['mailbox']}"})
    elements += [
        {"element": "family", "qualifier": "BR", "text": values["birth_name"]},
        {"element": "given", "qualifier": "", "text": values["first_names"]},
        {"element": "given", "qualifier": "BR", "text": values["first_name"]},
        {"element": "family", "qualifier": "CL", "text": values["used_name"]},
        {"element": "given", "qualifier": "CL", "text": values["used_first_name"]},
        {"element": "sex", "text": values["sex"]},
        {"element": "birthTime", "text": values["birth_date"].replace("-", "")},
        {"element": "county", "text": values["birth_place"]},
    ]
    return [one for one in elements if one["element"] == "id" or one["text"]]


def _target(header: list[Record]) -> str:
    told: dict[str, str] = dict.fromkeys(("id", "telecom", "name", "sex", "birthTime", "county"), "")
    for one in header:
        match one["element"]:
            case "id":
                told["id"] += f"<id root={quoteattr(one['root'])} extension={quoteattr(one['extension'])}/>"
            case "telecom":
                told["telecom"] += f'<telecom use="HP" value={quoteattr(one["text"])}/>'
            case "family" | "given" as name:
                qualifier = f" qualifier={quoteattr(one['qualifier'])}" if one["qualifier"] else ""
                told["name"] += f"<{name}{qualifier}>{escape(one['text'])}</{name}>"
            case "sex":
                shown = _SEXES.get(str(one["text"]), str(one["text"]))
                told["sex"] = (
                    f'<administrativeGenderCode code={quoteattr(one["text"])} codeSystem="{_GENDERS}" displayName={quoteattr(shown)}/>'
                )
            case "birthTime":
                told["birthTime"] = f"<birthTime value={quoteattr(one['text'])}/>"
            case _:
                told["county"] = (
                    f"<birthplace><place><addr><county>{escape(one['text'])}</county></addr></place></birthplace>"
                )
    return (
        f"<recordTarget><patientRole>{told['id']}{told['telecom']}<patient><name>{told['name']}</name>"
        f"{told['sex']}{told['birthTime']}{told['county']}</patient></patientRole></recordTarget>"
    )


def _body(kind: Kind, body: Record) -> str:
    if body["level"] == 1:
        text = base64.b64encode(body["pdf"]).decode()
        return f'<component><nonXMLBody><text mediaType="{body["media"]}" representation="B64">{text}</text></nonXMLBody></component>'
    told = f"{kind.title}, {body['who']}. {' '.join(kind.body)} {body['narrative']}"
    return (
        "<component><structuredBody><component><section>"
        f'<templateId root="1.3.6.1.4.1.19376.1.5.3.1.3.23"/><code code="11369-6" codeSystem="{_LOINC}"/>'
        f"<title>Vaccinations</title><text>{escape(told.strip())}</text>"
        '<entry><substanceAdministration classCode="SBADM" moodCode="EVN"><statusCode code="completed"/>'
        "<consumable><manufacturedProduct><manufacturedMaterial><name>Vaccin antigrippal saisonnier</name>"
        "<lotNumberText>BANC-26</lotNumberText></manufacturedMaterial></manufacturedProduct></consumable>"
        "</substanceAdministration></entry></section></component></structuredBody></component>"
    )
