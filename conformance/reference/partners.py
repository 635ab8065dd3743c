"""What a user does with the verification of an INS, and what happens when an identity arrives from another domain.

Every verification is traced with its result before anything is done with it, and a technical error changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from conformance.drivers import site
from conformance.drivers.model import Alert, Patient, Status
from conformance.drivers.partners import (
    Reception,
    ReceptionOutcome,
    Verification,
    VerificationOutcome,
)
from conformance.drivers.protocol import RefusedError
from conformance.reference import claims, identity, numbers, reception, settings
from conformance.reference.claims import Claim, Result
from conformance.reference.files import NEW, Files, as_record, from_record, identity_of
from conformance.reference.reception import Act, Match, Plan, Standing
from conformance.reference.seams import Seam
from conformance.reference.soap import Reply, ReplyKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Actor
    from conformance.drivers.partners import FiledDocument, ReceivedIdentity, WorkItem
    from conformance.reference.insi_client import InsiClient
    from conformance.reference.worklist import Worklist

_TOLD = {
    Result.OK: "INSi confirme l'INS.",
    Result.KO: "INSi ne confirme pas l'INS : ce matricule n'est pas celui de ces traits.",
}

_ACTED = {
    Act.CREATE: ReceptionOutcome.CREATED,
    Act.UPDATE: ReceptionOutcome.UPDATED,
    Act.NOTHING: ReceptionOutcome.UNCHANGED,
    Act.QUEUE: ReceptionOutcome.QUEUED,
}

_WHY = {
    "VERIFICATION_KO": "INS reçue non confirmée par INSi : rien n'en est repris, rapprochez l'identité.",
    "VERIFICATION_FAILED": "INS reçue à vérifier de nouveau : INSi n'a pas pu répondre.",
    "IDENTITY_TO_COMPARE": "Identité reçue proche d'un dossier sans être la sienne : comparez-les.",
    "DOCUMENT_TO_ATTACH": "Document reçu à rattacher après comparaison.",
    "INS_UNUSABLE": "INS reçue inexploitable : rien n'en est repris.",
}
"""What the worklist says, by reason."""


class Partners:
    """The acts around verification and reception.

    Args:
        files: where files are written.
        client: the connection to INSi.
        worklist: what waits for a person.
    """

    def __init__(self, files: Files, client: InsiClient, worklist: Worklist) -> None:
        """Use a set of files, a connection and a worklist."""
        self._files = files
        self._store = files.store
        self._seams = files.seams
        self._client = client
        self._worklist = worklist

    # One's own identities

    def verify(self, patient_id: str, actor: Actor) -> Verification:
        """Have INSi verify the INS of a file (E17, E18)."""
        patient = self._store.patient(patient_id)
        claim = claims.claim_of(identity_of(patient))
        if claim is None:
            message = "Ce dossier ne porte pas d'INS : il n'y a rien à vérifier."
            return Verification(outcome=VerificationOutcome.BLOCKED, patient_id=patient_id, message=message)
        result, reply = self.ask(claim, actor, patient, mode="UNIT")
        if result is Result.KO:
            self.lower(patient_id, claim, actor)
        else:
            self._files.after(f"verified-{result.lower()}", actor, patient)
        return self._tell_verification(result, reply, patient_id, by="hand", status=patient.status)

    def lower(self, patient_id: str, claim: Claim, actor: Actor) -> None:
        """Take the INS that INSi denies out of a file (Règle 49): status PROV, and a person is told.

        A file that holds another INS by now is left alone: the result is about the one that was sent.
        """
        with self._files.act("verification", actor, patient_id):
            patient = self._store.patient(patient_id)
            before = as_record(patient)
            if (patient.matricule, patient.oid) != (claim.matricule, claim.oid):
                self._files.after("ko-of-another-ins", actor, patient, before=before)
                return
            reason = "vérification INSi : KO"
            patient = self._files.save(patient, Status.PROV, actor, "verification-ko", reason)
            self._files.trace("STATUS_LOWERED", actor, patient_id, Status.PROV)
            self.queue("VERIFICATION_KO", _TOLD[Result.KO], patient_id)
        self._files.after("verified-ko", actor, patient, before=before)

    # Other domains

    def receive(
        self, received: ReceivedIdentity, actor: Actor, *, in_a_document: str | None = None
    ) -> Reception:
        """Do with an identity from another domain what ``reception`` decides (E19 to E23).

        Args:
            received: the identity.
            actor: who is at the desk.
            in_a_document: the form of the message that it stands in, with a document; ``None``: it came by itself.
        """
        came = self._seams.one(Seam.RECEIVED, asdict(received), role=actor.role)
        values = {name: came[name] for name in reception.values_of(received)}
        values = {**reception.values_of(received), **{name: value for name, value in values.items() if value}}
        identity.check_mandatory(
            {**values, "birth_place": values.get("birth_place") or identity.UNKNOWN_PLACE}
        )
        identity.check_values(values)
        found = self._match(values, came, in_a_document or "identity")
        about: dict[str, Any] = {
            "standing": found.standing,
            "held": found.patient.status if found.patient else None,
            "sender": came["sender"],
            "received": came,
            "role": actor.role,
            "way": in_a_document or "identity",
        }
        if unusable := self._unusable(values, about):
            plan = Plan(act=Act.QUEUE, queues="INS_UNUSABLE")
            self._place_document(plan, None, came, about)
            return replace(self._tell_reception(plan, None, None, None, came, about), alerts=unusable)
        claim = None if reception.is_exempt(found) else claims.claim_of(values)
        result, verification = None, None
        if claim is not None:
            result, reply = self.ask(claim, actor, found.patient, mode="RECEPTION", **about)
            if reply is not None:
                patient_id = found.patient.id if found.patient else None
                verification = self._tell_verification(result, reply, patient_id, by="reception", **about)
        plan = self._plan(found, result, came, about)
        patient = self._write(plan, found, values, actor, about)
        self._place_document(plan, patient, came, about)
        if verification is not None and patient is not None:
            verification = replace(verification, patient_id=patient.id)
        return self._tell_reception(plan, patient, verification, result, came, about)

    def trust(self, senders: frozenset[str], actor: Actor) -> frozenset[str]:  # noqa: ARG002 - the verb has an actor
        """Replace the senders under a trust contract (Règle 30)."""
        return self._worklist.trust(senders)

    # What waits

    def items(self, actor: Actor) -> list[WorkItem]:  # noqa: ARG002 - the verb has an actor
        """Return the worklist."""
        return self._worklist.items()

    def documents(self, patient_id: str, actor: Actor) -> list[FiledDocument]:  # noqa: ARG002 - the verb has an actor
        """Return the documents of a file."""
        return self._worklist.documents(self._store.patient(patient_id).id)

    def queue(self, reason: str, message: str, patient_id: str | None, **about: Any) -> None:
        """Put something on the worklist."""
        entry = {"reason": reason, "message": message, "patient_id": patient_id}
        for one in self._seams.many(Seam.QUEUED, [entry], **about):
            self._worklist.queue(one["reason"], one["message"], one["patient_id"])

    # INSi

    def ask(
        self, claim: Claim, actor: Actor, patient: Patient | None, *, mode: str, **about: Any
    ) -> tuple[Result, Reply | None]:
        """Verify one identity and trace it; without a request (a fault took it away) there is no reply."""
        url = self.url()
        status = patient.status if patient else None
        known = {
            **about,
            "by": "hand" if mode == "UNIT" else "reception",
            "status": status,
            "local": identity_of(patient) if patient else {},
            "role": actor.role,
        }
        outcome, reply = Result.OK, None
        for one in self._seams.many(Seam.CLAIMED, [asdict(claim)], **known):
            content = claims.unit_xml(Claim(**one), instance=self._client.instance)
            reply = self._send(url, content)
            outcome, reply = self.judged(reply, **known)
            patient_id = patient.id if patient else None
            self._files.trace_verification(
                reply.code, reply.message, actor, patient_id, mode, kind=reply.kind, result=outcome, **about
            )
        return outcome, reply

    def judged(self, reply: Reply, **about: Any) -> tuple[Result, Reply]:
        """Return what a reply says, and the reply as it is told and traced."""
        result = claims.result_of(reply.code, reply.kind)
        record = {"result": result, "code": reply.code, "message": reply.message}
        seen = self._seams.one(Seam.VERIFIED, record, kind=reply.kind, **about)
        return Result(seen["result"]), replace(reply, code=seen["code"], message=seen["message"])

    def url(self) -> str:
        """Return the address of INSi.

        Raises:
            RefusedError: it is not set; code ``NO_INSI_ADDRESS``.
        """
        url = self._store.insi_url()
        if url is None:
            raise RefusedError("NO_INSI_ADDRESS", "L'adresse d'INSi n'est pas réglée : appelez /reset.")
        return url

    def timeout(self) -> float:
        """Return how many seconds a request may take."""
        return float(settings.of(self._store)[settings.INSI_TIMEOUT])

    def _send(self, url: str, content: bytes) -> Reply:
        content_type = f'application/soap+xml; charset=utf-8; action="{claims.UNIT_ACTION}"'
        received = self._client.post(url, content, content_type, timeout=self.timeout())
        return received if isinstance(received, Reply) else claims.read_unit(*received)

    # The steps of a reception

    def _unusable(self, values: Mapping[str, str | None], about: Mapping[str, Any]) -> tuple[Alert, ...]:
        """Return what is wrong with the number received: such an INS is not even verified (MAT-01, MAT-05, MAT-06)."""
        if not (values.get("matricule") or values.get("oid")):
            return ()
        environment = settings.of(self._store)[site.ENVIRONMENT]
        wrong = numbers.problems(values.get("matricule"), values.get("oid"), environment, "Reçu :")
        records = [{"code": one.code, "message": one.message} for one in wrong]
        return tuple(
            Alert(**one)
            for one in self._seams.many(
                Seam.NUMBER, records, by="reception", values=values, environment=environment, **about
            )
        )

    def _match(self, values: Mapping[str, str | None], came: Mapping[str, Any], way: str) -> Match:
        patients = self._store.patients()
        found = reception.match(values, patients)
        if not self._seams.has(Seam.MATCHED):
            return found
        record = {**as_record(found.patient), "stands": found.standing} if found.patient else None
        passed = self._seams.many(
            Seam.MATCHED,
            [record] if record else [],
            received=came,
            values=values,
            stands=found.standing,
            way=way,
            everyone=[as_record(one) for one in patients],
        )
        if not passed:
            is_lost = found.patient is not None
            return Match(standing=Standing.UNKNOWN if is_lost else found.standing)
        return Match(
            standing=Standing(passed[0].get("stands", Standing.SAME_TRAITS)), patient=from_record(passed[0])
        )

    def _plan(
        self, found: Match, result: Result | None, came: Mapping[str, Any], about: Mapping[str, Any]
    ) -> Plan:
        senders = [{"sender": name} for name in sorted(self._worklist.trusted())]
        trusted = self._seams.many(Seam.SENDERS, senders, received=came)
        is_trusted = came["status"] == Status.QUAL and any(one["sender"] == came["sender"] for one in trusted)
        plan = reception.decide(
            found, result, is_trusted=is_trusted, is_in_a_document=about["way"] != "identity"
        )
        passed = self._seams.one(
            Seam.RECEIVED_PLAN,
            asdict(plan),
            result=result,
            trusted=is_trusted,
            senders=[one["sender"] for one in trusted],
            **about,
        )
        status = passed["status"]
        return Plan(
            **{**passed, "act": Act(passed["act"]), "status": None if status is None else Status(status)}
        )

    def _write(
        self,
        plan: Plan,
        found: Match,
        values: Mapping[str, str | None],
        actor: Actor,
        about: Mapping[str, Any],
    ) -> Patient | None:
        """Write what a plan says and return the file concerned."""
        kept = {**values, "birth_place": values.get("birth_place") or identity.UNKNOWN_PLACE}
        if not plan.with_ins:
            kept |= {"matricule": None, "oid": None}
        event, before = f"received-{plan.act.lower()}", as_record(found.patient) if found.patient else None
        patient = found.patient
        with self._files.act("reception", actor, patient.id if patient else None):
            if plan.act is Act.CREATE and plan.status:
                created = Patient(
                    id=NEW, status=plan.status, **self._files.kept(kept, path="created-from-reception")
                )
                patient = self._files.create(created, actor, "created-from-reception", "identité reçue")
            elif plan.act is Act.UPDATE and plan.status and patient:
                # Read again: the verification took its time, and another user may have been at work.
                patient = self._store.patient(patient.id)
                taken = {name: value for name, value in kept.items() if value and name != "first_name"}
                fed = replace(patient, **self._files.kept(taken, path="updated-from-reception"))
                patient = self._files.save(
                    fed, plan.status, actor, "received-ok", "identité reçue et vérifiée"
                )
                self._files.trace("IDENTITY_CHANGED", actor, patient.id, ", ".join(sorted(taken)))
        known = {name: value for name, value in about.items() if name != "role"}
        after = self._files.after(event, actor, patient, before=before, values=dict(values), **known)
        return after or patient

    def _place_document(
        self, plan: Plan, patient: Patient | None, came: Mapping[str, Any], about: Mapping[str, Any]
    ) -> None:
        """Put the document into the file, or what waits on the worklist."""
        document = came["document"]
        patient_id = patient.id if patient else None
        known = {**about, "plan": asdict(plan)}
        filing = [{"name": document, "patient_id": patient_id}] if document and plan.files_document else []
        for one in self._seams.many(Seam.FILED, filing, **known):
            if one.get("patient_id") and one.get("name"):
                self._worklist.file(one["patient_id"], one["name"], came["sender"])
        if plan.queues is None or (plan.queues == "DOCUMENT_TO_ATTACH" and not document):
            return
        about_document = f" Document : {document}." if document else ""
        message = f"{_WHY.get(plan.queues, plan.queues)} De {came['sender']}.{about_document}"
        self.queue(plan.queues, message, patient_id, **known)

    # What the user is told

    def _tell_verification(
        self, result: Result | None, reply: Reply | None, patient_id: str | None, **about: Any
    ) -> Verification:
        result, reply = result or Result.ERROR, reply or Reply(kind=ReplyKind.FAILURE)
        message = _TOLD.get(result) or f"INSi n'a pas pu vérifier ({reply.code or reply.message})."
        alert = {"code": f"VERIFICATION_{result}", "message": message}
        told = self._seams.one(
            Seam.TOLD,
            {
                "outcome": result.value,
                "code": reply.code,
                "message": message,
                "alerts": [] if result is Result.OK else [alert],
            },
            what="verification",
            result=result,
            **about,
        )
        return Verification(
            outcome=VerificationOutcome(told["outcome"]),
            patient_id=patient_id,
            code=told["code"],
            message=told["message"],
            alerts=tuple(Alert(**one) for one in told["alerts"]),
        )

    def _tell_reception(  # noqa: PLR0917 - what a reception leads to
        self,
        plan: Plan,
        patient: Patient | None,
        verification: Verification | None,
        result: Result | None,
        came: Mapping[str, Any],
        about: Mapping[str, Any],
    ) -> Reception:
        outcome = _ACTED[plan.act]
        if plan.act is Act.NOTHING and plan.files_document and came["document"]:
            outcome = ReceptionOutcome.ATTACHED
        has_reason = plan.queues and not (plan.queues == "DOCUMENT_TO_ATTACH" and not came["document"])
        alerts = [{"code": plan.queues, "message": _WHY.get(plan.queues or "", "")}] if has_reason else []
        told = self._seams.one(
            Seam.TOLD,
            {"outcome": outcome.value, "code": None, "message": "", "alerts": alerts},
            what="reception",
            result=result,
            **about,
        )
        return Reception(
            outcome=ReceptionOutcome(told["outcome"]),
            patient_id=patient.id if patient else None,
            verification=verification,
            alerts=tuple(Alert(**one) for one in told["alerts"]),
        )
