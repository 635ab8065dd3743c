"""The stand-ins for the DMP and the MSSanté operator, and the software sent to them.

Those of the simulator are used when it has them (``banc serve --dmp --mssante``); otherwise the check opens its own on
this machine. The software is told their addresses by its settings ``dmp_url``, ``mssante_smtp`` and ``mssante_account``
(ours, inferred: no text says how a software is pointed to another partner).
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from conformance.drivers import site
from conformance.drivers.partners import Document, MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import PRINTING, STAND_INS, NotOfferedError
from conformance.suite.desk.own_sinks import own_sinks
from conformance.suite.desk.routes import Route
from simulator.client import BenchClientError
from simulator.serving.tls_ports import TlsSetupError
from simulator.sinks import SinkOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.suite.desk.steps import Desk
    from simulator.client.received import ReceivedItem

SUBMISSION: Final = "ITI-41"
EXISTENCE: Final = "TD0.2"
MAIL: Final = "MAIL"
PATIENCE_S: Final = 20.0
"""How long something that was sent may take to come: a software may queue what it sends."""
_LATER_S: Final = 2.0
_LOOK_S: Final = 0.05
MOST_ATTEMPTS: Final = 5
"""Submissions of one refused document within one act: trying a few times again is nobody's mistake."""
BRIEFLY_S: Final = 1.0
"""How long something may take to come that leaves by itself, where another rule asks that it does."""
_LATE: Final = "sinks-late"
_LEARNT: Final = "sinks-late-learnt"
_LATEST_S: Final = 2.0
_ADDRESSES: Final = (site.DMP_URL, site.MSSANTE_SMTP, site.MSSANTE_ACCOUNT)


class Box(Protocol):
    """What was received, and what is answered."""

    def after(self, number: int = 0) -> list[ReceivedItem]:
        """Return what came after an item, the oldest first."""
        ...

    def tell(self, name: str, told: Mapping[str, object]) -> None:
        """Say what the DMP answers from now on; nothing takes it back."""
        ...


@dataclass(slots=True)
class Sinks:
    """The sinks as one check uses them."""

    box: Box
    seen: int = 0
    """Id of the last item that was looked at."""
    heard: Callable[[], object] = lambda: None
    """Takes what the sinks heard into the evidence of the check."""
    patience_s: float = field(default_factory=lambda: PATIENCE_S)
    memory: dict[str, Any] = field(default_factory=dict)
    """That of the campaign."""

    def news(self) -> list[ReceivedItem]:
        """Return what came since the last look."""
        found = self.box.after(self.seen)
        self.seen = found[-1].id if found else self.seen
        self.heard()
        return found

    def settled(self) -> list[ReceivedItem]:
        """Return what came since the last look and what a queue still brings: things are waited for as long as they were late before."""
        if late := self.memory.get(_LATE, 0.0):
            time.sleep(min(2 * late, _LATEST_S))
        return self.news()

    def awaited(
        self,
        kind: str,
        *,
        enough: Callable[[list[ReceivedItem]], bool] = bool,
        patience_s: float | None = None,
    ) -> list[ReceivedItem]:
        """Return what comes until something of this kind has, or patience ends; ``patience_s``: another one, this time."""
        found: list[ReceivedItem] = []
        start = time.monotonic()
        while True:
            found += self.news()
            waited = time.monotonic() - start
            if enough(of_kind(found, kind)):
                if waited > _LOOK_S:
                    self.memory[_LATE] = max(waited, self.memory.get(_LATE, 0.0))
                return found
            if waited > (self.patience_s if patience_s is None else patience_s):
                if patience_s is None:
                    # It did not come once: a software that sends elsewhere would be waited for at each document.
                    shorter = min(self.patience_s / 2, _LATER_S)
                    self.patience_s = max(shorter, 2 * self.memory.get(_LATE, 0.0), 2 * _LOOK_S)
                return found
            time.sleep(_LOOK_S)

    def tell(self, name: str, **told: object) -> None:
        """Say what the DMP answers from now on; nothing takes it back."""
        self.box.tell(name, told)


def learn_how_late_documents_leave(desk: Desk, sinks: Sinks, kind: str) -> None:
    """Find out, once a campaign, how late a document comes that leaves by itself: what must not leave is waited for as long."""
    if _LEARNT in desk.memory:
        return
    desk.memory[_LEARNT] = True
    with desk.if_offered(PRINTING), suppress(RefusedError):
        patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
        sinks.news()
        desk.lgo.render_document(patient.id, kind, actor=desk.user)
        sinks.awaited(SUBMISSION, patience_s=BRIEFLY_S)


def of_kind(items: list[ReceivedItem], kind: str) -> list[ReceivedItem]:
    """Return the items of a kind."""
    return [one for one in items if one.kind == kind]


def document_of(item: ReceivedItem) -> Document:
    """Return an item as the document that it is."""
    if item.kind == MAIL:
        return Document(name=f"recu-{item.id}.eml", format=MessageFormat.MSSANTE, content=item.content)
    return Document(name=f"recu-{item.id}.http", format=MessageFormat.OTHER, content=item.file)


@contextmanager
def connected(desk: Desk) -> Iterator[Sinks]:
    """Send the software to the sinks for the length of the block.

    Raises:
        NotOfferedError: it cannot be sent there, or the sinks cannot be opened (NOT_TESTED).
    """
    with ExitStack() as stack:
        addresses, box, heard = _opened(desk, stack)
        dmp = addresses["dmp"]
        values = {
            site.DMP_URL: dmp.removesuffix("/dmp") + f"/s/{desk.insi.id}/dmp",
            site.MSSANTE_SMTP: addresses["smtp"],
            site.MSSANTE_ACCOUNT: desk.insi.id,
        }
        try:
            here = desk.lgo.read_settings()
            missing = [name for name in _ADDRESSES if name not in here]
            if missing:
                raise _cannot(f"GET /settings : {', '.join(missing)} ?")
            desk.lgo.write_settings(values)
        except RefusedError as refusal:
            raise _cannot(refusal.message) from refusal
        stack.callback(desk.lgo.write_settings, {name: here[name] for name in _ADDRESSES})
        stack.callback(heard)
        already = box.after()
        yield Sinks(box, already[-1].id if already else 0, heard, memory=desk.memory)
        for name in ("iti-41", "td0.2"):
            box.tell(name, {})


@contextmanager
def connected_if_possible(desk: Desk) -> Iterator[Sinks | None]:
    """The same; ``None`` when it cannot be sent there: what it says that it sends is then all there is."""
    with ExitStack() as stack:
        found: Sinks | None = None
        with desk.if_offered(STAND_INS):
            found = stack.enter_context(connected(desk))
        yield found


def _cannot(what: str) -> NotOfferedError:
    names = ", ".join(_ADDRESSES)
    return NotOfferedError(
        STAND_INS,
        "le banc ne peut pas dire au logiciel d'envoyer à son DMP et à sa messagerie : "
        f"{what} ; PUT /settings doit prendre {names}",
        "the bench cannot tell the software to send to its DMP and its mail operator: "
        f"{what}; PUT /settings has to take {names}",
    )


def _opened(desk: Desk, stack: ExitStack) -> tuple[Mapping[str, str], Box, Callable[[], object]]:
    """Return the addresses and the box of the simulator, or of sinks opened here, and what takes what they heard as evidence."""
    try:
        addresses = desk.insi.received.addresses()
    except BenchClientError:
        addresses = {}
    if {"dmp", "smtp"} <= addresses.keys():
        return addresses, desk.insi.received, lambda: None  # the journal of the simulator has it
    try:
        own = stack.enter_context(own_sinks(desk.insi.id, SinkOptions(dmp_port=0, smtp_port=0)))
    except (TlsSetupError, OSError) as error:
        raise NotOfferedError(
            STAND_INS,
            f"le DMP et la messagerie de substitution ne peuvent pas être ouverts : {error}",
            f"the stand-ins for the DMP and the mail operator cannot be opened: {error}",
        ) from error

    def heard() -> None:
        for exchange in own.overheard.taken():
            desk.timeline.exchange(exchange)

    return own.addresses, own, heard
