"""A mail that the bench itself puts into a mailbox, as if another operator had handed it over: IMAP then shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.scripting.sinks import SinkOperation
from simulator.sinks.kept import Sink
from simulator.sinks.mssante.asking import DELIVERY, Ask, exchange_of, headings_of

if TYPE_CHECKING:
    from simulator.sinks.backing import Backing
    from simulator.sinks.kept import SinkStore

DELIVERED: Final = "DELIVERED"
"""Kind of such a mail among what the sinks hold; a mail that the software sent is ``MAIL``."""


def deliver(
    store: SinkStore,
    backing: Backing,
    content: bytes,
    *,
    session: str,
    sender: str,
    recipients: tuple[str, ...],
) -> int:
    """Put a mail into the mailboxes of its recipients; return its id, on disk on return.

    Args:
        store: of the sinks.
        backing: what they share with INSi.
        content: the mail.
        session: whose mail it is: its name as an account reads it too.
        sender: of the envelope.
        recipients: of the envelope.

    Raises:
        SinkFullError: it is too large, or there are too many.
    """
    headings = headings_of(content)
    number = store.keep(
        content,
        sink=Sink.MSSANTE,
        kind=DELIVERED,
        session=session,
        sender=sender,
        recipients=recipients,
        facts={"subject": headings.subject, "ins": headings.ins},
        outcome="250",
    )
    ask = Ask(
        operation=SinkOperation.SMTP_DATA,
        settled=backing.of_account(session, None),
        sender=sender,
        recipients=recipients,
        headings=headings,
        content=content,
    )
    remark = (
        f"Le banc a remis ce message ({number}) dans la boîte du logiciel",
        f"The bench put this mail ({number}) into the mailbox of the software",
    )
    backing.keep(exchange_of(DELIVERY, ask, "250 2.0.0 Delivered", "250", remarks=(remark,)))
    return number
