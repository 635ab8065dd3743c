"""The patient files as they are written and shown, with their status history and the audit log.

Whatever the act, a file is written by ``create`` or ``save``: what must happen with every status (clearing
the INS, historising) happens there and is forgotten nowhere.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import IDENTITY_FIELDS, Attribute, Patient, Proof, Status, StatusChange
from conformance.drivers.protocol import RefusedError
from conformance.reference import answers, identity, lifecycle
from conformance.reference.members import members, names_of
from conformance.reference.seams import Seam
from conformance.reference.store import TracedAct, now

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from conformance.drivers.model import Actor
    from conformance.reference.seams import Record, Seams
    from conformance.reference.soap import Reply
    from conformance.reference.store import Store

NEW = ""
"""The identifier of a file that has not been stored yet."""

BY_TRAITS, BY_CARD = "TRAITS", "VITALE"
"""The ways this software calls INSi, as the log names them."""


class Files:
    """Writes and shows patient files.

    Args:
        store: the database.
        seams: what the values pass on their way.
    """

    def __init__(self, store: Store, seams: Seams) -> None:
        """Use a database."""
        self.store = store
        self.seams = seams

    def create(self, patient: Patient, actor: Actor, cause: str, reason: str) -> Patient:
        """Write a new file and return it with its identifier."""
        status = self._status(patient, patient.status, actor, cause)
        with self.store.transaction():
            patient = self.store.add_patient(replace(patient, status=status))
            self._historise(patient, None, patient.status, actor, cause, reason)
            self.trace("IDENTITY_CREATED", actor, patient.id, reason)
        return patient

    def save(  # noqa: PLR0917 - the acts read in the order of these words
        self,
        patient: Patient,
        status: Status,
        actor: Actor,
        cause: str,
        reason: str = "",
        changed: Collection[str] = (),
    ) -> Patient:
        """Write a changed file and its new status.

        Args:
            patient: the new fields, still with the former status.
            status: the new status.
            actor: who did it.
            cause: which act leads to it, in one word.
            reason: why, for the status history.
            changed: names of the fields that a user changed.
        """
        status = self._status(patient, status, actor, cause, changed)
        after = lifecycle.with_status(patient, status)
        if self.seams.has(Seam.CLEARED):
            passed = self.seams.one(
                Seam.CLEARED,
                as_record(after),
                before=as_record(patient),
                cause=cause,
                role=actor.role,
                changed=sorted(changed),
            )
            after = from_record(passed)
        with self.store.transaction():
            self.store.save_patient(after)
            if status is not patient.status:
                self._historise(after, patient.status, status, actor, cause, reason)
        return after

    def kept(self, values: Mapping[str, str | None], path: str, **about: Any) -> dict[str, Any]:
        """Return the identity fields that the database keeps (FLD-01): all of them, empty ones as ``None``."""
        kept = {name: values[name] or None for name in IDENTITY_FIELDS if name in values}
        return self.seams.one(Seam.KEPT, kept, path=path, **about)

    def present(self, patient: Patient, actor: Actor, verb: str) -> Patient:
        """Return a file as this user sees it."""
        shown = replace(
            patient,
            locked_fields=identity.locked_fields(patient, actor.role),
            display_birth_date=identity.display_date(patient.birth_date),
        )
        if not self.seams.has(Seam.SHOWN):
            return shown
        return from_record(
            self.seams.one(Seam.SHOWN, as_record(shown), verb=verb, role=actor.role, user=actor.user)
        )

    def passes(self, check: Callable[[], None], actor: Actor, verb: str, **about: Any) -> None:
        """Do a check that may refuse the act.

        Raises:
            RefusedError: it does.
        """
        try:
            check()
        except RefusedError as refusal:
            record = {"code": refusal.code, "message": refusal.message, "fields": list(refusal.fields)}
            passed = self.seams.many(
                Seam.REFUSED, [record], verb=verb, role=actor.role, user=actor.user, **about
            )
            if passed:
                raise RefusedError(**passed[0]) from refusal

    @contextmanager
    def act(self, verb: str, actor: Actor, patient_id: str | None = None, **about: Any) -> Iterator[None]:
        """Keep all that an act writes, or nothing when it is refused."""
        try:
            with self.store.transaction():
                yield
        except RefusedError as refusal:
            patient = None if patient_id is None else self.store.patient(patient_id)
            self.after(f"{verb}-refused", actor, patient, refusal=refusal.code, **about)
            raise

    def after(self, event: str, actor: Actor, patient: Patient | None, **about: Any) -> Patient | None:
        """Return the file as it is once an act is over: as it was written, unless a fault interferes."""
        if not self.seams.has(Seam.AFTERWARDS):
            return patient
        typed = dict(about.get("typed") or {})
        record = as_record(patient) if patient else {**_EMPTY, **typed}
        known = {"event": event, "role": actor.role, "user": actor.user, "store": self.store, **about}
        done = self.seams.one(Seam.AFTERWARDS, record, **known)
        if done == record:
            return patient
        noted, stored = done.pop("noted", False), done.pop("stored", False)
        written = from_record(done)
        with self.store.transaction():
            if patient is not None:
                self.store.save_patient(written)
                if noted and written.status is not patient.status:
                    self._historise(written, patient.status, written.status, actor, event, event)
                return written
            if stored:
                written = self.store.add_patient(replace(written, id=NEW))
        return None

    def trace(self, action: str, actor: Actor, patient_id: str | None, detail: str = "") -> None:
        """Add an act to the audit log (SEC-01, SEC-05)."""
        self._log(TracedAct(at=now(), user=actor.user, action=action, patient_id=patient_id, detail=detail))

    def trace_call(
        self,
        reply: Reply,
        actor: Actor,
        patient_id: str | None,
        *,
        mode: str = BY_TRAITS,
        means: str | None = None,
        **about: Any,
    ) -> None:
        """Add one INSi request to the audit log, whatever came back (SEC-02, SEC-06, RSP-14, ERR-03)."""
        found = reply.identity
        returned = answers.returned(found) if found else {}
        if found:
            noted = self.seams.one(
                Seam.RETURNED_LOG, dict(returned), patient_id=patient_id, way=mode, **about
            )
            returned = {name: value for name, value in noted.items() if value}
        history = [asdict(former) for former in found.history] if found else []
        self._log(
            TracedAct(
                at=now(),
                user=actor.user,
                action="INSI_CALL",
                patient_id=patient_id,
                mode=mode,
                authentication=means,
                code=reply.code,
                returned=returned,
                detail=json.dumps({"insi_history": history}) if history else reply.message,
            ),
            kind=reply.kind,
            reply_code=reply.code,
            insi=found,
            role=actor.role,
            **about,
        )

    def trace_verification(
        self, code: str | None, message: str, actor: Actor, patient_id: str | None, mode: str, **about: Any
    ) -> None:
        """Add one verification and its result to the audit log, whoever asked for it (VER-02, BLK-04).

        Args:
            code: of the answer or of the fault.
            message: its label, or what went wrong.
            actor: who is at the desk.
            patient_id: the file verified; ``None``: an identity received of which there is no file.
            mode: ``UNIT``, ``RECEPTION`` or ``LOT``.
            about: what the seams may look at, see ``seams.py``.
        """
        self._log(
            TracedAct(
                at=now(),
                user=actor.user,
                action="INSI_VERIFICATION",
                patient_id=patient_id,
                mode=mode,
                code=code,
                detail=message,
            ),
            **{"role": actor.role, **about},
        )

    def _log(self, entry: TracedAct, **about: Any) -> None:
        if not self.seams.has(Seam.LOG):
            self.store.add_audit(entry)
            return
        for record in self.seams.many(Seam.LOG, [asdict(entry)], **about):
            self.store.add_audit(TracedAct(**record))

    def _status(
        self, patient: Patient, status: Status, actor: Actor, cause: str, changed: Collection[str] = ()
    ) -> Status:
        if not self.seams.has(Seam.STATUS):
            return status
        before = None if cause.startswith("created") else patient.status
        passed = self.seams.one(
            Seam.STATUS,
            {"status": status},
            before=before,
            cause=cause,
            role=actor.role,
            file=as_record(patient),
            patient_id=patient.id,
            changed=sorted(changed),
        )
        return Status(passed["status"])

    def _historise(  # noqa: PLR0917 - what an entry of the history holds
        self, patient: Patient, previous: Status | None, status: Status, actor: Actor, cause: str, reason: str
    ) -> None:
        """Add to the status history: former status, date and time, author (STA-07)."""
        change = StatusChange(previous=previous, status=status, at=now(), author=actor.user, reason=reason)
        if not self.seams.has(Seam.HISTORY):
            self.store.add_status_change(patient.id, change)
            return
        for record in self.seams.many(
            Seam.HISTORY,
            [asdict(change)],
            cause=cause,
            role=actor.role,
            patient_id=patient.id,
            file=as_record(patient),
        ):
            self.store.add_status_change(patient.id, StatusChange(**record))


def identity_of(patient: Patient) -> dict[str, str | None]:
    """Return the ten identity fields of a file."""
    return {name: getattr(patient, name) for name in IDENTITY_FIELDS}


def as_record(patient: Patient) -> Record:
    """Return a whole file by name, its lists sorted, as the seams take it."""
    return {
        **members(patient),
        "attributes": sorted(patient.attributes),
        "locked_fields": sorted(patient.locked_fields),
        "proof": members(patient.proof) if patient.proof else None,
    }


def from_record(record: Record) -> Patient:
    """Return the file that a record describes; a status or an attribute that does not exist stays as it is."""
    known = {name: record[name] for name in names_of(Patient)}
    status, proof = known["status"], known["proof"]
    known["status"] = Status(status) if status in set(Status) else status
    known["attributes"] = frozenset(
        Attribute(name) if name in set(Attribute) else name for name in known["attributes"]
    )
    known["locked_fields"] = frozenset(known["locked_fields"])
    known["proof"] = Proof(**proof) if isinstance(proof, dict) else None
    return Patient(**known)


_EMPTY: Record = {**as_record(Patient(id=NEW, status=Status.PROV)), "stored": False}
"""The file of nobody: what a refused creation leaves."""
