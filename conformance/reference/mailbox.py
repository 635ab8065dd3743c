"""The mailbox of the pharmacy at its MSSanté operator: fetched by IMAP, each mail read once."""

from __future__ import annotations

import imaplib
from email import message_from_bytes
from email.policy import default
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

from conformance.drivers.partners import Document, MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.reference import settings
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from conformance.drivers.model import Actor
    from conformance.drivers.partners import Reception
    from conformance.reference.messages import Messages
    from conformance.reference.seams import Record, Seams
    from conformance.reference.store import Store

_TIMEOUT_S: Final = 20.0
_PASSWORD: Final = "banc"  # noqa: S105 - of a test account that takes any
_MOST: Final = 200
"""Mails fetched at once; the others wait for the next time."""


class Mailbox:
    """What comes by mail.

    Args:
        store: where the settings are.
        messages: what becomes of a message.
        seams: where mails pass before they are received.
    """

    def __init__(self, store: Store, messages: Messages, seams: Seams) -> None:
        """Use the reception of messages."""
        self._store, self._messages, self._seams = store, messages, seams

    def fetch(self, actor: Actor) -> list[Reception]:
        """Receive the mails that were not read yet, the oldest first; none without a mailbox.

        A mail is marked as read once it is received, so that what fails on the way comes again.

        Raises:
            RefusedError: the operator does not answer, or refuses; code ``MAILBOX_UNREACHABLE``.
        """
        told = settings.of(self._store)
        host, _, port = told[settings.MSSANTE_IMAP].rpartition(":")
        if not host:
            return []
        try:
            with imaplib.IMAP4(host.strip("[]"), int(port), timeout=_TIMEOUT_S) as client:
                client.login(_quoted(told[settings.MSSANTE_MAILBOX]), _PASSWORD)
                client.select("INBOX")
                uids = (client.uid("SEARCH", "UNSEEN")[1][0] or b"").decode().split()[:_MOST]
                mails = [
                    {"place": place, "uid": uid, "content": _content(client, uid)}
                    for place, uid in enumerate(uids)
                ]
                return [self._fetched(client, mail, actor) for mail in self._seams.many(Seam.FETCHED, mails)]
        except (OSError, ValueError, imaplib.IMAP4.error) as error:
            raise RefusedError(
                "MAILBOX_UNREACHABLE", f"La boîte MSSanté ne peut pas être relevée : {error}", []
            ) from error

    def _fetched(self, client: imaplib.IMAP4, mail: Record, actor: Actor) -> Reception:
        received = self._received(mail["content"], actor)
        client.uid("STORE", mail["uid"], "+FLAGS.SILENT", r"(\Seen)")
        return received

    def _received(self, content: bytes, actor: Actor) -> Reception:
        sender = sender_of(content)
        document = Document(name="courriel.eml", format=MessageFormat.MSSANTE, content=content)
        try:
            return self._messages.receive(document, sender, actor)
        except RefusedError as refusal:
            return self._messages.set_aside(refusal, sender)


def _content(client: imaplib.IMAP4, uid: str) -> bytes:
    answer = client.uid("FETCH", uid, "(BODY.PEEK[])")[1]
    return next((part[1] for part in answer if isinstance(part, tuple)), b"")


def sender_of(content: bytes) -> str:
    """Return the address that a mail says to come from."""
    said = str(message_from_bytes(content, policy=default).get("From", ""))
    return parseaddr(said)[1] or "expéditeur inconnu"


def _quoted(name: str) -> str:
    """Return a name of an account as IMAP takes it."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
