"""Identities checked on one document or another: what leaves of somebody does not depend on which one it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.errors import RefusedError
from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Status
from conformance.suite.desk.needs import need_status
from conformance.suite.desk.routes import Route

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk


def checked_with(desk: Desk, patient: Patient, rank: int) -> Patient:
    """Record the high-confidence document of this rank for somebody retrieved, validate, and return the file.

    Where the software does not take this kind, the first that it takes is recorded.
    """
    kind = HIGH_CONFIDENCE_PROOFS[rank % len(HIGH_CONFIDENCE_PROOFS)]
    try:
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    except RefusedError:
        pass
    else:
        after = desk.read(patient)
        if after.status is Status.QUAL:
            return after
    after = desk.check_document(patient)
    need_status(after, Route.IMPORTED_CHECKED)
    return after
