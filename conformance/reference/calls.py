"""What a user does with INSi: call it, look at the comparison, accept or refuse.

A call never changes a file. What INSi returned is kept with the call until the user decides (Règle 6), and
it is written to the file the call was made for, whichever file is open by then (ERR-06).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from conformance.drivers.model import Attribute, CallOutcome, InsiCall, Patient, Proposal, Status
from conformance.drivers.protocol import RefusedError
from conformance.reference import answers, lifecycle, settings, strategy
from conformance.reference.files import NEW, Files, identity_of
from conformance.reference.identity import UNKNOWN_PLACE
from conformance.reference.store import StoredCall

if TYPE_CHECKING:
    from conformance.drivers.model import Actor, Alert, PatientTraits
    from conformance.reference.defects import Defects
    from conformance.reference.insi_client import InsiClient
    from conformance.reference.soap import Criteria, Reply, ReturnedIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """Whom a call is about."""

    traits: dict[str, str | None]
    patient: Patient | None = None
    """``None`` for a creation from INSi."""

    @property
    def patient_id(self) -> str | None:
        return self.patient.id if self.patient else None

    @property
    def attributes(self) -> frozenset[Attribute]:
        return self.patient.attributes if self.patient else frozenset()


class InsiCalls:
    """The acts around INSi.

    Args:
        files: where files are written.
        client: the connection to INSi.
        defects: the mistakes switched on.
    """

    def __init__(self, files: Files, client: InsiClient, defects: Defects) -> None:
        """Use a set of files and a connection."""
        self._files = files
        self._store = files.store
        self._client = client
        self._defects = defects

    def call_for_patient(self, patient_id: str, actor: Actor) -> InsiCall:
        """Call INSi with the traits of a file."""
        patient = self._store.patient(patient_id)
        return self._call(_Subject(traits=identity_of(patient), patient=patient), actor)

    def call_with_traits(self, traits: PatientTraits, actor: Actor) -> InsiCall:
        """Call INSi with typed traits, to create a file from the answer (E2)."""
        return self._call(_Subject(traits=asdict(traits)), actor)

    def proposal(self, call_id: str) -> Proposal:
        """Return the comparison of the local traits, as they are now, with what INSi returned (RSP-01)."""
        stored, returned = self._undecided(call_id)
        return Proposal(
            call_id=stored.call.id,
            fields=answers.compare(self._local(stored), returned, self._defects),
            alerts=stored.call.alerts,
        )

    def decide(self, call_id: str, *, accept: bool, actor: Actor) -> Patient | None:
        """Accept (E2, E3) or refuse (E4) what INSi returned; a proposal is decided once."""
        with self._store.transaction():
            stored, returned = self._undecided(call_id)
            patient_id = stored.call.patient_id
            patient = None if patient_id is None else self._store.patient(patient_id)
            if accept and patient and lifecycle.DISQUALIFYING & patient.attributes:
                # The file became doubtful or fictitious while the dialog was open.
                raise RefusedError(
                    "CALL_FORBIDDEN", "Identité douteuse ou fictive : rien n'est repris.", ["attributes"]
                )
            written = accept or ("refused-import-still-written" in self._defects and patient is not None)
            if written:
                patient = self._write(stored, returned, patient, actor)
            self._store.close_call(stored.call.id, patient.id if patient else None)
            decision = "acceptée" if accept else "refusée"
            self._files.trace(
                "INSI_DECISION", actor, patient.id if patient else None, f"identité INSi {decision}"
            )
        return self._files.present(patient, actor) if patient else None

    def _call(self, subject: _Subject, actor: Actor) -> InsiCall:
        url = self._store.insi_url()
        if url is None:
            raise RefusedError("NO_INSI_ADDRESS", "L'adresse d'INSi n'est pas réglée : appelez /reset.")
        blocked = answers.why_blocked(subject.traits, subject.attributes, self._defects)
        if blocked is not None:
            # Not an INSI_CALL: that action counts the requests sent, and none was.
            self._files.trace("INSI_CALL_BLOCKED", actor, subject.patient_id, blocked.code)
            return self._keep(subject, None, CallOutcome.BLOCKED, blocked.message, (blocked,))
        reply = strategy.search(subject.traits, self._sender(url, subject.patient_id, actor), self._defects)
        status = subject.patient.status if subject.patient else None
        outcome, message, alerts = answers.conclude(reply, subject.traits, status, self._defects)
        call = self._keep(subject, reply, outcome, message, alerts)
        if subject.patient is not None:
            self._act_without_decision(call, subject.patient, actor)
        return call

    def _sender(self, url: str, patient_id: str | None, actor: Actor) -> strategy.Send:
        """Return what sends one request and traces it (SEC-06: one entry for each request)."""
        timeout = float(settings.of(self._store)[settings.INSI_TIMEOUT])
        sent = 0

        def send(criteria: Criteria) -> Reply:
            nonlocal sent
            reply = self._client.search(url, criteria, timeout=timeout)
            sent += 1
            if not ("retries-not-logged" in self._defects and sent > 1):
                self._files.trace_call(reply, actor, patient_id)
            return reply

        return send

    def _keep(
        self,
        subject: _Subject,
        reply: Reply | None,
        outcome: CallOutcome,
        message: str,
        alerts: tuple[Alert, ...],
    ) -> InsiCall:
        candidates: tuple[str, ...] = ()
        if "candidates-listed-on-several" in self._defects and outcome is CallOutcome.SEVERAL:
            name = f"{subject.traits.get('birth_name')} {subject.traits.get('first_name')}"
            candidates = (f"{name} (1)", f"{name} (2)")
        stored = StoredCall(
            call=InsiCall(
                id=NEW,
                outcome=outcome,
                patient_id=subject.patient_id,
                code=reply.code if reply else None,
                message=message,
                alerts=alerts,
                candidates=candidates,
            ),
            traits={} if subject.patient else subject.traits,
            identity=reply.identity if reply and outcome is CallOutcome.FOUND else None,
        )
        return self._store.add_call(stored).call

    def _act_without_decision(self, call: InsiCall, patient: Patient, actor: Actor) -> None:
        """Change a file before anybody has decided: what only a defective software does."""
        if "accept-without-confirmation" in self._defects and call.outcome is CallOutcome.FOUND:
            stored, returned = self._undecided(call.id)
            self._write(stored, returned, patient, actor)
        if "status-raised-on-not-found" in self._defects and call.outcome is CallOutcome.NOT_FOUND:
            self._files.save(patient, Status.RECUP, actor, "appel INSi")
        if "fault-lowers-status" in self._defects and call.outcome is CallOutcome.ERROR:
            checked = patient.status in lifecycle.CHECKED
            self._files.save(patient, Status.VALI if checked else Status.PROV, actor, "appel INSi")

    def _undecided(self, call_id: str) -> tuple[StoredCall, ReturnedIdentity]:
        """Return a call that waits for a decision, and what INSi returned."""
        stored = self._store.call(call_id)
        if stored.identity is None:
            raise RefusedError("NOTHING_PROPOSED", "Cet appel INSi ne propose aucune identité.")
        if stored.decided:
            raise RefusedError("ALREADY_DECIDED", "Cette proposition est déjà acceptée ou refusée.")
        return stored, stored.identity

    def _local(self, stored: StoredCall) -> dict[str, str | None]:
        """Return the local traits: those of the file now, or those typed for a creation."""
        if stored.call.patient_id is None:
            return stored.traits
        return identity_of(self._store.patient(stored.call.patient_id))

    def _write(
        self, stored: StoredCall, returned: ReturnedIdentity, patient: Patient | None, actor: Actor
    ) -> Patient:
        """Write what INSi returned into a file, or into a new one (RSP-02)."""
        local = self._local(stored)
        values = answers.imported(local, returned, self._defects)
        if patient is not None:
            status = lifecycle.after_import(patient.status, self._defects)
            patient = self._files.save(
                replace(patient, **self._files.kept(values)), status, actor, "identité INSi acceptée"
            )
            self._files.trace("IDENTITY_CHANGED", actor, patient.id, ", ".join(sorted(values)))
            return patient
        fields = {**local, **values}
        # Nobody typed a 1er prénom: the list gives one, and nothing is overwritten (RSP-05).
        fields["first_name"] = fields.get("first_name") or (returned.first_names or "").split(" ")[0]
        fields["birth_place"] = fields.get("birth_place") or UNKNOWN_PLACE
        status = lifecycle.after_import(Status.PROV, self._defects)
        created = Patient(id=NEW, status=status, **self._files.kept(fields))
        return self._files.create(created, actor, "création depuis INSi")
