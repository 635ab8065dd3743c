"""Rows of the database of the reference LGO, and what they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.model import IDENTITY_FIELDS, Attribute, Patient, Proof, Status
from conformance.reference.soap import FormerIns, ReturnedIdentity

if TYPE_CHECKING:
    import sqlite3


def patient_row(patient: Patient) -> dict[str, str | None]:
    """Return the columns of a patient, its identifier apart."""
    proof = patient.proof
    return {
        "status": patient.status.value,
        **{name: getattr(patient, name) for name in IDENTITY_FIELDS},
        "attributes": " ".join(sorted(patient.attributes)),
        "billing_number": patient.billing_number,
        "proof_kind": proof.kind if proof else None,
        "proof_recorded_at": proof.recorded_at if proof else None,
        "proof_recorded_by": proof.recorded_by if proof else None,
        "birth_date_uncertain": "yes" if patient.birth_date_uncertain else None,
    }


def row_patient(row: sqlite3.Row) -> Patient:
    """Return the patient of a row."""
    proof = None
    if row["proof_kind"] is not None:
        proof = Proof(
            kind=row["proof_kind"],
            recorded_at=row["proof_recorded_at"],
            recorded_by=row["proof_recorded_by"],
        )
    return Patient(
        id=str(row["id"]),
        status=Status(row["status"]),
        attributes=frozenset(Attribute(name) for name in row["attributes"].split()),
        proof=proof,
        billing_number=row["billing_number"],
        birth_date_uncertain=row["birth_date_uncertain"] is not None,
        **{name: row[name] for name in IDENTITY_FIELDS},
    )


def read_identity(data: dict[str, Any]) -> ReturnedIdentity:
    """Return an identity that was kept as JSON."""
    return ReturnedIdentity(**{**data, "history": tuple(FormerIns(**entry) for entry in data["history"])})
