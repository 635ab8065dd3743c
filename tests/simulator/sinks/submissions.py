"""Submissions to the DMP, written here by hand."""

from __future__ import annotations

import base64
import hashlib
from email.generator import _make_boundary

ENTRY_PATIENT = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
ENTRY_UNIQUE = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
SET_PATIENT = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SET_UNIQUE = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
P1 = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
CONTENT = b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>"


def external(of, scheme, value):
    return f'<ExternalIdentifier id="{of}{scheme[-3:]}" registryObject="{of}" identificationScheme="{scheme}" value="{value.replace("&", "&amp;")}"/>'


def slot(name, value):
    return f'<Slot name="{name}"><ValueList><Value>{value}</Value></ValueList></Slot>'


def envelope(
    *,
    entry=P1,
    of_set=P1,
    vihf=P1,
    content=CONTENT,
    document=None,
    unique="2.25.1",
    digest=None,
    size=None,
    name="doc",
    soap="http://www.w3.org/2003/05/soap-envelope",
):
    document = base64.b64encode(content).decode() if document is None else document
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest() if digest is None else digest
    size = len(content) if size is None else size
    assertion = (
        '<wsse:Security xmlns:wsse="urn:x"><saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:Attribute '
        f'Name="urn:oasis:names:tc:xacml:2.0:resource:resource-id"><saml:AttributeValue>{vihf.replace("&", "&amp;")}'
        "</saml:AttributeValue></saml:Attribute></saml:Assertion></wsse:Security>"
        if vihf
        else ""
    )
    return (
        f'<s:Envelope xmlns:s="{soap}" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>'
        "<a:Action>urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b</a:Action><a:MessageID>urn:uuid:1</a:MessageID>"
        f'{assertion}</s:Header><s:Body><x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007">'
        '<l:SubmitObjectsRequest xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" '
        'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><RegistryObjectList>'
        f'<ExtrinsicObject id="doc" mimeType="text/xml">{slot("hash", digest)}{slot("size", size)}'
        f"{external('doc', ENTRY_PATIENT, entry)}{external('doc', ENTRY_UNIQUE, unique)}</ExtrinsicObject>"
        f'<RegistryPackage id="lot">{external("lot", SET_PATIENT, of_set)}{external("lot", SET_UNIQUE, "2.25.9")}'
        "</RegistryPackage></RegistryObjectList></l:SubmitObjectsRequest>"
        + (f'<x:Document id="{name}">{document}</x:Document>' if name else "")
        + "</x:ProvideAndRegisterDocumentSetRequest></s:Body></s:Envelope>"
    ).encode()


def mtom(content=CONTENT, *, cid="doc@x", include="cid:doc%40x", start="<root@x>", boundary=None, **options):
    """Return content type and body of a submission with its document as a binary part."""
    boundary = boundary or _make_boundary()
    inside = f'<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="{include}"/>'
    root = envelope(content=content, document=inside, **options)
    body = (
        f'--{boundary}\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
        "Content-Transfer-Encoding: binary\r\nContent-ID: <root@x>\r\n\r\n"
    ).encode() + root
    body += f"\r\n--{boundary}\r\nContent-Type: text/xml\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{cid}>\r\n\r\n".encode()
    body += content + f"\r\n--{boundary}--\r\n".encode()
    return (
        f'multipart/related; type="application/xop+xml"; boundary="{boundary}"; start="{start}"; start-info="application/soap+xml"',
        body,
    )


def existence(number="279035121518989", oid="1.2.250.1.213.1.4.10"):
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0"><controlActProcess><queryByParameter><parameterList>'
        f'<patientIdentifier><value root="{oid}" extension="{number}"/></patientIdentifier>'
        "</parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02></s:Body></s:Envelope>"
    ).encode()
