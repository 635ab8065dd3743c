"""How other software packs an IHE_XDM archive and a submission to the DMP: each function makes one, right unless told otherwise."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import zipfile

from foreign_cda import utf8 as cda
from people import compact_date, first_name

RIM, LCM, RS = (f"urn:oasis:names:tc:ebxml-regrep:xsd:{name}:3.0" for name in ("rim", "lcm", "rs"))
SCHEMES = {
    "set patient": "6b5aea1a-874d-4603-a4bc-96a0a7b38446", "set unique": "96fdda7c-d067-4183-912e-bf5ee74998a8",
    "set source": "554ac39e-e3fe-47fe-b233-965d2a147832", "patient": "58a6f841-87b3-4a3e-92fd-a8ffeff98427",
    "unique": "2e82c1f6-a085-4c72-9da3-8640a32e42ab",
}  # fmt: skip
ARC = "1.2.250.1.213.1.4"


def cx(identity, *, oid=None, number=None, code="NH", name="", tail=""):
    return f"{number or identity.matricule.value}^^^{name}&{oid or identity.oid}&ISO^{code}{tail}"


def sha1(content):
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def slot(p, name, *values):
    told = "".join(f"<{p}Value>{one.replace('&', '&amp;')}</{p}Value>" for one in values)
    return f'<{p}Slot name="{name}"><{p}ValueList>{told}</{p}ValueList></{p}Slot>'


def external(p, kind, value, target):
    told = value.replace("&", "&amp;")
    return f'<{p}ExternalIdentifier id="e-{kind.replace(" ", "-")}-{target}" registryObject="{target}" identificationScheme="urn:uuid:{SCHEMES[kind]}" value="{told}"><{p}Name><{p}LocalizedString value="x"/></{p}Name></{p}ExternalIdentifier>'


def info(identity, **changed):
    traits = identity.traits
    told = {
        "PID-3": f"P000123^^^&1.2.250.1.999.7.42&ISO^PI~{identity.matricule.value}^^^ASIP-SANTE-INS-NIR&{identity.oid}&ISO^INS",
        "PID-5": f"{traits.birth_name}^{first_name(identity)}^{traits.first_names}^^^^L~Nomusuel^Jeff^^^^^D", "PID-7": compact_date(identity),
        "PID-8": traits.sex, "PID-11": f"12 RUE DU PORT^^LYON^^69002^FRA^H~^^^^^^BDL^^{traits.birth_place}", "PID-13": "^PRN^PH^^^^^0102030405",
    } | {f"PID-{key[1:]}": value for key, value in changed.items()}  # fmt: skip
    return [f"{key}|{value}" for key, value in told.items() if value is not None]


def entry(
    p,
    name,
    content,
    identity,
    *,
    patient=None,
    source="P000123^^^&1.2.250.1.999.7.42&ISO^PI",
    told=None,
    uri=None,
    digest=None,
    size=None,
    mime="text/xml",
    shuffled=False,
):
    slots = [
        slot(p, "creationTime", "20260601081500"), slot(p, "hash", digest or sha1(content)), slot(p, "languageCode", "fr-FR"),
        slot(p, "size", size or str(len(content))), slot(p, "sourcePatientId", source), slot(p, "sourcePatientInfo", *(told or info(identity))),
        slot(p, "legalAuthenticator", "810001234567^BETA^HELOISE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"),
    ] + ([slot(p, "URI", uri or name)] if uri != "" else [])  # fmt: skip
    ids = [
        external(p, "unique", f"{ARC}.8.99999.{len(content)}", name),
        external(p, "patient", patient or cx(identity), name),
    ]
    author = f'<{p}Classification classificationScheme="urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d" classifiedObject="{name}" id="c-{name}" nodeRepresentation="">{slot(p, "authorPerson", "810001234567^BETA^HELOISE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS")}</{p}Classification>'
    inner = [*slots, f'<{p}Name><{p}LocalizedString value="Note de vaccination"/></{p}Name>', author, *ids]
    if shuffled:
        inner = [*slots[::-1], *ids, author]
    return f'<{p}ExtrinsicObject id="{name}" mimeType="{mime}" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">{"".join(inner)}</{p}ExtrinsicObject>'


def lot(
    identity,
    documents,
    *,
    p="rim:",
    set_patient=None,
    set_source="P000123",
    associations=True,
    extra="",
    **options,
):
    """The registry objects of a lot; ``documents`` is name -> bytes."""
    namespace = f'xmlns:{p[:-1]}="{RIM}"' if p else f'xmlns="{RIM}"'
    made = "".join(entry(p, name, content, identity, **options) for name, content in documents.items())
    package = f'<{p}RegistryPackage id="lot" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved">{slot(p, "submissionTime", "20260601081500")}{external(p, "set source", "1.2.250.1.999.7", "lot")}{external(p, "set patient", set_patient or cx(identity), "lot")}{external(p, "set unique", "1.2.250.1.999.7.1", "lot")}</{p}RegistryPackage>'
    links = (
        "".join(
            f'<{p}Association id="a{n}" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember" sourceObject="lot" targetObject="{name}"/>'
            for n, name in enumerate(documents)
        )
        if associations
        else ""
    )
    return f'<lcm:SubmitObjectsRequest xmlns:lcm="{LCM}"><{p}RegistryObjectList {namespace}>{package}{made}{links}{extra}</{p}RegistryObjectList></lcm:SubmitObjectsRequest>'


def packed(
    identity,
    documents=None,
    *,
    folder="IHE_XDM/SUBSET01/",
    directories=False,
    stored=False,
    streamed=False,
    root=None,
    more=(),
    metadata=None,
    comment=b"",
    declaration='<?xml version="1.0" encoding="UTF-8"?>',
    encoding="utf-8",
    files=None,
    **options,
):
    documents = documents if documents is not None else {"DOC00001.XML": cda(identity)}
    out = io.BytesIO()
    target = _Streamed(out) if streamed else out
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        if directories:
            for name in ("IHE_XDM/", folder):
                archive.writestr(zipfile.ZipInfo(name), b"")
        for name, content in (
            root or {"INDEX.HTM": "<html><body>LGO</body></html>", "README.TXT": "LGO 1.0\r\n"}
        ).items():
            archive.writestr(name, content)
        archive.writestr(
            f"{folder}METADATA.XML",
            metadata or (declaration + lot(identity, documents, **options)).encode(encoding),
        )
        for name, content in (files if files is not None else documents).items():
            archive.writestr(folder + name, content)
        for name, content in more:
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


class _Streamed:
    """An output that cannot go back: sizes come after the files."""

    def __init__(self, out):
        self.out = out

    def write(self, data):
        return self.out.write(data)

    def flush(self):
        self.out.flush()


VIHF = (
    '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="a" Version="2.0"><saml:Issuer>C=FR</saml:Issuer><saml:AttributeStatement>'
    '<saml:Attribute Name="urn:oasis:names:tc:xacml:2.0:resource:resource-id"><saml:AttributeValue>{}</saml:AttributeValue></saml:Attribute>'
    '<saml:Attribute Name="Ressource_URN"><saml:AttributeValue>urn:dmp</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>'
)


def envelope(
    body, identity=None, *, vihf=None, p="soap", action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
):
    told = vihf if vihf is not None else cx(identity)
    security = (
        f'<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">{VIHF.format(told.replace("&", "&amp;"))}</wsse:Security>'
        if told
        else ""
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><{p}:Envelope xmlns:{p}="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">'
        f"<{p}:Header><wsa:Action>{action}</wsa:Action>{security}</{p}:Header><{p}:Body>{body}</{p}:Body></{p}:Envelope>"
    ).encode()


def provided(
    identity, documents=None, *, mtom=False, vihf=None, cid="{}@lgo", names=None, p="soap", **options
):
    documents = (
        documents
        if documents is not None
        else {"urn:uuid:11111111-2222-3333-4444-555555555555": cda(identity)}
    )
    inside = "".join(
        f'<xds:Document id="{names or name}">' + (f'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:{cid.format(number).replace("<", "%3C").replace(">", "%3E")}"/>' if mtom else base64.encodebytes(content).decode()) + "</xds:Document>"
        for number, (name, content) in enumerate(documents.items())
    )  # fmt: skip
    body = f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="urn:ihe:iti:xds-b:2007">{lot(identity, documents, **options)}{inside}</xds:ProvideAndRegisterDocumentSetRequest>'
    return envelope(body, identity, vihf=vihf, p=p), documents


def plain(identity, documents=None, **options):
    return provided(identity, documents, **options)[0]


def mtom(
    identity,
    documents=None,
    *,
    boundary="MIMEBoundary_0c2f",
    end="\r\n",
    http=True,
    quoted=True,
    start=True,
    root_last=False,
    encoding="binary",
    cid="{}@lgo",
    **options,
):
    soap, documents = provided(identity, documents, mtom=True, cid=cid, **options)
    parts = [
        (
            f'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"{end}Content-Transfer-Encoding: 8bit{end}Content-ID: <root@lgo>',
            soap,
        )
    ]
    for number, content in enumerate(documents.values()):
        told = base64.encodebytes(content).replace(b"\n", end.encode()) if encoding == "base64" else content
        parts.append(
            (
                f"content-id: <{cid.format(number)}>{end}content-transfer-encoding: {encoding}{end}content-type: application/octet-stream",
                told,
            )
        )
    if root_last:
        parts.reverse()
    mark = f'"{boundary}"' if quoted else boundary
    told_start = '; start="<root@lgo>"' if start else ""
    head = f'Content-Type: multipart/related; boundary={mark}; type="application/xop+xml"{told_start}; start-info="application/soap+xml"'
    line = (
        f"POST /si-dmp-server/v2/services//repository HTTP/1.1{end}Host: dmp.example{end}"
        if http
        else f"MIME-Version: 1.0{end}"
    )
    body = b"".join(
        f"--{boundary}{end}{headers}{end}{end}".encode() + content + end.encode()
        for headers, content in parts
    )
    return f"{line}{head}{end}{end}".encode() + body + f"--{boundary}--{end}".encode()


def chunked(message):
    """The same message sent in pieces."""
    head, _, body = message.partition(b"\r\n\r\n")
    pieces = b"".join(
        f"{len(body[at : at + 1000]):x}\r\n".encode() + body[at : at + 1000] + b"\r\n"
        for at in range(0, len(body), 1000)
    )
    return head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + pieces + b"0\r\n\r\n"


def zipped(message):
    head, _, body = message.partition(b"\r\n\r\n")
    return head + b"\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(body)
