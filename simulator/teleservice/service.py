"""The whole life of one call: read → authenticate → operate (script, match) → answer → record.

No framework here: bytes and headers in, bytes and a status out. Every refusal is a ``FaultError`` raised
once where the reason is known and rendered once at the end of ``Teleservice.handle``.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from simulator.chaos.effects import CallCounter, disturb
from simulator.chaos.reply import AT_ONCE, Delivery, Reply
from simulator.contract.envelope import read
from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import HTTP_STATUS, FaultError
from simulator.contract.headers import NOT_UNDERSTOOD
from simulator.contract.messages import Finding
from simulator.contract.names import Operation
from simulator.contract.render import DIALECTS, render_fault
from simulator.journal.exchange import Decision, Exchange, Headers
from simulator.journal.watch import Watch
from simulator.registry.protocol import RegistryUnavailableError
from simulator.scripting.facts import Facts
from simulator.scripting.model import Stage
from simulator.teleservice.authentication import Authenticator
from simulator.teleservice.freshness import FORM_CODES, Freshness
from simulator.teleservice.operations import card_search, lots, traits_search, verification
from simulator.teleservice.operations.answering import from_scenario, on_top
from simulator.teleservice.operations.outcome import Context, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.contract.messages import Call
    from simulator.contract.render import Dialect
    from simulator.journal.store import Journal
    from simulator.lots.store import LotStore
    from simulator.registry.protocol import Registry
    from simulator.scripting.engine import Scripted, Scripts
    from simulator.scripting.facts import Wanted
    from simulator.sessions.addressing import Recogniser
    from simulator.sessions.store import Session

_log = logging.getLogger(__name__)

RESPONSE_HEADERS: Final = {"Content-Type": "application/soap+xml; charset=utf-8"}
"""Headers of every answer (inferred: those of the real gateway are not established, insi-contract §10.10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One HTTP request to the SOAP end point, as received."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    client_certificate: bytes | None = None
    """DER, when the request came over mutual TLS."""
    too_large: str = ""
    """Why it may not be parsed, found by the way in (English); empty: it may."""


_FAULT: Final = re.compile(rb"<(?:\w+:)?Fault[\s>]")
"""A SOAP fault among bytes of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """One call answered: what is recorded, and what is to be sent."""

    exchange: Exchange
    reply: Reply
    delivery: Delivery
    """How it is to be sent; the exchange has the bytes that are to reach the client."""


_OPERATIONS: Final[dict[Operation, Callable[[Call, Context], Outcome]]] = {
    Operation.SEARCH_BY_TRAITS: traits_search.answer,
    Operation.SEARCH_BY_CARD: card_search.answer,
    Operation.VERIFY: verification.answer,
    Operation.DEPOSIT_LOT: lots.deposit,
    Operation.COLLECT_LOT: lots.collect,
}


@dataclass(slots=True)
class Teleservice:
    """Answers calls from a registry and keeps them in a journal."""

    registry: Registry
    journal: Journal
    lots: LotStore
    authenticator: Authenticator = field(default_factory=Authenticator)
    freshness: Freshness = field(default_factory=Freshness)
    scripts: Scripts = field(kw_only=True)
    """Plays the scenarios of the sessions."""
    disturbed_calls: CallCounter = field(default_factory=CallCounter, init=False)
    """What makes the random part of disturbances differ from call to call, and repeatable."""

    @property
    def lost_exchanges(self) -> int:
        """Exchanges that this process answered and could not keep, because the journal could not be written."""
        return self.journal.lost

    def handle(
        self, request: WireRequest, session: Session, recogniser: Recogniser | None = None
    ) -> Exchange:
        """Answer one call as ``answer`` does, and return what was recorded."""
        return self.answer(request, session, recogniser).exchange

    def answer(self, request: WireRequest, session: Session, recogniser: Recogniser | None = None) -> Handled:
        """Answer one call. Never raises: whatever comes in, a SOAP answer goes out and is recorded.

        Args:
            request: as received.
            session: the one its address names, else the default one.
            recogniser: finds another session by what the call says, once it is read.
        """
        watch = Watch()
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        call: Call | None = None
        message_id: str | None = None
        findings: list[Finding] = []
        remarks: tuple[tuple[str, str], ...] = ()
        try:
            findings += _scenario_findings(self.scripts.problems(session))
            _check_encoding(request.headers.get("content-encoding", ""))
            _check_size(request.too_large)
            call = read(
                request.body,
                request.headers.get("content-type", ""),
                request.headers.get("soapaction", ""),
            )
            message_id = call.message_id
            findings += call.findings
            if recogniser is not None:
                settled = recogniser(call.contexts, request.client_certificate)
                if settled is not None:
                    session, remarks = settled.session, (settled.remark,)
                    findings = [*call.findings, *_scenario_findings(self.scripts.problems(session))]
            watch.reached("read")
            outcome = self._decide(call, request, session, findings, watch)
        except FaultError as error:
            message_id = message_id or error.message_id
            outcome = _refusal(error)
            if call is None and self.scripts.has_early_rules(session):
                outcome = self._unreadable(request, session, outcome)
        except RegistryUnavailableError as error:
            _log.error("a call could not be answered: %s", error)
            outcome = _refusal(FaultError("desir_9009", str(error)))
        except Exception:  # noqa: BLE001 - the last line of defence
            # A defect of the bench must not look like silence to the client.
            _log.exception("a call could not be answered")
            outcome = _refusal(FaultError("desir_9009", "the bench failed; see its log for the traceback"))
        if remarks:
            decision = replace(outcome.decision, remarks=(*remarks, *outcome.decision.remarks))
            outcome = replace(outcome, decision=decision)
        exchange, reply, delivery = self._exchange(
            request, session, outcome, call, message_id, findings=tuple(findings), at=at, watch=watch
        )
        self.journal.append(exchange)
        return Handled(exchange=exchange, reply=reply, delivery=delivery)

    def _decide(
        self, call: Call, request: WireRequest, session: Session, findings: list[Finding], watch: Watch
    ) -> Outcome:
        """Return what to answer: the scenarios that speak before authentication first."""
        now = session.settings.now()
        if not session.scenarios:
            return self._authenticated(call, request, session, findings, watch, now=now, scripted=_silent)
        facts = Facts(call, request, now, self.scripts.state.view(session.id))

        def scripted(wanted: Wanted | None) -> Scripted | None:
            facts.wanted = wanted
            return self.scripts.play(session, facts, Stage.AFTER)

        early = self.scripts.play(session, facts, Stage.BEFORE_AUTHENTICATION)
        if early is None:
            return self._authenticated(call, request, session, findings, watch, now=now, scripted=scripted)
        if early.speaks:
            return from_scenario(early)
        try:
            outcome = self._authenticated(call, request, session, findings, watch, now=now, scripted=scripted)
        except FaultError as error:
            outcome = _refusal(error)
        return on_top(early, outcome)

    def _unreadable(self, request: WireRequest, session: Session, refused: Outcome) -> Outcome:
        """Return what to answer to bytes that cannot be read: an outage answers anything."""
        facts = Facts(None, request, session.settings.now(), self.scripts.state.view(session.id))
        early = self.scripts.play(session, facts, Stage.BEFORE_AUTHENTICATION)
        if early is None:
            return refused
        return from_scenario(early) if early.speaks else on_top(early, refused)

    def _authenticated(
        self,
        call: Call,
        request: WireRequest,
        session: Session,
        findings: list[Finding],
        watch: Watch,
        *,
        now: datetime,
        scripted: Callable[[Wanted | None], Scripted | None],
    ) -> Outcome:
        """Authenticate the caller and operate; add to ``findings`` what is found on the way."""
        _check_understood(findings, session)
        caller = self.authenticator.identify(
            call,
            client_certificate=request.client_certificate,
            headers=request.headers,
            settings=session.settings,
            now=now,
        )
        watch.authentication = caller.mode
        watch.reached("authenticate")
        findings += caller.findings
        strict = session.settings.strictness == "strict"
        repeated = self.freshness.findings(call, session, strict=strict)
        findings += repeated
        if strict:
            _refuse_departures(findings, repeated)
        _check_software(call, session)
        return _OPERATIONS[call.operation](
            call,
            Context(
                registry=self.registry,
                lots=self.lots,
                session=session,
                now=now,
                caller=caller,
                scripted=scripted,
            ),
        )

    def _exchange(
        self,
        request: WireRequest,
        session: Session,
        outcome: Outcome,
        call: Call | None,
        message_id: str | None,
        *,
        findings: tuple[Finding, ...],
        at: str,
        watch: Watch,
    ) -> tuple[Exchange, Reply, Delivery]:
        """Render what was decided, disturb it when a scenario says so, and make the exchange of it."""
        # Where a refused call stopped.
        decided = watch.authentication or outcome.decision.source == "scenario"
        watch.reached("read" if call is None else "decide" if decided else "authenticate")
        reply = _render(outcome, DIALECTS[session.profile.dialect], message_id)
        delivery, decision = AT_ONCE, outcome.decision
        chaos: tuple[str, ...] = ()
        if outcome.chaos:
            disturbed = disturb(
                reply,
                outcome.chaos,
                seed=session.id,
                call=self.disturbed_calls.next(session.id),
                message_id=message_id,
            )
            reply, delivery, chaos = disturbed.reply, disturbed.delivery, disturbed.applied
            decision = _with_skipped(decision, disturbed.skipped)
        watch.reached("render")
        exchange = Exchange(
            session=session.id,
            at=at,
            operation=call.operation.value if call else None,
            code=_code(outcome),
            http_status=0 if delivery.silent else reply.status,
            path=request.path,
            request_headers=request.headers,
            request=request.body,
            response_headers={} if delivery.silent else Headers(reply.headers),
            response=delivery.sent(reply.body),
            decision=decision,
            traits=call.traits if call else None,
            asked=call.asked if call else {},
            message_id=message_id,
            idam=call.contexts.idam if call else None,
            findings=findings,
            micros=watch.micros,
            authentication=watch.authentication,
            client_certificate=request.client_certificate,
            timings=watch.timings,
            chaos=chaos,
            chaos_parameters={
                step.name: dict(step.parameters)
                for step in outcome.chaos
                if step.parameters and step.name in chaos
            },
        )
        return exchange, reply, delivery


def _silent(_wanted: Wanted | None) -> None:
    """Say nothing: a session without scenarios."""


def _scenario_findings(problems: Iterable[str]) -> list[Finding]:
    """Say that a scenario file is broken and that its last good version is played."""
    return [
        Finding(
            code="scenario-file",
            fr=f"Fichier de scénario inutilisable, la dernière bonne version est jouée : {problem}",
            en=f"scenario file cannot be used, its last good version is played: {problem}",
            evidence=EvidenceLevel.INFERRED,
        )
        for problem in problems
    ]


def _check_encoding(encoding: str) -> None:
    """Refuse a compressed request: nothing is inflated, so nothing can blow up (inferred, insi-contract §10.10)."""
    if encoding.lower() not in {"", "identity"}:
        raise FaultError("desir_9001", f"expected no Content-Encoding, got {encoding[:40]!r}")


def _check_size(too_large: str) -> None:
    """Refuse a call whose tree would cost too much (the fault of a body that is too large)."""
    if too_large:
        raise FaultError("desir_9004", too_large)


def _check_understood(findings: Iterable[Finding], session: Session) -> None:
    """Refuse a mandatory header block that is not understood, before anything else is looked at (SOAP 1.2 part 1, §2.6).

    In strict sessions, and where the profile says so; else it is a finding. What the gateway does is not established.
    """
    if session.settings.strictness != "strict" and session.profile.not_understood == "finding":
        return
    for finding in findings:
        if finding.code == NOT_UNDERSTOOD:
            raise FaultError("desir_9012", finding.en)


def _refuse_departures(findings: Iterable[Finding], repeated: Iterable[Finding]) -> None:
    """Refuse, in a strict session, what a homologation examiner would (inferred faults)."""
    for finding in repeated:
        raise FaultError("desir_9010", f"strict session: {finding.en}")
    for finding in findings:
        if finding.code in FORM_CODES:
            raise FaultError("desir_9011", f"strict session: {finding.en}")


def _check_software(call: Call, session: Session) -> None:
    """Refuse a software without authorisation number, or not in the list of the session (desir_550)."""
    idam = call.contexts.idam
    if idam is None:
        raise FaultError("desir_550", "expected an authorisation number in ContexteLPS/LPS/IDAM, got none")
    if session.settings.idams is not None and idam not in session.settings.idams:
        raise FaultError("desir_550", f"the authorisation number {idam!r} is not in the list of the session")


def _refusal(error: FaultError) -> Outcome:
    decision = Decision(source="fault", cause=error.cause, evidence=error.fault.evidence)
    return Outcome(decision=decision, fault=error.fault)


def _render(outcome: Outcome, dialect: Dialect, message_id: str | None) -> Reply:
    headers = tuple(RESPONSE_HEADERS.items())
    if outcome.fault is not None:
        body = render_fault(outcome.fault, dialect, message_id=message_id)
        return Reply(status=HTTP_STATUS, headers=headers, body=body, fault=True)
    assert outcome.answer is not None  # noqa: S101 - an outcome has an answer or a fault
    body = outcome.answer.render(dialect)
    if outcome.content_type is None:
        return Reply(status=outcome.http_status, headers=headers, body=body)
    headers = (("Content-Type", outcome.content_type),)
    return Reply(
        status=outcome.http_status, headers=headers, body=body, fault=_FAULT.search(body) is not None
    )


def _code(outcome: Outcome) -> str:
    if outcome.fault is not None:
        return outcome.fault.code
    assert outcome.answer is not None  # noqa: S101 - an outcome has an answer or a fault
    return outcome.answer.code


def _with_skipped(decision: Decision, skipped: tuple[str, ...]) -> Decision:
    """Return the decision, saying which disturbances the answer did not lend itself to."""
    told = tuple(
        (
            f"Perturbation {name} sans objet : cette réponse, ou une autre perturbation, ne s'y prête pas",
            f"Disturbance {name} not applied: this answer, or another disturbance, does not lend itself to it",
        )
        for name in skipped
    )
    return replace(decision, remarks=(*decision.remarks, *told)) if told else decision
