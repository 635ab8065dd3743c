"""MSSanté mails of what arrives: the IHE_XDM archive, the PDF beside it, the headers (documents §A6, §A7)."""

from __future__ import annotations

import hashlib
import io
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from conformance.suite.desk.words import as_cx
from conformance.suite.incoming import cda
from conformance.suite.incoming.letter import MAILBOX, SENDER_DOMAIN, STAMP, Act, compact, french

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.suite.incoming.letter import Letter

RECEIVER: Final = "officine.banc@pharmacie.mssante.fr"
_ENTRY_PATIENT: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
_ENTRY_UNIQUE: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
_SET_PATIENT: Final = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
_SET_UNIQUE: Final = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
_SET_SOURCE: Final = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
_STABLE: Final = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"


def write(letter: Letter, *more: Letter) -> bytes:
    """Return the mail of a document; ``more`` documents in the same archive are against the rules of the sender."""
    one = letter.around
    mail = _headed(letter, "Suppression " if letter.act is Act.DELETES else "")
    is_whole = all((one.matricule, one.oid, one.birth_name, one.first_name, one.birth_date, one.sex))
    mail["X-MSS-INS"] = "O" if is_whole else "N"
    mail["X-MSS-CODECDA"] = ",".join([cda.CODE] * (1 + len(more)))
    mail.set_content("Bonjour,\n\nVeuillez trouver ci-joint ce compte rendu.\n\nLaboratoire voisin\n")
    mail.add_attachment(
        archive([letter, *more]), maintype="application", subtype="zip", filename="IHE_XDM.ZIP"
    )
    _attach_page(mail, letter)
    return mail.as_bytes()


def plain(letter: Letter) -> bytes:
    """Return a mail that holds a PDF only: nothing in it names an INS but its subject and its text."""
    mail = _headed(letter, "")
    one = letter.around
    mail.set_content(f"Résultat de {one.birth_name} {one.first_name}, INS {one.matricule}.\n")
    _attach_page(mail, letter)
    return mail.as_bytes()


def returned(letter: Letter, code: str) -> bytes:
    """Return the mail by which a receiver says that it could not integrate what it was sent (documents §A6)."""
    mail = _headed(letter, "", prefix=f"[KO Intégration système !][{code}] ")
    mail["In-Reply-To"] = mail["References"] = "<4711@pharmacie.mssante.fr>"
    mail.set_content(f"processed/Error: {code}^{ERRORS[code]}\n")
    mail.add_attachment(archive([letter]), maintype="application", subtype="zip", filename="IHE_XDM.ZIP")
    _attach_page(mail, letter)
    return mail.as_bytes()


ERRORS: Final = {
    "902": "patient inconnu",
    "903": "INS absente du CDA",
    "904": "INS ou traits différents de ceux enregistrés",
    "905": "traits de l'INS incomplets",
}
"""Integration error codes of the ANS volets (documents §A2.6)."""


def archive(letters: Sequence[Letter]) -> bytes:
    """Return an IHE_XDM archive of these documents."""
    documents = {f"DOC{number:05d}.XML": cda.write(one) for number, one in enumerate(letters, 1)}
    inside = {
        "INDEX.HTM": b"<html><body><h1>Laboratoire voisin</h1></body></html>",
        "README.TXT": b"Laboratoire voisin, SIL 1.0. IHE_XDM/SUBSET01/METADATA.XML\r\n",
        "IHE_XDM/SUBSET01/METADATA.XML": _metadata(letters, documents),
        **{f"IHE_XDM/SUBSET01/{name}": content for name, content in documents.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in inside.items():
            zipped.writestr(name, content)
    return out.getvalue()


def _headed(letter: Letter, what: str, prefix: str = "") -> EmailMessage:
    one = letter.around
    who = " ".join(filter(None, (one.birth_name, one.first_name, french(one.birth_date))))
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Laboratoire VOISIN <{MAILBOX}>"
    mail["To"] = RECEIVER
    mail["Subject"] = f"{prefix}XDM/1.0/DDM+{what}{letter.title} {who}"
    mail["Message-ID"] = f"<{letter.document_id}@laboratoire.mssante.fr>"
    mail["X-MSS-NIL"] = "8888"
    return mail


def _metadata(letters: Sequence[Letter], documents: dict[str, bytes]) -> bytes:
    entries, links = "", ""
    first = letters[0].around
    for number, (letter, (uri, content)) in enumerate(zip(letters, documents.items(), strict=True), 1):
        one = letter.around
        key = f"document{number}"
        slots = {
            "creationTime": [STAMP],
            "hash": [hashlib.sha1(content, usedforsecurity=False).hexdigest()],
            "size": [str(len(content))],
            "URI": [uri],
            "languageCode": ["fr-FR"],
            "sourcePatientId": [f"{letter.local_id}^^^&{SENDER_DOMAIN}&ISO^PI"],
            "sourcePatientInfo": [
                f"PID-5|{one.birth_name or ''}^{one.first_name or ''}^^^^^L",
                f"PID-7|{compact(one.birth_date)}",
                f"PID-8|{one.sex or ''}",
            ],
        }
        entries += (
            f'<ExtrinsicObject id="{key}" mimeType="text/xml" objectType="{_STABLE}">{_slots(slots)}'
            f"<Name><LocalizedString value={quoteattr(letter.title)}/></Name>"
            f"{_external(key, _ENTRY_PATIENT, _patient_id(letter))}"
            f"{_external(key, _ENTRY_UNIQUE, letter.document_id)}</ExtrinsicObject>"
        )
        links += (
            f'<Association id="member{number}" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember" '
            f'sourceObject="lot" targetObject="{key}"/>'
        )
        if letter.act is not Act.NEW:
            links += (
                f'<Association id="former{number}" associationType="urn:ihe:iti:2007:AssociationType:RPLC" '
                f'sourceObject="{key}" targetObject="urn:oid:{letter.former}"/>'
            )
    title = quoteattr(f"Envoi pour {first.birth_name or ''}")
    lot = (
        f'<RegistryPackage id="lot">{_slots({"submissionTime": [STAMP]})}<Name><LocalizedString value={title}/></Name>'
        f"{_external('lot', _SET_PATIENT, _patient_id(letters[0]))}{_external('lot', _SET_UNIQUE, f'{letters[0].document_id}1')}"
        f"{_external('lot', _SET_SOURCE, SENDER_DOMAIN)}</RegistryPackage>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" '
        f'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><RegistryObjectList>{entries}{lot}{links}'
        "</RegistryObjectList></lcm:SubmitObjectsRequest>"
    ).encode()


def _patient_id(letter: Letter) -> str:
    one = letter.around
    if one.matricule:
        return as_cx(one.matricule, one.oid)
    return f"{letter.local_id}^^^&{SENDER_DOMAIN}&ISO^PI"


def _slots(slots: dict[str, list[str]]) -> str:
    return "".join(
        f'<Slot name="{name}"><ValueList>{"".join(f"<Value>{escape(one)}</Value>" for one in values)}</ValueList></Slot>'
        for name, values in slots.items()
    )


def _external(of: str, scheme: str, value: str) -> str:
    return f'<ExternalIdentifier id="{of}-{scheme[-4:]}" registryObject="{of}" identificationScheme="{scheme}" value={quoteattr(value)}/>'


def _attach_page(mail: EmailMessage, letter: Letter) -> None:
    one = letter.around
    name = "_".join(filter(None, ("20260601_CR", one.birth_name, one.first_name))).replace(" ", "-")
    mail.add_attachment(_page(letter), maintype="application", subtype="pdf", filename=f"{name}.pdf")


def _page(letter: Letter) -> bytes:
    """Return one page of text, hand-made: what is judged here is who it is filed under, not how it prints."""
    one = letter.around
    lines = [
        letter.title,
        f"Nom de naissance : {one.birth_name or ''}",
        f"1er prenom de naissance : {one.first_name or ''}",
        f"Date de naissance : {french(one.birth_date)}",
        f"Sexe : {one.sex or ''}",
    ]
    if one.matricule:
        lines.append(
            f"Matricule INS : {one.matricule} [{'NIA' if (one.oid or '').endswith('.9') else 'NIR'}]"
        )
    shown = " T* ".join(f"({_literal(line)}) Tj" for line in lines)
    stream = f"BT /F1 11 Tf 60 780 Td 16 TL {shown} ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, start)
    )


def _literal(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
