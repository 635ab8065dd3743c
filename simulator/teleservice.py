"""The whole life of one call: read → script → match → answer → record.

No framework here: bytes and headers in, bytes and a status out. Every refusal is a ``FaultError`` raised
once where the reason is known and rendered once at the end of ``Teleservice.handle``.
"""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

from simulator.contract.envelope import read
from simulator.contract.faults import HTTP_STATUS, FaultError, fault_catalogue
from simulator.contract.names import Evidence, Operation
from simulator.contract.render import DIALECTS, LABELS, Answer, render_answer, render_fault
from simulator.ins import BirthDate, BirthDateError, check_birth_name, check_first_name, check_place_format
from simulator.journal.exchange import Considered, Decision, Exchange
from simulator.registry.matching import SearchTraits, is_inferred, judge
from simulator.scripting.engine import person_answer, scripted_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.contract.faults import Fault
    from simulator.contract.messages import Call, TraitsQuery
    from simulator.journal.store import Journal
    from simulator.registry.matching import Candidate
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What was decided, before rendering."""

    decision: Decision
    answer: Answer | None = None
    fault: Fault | None = None


@dataclass(slots=True)
class Teleservice:
    """Answers calls from a registry and keeps them in a journal."""

    registry: RegistryStore
    journal: Journal
    lost_exchanges: int = field(default=0, init=False)
    """Exchanges answered but not kept, because the journal could not be written."""

    def handle(self, request: WireRequest, session: Session) -> Exchange:
        """Answer one call. Never raises: whatever comes in, a SOAP answer goes out and is recorded."""
        started = perf_counter_ns()
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        call: Call | None = None
        message_id: str | None = None
        try:
            call = read(request.body, _header(request.headers, "content-type"))
            message_id = call.message_id
            outcome = self._decide(call, session)
        except FaultError as error:
            message_id = message_id or error.message_id
            outcome = _refusal(error)
        except Exception:  # noqa: BLE001 - the last line of defence
            # A defect of the bench must not look like silence to the client.
            _log.exception("a call could not be answered")
            outcome = _refusal(FaultError("desir_9009", "the bench failed; see its log for the traceback"))
        exchange = _exchange(request, session, outcome, call, message_id, at=at, started=started)
        self._record(exchange)
        return exchange

    def _decide(self, call: Call, session: Session) -> _Outcome:
        _check_software(call, session)
        if call.operation is not Operation.SEARCH_BY_TRAITS or call.traits is None:
            raise FaultError(
                "desir_9008", f"{call.operation.value} is not served by this version of the bench"
            )
        wanted = _check_traits(call.traits)
        scripted = scripted_answer(call, wanted, session.scenarios)
        if scripted is not None:
            decision = Decision(
                source="scenario",
                scenario=scripted.scenario,
                rule=scripted.rule,
                person=scripted.person,
                evidence=scripted.evidence,
            )
            if scripted.fault is not None:
                return _Outcome(decision=decision, fault=fault_catalogue()[scripted.fault])
            return _Outcome(decision=decision, answer=scripted.answer)
        return self._search(wanted, session)

    def _search(self, wanted: SearchTraits, session: Session) -> _Outcome:
        """Answer from the registry: a closed world, in which an unknown identity does not exist."""
        candidates = judge(wanted, self.registry.same_name_and_date(wanted, session.scope))
        matching = [candidate.person for candidate in candidates if candidate.matches]
        if not matching and not candidates:
            candidates = judge(wanted, self.registry.near_misses(wanted, session.scope))
        profile = session.profile
        known = Evidence.OBSERVED if matching else profile.evidence
        decision = Decision(
            source="registry",
            profile=profile.name,
            considered=tuple(map(_considered, candidates)),
            person=matching[0].key if len(matching) == 1 else None,
            evidence=Evidence.INFERRED if is_inferred(wanted, candidates) else known,
        )
        if len(matching) == 1:
            return _Outcome(decision=decision, answer=person_answer(matching[0]))
        if matching:
            return _Outcome(decision=decision, answer=Answer(code="02", label=LABELS["02"]))
        if profile.unknown_person in LABELS:
            code = profile.unknown_person
            return _Outcome(decision=decision, answer=Answer(code=code, label=LABELS[code]))
        return _Outcome(decision=decision, fault=fault_catalogue()[profile.unknown_person])

    def _record(self, exchange: Exchange) -> None:
        try:
            self.journal.append(exchange)
        except sqlite3.Error as error:
            self.lost_exchanges += 1
            _log.error("an exchange could not be kept in the journal: %s", error)


def _check_software(call: Call, session: Session) -> None:
    """Refuse a software without authorisation number, or not in the list of the session (desir_550)."""
    idam = call.contexts.idam
    if idam is None:
        raise FaultError("desir_550", "expected an authorisation number in ContexteLPS/LPS/IDAM, got none")
    if session.idams is not None and idam not in session.idams:
        raise FaultError("desir_550", f"the authorisation number {idam!r} is not in the list of the session")


def _check_traits(query: TraitsQuery) -> SearchTraits:
    """Apply the business rules on traits; the published schema has none.

    Mandatory: birth name, at least one first name, sex, birth date (insi-contract §5.1). Characters: §5.2
    (second-hand). Only insi_19 and insi_24 are public codes, the others are inferred.
    """
    if not query.birth_name:
        raise FaultError("insi_19", "expected NomNaissance with a value, got none")
    if not query.first_names or not all(query.first_names):
        raise FaultError(
            "insi_901", "expected at least one Prenom, each with a value, got none or an empty one"
        )
    if query.sex not in {"M", "F"}:
        raise FaultError("insi_24", f"expected Sexe M or F, got {query.sex!r}")
    if not query.birth_date:
        raise FaultError("insi_902", "expected DateNaissance with a value, got none")
    for problem in check_birth_name(query.birth_name):
        raise FaultError("insi_904", f"NomNaissance {query.birth_name!r}: {problem}")
    for first_name in query.first_names:
        for problem in check_first_name(first_name):
            raise FaultError("insi_905", f"Prenom {first_name!r}: {problem}")
    try:
        BirthDate.parse_iso(query.birth_date)
    except BirthDateError as error:
        raise FaultError("insi_903", f"DateNaissance: {error}") from error
    if query.birth_place and check_place_format(query.birth_place):
        raise FaultError(
            "insi_906", f"expected LieuNaissance of 5 characters (COG), got {query.birth_place!r}"
        )
    return SearchTraits(
        birth_name=query.birth_name,
        # Several Prenom elements are read as the beginning of the list (inferred, insi-contract §5.3).
        first_names=" ".join(query.first_names),
        sex=query.sex,
        birth_date=query.birth_date,
        birth_place=query.birth_place or None,
    )


def _refusal(error: FaultError) -> _Outcome:
    decision = Decision(source="fault", cause=error.cause, evidence=error.fault.evidence)
    return _Outcome(decision=decision, fault=error.fault)


def _exchange(
    request: WireRequest,
    session: Session,
    outcome: _Outcome,
    call: Call | None,
    message_id: str | None,
    *,
    at: str,
    started: int,
) -> Exchange:
    dialect = DIALECTS[session.profile.dialect]
    if outcome.fault is not None:
        code, status = outcome.fault.code, HTTP_STATUS
        response = render_fault(outcome.fault, dialect, message_id=message_id)
    else:
        assert outcome.answer is not None  # noqa: S101 - an outcome has an answer or a fault
        code, status = outcome.answer.code, 200
        response = render_answer(outcome.answer, dialect)
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
        message_id=message_id,
        idam=call.contexts.idam if call else None,
        findings=call.findings if call else (),
        micros=(perf_counter_ns() - started) // 1000,
    )


def _considered(candidate: Candidate) -> Considered:
    traits = candidate.person.identity.traits
    return Considered(
        key=candidate.person.key,
        label=f"{traits.birth_name} {traits.first_names}",
        excluded_by=candidate.excluded_by,
    )


def _header(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name, "")
