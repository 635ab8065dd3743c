"""The mailbox of the software at the stand-in for an MSSanté operator: a mail lies there, and the software fetches it by IMAP.

The way by which mails really come. Checks of what arrives hand them over by ``receive_message``, which is quicker; some also take
this way, and all of them when the plan says ``mailbox: all``. The software is told where its box is by its settings
``mssante_imap`` and ``mssante_mailbox`` (ours, inferred: no text says how a software is pointed to another operator).
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from conformance.drivers import site
from conformance.drivers.partners import Reception, ReceptionOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import MAILBOX, NotOfferedError
from conformance.suite.desk.own_sinks import own_sinks
from simulator.client import BenchClientError
from simulator.serving.tls_ports import TlsSetupError
from simulator.sinks import SinkOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.suite.desk.steps import Desk

ALL: Final = "mails-by-mailbox"
"""Key of the memory of a campaign: whether every mail comes by the mailbox."""
DOMAIN: Final = "pharmacie.mssante.fr"
_SETTINGS: Final = (site.MSSANTE_IMAP, site.MSSANTE_MAILBOX)


class Operator(Protocol):
    """Who holds the mailbox."""

    def deliver(self, content: bytes, *, sender: str, recipients: tuple[str, ...]) -> int:
        """Put a mail into the mailboxes of its recipients; return its id."""
        ...


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The box that the software fetches, for one check."""

    address: str
    """Its own, so that no mail of another check, or of another campaign, lies in it."""
    operator: Operator

    def leave(self, content: bytes, *, sender: str) -> None:
        """Put a mail there."""
        self.operator.deliver(content, sender=sender, recipients=(self.address,))

    def fetch(self, desk: Desk) -> Reception:
        """Have the software fetch what lies there, and return what it says of the last mail.

        Raises:
            RefusedError: it cannot fetch.
        """
        said = desk.lgo.fetch_messages(actor=desk.user)
        # Nothing said is for the check to judge, by what became of the mail.
        return said[-1] if said else Reception(outcome=ReceptionOutcome.UNCHANGED)


@contextmanager
def mailbox(desk: Desk) -> Iterator[Mailbox]:
    """Give the software a mailbox for the length of the block.

    Raises:
        NotOfferedError: it cannot be given one, or the operator cannot be opened (NOT_TESTED).
        VerbNotSupportedError: it does not fetch.
    """
    with ExitStack() as stack:
        address, operator, heard = _opened(desk, stack)
        box = Mailbox(f"officine.{secrets.token_hex(4)}@{DOMAIN}", operator)
        try:
            here = desk.lgo.read_settings()
            if missing := [name for name in _SETTINGS if name not in here]:
                raise _cannot(f"GET /settings : {', '.join(missing)} ?")
            desk.lgo.write_settings({site.MSSANTE_IMAP: address, site.MSSANTE_MAILBOX: box.address})
        except RefusedError as refusal:
            raise _cannot(refusal.message) from refusal
        stack.callback(desk.lgo.write_settings, {name: here[name] for name in _SETTINGS})
        stack.callback(heard)
        yield box


def _cannot(what: str) -> NotOfferedError:
    names = ", ".join(_SETTINGS)
    return NotOfferedError(
        MAILBOX,
        f"le banc ne peut pas dire au logiciel quelle boîte relever : {what} ; PUT /settings doit prendre {names}",
        f"the bench cannot tell the software which mailbox to fetch: {what}; PUT /settings has to take {names}",
    )


def _opened(desk: Desk, stack: ExitStack) -> tuple[str, Operator, Callable[[], object]]:
    """Return where mails are fetched, who holds them, and what takes what was heard as evidence."""
    try:
        addresses = desk.insi.received.addresses()
    except BenchClientError:
        addresses = {}
    if "imap" in addresses:
        return addresses["imap"], desk.insi.received, lambda: None  # the journal of the simulator has it
    try:
        own = stack.enter_context(own_sinks(desk.insi.id, SinkOptions(imap_port=0)))
    except (TlsSetupError, OSError) as error:
        raise NotOfferedError(
            MAILBOX,
            f"la boîte de substitution ne peut pas être ouverte : {error}",
            f"the mailbox of the bench cannot be opened: {error}",
        ) from error

    def heard() -> None:
        for exchange in own.overheard.taken():
            desk.timeline.exchange(exchange)

    return own.addresses["imap"], own, heard
