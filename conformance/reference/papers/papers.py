"""What a user does with documents: print, export, send, withdraw, note a refusal, open the DMP, scan."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.drivers.model import Patient, Status, Verb
from conformance.drivers.partners import (
    Channel,
    Document,
    MessageFormat,
    Reception,
    ReceptionOutcome,
    Sending,
    SendingOutcome,
    Transmission,
)
from conformance.drivers.protocol import RefusedError
from conformance.reference import numbers, settings
from conformance.reference.files import NEW
from conformance.reference.papers import cda, fhir, hl7, mail, page, xds
from conformance.reference.papers.kinds import KINDS, Kind, kind_named
from conformance.reference.papers.leaving import SENDER, acting, is_qualified, leaving, passing
from conformance.reference.papers.network import Network
from conformance.reference.papers.scanning import check_sex, traits_of, unusable
from conformance.reference.seams import Seam
from conformance.reference.store import NotFoundError, now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Actor
    from conformance.reference.files import Files

DMP: Final = "dmp@monespacesante.example"
"""How the trace names the DMP."""
DP: Final = "dossier-pharmaceutique@example"
_SENDING, _OPPOSITION, _TRANSMISSION = "sending", "opposition", "transmission"
_NEEDED: Final = ("reportlab", "zxingcpp")


def missing_libraries() -> list[str]:
    """Return the optional libraries that these acts need and that are not installed."""
    return [name for name in _NEEDED if find_spec(name) is None]


class Papers:
    """The acts on documents.

    Args:
        files: where files are read and written.
    """

    def __init__(self, files: Files) -> None:
        """Use a set of files."""
        self._files = files
        self._store = files.store
        self._seams = files.seams
        self._network = Network(files)

    def close(self) -> None:
        """Close the connections."""
        self._network.close()

    def acts(self) -> Mapping[Verb, Callable[..., object]]:
        """Return what is done for each verb; nothing for those that lack a library."""
        return {Verb.SCAN_DATAMATRIX: self.scan, **({} if missing_libraries() else self._with_libraries())}

    def not_supported(self) -> dict[Verb, str]:
        """Return why an act cannot be done, for those that lack a library."""
        if not (missing := missing_libraries()):
            return {}
        why = f"pip install 'banc-insi[documents]' ({', '.join(missing)})"
        return dict.fromkeys(self._with_libraries(), why)

    def _with_libraries(self) -> dict[Verb, Callable[..., object]]:
        return {
            Verb.RENDER_DOCUMENT: self.render,
            Verb.EXPORT_MESSAGE: self.export,
            Verb.EXPORT_PATIENTS: self.export_all,
            Verb.SEND_DOCUMENT: self.send,
            Verb.WITHDRAW_DOCUMENT: self.withdraw,
            Verb.RECORD_OPPOSITION: self.oppose,
            Verb.OPEN_DMP: self.open_dmp,
            Verb.READ_TRANSMISSIONS: self.transmissions,
        }

    def render(self, patient_id: str, kind: str, actor: Actor) -> Document:
        """Print a document."""
        patient, what = self._store.patient(patient_id), kind_named(kind)
        self._files.trace("DOCUMENT_PRINTED", actor, patient_id, kind)
        with acting("PRINT", actor):
            name, content = self._printed(patient, what)
        self._feed(patient, what, actor)
        with acting("PRINT", actor):
            return self._produced(
                patient, kind, Document(name=name, format=MessageFormat.PDF, content=content)
            )

    def export(self, patient_id: str, form: MessageFormat, actor: Actor) -> Document:
        """Produce a message about a patient, as it would be sent."""
        patient = self._store.patient(patient_id)
        with acting("EXPORT", actor):
            document = self._message(patient, form)
            self._files.trace("MESSAGE_PRODUCED", actor, patient_id, form)
            return self._produced(patient, form.value, document)

    def export_all(self, actor: Actor) -> list[Document]:
        """Export all files, as one FHIR bundle."""
        with acting("EXPORT_ALL", actor):
            resources = [
                fhir.patient_resource(one, self._seams, self._reliability(one), "EXPORT")
                for one in self._store.patients()
            ]
        self._files.trace("EXPORT", actor, None, f"{len(resources)} dossiers")
        written = {"name": "patients.json", "format": MessageFormat.FHIR, "content": fhir.bundle(resources)}
        handed = self._seams.many(Seam.WRITTEN, [written], where="export-file", document="EXPORT")
        return [Document(**one) for one in handed]

    def send(
        self, patient_id: str, kind: str, channel: Channel, recipient: str | None, actor: Actor
    ) -> Sending:
        """Send a document, or say why it is not sent."""
        with acting("SEND", actor, channel.value):
            return self._send(patient_id, kind, channel, recipient, actor)

    def _send(
        self, patient_id: str, kind: str, channel: Channel, recipient: str | None, actor: Actor
    ) -> Sending:
        patient, what = self._store.patient(patient_id), kind_named(kind)
        address, why = self._decided(patient, what, channel, recipient)
        [decision] = passing(
            self._seams,
            Seam.SENDING,
            [{"why": why, "recipient": address, "channel": channel.value}],
            patient,
            where=channel.value,
            document=kind,
        )
        if decision["why"]:
            self._files.trace("SENDING_REFUSED", actor, patient_id, decision["why"])
            message = self._network.said(patient, kind, channel, decision["why"])
            return Sending(id="0", outcome=SendingOutcome.NOT_SENT, message=message)
        warning = self._network.may_feed(patient, kind, actor) if channel is Channel.DMP else ""
        if not isinstance(warning, str):
            return Sending(id="0", outcome=warning.outcome, message=warning.message)
        documents = self._outgoing(patient, what, channel, decision["recipient"])
        stopped = self._network.deliver(patient, kind, channel, decision["recipient"], documents)
        if stopped is not None:
            self._files.trace("SENDING_FAILED", actor, patient_id, stopped.message)
            return Sending(id="0", outcome=stopped.outcome, message=stopped.message)
        sent = self._sent(patient, kind, channel, decision["recipient"], documents, actor)
        return replace(sent, message=self._network.told_of_success(patient, kind, warning))

    def _feed(self, patient: Patient, what: Kind, actor: Actor) -> None:
        """Send a document to the DMP once it is made, the first time (TRA-15)."""
        fed = {
            body["kind"]
            for _, body in self._store.notes(_SENDING, patient.id)
            if body["channel"] == Channel.DMP.value
        }
        due = what.code and what.key not in fed
        if due and self._network.feeds_dmp_by_itself(patient, what.key):
            with acting("FEED", actor, Channel.DMP.value):
                self._send(patient.id, what.key, Channel.DMP, None, actor)

    def withdraw(self, sending_id: str, actor: Actor) -> Sending:
        """Withdraw what was sent: the recipient is told."""
        found = dict(self._store.notes(_SENDING)).get(sending_id)
        if found is None:
            raise NotFoundError(f"no sending {sending_id!r}")
        with acting("WITHDRAW", actor, found["channel"]):
            return self._withdraw(sending_id, found, actor)

    def _withdraw(self, sending_id: str, found: Mapping[str, Any], actor: Actor) -> Sending:
        patient = self._store.patient(found["patient_id"])
        channel, kind = Channel(found["channel"]), found["kind"]
        [decision] = passing(
            self._seams,
            Seam.SENDING,
            [{"why": "", "recipient": found["recipient"], "channel": channel.value}],
            patient,
            where="withdrawal",
            document=kind,
        )
        if decision["why"]:
            return Sending(id=sending_id, outcome=SendingOutcome.NOT_SENT, message=decision["why"])
        documents = self._outgoing(patient, KINDS[kind], channel, decision["recipient"], of_deletion=True)
        return self._sent(patient, kind, channel, decision["recipient"], documents, actor)

    def oppose(self, patient_id: str, channels: frozenset[Channel], actor: Actor) -> frozenset[Channel]:
        """Note the channels that the patient refuses."""
        patient = self._store.patient(patient_id)
        refused = {"channels": sorted(one.value for one in channels)}
        typed = self._seams.one(Seam.TYPED, refused, verb="oppose", patient_id=patient.id, role=actor.role)
        self._store.add_note(_OPPOSITION, patient.id, typed)
        self._files.trace("OPPOSITION", actor, patient_id, ", ".join(sorted(channels)))
        return self._refused(patient)

    def open_dmp(self, patient_id: str, actor: Actor) -> None:
        """Open the DMP of a patient (TRA-11)."""
        patient = self._store.patient(patient_id)
        why = "" if is_qualified(patient) else "l'identité n'est pas qualifiée"
        with acting("OPEN", actor, Channel.DMP.value):
            [decision] = passing(
                self._seams,
                Seam.SENDING,
                [{"why": why, "recipient": DMP, "channel": "DMP"}],
                patient,
                where="TD0.9",
                document="",
            )
        if decision["why"]:
            raise RefusedError("IDENTITY_NOT_QUALIFIED", f"Accès au DMP impossible : {decision['why']}.")
        self._files.trace("DMP_OPENED", actor, patient_id)

    def transmissions(self, patient_id: str | None, actor: Actor) -> list[Transmission]:
        """Return to whom data with an INS went, oldest first (SEC-08)."""
        del actor
        entries = [body for _, body in self._store.notes(_TRANSMISSION, patient_id)]
        told = self._seams.many(Seam.READ, entries, verb="transmissions", asked=patient_id)
        return [Transmission(**one) for one in told]

    def scan(self, content: str, actor: Actor) -> Reception:
        """Make a file of a Datamatrix INS: provisoire, without its INS, which only INSi can give (CRE-06)."""
        traits = traits_of(content)
        self._files.passes(partial(check_sex, traits), actor, "scan")
        environment = settings.of(self._store)[site.ENVIRONMENT]
        wrong = numbers.problems(traits["matricule"], traits["oid"], environment, "Lu :")
        records = [asdict(one) for one in wrong]
        for one in self._seams.many(Seam.NUMBER, records, by="scan", values=traits, environment=environment):
            raise unusable(one["message"])
        known = [
            one for one in self._store.patients() if one.matricule and one.matricule == traits["matricule"]
        ]
        if known:
            self._files.trace("DATAMATRIX_SCANNED", actor, known[0].id, "dossier connu")
            return Reception(outcome=ReceptionOutcome.UNCHANGED, patient_id=known[0].id)
        record = {**traits, "status": Status.PROV.value, "matricule": None, "oid": None}
        about = {"read": dict(traits), "content": content}
        passed = self._seams.one(Seam.SCANNED, record, **about)
        status = Status(passed.pop("status"))
        kept = self._files.kept(passed, "scanned")
        patient = Patient(id=NEW, status=status, **kept)
        patient = self._files.create(patient, actor, "created-from-scan", "lecture d'un Datamatrix INS")
        return Reception(outcome=ReceptionOutcome.CREATED, patient_id=patient.id)

    def _printed(self, patient: Patient, kind: Kind) -> tuple[str, bytes]:
        extra = settings.kinds(settings.of(self._store), settings.PRINTED_TRAITS)
        return page.file_name(patient, kind, self._seams), page.render(patient, kind, self._seams, extra)

    def _message(self, patient: Patient, form: MessageFormat) -> Document:
        note = KINDS["VACCINATION_NOTE"]
        match form:
            case MessageFormat.HL7V2:
                control = f"{patient.id}-{len(self._store.audit(patient.id)) + 1}"
                return Document(name="adt.hl7", format=form, content=hl7.write(patient, self._seams, control))
            case MessageFormat.FHIR:
                resource = fhir.patient_resource(patient, self._seams, self._reliability(patient))
                return Document(name="patient.json", format=form, content=fhir.as_json(resource))
            case MessageFormat.CDA:
                _, pdf = self._printed(patient, note)
                return Document(
                    name="note.xml", format=form, content=cda.write(patient, note, self._seams, pdf)
                )
            case MessageFormat.MSSANTE:
                [document] = self._outgoing(
                    patient, KINDS["INTERVIEW_REPORT"], Channel.MSSANTE, "medecin@exemple.mssante.fr"
                )
                return document
            case _:
                raise RefusedError("UNKNOWN_FORMAT", f"Format non produit : {form}.", ["format"])

    def _outgoing(
        self, patient: Patient, kind: Kind, channel: Channel, recipient: str, *, of_deletion: bool = False
    ) -> tuple[Document, ...]:
        name, pdf = self._printed(patient, kind)
        content = cda.write(patient, kind, self._seams, pdf)
        described = xds.describe(patient, kind, self._seams, content)
        if channel in {Channel.DMP, Channel.DP}:
            return (
                Document(name="iti-41.xml", format=MessageFormat.OTHER, content=xds.submission(described)),
            )
        message = mail.write(
            patient,
            kind,
            self._seams,
            xds.archive(described),
            (name, pdf),
            recipient,
            of_deletion=of_deletion,
        )
        return (Document(name="courriel.eml", format=MessageFormat.MSSANTE, content=message),)

    def _decided(
        self, patient: Patient, kind: Kind, channel: Channel, recipient: str | None
    ) -> tuple[str, str]:
        """Return the address, and why nothing is sent to it (TRA-09, TRA-10, TRA-12, TRA-16)."""
        if not kind.code:
            return "", f"« {kind.title} » ne s'envoie pas"
        if channel in self._refused(patient):
            return "", "le patient s'oppose à cet envoi"
        if channel is not Channel.MSSANTE and not is_qualified(patient):
            return "", "l'identité n'est pas qualifiée"
        match channel:
            case Channel.DMP:
                return DMP, ""
            case Channel.DP:
                return DP, ""
            case Channel.MSSANTE_PATIENT:
                return str(leaving(patient, self._seams, where="address", document=kind.key)["mailbox"]), ""
            case _:
                return (recipient, "") if recipient else ("", "il faut l'adresse du destinataire")

    def _sent(  # noqa: PLR0917 - what a sending is
        self,
        patient: Patient,
        kind: str,
        channel: Channel,
        recipient: str,
        documents: tuple[Document, ...],
        actor: Actor,
    ) -> Sending:
        body = {"patient_id": patient.id, "kind": kind, "channel": channel.value, "recipient": recipient}
        number = self._store.add_note(_SENDING, patient.id, body)
        self._files.trace("DOCUMENT_SENT", actor, patient.id, f"{kind} → {recipient}")
        if is_qualified(patient):
            entry = Transmission(
                sender=SENDER, recipient=recipient, at=now(), patient_id=patient.id, channel=channel.value
            )
            for one in passing(
                self._seams, Seam.TRANSMITTED, [asdict(entry)], patient, where=channel.value, document=kind
            ):
                self._store.add_note(_TRANSMISSION, one["patient_id"], one)
        return Sending(id=number, outcome=SendingOutcome.SENT, recipient=recipient, documents=documents)

    def _refused(self, patient: Patient) -> frozenset[Channel]:
        notes = self._store.notes(_OPPOSITION, patient.id)
        return frozenset(Channel(name) for name in notes[-1][1]["channels"]) if notes else frozenset()

    def _reliability(self, patient: Patient) -> fhir.Reliability:
        return fhir.reliability(patient, self._store.status_changes(patient.id))

    def _produced(self, patient: Patient, kind: str, document: Document) -> Document:
        record: dict[str, Any] = {
            "name": document.name,
            "format": document.format.value,
            "content": document.content,
        }
        [passed] = passing(self._seams, Seam.PRODUCED, [record], patient, where="document", document=kind)
        return replace(document, name=passed["name"], content=passed["content"])
