"""Documents of the nine kinds as mails that another domain sends: what ``banc mssante send`` puts into a mailbox."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import SMTP
from typing import TYPE_CHECKING, Final

from conformance.drivers.partners import ReceivedIdentity
from conformance.suite.incoming import mail
from conformance.suite.incoming.kinds import Incoming, letter
from conformance.suite.incoming.letter import MAILBOX
from simulator.text import Text

if TYPE_CHECKING:
    from simulator.ins.identity import InsIdentity

TRUSTED_MAILBOX: Final = "labo.confiance@confiance.mssante.fr"
"""Of a sender whom the software is to have a trust contract with."""

HINTS: Final = {
    Incoming.UNKNOWN: Text(
        "cette personne ne doit avoir aucun dossier dans le logiciel",
        "this person must have no file in the software",
    ),
    Incoming.DENIED: Text(
        "INSi doit répondre KO : banc scenario run answers/verification-ko --session SESSION",
        "INSi must answer KO: banc scenario run answers/verification-ko --session SESSION",
    ),
    Incoming.TRUSTED: Text(
        f"paramétrez un contrat de confiance avec {TRUSTED_MAILBOX.partition('@')[2]} dans le logiciel",
        f"set a trust contract with {TRUSTED_MAILBOX.partition('@')[2]} in the software",
    ),
    Incoming.REPLACEMENT: Text(
        "envoyez d'abord le même document avec --kind right", "send the same document with --kind right first"
    ),
    Incoming.DELETION: Text(
        "envoyez d'abord le même document avec --kind right", "send the same document with --kind right first"
    ),
}
"""What has to be set up for a kind to be what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A mail and its envelope."""

    content: bytes
    sender: str
    recipient: str


def sending(
    kind: Incoming, right: InsIdentity, other: InsIdentity, *, recipient: str, sender: str | None = None
) -> Sending:
    """Return a document of a kind as a mail.

    Args:
        kind: which.
        right: the patient.
        other: somebody else, for the kinds that need one.
        recipient: the mailbox of the software.
        sender: from whom; another domain, the one under a trust contract for that kind.
    """
    former = letter(Incoming.RIGHT, identity_of(right), identity_of(other)).document_id
    written = letter(kind, identity_of(right), identity_of(other), former)
    by = sender or (TRUSTED_MAILBOX if kind is Incoming.TRUSTED else MAILBOX)
    return addressed(mail.write(written), by, recipient)


def returned(code: str, right: InsIdentity, *, recipient: str, sender: str | None = None) -> Sending:
    """Return the error mail by which a receiver says that it could not integrate what the software sent (902 to 905)."""
    one = identity_of(right)
    if code == Incoming.NO_INS:
        one = replace(one, matricule=None, oid=None)
    written = letter(Incoming.RIGHT, one, one)
    return addressed(mail.returned(written, code), sender or MAILBOX, recipient)


def identity_of(person: InsIdentity) -> ReceivedIdentity:
    """Return an identity as another domain sends it."""
    traits = person.traits
    return ReceivedIdentity(
        sender="LABO-VOISIN",
        matricule=person.matricule.value,
        oid=person.oid,
        birth_name=traits.birth_name,
        first_names=traits.first_names,
        first_name=traits.first_names.partition(" ")[0],
        birth_date=traits.birth_date,
        sex=traits.sex,
        birth_place=traits.birth_place,
        status="QUAL",
    )


def addressed(content: bytes, by: str, recipient: str) -> Sending:
    """Return a mail with the addresses asked for in its headers too: from whom, and to which mailbox."""
    if by == MAILBOX and recipient == mail.RECEIVER:
        return Sending(content=content, sender=by, recipient=recipient)
    made = message_from_bytes(content, policy=SMTP)
    for name, value in (("From", f"Laboratoire VOISIN <{by}>"), ("To", recipient)):
        del made[name]
        made[name] = value
    return Sending(content=made.as_bytes(), sender=by, recipient=recipient)
