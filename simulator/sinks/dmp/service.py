"""One request to the DMP from its bytes to the bytes of the answer; what came is kept, right or wrong."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from simulator.contract.names import SOAP12
from simulator.scripting.model import Stage
from simulator.scripting.sink_facts import SinkFacts
from simulator.scripting.sinks import SinkOperation
from simulator.security.vihf import read_vihf
from simulator.sessions.session import (
    ExpiredSessionError,
    SessionsUnavailableError,
    UnknownSessionError,
)
from simulator.sinks.backing import ALONE
from simulator.sinks.dmp.access import opened_page
from simulator.sinks.dmp.answers import ITI_41_ANSWER, registry_response
from simulator.sinks.dmp.caller import VihfRefusedError, identify
from simulator.sinks.dmp.deciding import RegistryError
from simulator.sinks.dmp.documents import DocumentRegistry
from simulator.sinks.dmp.mtom import MessageError
from simulator.sinks.dmp.operating import EXISTENCE, SUBMITTING, Operating
from simulator.sinks.dmp.outcome import Outcome, refused, scripted_outcome
from simulator.sinks.dmp.reading import read
from simulator.sinks.dmp.recording import exchange_of, texts_of
from simulator.sinks.dmp.visit import Visit
from simulator.sinks.dmp.wire import DmpAnswer, DmpRequest, fault_answer, plain, reply
from simulator.sinks.kept import NO_SESSION, Sink, SinkFullError

if TYPE_CHECKING:
    from simulator.scripting.engine import Scripted
    from simulator.scripting.state import StateView
    from simulator.sessions.store import Session
    from simulator.sinks.backing import Backing
    from simulator.sinks.dmp.reading import Message
    from simulator.sinks.kept import SinkStore

__all__ = ["EXISTENCE", "SUBMITTING", "DmpAnswer", "DmpRequest", "DmpService"]

_PATH: Final = re.compile(r"(?:/s/([^/]{1,200}))?/dmp(/acces)?/?")
BENCH_FAILED: Final = "the bench failed; see its log for the traceback"
_log = logging.getLogger(__name__)


class DmpService:
    """Answers requests. Safe to use from several threads."""

    def __init__(self, store: SinkStore, backing: Backing = ALONE) -> None:
        """Take where what comes is kept and where it is noted what to answer, and what is shared with the teleservice."""
        self._store, self._backing = store, backing
        self._registry = DocumentRegistry(store)
        self._operating = Operating(store, self._registry)

    def answer(self, request: DmpRequest) -> DmpAnswer:
        """Answer one request.

        An HTTP error for what is not addressed to the DMP, a SOAP fault for what is no message to it or bears a VIHF that
        is refused, and an answer of the transaction otherwise.
        """
        match = _PATH.fullmatch(request.path)
        if match is None:
            return plain(404, "the DMP is at /dmp, or at /s/<session>/dmp for a session of the simulator")
        is_page = match[2] is not None
        if request.method not in ({"GET", "POST"} if is_page else {"POST"}):
            what = (
                "the contextual access takes GET and POST" if is_page else "the DMP takes SOAP requests: POST"
            )
            return plain(405, what)
        message, problem = None, request.problem
        if not is_page and not problem:
            try:
                message = read(request.content_type, request.body)
            except MessageError as error:
                problem = str(error)
        path_id = unquote(match[1]) if match[1] else None
        try:
            settled = self._backing.addressed(
                path_id, request.headers, request.client_certificate, _software(message)
            )
        except ExpiredSessionError as error:
            return plain(410, str(error))
        except UnknownSessionError as error:
            return plain(404, str(error))
        except SessionsUnavailableError as error:
            return plain(503, str(error))
        visit = Visit(
            request=request,
            settled=settled,
            session=settled.id if settled.session is not None else path_id or NO_SESSION,
            message=message,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            started=time.perf_counter_ns(),
        )
        if problem:
            return self._done(visit, refused(None, fault_answer(SOAP12, "", problem), problem))
        try:
            outcome = self._page(visit) if is_page else self._decided(visit)
        except Exception:  # noqa: BLE001 - the last line of defence
            # A defect of the bench must not look like silence to the client.
            _log.exception("a request to the DMP could not be answered")
            outcome = refused(None, fault_answer(SOAP12, "", BENCH_FAILED), BENCH_FAILED)
        return self._done(visit, outcome)

    def _page(self, visit: Visit) -> Outcome:
        """Answer a contextual access (TD0.9): a page, or a scenario's bytes."""
        opened = opened_page(visit.request, self._backing.trust, visit.settled.session)
        visit.caller = opened.caller
        visit.findings += opened.findings
        scripted = self._scripted(visit, SinkOperation.TD0_9, opened.texts, Stage.AFTER)
        if scripted is not None and scripted.speaks:
            return scripted_outcome(scripted, None, opened.outcome)
        return opened.outcome if scripted is None else replace(opened.outcome, scripted=scripted)

    def _decided(self, visit: Visit) -> Outcome:
        """Answer a message: the scenarios that speak before authentication, the VIHF, the other scenarios, the DMP."""
        message = visit.message
        assert message is not None  # noqa: S101 - read before
        if message.kind == "OTHER":
            reason = f"expected ITI-41, ITI-18, ITI-43 or TD0.2, got {message.body or 'an empty body'!r:.80}"
            return refused(None, fault_answer(message.soap, message.message_id, reason), reason)
        operation = SinkOperation(message.kind)
        early = self._scripted(visit, operation, texts_of(message), Stage.BEFORE_AUTHENTICATION)
        if early is not None and early.speaks:
            return scripted_outcome(early, message, None)
        try:
            visit.caller = identify(message.root, self._backing.trust, visit.settled.session)
        except VihfRefusedError as error:
            answer = fault_answer(message.soap, message.message_id, str(error), error.subcode)
            outcome = refused(operation.value, answer, str(error), code=f"wsse:{error.subcode}")
            return replace(outcome, scripted=early)
        visit.findings += visit.caller.findings
        if visit.caller.signer:
            # What is held against the request is what the signature covers, and nothing else.
            message = visit.message = replace(message, assertion_patient=visit.caller.patient)
        scripted = self._scripted(visit, operation, texts_of(message, visit.caller), Stage.AFTER) or early
        if scripted is not None and scripted.speaks:
            return scripted_outcome(scripted, message, None)
        outcome = self._operating.outcome(visit.session, message, visit.caller)
        visit.findings += outcome.findings
        return replace(outcome, scripted=scripted)

    def _scripted(self, visit: Visit, operation: SinkOperation, texts: Any, stage: Stage) -> Scripted | None:
        def facts(session: Session, state: StateView) -> SinkFacts:
            return SinkFacts(
                operation,
                _Received(visit),
                session.settings.now(),
                state,
                texts=texts.texts,
                named=texts.named,
                has_elements=visit.message is not None and not visit.message.is_mtom,
            )

        return self._backing.play(visit.settled.session, facts, stage)

    def _done(self, visit: Visit, outcome: Outcome) -> DmpAnswer:
        """Keep what came and what is answered, and return the answer, disturbed when a scenario says so."""
        outcome = self._kept(visit, outcome)
        exchange, answer = exchange_of(visit, outcome, self._backing.disturbed)
        self._backing.keep(exchange)
        return answer

    def _kept(self, visit: Visit, outcome: Outcome) -> Outcome:
        request, message = visit.request, visit.message
        facts: dict[str, Any] = {
            "content_type": request.content_type[:500],
            "tls": request.tls,
            **({"mtom": message.is_mtom, "action": message.action} if message else {}),
            **outcome.facts,
        }
        try:
            item = self._store.keep(
                request.body or request.query.encode("utf-8", "replace"),
                sink=Sink.DMP,
                kind=outcome.operation or "OTHER",
                session=visit.session,
                sender=request.client,
                outcome=outcome.code if outcome.is_answer else "Fault",
                facts=facts,
            )
        except SinkFullError as error:
            if message is None or message.submission is None:
                _log.warning("what the DMP was asked is not kept: %s", error)
                return outcome
            full = RegistryError(code="XDSRepositoryOutOfResources", context=str(error))
            answer = reply(message, ITI_41_ANSWER, registry_response(message, [full]))
            return replace(outcome, answer=answer, code=full.code, taken=None)
        if outcome.taken is not None:
            self._registry.register(visit.session, item, outcome.taken)
        return outcome


@dataclass(frozen=True, slots=True)
class _Received:
    """A request as the conditions of scenarios see it."""

    visit: Visit

    @property
    def headers(self) -> Any:
        return self.visit.request.headers

    @property
    def body(self) -> bytes:
        return self.visit.request.body

    @property
    def client_certificate(self) -> bytes | None:
        return self.visit.request.client_certificate


def _software(message: Message | None) -> str:
    """Return the name of the software as the VIHF says, proved or not: it only chooses a session."""
    if message is None:
        return ""
    assertion = next(message.root.iter("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"), None)
    return "" if assertion is None else read_vihf(assertion).attribute("LPS_Nom")
