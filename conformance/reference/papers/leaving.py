"""What of a file may leave the software: traits always, the INS of an *identité qualifiée* only (TRA-01, TRA-02, DOC-05)."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute, Status
from conformance.reference.files import as_record
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.model import Actor, Patient
    from conformance.reference.seams import Record, Seams

LOCAL_OID: Final = "2.999.250.1"
"""Domain of the file numbers of this pharmacy, in the arc kept for examples."""
PATIENT_DOMAIN: Final = "patient.mssante.fr"
SENDER: Final = "officine.banc@pharmacie.mssante.fr"
"""The secure address of the pharmacy."""
_TRAITS: Final = (
    "birth_name",
    "first_names",
    "first_name",
    "birth_date",
    "sex",
    "birth_place",
    "used_name",
    "used_first_name",
)


_ACT: ContextVar[Record] = ContextVar("_ACT")
"""Who does what: told to the seams of documents."""


@contextmanager
def acting(act: str, actor: Actor, channel: str = "") -> Iterator[None]:
    """Tell the seams of the block what is done (``PRINT``, ``SEND``, ``WITHDRAW``…), in which role and by which channel."""
    before = _ACT.set({"act": act, "role": actor.role, "user": actor.user, "channel": channel})
    try:
        yield
    finally:
        _ACT.reset(before)


def leaving(patient: Patient, seams: Seams, *, where: str, document: str) -> Record:
    """Return what of a file goes into one place of a document.

    Args:
        patient: the file.
        seams: what the values pass on their way.
        where: ``page``, ``symbol``, ``name``, ``cda``, ``hl7``, ``fhir``, ``xds``, ``mail`` or ``export``.
        document: the kind of the document, or the format of the message.
    """
    record: Record = {
        "local_id": f"OFF-{int(patient.id):05d}",
        "status": str(patient.status),
        "attributes": sorted(str(one) for one in patient.attributes),
        **{name: getattr(patient, name) or "" for name in _TRAITS},
        **_ins(patient),
    }
    return passing(seams, Seam.OUTGOING, [record], patient, where=where, document=document)[0]


def passing(
    seams: Seams, seam: Seam, records: list[Record], patient: Patient, *, where: str, document: str
) -> list[Record]:
    """Return what comes out of a seam of documents."""
    if not seams.has(seam):
        return records
    file = {**as_record(patient), **_ins_of(patient), "status": str(patient.status)}
    return seams.many(
        seam,
        records,
        **_ACT.get({}),
        where=where,
        document=document,
        file=file,
        file_status=str(patient.status),
        patient_id=patient.id,
    )


def is_qualified(patient: Patient) -> bool:
    """Tell whether the INS of a file may leave."""
    return (
        patient.status is Status.QUAL
        and bool(patient.matricule and patient.oid)
        and not patient.attributes & {Attribute.DOUTEUSE, Attribute.FICTIVE}
    )


def nature(oid: str) -> str:
    """Return NIR or NIA, which the OID tells and the digits do not (MAT-04)."""
    return "NIA" if oid.endswith(".9") else "NIR"


def _ins(patient: Patient) -> dict[str, Any]:
    if not is_qualified(patient):
        return {"matricule": "", "oid": "", "nature": "", "mailbox": ""}
    return _ins_of(patient)


def _ins_of(patient: Patient) -> dict[str, Any]:
    """Return the INS that a file holds, whether it may leave or not."""
    number, oid = patient.matricule or "", patient.oid or ""
    return {
        "matricule": number,
        "oid": oid,
        "nature": nature(oid) if oid else "",
        "mailbox": f"{number}@{PATIENT_DOMAIN}" if number else "",
    }
