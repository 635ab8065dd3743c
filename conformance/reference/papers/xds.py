"""XDS metadata of a document, the IHE_XDM archive, and the submission to the DMP (ITI-41)."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
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

_ENTRY_PATIENT: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
_ENTRY_UNIQUE: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
_ENTRY_TYPE: Final = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
_SET_PATIENT: Final = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
_SET_UNIQUE: Final = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
_SET_SOURCE: Final = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
_STABLE: Final = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
_PACKAGE: Final = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
URI: Final = "DOC00001.XML"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A document and what the metadata say of it."""

    metadata: str
    """ebRIM, without XML declaration."""
    patient_id: str
    """As the assertion names the patient."""
    content: bytes
    uri: str
    index: str
    """What the page of an archive says of it, for people."""
    readme: str


def describe(patient: Patient, kind: Kind, seams: Seams, content: bytes) -> Described:
    """Return the metadata of a CDA."""
    values = leaving(patient, seams, where="xds", document=kind.key)
    local = f"{values['local_id']}^^^&{LOCAL_OID}&ISO^PI"
    ins = f"{values['matricule']}^^^&{values['oid']}&ISO^NH" if values["matricule"] else local
    [told] = passing(
        seams,
        Seam.WRITTEN,
        [
            {
                "entry_patient": ins,
                "set_patient": ins,
                "assertion_patient": ins,
                "source": local,
                "birth_name": values["birth_name"],
                "first_name": values["first_name"],
                "birth_date": values["birth_date"].replace("-", ""),
                "sex": values["sex"],
                "hash": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
                "size": str(len(content)),
                "uri": URI,
                "code": kind.code,
                "index": "",
                "readme": "",
            }
        ],
        patient,
        where="xds",
        document=kind.key,
    )
    return Described(
        metadata=_metadata(told, kind),
        patient_id=told["assertion_patient"],
        content=content,
        uri=told["uri"],
        index=told["index"],
        readme=told["readme"],
    )


def archive(described: Described) -> bytes:
    """Return an IHE_XDM archive of one document."""
    index = f"<p>{escape(described.index)}</p>".replace("\n", "<br>") if described.index else ""
    files = {
        "INDEX.HTM": f"<html><body><h1>Pharmacie du Banc d'essai</h1>{index}</body></html>".encode(),
        "README.TXT": f"banc-lgo, banc-insi. IHE_XDM/SUBSET01: METADATA.XML, DOC00001.XML\r\n{described.readme}".encode(),
        "IHE_XDM/SUBSET01/METADATA.XML": f'<?xml version="1.0" encoding="UTF-8"?>\n{described.metadata}'.encode(),
        f"IHE_XDM/SUBSET01/{described.uri}": described.content,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return out.getvalue()


def submission(described: Described) -> bytes:
    """Return the SOAP envelope of ITI-41, the document in base64."""
    attribute = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">'
        "<soap:Header><wsa:Action>urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b</wsa:Action>"
        f"<wsa:MessageID>urn:uuid:{uuid4()}</wsa:MessageID>"
        '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
        f'<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{uuid4()}" Version="2.0">'
        f'<saml:AttributeStatement><saml:Attribute Name="{attribute}">'
        f"<saml:AttributeValue>{escape(described.patient_id)}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
        "</saml:Assertion></wsse:Security></soap:Header><soap:Body>"
        '<xdsb:ProvideAndRegisterDocumentSetRequest xmlns:xdsb="urn:ihe:iti:xds-b:2007">'
        f'{described.metadata}<xdsb:Document id="document">{base64.b64encode(described.content).decode()}</xdsb:Document>'
        "</xdsb:ProvideAndRegisterDocumentSetRequest></soap:Body></soap:Envelope>"
    ).encode()


def _metadata(told: Record, kind: Kind) -> str:
    stamp = now()[:19].translate(str.maketrans("", "", "-:T"))
    info = [
        f"PID-5|{told['birth_name']}^{told['first_name']}^^^^^L",
        f"PID-7|{told['birth_date']}",
        f"PID-8|{told['sex']}",
    ]
    slots = {
        "creationTime": [stamp],
        "hash": [told["hash"]],
        "size": [told["size"]],
        "URI": [told["uri"]],
        "languageCode": ["fr-FR"],
        "sourcePatientId": [told["source"]],
        "sourcePatientInfo": info,
    }
    entry = (
        f'<ExtrinsicObject id="document" mimeType="text/xml" objectType="{_STABLE}">{_slots(slots)}'
        f'<Classification id="type" classificationScheme="{_ENTRY_TYPE}" classifiedObject="document" nodeRepresentation="{told["code"]}"/>'
        f"{_external('document', _ENTRY_PATIENT, told['entry_patient'])}"
        f"{_external('document', _ENTRY_UNIQUE, f'2.25.{uuid4().int}')}</ExtrinsicObject>"
    )
    lot = (
        f'<RegistryPackage id="lot">{_slots({"submissionTime": [stamp]})}'
        f"<Name><LocalizedString value={quoteattr(kind.title)}/></Name>"
        f"{_external('lot', _SET_PATIENT, told['set_patient'])}{_external('lot', _SET_UNIQUE, f'2.25.{uuid4().int}')}"
        f"{_external('lot', _SET_SOURCE, '2.999.250.2')}</RegistryPackage>"
        f'<Classification id="node" classifiedObject="lot" classificationNode="{_PACKAGE}"/>'
        '<Association id="member" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember" '
        'sourceObject="lot" targetObject="document"/>'
    )
    return (
        '<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" '
        f'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><RegistryObjectList>{entry}{lot}'
        "</RegistryObjectList></lcm:SubmitObjectsRequest>"
    )


def _slots(slots: dict[str, list[str]]) -> str:
    return "".join(
        f'<Slot name="{name}"><ValueList>{"".join(f"<Value>{escape(one)}</Value>" for one in values)}</ValueList></Slot>'
        for name, values in slots.items()
    )


def _external(of: str, scheme: str, value: str) -> str:
    return f'<ExternalIdentifier id="{of}-{scheme[-4:]}" registryObject="{of}" identificationScheme="{scheme}" value={quoteattr(value)}/>'
