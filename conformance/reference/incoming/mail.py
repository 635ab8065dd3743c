"""Reading a MSSanté mail: the documents of its IHE_XDM archive, and what the metadata say of their patient."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Final

from conformance.reference.incoming import cda
from conformance.reference.incoming.arrived import Act, Arrived, UnreadableError, Values, date_of, ins_of
from simulator.xml import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

MAX_BYTES: Final = 30 * 1024 * 1024
MAX_FILES: Final = 200
_RIM: Final = {"r": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"}
_PATIENT: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
_METADATA: Final = re.compile(r"^IHE_XDM/[^/]+/METADATA\.XML$", re.IGNORECASE)
_RETURNED: Final = re.compile(r"\[(?:KO Intégration système !|Erreur d'intégration !)\]\s*\[(\d{3})\]")


def read(content: bytes) -> tuple[list[Arrived], str | None]:
    """Return the documents of a mail, and the code of the error when it reports one about what was sent.

    Raises:
        UnreadableError: it is too long, or its archive cannot be read.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"courriel de {len(content)} octets, au plus {MAX_BYTES} sont lus")
    mail: EmailMessage = message_from_bytes(content, policy=default)
    subject = str(mail.get("Subject", ""))
    reported = _RETURNED.search(subject)
    is_deletion = "DDM+Suppression" in subject
    found = [
        replace(one, act=Act.DELETES) if is_deletion else one
        for part in mail.iter_attachments()
        if (part.get_filename() or "").upper().endswith(".ZIP")
        for one in _archive(part.get_payload(decode=True) or b"")  # type: ignore[arg-type] # bytes, once decoded
    ]
    return found, reported[1] if reported else None


def _archive(content: bytes) -> Iterator[Arrived]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            inside = zipped.infolist()
            if len(inside) > MAX_FILES or sum(one.file_size for one in inside) > MAX_BYTES:
                raise UnreadableError("archive trop grande")
            by_name = {one.filename: one for one in inside}
            for name in filter(_METADATA.match, by_name):
                folder = name.rpartition("/")[0]
                yield from _described(zipped, zipped.read(by_name[name]), folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnreadableError("archive IHE_XDM illisible") from error


def _described(zipped: zipfile.ZipFile, metadata: bytes, folder: str) -> Iterator[Arrived]:
    root = parsed(metadata)
    if root is None:
        raise UnreadableError("METADATA.XML illisible")
    for entry in root.iter(f"{{{_RIM['r']}}}ExtrinsicObject"):
        slots = {
            slot.get("name"): [one.text or "" for one in slot.iter(f"{{{_RIM['r']}}}Value")]
            for slot in entry.findall("r:Slot", _RIM)
        }
        uri = next(iter(slots.get("URI", [])), "")
        try:
            content = zipped.read(f"{folder}/{uri}")
        except KeyError as error:
            raise UnreadableError(f"document {uri} absent de l'archive") from error
        external = entry.find(f"r:ExternalIdentifier[@identificationScheme='{_PATIENT}']", _RIM)
        told = _patient("" if external is None else external.get("value", ""))
        yield replace(
            cda.read(content), around=(told, _info(slots.get("sourcePatientInfo", []))), status="QUAL"
        )


def _patient(text: str) -> Values:
    """Return the INS that a patientId holds: ``number^^^&OID&ISO^NH``."""
    parts = text.split("^")
    authority = parts[3].split("&") if len(parts) > 3 else []  # noqa: PLR2004
    matricule, oid = ins_of([(authority[1], parts[0])]) if len(authority) > 1 else (None, None)
    return {"matricule": matricule, "oid": oid}


def _info(lines: list[str]) -> Values:
    told = {line.partition("|")[0]: line.partition("|")[2] for line in lines}
    name = [*told.get("PID-5", "").split("^"), ""]
    return {
        "birth_name": name[0] or None,
        "first_name": name[1] or None,
        "birth_date": date_of(told.get("PID-7")),
        "sex": told.get("PID-8") or None,
    }
