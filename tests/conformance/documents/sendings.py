"""Mails, archives and submissions of these tests."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from email.message import EmailMessage

from people import compact_date, first_name, french

ENTRY, SET = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427", "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"


def patient_id(identity, *, oid=None, number=None, code="NH"):
    return f"{number or identity.matricule.value}^^^&{oid or identity.oid}&ISO^{code}"


def metadata(
    identity,
    documents,
    *,
    set_id=None,
    entry_id=None,
    source=None,
    info=True,
    family=None,
    wrong_hash=False,
    wrong_size=False,
):
    """``documents``: id or URI -> bytes."""
    esc = lambda text: text.replace("&", "&amp;")  # noqa: E731
    made = []
    for name, content in documents.items():
        traits = identity.traits
        lines = [
            f"PID-5|{family or traits.birth_name}^{first_name(identity)}^^^^^L",
            f"PID-7|{compact_date(identity)}",
            f"PID-8|{traits.sex}",
        ]
        slots = {
            "hash": [hashlib.sha1(content + b"x" * wrong_hash, usedforsecurity=False).hexdigest()], "size": [str(len(content) + wrong_size)], "URI": [name],
            "sourcePatientId": [source or "OFF-0001^^^&1.2.3.4.5.6&ISO^PI"],
        } | ({"sourcePatientInfo": lines} if info else {})  # fmt: skip
        written = "".join(
            f'<Slot name="{key}"><ValueList>{"".join(f"<Value>{esc(one)}</Value>" for one in values)}</ValueList></Slot>'
            for key, values in slots.items()
        )
        value = esc(entry_id or patient_id(identity))
        made.append(
            f'<ExtrinsicObject id="{name}" mimeType="text/xml">{written}'
            f'<ExternalIdentifier identificationScheme="{ENTRY}" value="{value}"/></ExtrinsicObject>'
        )
    value = esc(set_id or patient_id(identity))
    package = f'<RegistryPackage id="set"><ExternalIdentifier identificationScheme="{SET}" value="{value}"/></RegistryPackage>'
    return (
        '<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" '
        f'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><RegistryObjectList>{"".join(made)}{package}'
        "</RegistryObjectList></lcm:SubmitObjectsRequest>"
    )


def xdm(identity, documents, *, extra=(), tree=True, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if tree:
            archive.writestr("INDEX.HTM", "<html></html>")
            archive.writestr("README.TXT", "LGO")
        archive.writestr(
            "IHE_XDM/SUBSET01/METADATA.XML",
            '<?xml version="1.0"?>' + metadata(identity, documents, **options),
        )
        for name, content in documents.items():
            archive.writestr(f"IHE_XDM/SUBSET01/{name}", content)
        for name, content in extra:
            archive.writestr(name, content)
    return out.getvalue()


def _codes(archive):
    """Return the codes of the documents of an archive, as X-MSS-CODECDA lists them."""
    if not zipfile.is_zipfile(io.BytesIO(archive)):
        return []
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        inside = [
            opened.read(one)
            for one in opened.infolist()
            if one.file_size < 1_000_000 and not one.flag_bits & 1
        ]
    found = [re.search(rb'<ClinicalDocument.*?<code code="([^"]+)"', one, re.DOTALL) for one in inside]
    return [one[1].decode() for one in found if one]


def mail(
    identity,
    archive=None,
    pdf=None,
    *,
    to="medecin@hopital.mssante.fr",
    ins="O",
    subject=None,
    pdf_name=None,
    headers=(),
):
    made = EmailMessage()
    made["From"], made["To"] = "Pharmacie <officine@pharmacie.mssante.fr>", to
    made["Subject"] = (
        subject or f"XDM/1.0/DDM+Note {identity.traits.birth_name} {first_name(identity)} {french(identity)}"
    )
    made["Message-ID"], made["X-MSS-NIL"] = "<1@pharmacie.mssante.fr>", "1234"
    if ins:
        made["X-MSS-INS"] = ins
    for name, value in headers:
        made[name] = value
    if archive is not None and "X-MSS-CODECDA" not in made and (codes := _codes(archive)):
        made["X-MSS-CODECDA"] = ",".join(codes)
    made.set_content("Bonjour")
    if archive is not None:
        made.add_attachment(archive, maintype="application", subtype="zip", filename="IHE_XDM.ZIP")
    if pdf is not None:
        name = pdf_name or f"20260104_NOTE_{identity.traits.birth_name}_{first_name(identity)}.pdf"
        made.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    return made.as_bytes()


def submission(identity, documents, *, mtom=False, vihf=None, **options):
    resource = (vihf or patient_id(identity)).replace("&", "&amp;")
    inside = []
    for name, content in documents.items():
        body = (
            f'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:{name}@lgo"/>'
            if mtom
            else base64.b64encode(content).decode()
        )
        inside.append(f'<Document xmlns="urn:ihe:iti:xds-b:2007" id="{name}">{body}</Document>')
    envelope = (
        '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header><Assertion><AttributeStatement>'
        f'<Attribute Name="urn:oasis:names:tc:xacml:2.0:resource:resource-id"><AttributeValue>{resource}</AttributeValue></Attribute>'
        "</AttributeStatement></Assertion></soap:Header><soap:Body>"
        f'<ProvideAndRegisterDocumentSetRequest xmlns="urn:ihe:iti:xds-b:2007">{metadata(identity, documents, **options)}'
        f"{''.join(inside)}</ProvideAndRegisterDocumentSetRequest></soap:Body></soap:Envelope>"
    ).encode()
    if not mtom:
        return envelope
    parts = [
        b'Content-Type: application/xop+xml; type="application/soap+xml"\r\nContent-ID: <root@lgo>\r\n\r\n'
        + envelope
    ]
    parts += [
        f"Content-Type: text/xml\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{name}@lgo>\r\n\r\n".encode()
        + content
        for name, content in documents.items()
    ]
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="application/xop+xml"; boundary="frontier"; start="<root@lgo>"\r\n\r\n'
    return head + b"".join(b"--frontier\r\n" + part + b"\r\n" for part in parts) + b"--frontier--\r\n"
