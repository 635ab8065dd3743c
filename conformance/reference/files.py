"""The patient files as they are written and shown, with their status history and the audit log.

Whatever the act, a file is written by ``create`` or ``save``: what must happen with every status (clearing
the INS, historising) happens there and is forgotten nowhere.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import IDENTITY_FIELDS, StatusChange
from conformance.reference import answers, identity, lifecycle
from conformance.reference.soap import ReplyKind
from conformance.reference.store import TracedAct, now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Actor, Patient, Status
    from conformance.reference.defects import Defects
    from conformance.reference.soap import Reply
    from conformance.reference.store import Store

NEW = ""
"""The identifier of a file that has not been stored yet."""

MODE = "TRAITS"
"""The only way this software calls INSi."""

_SHORT = 30
"""The length of a column that is too short for a name (``names-cut-short``)."""


class Files:
    """Writes and shows patient files.

    Args:
        store: the database.
        defects: the mistakes switched on.
    """

    def __init__(self, store: Store, defects: Defects) -> None:
        """Use a database."""
        self.store = store
        self._defects = defects

    def create(self, patient: Patient, actor: Actor, reason: str) -> Patient:
        """Write a new file and return it with its identifier."""
        with self.store.transaction():
            patient = self.store.add_patient(patient)
            self._historise(patient.id, None, patient.status, actor, reason)
            self.trace("IDENTITY_CREATED", actor, patient.id, reason)
        return patient

    def save(self, patient: Patient, status: Status, actor: Actor, reason: str = "") -> Patient:
        """Write a changed file and its new status.

        Args:
            patient: the new fields, still with the former status.
            status: the new status.
            actor: who did it.
            reason: why, for the status history.
        """
        after = lifecycle.with_status(patient, status, self._defects)
        with self.store.transaction():
            self.store.save_patient(after)
            if status is not patient.status:
                self._historise(patient.id, patient.status, status, actor, reason)
        return after

    def kept(self, values: Mapping[str, str | None]) -> dict[str, Any]:
        """Return the identity fields that the database keeps (FLD-01): all of them, empty ones as ``None``."""
        kept = {name: values[name] or None for name in IDENTITY_FIELDS if name in values}
        if "used-first-name-not-stored" in self._defects:
            kept.pop("used_first_name", None)
        if "names-cut-short" in self._defects:
            kept = {name: value and value[:_SHORT] for name, value in kept.items()}
        return kept

    def present(self, patient: Patient, actor: Actor) -> Patient:
        """Return a file as this user sees it."""
        return replace(
            patient,
            locked_fields=identity.locked_fields(patient, actor.role, self._defects),
            display_birth_date=identity.display_date(patient.birth_date, self._defects),
            proof=None if "proof-not-recorded" in self._defects else patient.proof,
        )

    def trace(self, action: str, actor: Actor, patient_id: str | None, detail: str = "") -> None:
        """Add an act to the audit log (SEC-01, SEC-05)."""
        self.store.add_audit(
            TracedAct(at=now(), user=actor.user, action=action, patient_id=patient_id, detail=detail)
        )

    def trace_call(self, reply: Reply, actor: Actor, patient_id: str | None) -> None:
        """Add one INSi request to the audit log, whatever came back (SEC-02, SEC-06, RSP-14, ERR-03)."""
        if "failed-calls-not-logged" in self._defects and reply.kind is not ReplyKind.ANSWER:
            return
        found = reply.identity
        returned = answers.returned(found) if found else {}
        if "returned-data-not-logged" in self._defects:
            returned = {}
        history = [asdict(former) for former in found.history] if found else []
        self.store.add_audit(
            TracedAct(
                at=now(),
                user="system" if "call-log-without-user" in self._defects else actor.user,
                action="INSI_CALL",
                patient_id=patient_id,
                mode=MODE,
                code=reply.code,
                returned=returned,
                detail=json.dumps({"insi_history": history}) if history else reply.message,
            )
        )

    def _historise(
        self, patient_id: str, previous: Status | None, status: Status, actor: Actor, reason: str
    ) -> None:
        """Add to the status history: former status, date and time, author (STA-07)."""
        if "no-history" in self._defects:
            return
        author = "" if "history-without-author" in self._defects else actor.user
        change = StatusChange(previous=previous, status=status, at=now(), author=author, reason=reason)
        self.store.add_status_change(patient_id, change)


def identity_of(patient: Patient) -> dict[str, str | None]:
    """Return the ten identity fields of a file."""
    return {name: getattr(patient, name) for name in IDENTITY_FIELDS}
