"""A mail, or a step towards one, as scenarios look at it and as the journal keeps it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import TYPE_CHECKING, Any, Final

from simulator.chaos.effects import disturb
from simulator.chaos.reply import AT_ONCE, Delivery, Reply
from simulator.contract.evidence import EvidenceLevel
from simulator.journal.exchange import MSSANTE, Decision, Exchange, Headers
from simulator.scripting.sink_facts import SinkFacts
from simulator.sinks.kept import MAX_WORD

if TYPE_CHECKING:
    from simulator.scripting.engine import Scripted
    from simulator.scripting.sinks import SinkOperation
    from simulator.scripting.state import StateView
    from simulator.sessions.store import Session
    from simulator.sinks.backing import Backing, Settled

DELIVERY: Final = "DELIVERY"
"""Operation of a mail that the bench itself puts into a mailbox."""
_HEAD_BYTES: Final = 64 * 1024
"""Where the headers of a mail are looked for."""
_LONGEST: Final = 1000
_REPLIES: Final = {
    421: "4.3.2 Service not available",
    450: "4.2.1 Mailbox busy",
    451: "4.3.0 Local error in processing",
    452: "4.2.2 Mailbox full",
    454: "4.7.0 Temporary authentication failure",
    535: "5.7.8 Authentication credentials invalid",
    550: "5.1.1 No such mailbox here",
    552: "5.3.4 Message too big",
    554: "5.7.1 Message refused",
}
"""What is said with a code when the scenario says nothing (RFC 5321, RFC 3463)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """What the headers of a mail say that matters here; empty when they do not."""

    subject: str = ""
    """Decoded."""
    ins: str = ""
    """``X-MSS-INS``."""
    session: str = ""
    """``X-Banc-Session``: a session of the simulator, for software that cannot log in under its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a client of the mail operator asks."""

    operation: SinkOperation
    settled: Settled
    account: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    helo: str = ""
    headings: Headings = field(default_factory=Headings)
    content: bytes = b""
    """The mail, when there is one already."""
    certificate: bytes | None = None
    """DER of the client certificate, when there is one."""
    transport: tuple[tuple[str, str], ...] = ()
    """How it came: ``peer``, ``tls``."""

    # As the conditions of scenarios see a request.

    @property
    def headers(self) -> dict[str, str]:
        """None of HTTP."""
        return {}

    @property
    def body(self) -> bytes:
        """The mail."""
        return self.content

    @property
    def client_certificate(self) -> bytes | None:
        """DER."""
        return self.certificate

    def texts(self) -> dict[str, str | None]:
        """Return what conditions may look at."""
        return {
            "mail.from": self.sender or None,
            "mail.to": " ".join(self.recipients) or None,
            "mail.subject": self.headings.subject or None,
            "mail.ins": self.headings.ins or None,
            "mail.account": self.account or None,
            "mail.helo": self.helo or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a scenario has the operator say."""

    text: str | None
    """A line of SMTP, or the words of IMAP; ``None``: what would be said anyway."""
    code: str
    scripted: Scripted
    delivery: Delivery
    chaos: tuple[str, ...] = ()


def headings_of(content: bytes) -> Headings:
    """Return what the headers of a mail say; never fails."""
    parsed = BytesHeaderParser(policy=compat32).parsebytes(content[:_HEAD_BYTES])

    def value(name: str) -> str:
        text = str(parsed.get(name, ""))[:_LONGEST]
        with contextlib.suppress(HeaderParseError, ValueError, LookupError):
            text = str(make_header(decode_header(text)))
        return " ".join(text.split())

    return Headings(subject=value("Subject"), ins=value("X-MSS-INS"), session=value("X-Banc-Session"))


def said(backing: Backing, ask: Ask) -> Said | None:
    """Return what a scenario of the session says to this, ``None`` when none has its say."""

    def facts(session: Session, state: StateView) -> SinkFacts:
        return SinkFacts(ask.operation, ask, session.settings.now(), state, texts=ask.texts())

    scripted = backing.play(ask.settled.session, facts)
    if scripted is None:
        return None
    told = scripted.sink
    text, code = None, "250"
    if told is not None and told.reply is not None:
        text, code = f"{told.reply} {told.text or _REPLIES.get(told.reply, 'Refused')}", str(told.reply)
    elif told is not None:
        text, code = told.text or "Refused by a scenario", told.status or "NO"
    delivery = AT_ONCE
    applied: tuple[str, ...] = ()
    if scripted.chaos:
        session = ask.settled.id
        disturbed = disturb(
            Reply(status=200, headers=(), body=(text or code).encode()),
            scripted.chaos,
            seed=session,
            call=backing.disturbed.next(session),
        )
        delivery, applied = disturbed.delivery, disturbed.applied
    return Said(text=text, code=code, scripted=scripted, delivery=delivery, chaos=applied)


def exchange_of(  # noqa: PLR0917 - what is kept
    operation: str,
    ask: Ask,
    reply: str,
    code: str,
    by: Said | None = None,
    remarks: tuple[tuple[str, str], ...] = (),
) -> Exchange:
    """Return what the journal keeps of it.

    Args:
        operation: of the exchange: that of ``ask``, or ``DELIVERY``.
        ask: what was asked.
        reply: what was answered, a line.
        code: the code of the reply.
        by: the scenario that had its say.
        remarks: what there is to say beside.
    """
    scripted = None if by is None else by.scripted
    is_cut = by is not None and by.delivery.silent
    speaks = scripted is not None and scripted.speaks
    source: Any = "scenario" if speaks else "sink"
    decision = Decision(
        source=source,
        scenario=None if scripted is None else scripted.scenario,
        rule=None if scripted is None else scripted.rule,
        remarks=(*ask.settled.remarks, *(() if scripted is None else scripted.remarks), *remarks),
        evidence=(EvidenceLevel.INFERRED if scripted is None else scripted.evidence).value,
    )
    envelope = (
        *ask.transport,
        ("Helo", ask.helo),
        ("Account", ask.account[:MAX_WORD]),
        ("Mail-From", ask.sender),
        *(("Rcpt-To", one) for one in ask.recipients),
    )
    return Exchange(
        session=ask.settled.id,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        operation=operation,
        code=code,
        http_status=0 if is_cut else int(code) if code.isdigit() else 200,
        path=operation.partition("-")[0].lower(),
        request_headers=Headers((name, value) for name, value in envelope if value),
        request=ask.content,
        response_headers=Headers(()),
        response=b"" if is_cut else f"{reply}\r\n".encode("utf-8", "replace"),
        decision=decision,
        asked={
            name: value[:_LONGEST]
            for name, value in (
                ("from", ask.sender),
                ("to", ", ".join(ask.recipients)),
                ("subject", ask.headings.subject),
            )
            if value
        },
        authentication="mtls" if ask.certificate is not None else None,
        client_certificate=ask.certificate,
        chaos=() if by is None else by.chaos,
        service=MSSANTE,
    )
