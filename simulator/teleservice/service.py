"""The whole life of one call: read → authenticate → operate (script, match) → answer → record.

No framework here: bytes and headers in, bytes and a status out. Every refusal is a ``FaultError`` raised
once where the reason is known and rendered once at the end of ``Teleservice.handle``.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from simulator.chaos.effects import CallCounter, disturb
from simulator.chaos.reply import AT_ONCE, Delivery, Reply
from simulator.contract.encodings import in_utf8
from simulator.contract.envelope import read
from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import HTTP_STATUS, FaultError
from simulator.contract.messages import Finding
from simulator.contract.render import DIALECTS, render_fault
from simulator.journal.exchange import Decision, Exchange, Headers
from simulator.journal.watch import Watch
from simulator.registry.protocol import RegistryUnavailableError
from simulator.scripting.facts import Facts
from simulator.scripting.model import Stage
from simulator.teleservice.authentication import Authenticator
from simulator.teleservice.freshness import Freshness
from simulator.teleservice.gates import check_software, check_transfer, check_understood, refuse_departures
from simulator.teleservice.operations.answering import from_scenario, on_top
from simulator.teleservice.operations.catalogue import OPERATIONS
from simulator.teleservice.operations.outcome import Context, Outcome
from simulator.values import value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.contract.messages import Call
    from simulator.contract.render import Dialect
    from simulator.journal.store import Journal
    from simulator.lots.store import LotStore
    from simulator.registry.protocol import Registry
    from simulator.scripting.engine import Scripts
    from simulator.sessions.addressing import Recogniser
    from simulator.sessions.store import Session
    from simulator.teleservice.authentication import Caller
    from simulator.teleservice.wire import WireRequest

_log = logging.getLogger(__name__)

RESPONSE_HEADERS: Final = {"Content-Type": "application/soap+xml; charset=utf-8"}
"""Headers of every answer (inferred: those of the real gateway are not established, insi-contract §10.10)."""
_RESPONSE_PAIRS: Final = tuple(RESPONSE_HEADERS.items())
_NO_HEADERS: Final = Headers()


@lru_cache(maxsize=64)
def _headers(pairs: tuple[tuple[str, str], ...]) -> Headers:
    """Return headers of answers as the journal has them: nearly always the same, and read only."""
    return Headers(pairs)


_FAULT: Final = re.compile(rb"<(?:\w+:)?Fault[\s>]")
"""A SOAP fault among bytes of a file."""


@value(frozen=True, slots=True, kw_only=True)
class Handled:
    """One call answered: what is recorded, and what is to be sent."""

    exchange: Exchange
    reply: Reply
    delivery: Delivery
    """How it is to be sent; the exchange has the bytes that are to reach the client."""


@value(frozen=True, slots=True, kw_only=True)
class _Received:
    """What is known of a call once its bytes have been read, and the one session that it belongs to."""

    session: Session
    call: Call | None = None
    refusal: FaultError | None = None
    """Why there is no call."""
    findings: tuple[Finding, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    """How the session was found, when no address names it."""

    @property
    def message_id(self) -> str | None:
        """The MessageID, as far as it could be read."""
        if self.call is not None:
            return self.call.message_id
        return None if self.refusal is None else self.refusal.message_id


@dataclass(slots=True)
class _Life:
    """One call under way: what came, and what has been found and measured so far."""

    request: WireRequest
    session: Session
    """The one session that the call belongs to: before the bytes are read, the one that the address names."""
    at: str
    received: _Received | None = None
    findings: list[Finding] = field(default_factory=list)
    watch: Watch = field(default_factory=Watch)


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
        life = _Life(request, session, datetime.now(UTC).isoformat(timespec="milliseconds"))
        try:
            with self.registry.held():
                outcome = self._outcome(life, recogniser)
        except FaultError as error:
            outcome = _refusal(error)
        except RegistryUnavailableError as error:
            _log.error("a call could not be answered: %s", error)
            outcome = _refusal(FaultError("desir_9009", str(error)))
        except Exception:  # noqa: BLE001 - the last line of defence
            # A defect of the bench must not look like silence to the client.
            _log.exception("a call could not be answered")
            outcome = _refusal(FaultError("desir_9009", "the bench failed; see its log for the traceback"))
        if life.received is not None and (remarks := life.received.remarks):
            decision = replace(outcome.decision, remarks=(*remarks, *outcome.decision.remarks))
            outcome = replace(outcome, decision=decision)
        handled = self._handled(life, outcome)
        self.journal.append(handled.exchange)
        return handled

    def _outcome(self, life: _Life, recogniser: Recogniser | None) -> Outcome:
        """Read a call and return what to answer; ``life`` learns all that is found on the way."""
        life.received = received = self._receive(life, recogniser)
        life.session = received.session
        life.findings += received.findings
        if received.call is None:
            return self._unreadable(life.request, received)
        life.watch.reached("read")
        return self._decide(received.call, life)

    def _receive(self, life: _Life, recogniser: Recogniser | None) -> _Received:
        """Read a call and settle which session it belongs to: the one that its address names, else one that knows it."""
        request, session = life.request, life.session
        content_type = request.headers.get("content-type", "")
        try:
            check_transfer(request)
            transcribed = in_utf8(request.body, content_type)
            if transcribed is not None:
                life.request = request = replace(request, body=transcribed.body)
            call = read(
                request.body,
                content_type,
                request.headers.get("soapaction", ""),
                encoding="" if transcribed is None else transcribed.encoding,
            )
        except FaultError as error:
            return _Received(session=session, refusal=error, findings=self._file_findings(session))
        settled = None if recogniser is None else recogniser(call.contexts, request.client_certificate)
        if settled is None:
            told = self._file_findings(session) if session.scenarios else ()
            return _Received(session=session, call=call, findings=(*told, *call.findings))
        return _Received(
            session=settled.session,
            call=call,
            findings=(*self._file_findings(settled.session), *call.findings),
            remarks=(settled.remark,),
        )

    def _file_findings(self, session: Session) -> tuple[Finding, ...]:
        return _scenario_findings(self.scripts.problems(session)) if session.scenarios else ()

    def _decide(self, call: Call, life: _Life) -> Outcome:
        """Return what to answer: the scenarios that speak before authentication first."""
        session = life.session
        now = session.settings.now()
        if not session.scenarios:
            return self._operate(call, life, now)
        facts = Facts(call, life.request, now, self.scripts.state.view(session.id))
        early = self.scripts.play(session, facts, Stage.BEFORE_AUTHENTICATION)
        if early is None:
            return self._operate(call, life, now, facts)
        if early.speaks:
            return from_scenario(early)
        try:
            outcome = self._operate(call, life, now, facts)
        except FaultError as error:
            outcome = _refusal(error)
        return on_top(early, outcome)

    def _unreadable(self, request: WireRequest, received: _Received) -> Outcome:
        """Return what to answer to bytes that cannot be read: an outage answers anything."""
        session, refusal = received.session, received.refusal
        assert refusal is not None  # noqa: S101 - without a call there is a reason
        refused = _refusal(refusal)
        if not self.scripts.has_early_rules(session):
            return refused
        facts = Facts(None, request, session.settings.now(), self.scripts.state.view(session.id))
        early = self.scripts.play(session, facts, Stage.BEFORE_AUTHENTICATION)
        if early is None:
            return refused
        return from_scenario(early) if early.speaks else on_top(early, refused)

    def _operate(self, call: Call, life: _Life, now: datetime, facts: Facts | None = None) -> Outcome:
        """Authenticate, check, ask the scenarios, search. Without ``facts`` there is no scenario to ask."""
        session = life.session
        caller = self._authenticate(call, life, now)
        operation = OPERATIONS[call.operation]
        context = Context(registry=self.registry, lots=self.lots, session=session, now=now, caller=caller)
        checked = operation.checked(call, context)
        if facts is None:
            return operation.search(checked, context)
        facts.wanted = checked if operation.about_a_person else None
        scripted = self.scripts.play(session, facts, Stage.AFTER)
        if scripted is None:
            return operation.search(checked, context)
        if not scripted.speaks:
            return on_top(scripted, operation.search(checked, context))
        return from_scenario(scripted, None if scripted.answer is None else operation.adapt(scripted.answer))

    def _authenticate(self, call: Call, life: _Life, now: datetime) -> Caller:
        """Return who calls; refuse who may not, and in a strict session what departs from the contract."""
        request, session, findings = life.request, life.session, life.findings
        check_understood(findings, session)
        caller = self.authenticator.identify(
            call,
            client_certificate=request.client_certificate,
            headers=request.headers,
            settings=session.settings,
            now=now,
        )
        life.watch.authentication = caller.mode
        life.watch.reached("authenticate")
        findings += caller.findings
        strict = session.settings.strictness == "strict"
        repeated = self.freshness.findings(call, session, strict=strict)
        findings += repeated
        if strict:
            refuse_departures(findings, repeated)
        check_software(call, session)
        return caller

    def _handled(self, life: _Life, outcome: Outcome) -> Handled:
        """Render what was decided, disturb it when a scenario says so, and make the exchange of it."""
        request, watch = life.request, life.watch
        session, received = life.session, life.received
        call = None if received is None else received.call
        message_id = (
            call.message_id if call is not None else None if received is None else received.message_id
        )
        # Where a refused call stopped.
        decided = watch.authentication or outcome.decision.source == "scenario"
        watch.reached("read" if call is None else "decide" if decided else "authenticate")
        reply = _render(outcome, DIALECTS[session.profile.dialect], message_id)
        if outcome.fault is not None:
            code = outcome.fault.code
        else:
            assert outcome.answer is not None  # noqa: S101 - an outcome has an answer or a fault
            code = outcome.answer.code
        delivery, decision = AT_ONCE, outcome.decision
        chaos: tuple[str, ...] = ()
        parameters: dict[str, dict[str, Any]] = {}
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
            parameters = {
                step.name: dict(step.parameters)
                for step in outcome.chaos
                if step.parameters and step.name in chaos
            }
        watch.reached("render")
        is_silent = delivery is not AT_ONCE and delivery.silent
        exchange = Exchange(
            session=session.id,
            at=life.at,
            # ``value`` of an enum is a property, and as slow as one.
            operation=call.operation._value_ if call else None,
            code=code,
            http_status=0 if is_silent else reply.status,
            path=request.path,
            request_headers=request.headers,
            request=request.body,
            response_headers=_NO_HEADERS if is_silent else _headers(reply.headers),
            response=reply.body if delivery is AT_ONCE else delivery.sent(reply.body),
            decision=decision,
            traits=call.traits if call else None,
            asked=call.asked if call else {},
            message_id=message_id,
            idam=call.contexts.idam if call else None,
            findings=tuple(life.findings),
            micros=watch.micros,
            authentication=watch.authentication,
            client_certificate=request.client_certificate,
            timings=watch.timings,
            chaos=chaos,
            chaos_parameters=parameters,
        )
        return Handled(exchange=exchange, reply=reply, delivery=delivery)


def _scenario_findings(problems: Iterable[str]) -> tuple[Finding, ...]:
    """Say that a scenario file is broken and that its last good version is played."""
    return tuple(
        Finding(
            code="scenario-file",
            fr=f"Fichier de scénario inutilisable, la dernière bonne version est jouée : {problem}",
            en=f"scenario file cannot be used, its last good version is played: {problem}",
            evidence=EvidenceLevel.INFERRED,
        )
        for problem in problems
    )


def _refusal(error: FaultError) -> Outcome:
    decision = Decision(source="fault", cause=error.cause, evidence=error.fault.evidence)
    return Outcome(decision=decision, fault=error.fault)


def _render(outcome: Outcome, dialect: Dialect, message_id: str | None) -> Reply:
    headers = _RESPONSE_PAIRS
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
