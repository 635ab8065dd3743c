"""The whole life of one call: read → authenticate → operate (script, match) → answer → record.

No framework here: bytes and headers in, bytes and a status out. Every refusal is a ``FaultError`` raised
once where the reason is known and rendered once at the end of ``Teleservice.handle``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from simulator.authentication import Authenticator
from simulator.contract.envelope import read
from simulator.contract.faults import HTTP_STATUS, FaultError
from simulator.contract.names import Operation
from simulator.contract.render import DIALECTS, render_fault
from simulator.freshness import FORM_CODES, Freshness
from simulator.journal.exchange import Decision, Exchange
from simulator.journal.watch import Watch
from simulator.operations import card_search, lots, traits_search, verification
from simulator.operations.outcome import Context, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.contract.messages import Call, Finding
    from simulator.journal.store import Journal
    from simulator.lots.store import LotStore
    from simulator.registry.store import RegistryStore
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

    registry: RegistryStore
    journal: Journal
    lots: LotStore
    authenticator: Authenticator = field(default_factory=Authenticator)
    freshness: Freshness = field(default_factory=Freshness)

    @property
    def lost_exchanges(self) -> int:
        """Exchanges that this process answered and could not keep, because the journal could not be written."""
        return self.journal.lost

    def handle(self, request: WireRequest, session: Session) -> Exchange:
        """Answer one call. Never raises: whatever comes in, a SOAP answer goes out and is recorded."""
        watch = Watch()
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        call: Call | None = None
        message_id: str | None = None
        findings: list[Finding] = []
        try:
            _check_encoding(request.headers.get("content-encoding", ""))
            call = read(request.body, request.headers.get("content-type", ""))
            message_id = call.message_id
            findings += call.findings
            watch.reached("read")
            outcome = self._decide(call, request, session, findings, watch)
        except FaultError as error:
            message_id = message_id or error.message_id
            outcome = _refusal(error)
        except Exception:  # noqa: BLE001 - the last line of defence
            # A defect of the bench must not look like silence to the client.
            _log.exception("a call could not be answered")
            outcome = _refusal(FaultError("desir_9009", "the bench failed; see its log for the traceback"))
        exchange = _exchange(
            request, session, outcome, call, message_id, findings=tuple(findings), at=at, watch=watch
        )
        self._record(exchange)
        return exchange

    def _decide(
        self, call: Call, request: WireRequest, session: Session, findings: list[Finding], watch: Watch
    ) -> Outcome:
        """Return what to answer; add to ``findings`` what is found on the way."""
        now = session.settings.now()
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
        repeated = self.freshness.findings(call, session.id)
        findings += repeated
        if session.settings.strictness == "strict":
            _refuse_departures(findings, repeated)
        _check_software(call, session)
        return _OPERATIONS[call.operation](
            call, Context(registry=self.registry, lots=self.lots, session=session, now=now, caller=caller)
        )

    def _record(self, exchange: Exchange) -> None:
        self.journal.append(exchange)


def _check_encoding(encoding: str) -> None:
    """Refuse a compressed request: nothing is inflated, so nothing can blow up (inferred, insi-contract §10.10)."""
    if encoding.lower() not in {"", "identity"}:
        raise FaultError("desir_9001", f"expected no Content-Encoding, got {encoding[:40]!r}")


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


def _exchange(
    request: WireRequest,
    session: Session,
    outcome: Outcome,
    call: Call | None,
    message_id: str | None,
    *,
    findings: tuple[Finding, ...],
    at: str,
    watch: Watch,
) -> Exchange:
    # Where a refused call stopped.
    watch.reached("read" if call is None else "decide" if watch.authentication else "authenticate")
    dialect = DIALECTS[session.profile.dialect]
    if outcome.fault is not None:
        code, status = outcome.fault.code, HTTP_STATUS
        response = render_fault(outcome.fault, dialect, message_id=message_id)
    else:
        assert outcome.answer is not None  # noqa: S101 - an outcome has an answer or a fault
        code, status = outcome.answer.code, 200
        response = outcome.answer.render(dialect)
    watch.reached("render")
    return Exchange(
        session=session.id,
        at=at,
        operation=call.operation.value if call else None,
        code=code,
        http_status=status,
        path=request.path,
        request_headers=request.headers,
        request=request.body,
        response_headers=RESPONSE_HEADERS,
        response=response,
        decision=outcome.decision,
        traits=call.traits if call else None,
        asked=call.asked if call else {},
        message_id=message_id,
        idam=call.contexts.idam if call else None,
        findings=findings,
        micros=watch.micros,
        authentication=watch.authentication,
        client_certificate=request.client_certificate,
        timings=watch.timings,
        chaos=tuple(step.name for step in outcome.chaos),
    )
