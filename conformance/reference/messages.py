"""What happens when a message arrives: it is read, and then received as its identity is, or left to a person.

A document that contradicts its envelope, has no INS or not all the traits of one is never filed and never verified: it
waits (903, 905 and the like). So do the ones that replace or delete another, which only a person may take out of a file.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import BIRTH_FIELDS, Alert
from conformance.drivers.partners import MessageFormat, ReceivedIdentity, Reception, ReceptionOutcome
from conformance.drivers.protocol import RefusedError
from conformance.reference.incoming import cda, fhir, hl7, mail
from conformance.reference.incoming.arrived import Act, Arrived, UnreadableError, judged
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from conformance.drivers.model import Actor
    from conformance.drivers.partners import Document
    from conformance.reference.domain import Domain
    from conformance.reference.partners import Partners
    from conformance.reference.seams import Seams

_WHY: Final = {
    "903": "Le document n'a pas d'INS.",
    "905": "Le document porte une INS sans tous ses traits.",
    "CONTRADICTORY": "Le message et le document qu'il contient ne désignent pas la même personne.",
    "SEVERAL": "Le message concerne plusieurs documents : un seul patient par message est attendu.",
    "NO_DOCUMENT": "Le message ne contient aucun document lisible.",
    "REPLACES": "Ce document en remplace un autre.",
    "DELETES": "L'émetteur supprime un document qu'il a envoyé.",
    "RETURNED": "Un destinataire n'a pas pu intégrer un document envoyé",
}
"""What the worklist says, by reason."""


class Messages:
    """The reception of messages.

    Args:
        partners: what becomes of an identity received.
        domain: what becomes of one that the own domain sends.
        seams: what the values pass on their way.
    """

    def __init__(self, partners: Partners, domain: Domain, seams: Seams) -> None:
        """Use the acts on identities from elsewhere, and from the own domain."""
        self._partners = partners
        self._domain = domain
        self._seams = seams

    def receive(self, message: Document, sender: str, actor: Actor) -> Reception:
        """Read a message and do with it what has to be done (E19 to E23).

        Raises:
            RefusedError: it cannot be read; code ``UNREADABLE_MESSAGE`` or ``UNKNOWN_FORMAT``.
        """
        try:
            found, returned = _read(message)
        except UnreadableError as error:
            raise RefusedError("UNREADABLE_MESSAGE", f"Message illisible : {error}.", ["message"]) from error
        form = message.format.value
        if self._domain.is_fed_by(sender) and [one.document for one in found] == [None]:
            return self._domain.follow(found[0], sender, actor)
        read = [self._passed(judged(one), message, sender, actor) for one in found]
        if returned is not None:
            return self._left(f"{_WHY['RETURNED']} ({returned}).", "RETURNED", sender, None, form)
        if not read:
            return self._left(_WHY["NO_DOCUMENT"], "NO_DOCUMENT", sender, None, form)
        if len(read) > 1:
            names = ", ".join(one.document or "" for one in read)
            return self._left(_WHY["SEVERAL"], "SEVERAL", sender, names, form)
        return self._one(read[0], form, sender, actor)

    def set_aside(self, refusal: RefusedError, sender: str) -> Reception:
        """Leave a mail that cannot be read to a person: nobody is there to refuse it to."""
        return self._left(refusal.message, refusal.code, sender, None, MessageFormat.MSSANTE.value)

    def _passed(self, arrived: Arrived, message: Document, sender: str, actor: Actor) -> Arrived:
        if not self._seams.has(Seam.ARRIVED):
            return arrived
        record = {
            **arrived.values,
            "status": arrived.status,
            "document": arrived.document,
            "document_id": arrived.document_id,
            "act": arrived.act.value,
            "problem": arrived.problem,
            "identifiers": list(arrived.identifiers),
        }
        around = {name: value for one in arrived.around for name, value in one.items() if value}
        passed = self._seams.one(
            Seam.ARRIVED,
            record,
            form=message.format.value,
            content=message.content,
            sender=sender,
            role=actor.role,
            around=around,
            former=list(arrived.former),
        )
        return replace(
            arrived,
            values={name: passed[name] for name in BIRTH_FIELDS},
            status=passed["status"],
            document=passed["document"],
            act=Act(passed["act"]),
            problem=passed["problem"],
        )

    def _one(self, arrived: Arrived, form: str, sender: str, actor: Actor) -> Reception:
        if arrived.problem is not None:
            reason = f"INTEGRATION_{arrived.problem}"
            return self._left(_WHY[arrived.problem], reason, sender, arrived.document, form)
        if arrived.act is Act.DELETES:
            return self._left(_WHY["DELETES"], "DOCUMENT_DELETED", sender, arrived.document, form)
        if arrived.act is Act.REPLACES:
            self._left(_WHY["REPLACES"], "DOCUMENT_REPLACED", sender, arrived.document, form)
        identity = ReceivedIdentity(
            sender=sender, status=_status(arrived.status), document=arrived.document, **arrived.values
        )
        in_a_document = form if arrived.document else None
        return self._partners.receive(identity, actor, in_a_document=in_a_document)

    def _left(self, why: str, reason: str, sender: str, document: str | None, form: str) -> Reception:
        """Leave a message to a person, and tell."""
        about = f" Document : {document}." if document else ""
        known: dict[str, Any] = {"way": form, "sender": sender, "standing": reason}
        self._partners.queue(reason, f"{why} De {sender}.{about}", None, **known)
        alert = Alert(code=reason, message=why)
        told = {
            "outcome": ReceptionOutcome.QUEUED.value,
            "code": None,
            "message": "",
            "alerts": [asdict(alert)],
        }
        passed = self._seams.one(Seam.TOLD, told, what="reception", result=None, **known)
        return Reception(
            outcome=ReceptionOutcome(passed["outcome"]),
            alerts=tuple(Alert(**one) for one in passed["alerts"]),
        )


def _read(message: Document) -> tuple[list[Arrived], str | None]:
    match message.format:
        case MessageFormat.MSSANTE:
            return mail.read(message.content)
        case MessageFormat.CDA:
            return [cda.read(message.content)], None
        case MessageFormat.HL7V2:
            return [hl7.read(message.content)], None
        case MessageFormat.FHIR:
            return [fhir.read(message.content)], None
        case _:
            raise RefusedError("UNKNOWN_FORMAT", f"Format non reçu : {message.format}.", ["message"])


def _status(told: str | None) -> str | None:
    """Return the status at the sender: VALI beside an INS says qualifiée (FR Core, HL7 samples)."""
    return "QUAL" if told == "VALI" else told
