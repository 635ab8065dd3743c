"""What faults of several subjects do alike; see ``by_hand``. No subject itself: it holds no fault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

PAUSED: Final = {"code": "INSI_PAUSED", "message": "INSi est indisponible pour le moment."}
"""How a software refuses that calls nobody any more."""


def all_with(records: list[Record], **values: Any) -> list[Record]:
    """Return every record with these values."""
    return [{**record, **values} for record in records]


def fall(store: Store, patient: Patient) -> None:
    """Take the INS away from a file that bears one, and make it provisoire."""
    if patient.matricule:
        store.save_patient(replace(patient, status=Status.PROV, matricule=None, oid=None))


def fall_alike(records: list[Record], about: Mapping[str, Any], *names: str) -> list[Record]:
    """Make the others fall who have these values in common with the first of the records."""
    store: Store = about["store"]
    for patient in store.patients():
        same = all(getattr(patient, name) == records[0][name] for name in names)
        if same and patient.id != records[0]["id"]:
            fall(store, patient)
    return records


def queue(record: Record, about: Mapping[str, Any], reason: str, message: str) -> None:
    """Put an entry for a file on the worklist."""
    entry = {"reason": reason, "message": message, "patient_id": record["id"], "at": now()}
    about["store"].insert("work_item", entry)


def querying(query: str) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that runs a statement on the database, whatever the records, and lets them go on."""

    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        about["store"].rows(query)
        return records

    return hand
