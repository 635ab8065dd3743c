"""What a user does with INSi: call it, look at the comparison, accept or refuse.

A call never changes a file. What INSi returned is kept with the call until the user decides (Règle 6), and
it is written to the file the call was made for, whichever file is open by then (ERR-06).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance.drivers import site
from conformance.drivers.model import (
    Alert,
    Attribute,
    CallOutcome,
    ComparedField,
    InsiCall,
    Patient,
    Proposal,
    Status,
)
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import FormerIns
from conformance.reference import answers, lifecycle, settings, strategy
from conformance.reference.files import BY_CARD, BY_TRAITS, NEW, Files, as_record, identity_of
from conformance.reference.identity import UNKNOWN_PLACE
from conformance.reference.members import members
from conformance.reference.seams import Seam
from conformance.reference.soap import Criteria, ReturnedIdentity
from conformance.reference.soap import FormerIns as Returned
from conformance.reference.store import StoredCall

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor, PatientTraits
    from conformance.reference.insi_client import InsiClient
    from conformance.reference.reader import CardCall
    from conformance.reference.soap import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """Whom a call is about."""

    traits: dict[str, str | None]
    patient: Patient | None = None
    """``None`` for a creation from INSi."""
    card: CardCall | None = None
    """The place on a card that is asked for; ``None`` for a call by traits."""
    is_started: bool = False
    """Whether the user does not wait for the answer."""

    @property
    def patient_id(self) -> str | None:
        return self.patient.id if self.patient else None

    @property
    def attributes(self) -> frozenset[Attribute]:
        return self.patient.attributes if self.patient else frozenset()

    @property
    def way(self) -> str:
        return BY_TRAITS if self.card is None else BY_CARD

    def why_blocked(self) -> Alert | None:
        if self.card is None:
            return answers.why_blocked(self.traits, self.attributes)
        return answers.why_forbidden(self.attributes) or self.card.obstacle


class InsiCalls:
    """The acts around INSi.

    Args:
        files: where files are written.
        client: the connection to INSi.
    """

    def __init__(self, files: Files, client: InsiClient) -> None:
        """Use a set of files and a connection."""
        self._files = files
        self._store = files.store
        self._client = client
        self._seams = files.seams

    def call_for_patient(self, patient_id: str, actor: Actor, *, is_started: bool = False) -> InsiCall:
        """Call INSi with the traits of a file."""
        patient = self._store.patient(patient_id)
        subject = _Subject(traits=identity_of(patient), patient=patient, is_started=is_started)
        return self._call(subject, actor)

    def call_with_traits(self, traits: PatientTraits, actor: Actor) -> InsiCall:
        """Call INSi with typed traits, to create a file from the answer (E2)."""
        typed = self._seams.one(Seam.TYPED, members(traits), verb="search-insi", role=actor.role)
        return self._call(_Subject(traits=typed), actor)

    def call_with_card(self, asked: CardCall, patient_id: str | None, actor: Actor) -> InsiCall:
        """Call INSi with a place on a card, for a file or, without one, to create it (``cards.py``)."""
        patient = None if patient_id is None else self._store.patient(patient_id)
        local = dict(asked.person) if patient is None else identity_of(patient)
        return self._call(_Subject(traits=local, patient=patient, card=asked), actor)

    def former(self, patient_id: str, actor: Actor) -> list[FormerIns]:
        """Return the former INS of a file, as INSi gave them (RSP-15)."""
        patient = self._store.patient(patient_id)
        self._files.trace("IDENTITY_READ", actor, patient.id, "historique de l'INS")
        kept = self._store.former(patient.id)
        records = self._seams.many(
            Seam.READ, [members(entry) for entry in kept], verb="ins-history", patient_id=patient.id
        )
        return [
            FormerIns(
                matricule=entry["matricule"],
                oid=entry["oid"],
                start=entry["date_from"] or None,
                end=entry["date_to"] or None,
            )
            for entry in records
        ]

    def ended(self, call_id: str) -> InsiCall:
        """Return a call as it ended."""
        return self._store.call(call_id).call

    def proposal(self, call_id: str) -> Proposal:
        """Return the comparison of the local traits, as they are now, with what INSi returned (RSP-01)."""
        stored, returned = self._undecided(call_id)
        compared = answers.compare(self._local(stored), returned)
        lines = self._seams.many(
            Seam.PROPOSED,
            [members(line) for line in compared],
            path="created-from-insi" if stored.call.patient_id is None else "imported",
            local=self._local(stored),
            insi=_plain(returned),
            status=self._status_of(stored),
        )
        return Proposal(
            call_id=stored.call.id,
            fields=tuple(ComparedField(**line) for line in lines),
            alerts=stored.call.alerts,
        )

    def decide(self, call_id: str, *, accept: bool, actor: Actor) -> Patient | None:
        """Accept (E2, E3) or refuse (E4) what INSi returned; a proposal is decided once."""
        stored, returned = self._undecided(call_id)
        patient_id = stored.call.patient_id
        with self._files.act("import", actor, patient_id, insi=_plain(returned)):
            # Looked at again inside the transaction: two users may decide at once.
            stored, returned = self._undecided(call_id)
            patient = None if patient_id is None else self._store.patient(patient_id)
            before = as_record(patient) if patient else None
            if accept and patient:
                attributes = patient.attributes
                self._files.passes(
                    lambda: lifecycle.check_import(attributes), actor, "import", attributes=sorted(attributes)
                )
            if accept:
                patient = self._write(stored, returned, patient, actor)
            self._store.close_call(stored.call.id, patient.id if patient else None)
            decision = "acceptée" if accept else "refusée"
            self._files.trace(
                "INSI_DECISION", actor, patient.id if patient else None, f"identité INSi {decision}"
            )
        patient = self._files.after(
            "imported" if accept else "import-declined",
            actor,
            patient,
            insi=_plain(returned),
            before=before,
            typed=stored.traits,
            path="created-from-insi" if before is None else "existing",
        )
        return self._files.present(patient, actor, "decide") if patient else None

    def _call(self, subject: _Subject, actor: Actor) -> InsiCall:
        url = self._store.insi_url()
        if url is None:
            raise RefusedError("NO_INSI_ADDRESS", "L'adresse d'INSi n'est pas réglée : appelez /reset.")
        about = self._about(subject, actor)
        if (blocked := self._blocked(subject, about)) is not None:
            # Not an INSI_CALL: that action counts the requests sent, and none was.
            self._files.trace("INSI_CALL_BLOCKED", actor, subject.patient_id, blocked.code)
            call = self._keep(subject, None, CallOutcome.BLOCKED, blocked.message, (blocked,), about)
        else:
            reply = self._ask(subject, url, actor, about)
            outcome, message, alerts = answers.conclude(
                reply, subject.traits, about["status"], environment=settings.of(self._store)[site.ENVIRONMENT]
            )
            call = self._keep(subject, reply, outcome, message, alerts, about)
            about["insi"] = _plain(reply.identity)
        self._files.after(
            "called",
            actor,
            subject.patient,
            outcome=call.outcome,
            code=call.code,
            insi=about.get("insi"),
            typed=subject.traits,
            way=subject.way,
        )
        return call

    def _ask(self, subject: _Subject, url: str, actor: Actor, about: dict[str, Any]) -> Reply:
        """Ask INSi, by traits as often as it takes, by card once; return the reply that concludes."""
        if subject.card is not None:
            return self._sender(self._client.search_by_card, url, actor, about)(subject.card.criteria)
        planned = self._seams.many(
            Seam.ATTEMPTS, [members(one) for one in strategy.attempts(subject.traits)], **about
        )
        added = self._seams.one(Seam.ADDED, {"birth_place": subject.traits.get("birth_place")}, **about)
        send: strategy.Send = self._sender(self._client.search, url, actor, about)
        return strategy.search([Criteria(**one) for one in planned], {**subject.traits, **added}, send)

    def _blocked(self, subject: _Subject, about: dict[str, Any]) -> Alert | None:
        """Return why no call is made, or ``None``."""
        alert = subject.why_blocked()
        reasons = self._seams.many(Seam.BLOCKED, [members(alert)] if alert else [], **about)
        return Alert(**{name: reasons[0][name] for name in ("code", "message")}) if reasons else None

    def _about(self, subject: _Subject, actor: Actor) -> dict[str, Any]:
        """Return what the seams of a call may look at."""
        return {
            "patient_id": subject.patient_id,
            "path": "existing" if subject.patient else "typed",
            "status": subject.patient.status if subject.patient else None,
            "attributes": sorted(subject.attributes),
            "local": subject.traits,
            "role": actor.role,
            "user": actor.user,
            "way": subject.way,
            "asked_at": subject.card.asked_at if subject.card else None,
            "started": subject.is_started,
        }

    def _sender(
        self, search: Callable[..., Reply], url: str, actor: Actor, about: dict[str, Any]
    ) -> Callable[[Any], Reply]:
        """Return what sends one request and traces it (SEC-06: one entry for each request)."""
        timeout = float(settings.of(self._store)[settings.INSI_TIMEOUT])
        sent = 0
        former: str | None = None

        def send(criteria: Any) -> Reply:
            nonlocal sent, former
            sent += 1
            known = {**about, "nth": sent, "former": former}
            reply = search(url, criteria, timeout=timeout, **known)
            former = reply.code
            self._files.trace_call(
                reply,
                actor,
                mode=about["way"],
                means=self._client.sign_in.means,
                **{name: known[name] for name in ("patient_id", "path", "nth", "status", "local", "started")},
            )
            return reply

        return send

    def _keep(  # noqa: PLR0917 - what a call leaves
        self,
        subject: _Subject,
        reply: Reply | None,
        outcome: CallOutcome,
        message: str,
        alerts: tuple[Alert, ...],
        about: dict[str, Any],
    ) -> InsiCall:
        """Keep a call and what it proposes until the user decides."""
        told = self._seams.one(
            Seam.JUDGED,
            {
                "outcome": outcome,
                "code": reply.code if reply else None,
                "message": message,
                "alerts": [members(alert) for alert in alerts],
                "candidates": [],
            },
            **about,
            kind=reply.kind if reply else None,
            reply_code=reply.code if reply else None,
            judged=outcome,
            reasons=[alert.code for alert in alerts],
            insi=_plain(reply.identity) if reply else None,
        )
        stored = StoredCall(
            call=InsiCall(
                id=NEW,
                outcome=CallOutcome(told["outcome"]),
                patient_id=subject.patient_id,
                code=told["code"],
                message=told["message"],
                alerts=tuple(Alert(**alert) for alert in told["alerts"]),
                candidates=tuple(told["candidates"]),
            ),
            traits={} if subject.patient else subject.traits,
            identity=reply.identity if reply and told["outcome"] == CallOutcome.FOUND else None,
        )
        return self._store.add_call(stored).call

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

    def _status_of(self, stored: StoredCall) -> Status | None:
        if stored.call.patient_id is None:
            return None
        return self._store.patient(stored.call.patient_id).status

    def _write(
        self, stored: StoredCall, returned: ReturnedIdentity, patient: Patient | None, actor: Actor
    ) -> Patient:
        """Write what INSi returned into a file, or into a new one (RSP-02)."""
        local = self._local(stored)
        about: dict[str, Any] = {"local": local, "insi": _plain(returned), "role": actor.role}
        if patient is not None:
            path = "refreshed" if patient.status in lifecycle.WITH_INS else "imported"
            about |= {"path": path, "status": patient.status, "before": as_record(patient)}
            values = self._seams.one(Seam.IMPORTED, answers.imported(local, returned), **about)
            kept = self._files.kept(values, **about)
            status = lifecycle.after_import(patient.status)
            patient = self._files.save(
                replace(patient, **kept, birth_date_uncertain=False),
                status,
                actor,
                path,
                "identité INSi acceptée",
            )
            self._files.trace("IDENTITY_CHANGED", actor, patient.id, ", ".join(sorted(values)))
            self._keep_former(patient, returned, path)
            return patient
        about |= {"path": "created-from-insi", "status": None}
        values = {**local, **answers.imported(local, returned)}
        # Nobody typed a 1er prénom: the list gives one, and nothing is overwritten (RSP-05).
        values["first_name"] = values.get("first_name") or (returned.first_names or "").split(" ")[0]
        values["birth_place"] = values.get("birth_place") or UNKNOWN_PLACE
        values = self._seams.one(Seam.IMPORTED, values, **about)
        status = lifecycle.after_import(Status.PROV)
        created = Patient(id=NEW, status=status, **self._files.kept(values, **about))
        patient = self._files.create(created, actor, "created-from-insi", "création depuis INSi")
        self._keep_former(patient, returned, "created-from-insi")
        return patient

    def _keep_former(self, patient: Patient, returned: ReturnedIdentity, path: str) -> None:
        """Keep the INS history of an accepted answer as it came, in place of that of an earlier one (RSP-15)."""
        records = self._seams.many(
            Seam.FORMER,
            [members(entry) for entry in returned.history],
            patient_id=patient.id,
            path=path,
            matricule=patient.matricule,
            insi=_plain(returned),
        )
        self._store.write_former(patient.id, [Returned(**record) for record in records])


def _plain(identity: ReturnedIdentity | None) -> dict[str, Any] | None:
    """Return an identity by name, as the seams take it."""
    return None if identity is None else members(identity)
