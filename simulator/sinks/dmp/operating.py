"""What the DMP answers by itself, or as a test bench told it: each transaction in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.sinks.dmp.answers import (
    ITI_41_ANSWER,
    TD0_2_ANSWER,
    existence_response,
    registry_response,
)
from simulator.sinks.dmp.caller import patient_finding, submission_findings
from simulator.sinks.dmp.deciding import RegistryError, errors_of, ins_of
from simulator.sinks.dmp.document_answers import (
    ITI_18_ANSWER,
    ITI_43_ANSWER,
    query_errors,
    query_response,
    retrieve_response,
    retrieved,
)
from simulator.sinks.dmp.outcome import SUCCESS, Outcome, asked_of, error_answer, error_facts, error_remarks
from simulator.sinks.dmp.wire import reply

if TYPE_CHECKING:
    from simulator.sinks.dmp.caller import Caller
    from simulator.sinks.dmp.documents import DocumentRegistry
    from simulator.sinks.dmp.reading import Message
    from simulator.sinks.kept import SinkStore

SUBMITTING: Final = "iti-41"
"""Under what name the store says what submissions are answered: ``{"error": code, "context": text}``, or ``{"accept": True}``
to take whatever can be read."""
EXISTENCE: Final = "td0.2"
"""The same of tests of existence: see ``existence_response``."""
_REPORTED: Final = frozenset({"XDSPatientIdDoesNotMatch"})
"""Codes whose condition third parties report; the others are ours, or IHE's from memory."""


class Operating:
    """The transactions of the DMP. Safe to use from several threads."""

    def __init__(self, store: SinkStore, registry: DocumentRegistry) -> None:
        """Take where it is noted what to answer, and the documents."""
        self._store, self._registry = store, registry

    def outcome(self, session: str, message: Message, caller: Caller) -> Outcome:
        """Return what is answered to a message that was read and whose sender may send it."""
        if message.submission is not None:
            return self._submitted(session, message, caller)
        if message.existence is not None:
            return self._existence(session, message, caller)
        if message.query is not None:
            return self._queried(session, message)
        return self._retrieved(session, message)

    def _submitted(self, session: str, message: Message, caller: Caller) -> Outcome:
        submission = message.submission
        assert submission is not None  # noqa: S101 - who calls has looked
        told = self._store.told(session, SUBMITTING) or {}
        if told.get("error"):
            context = str(told.get("context") or "the test bench was told to answer so")
            errors = [RegistryError(code=str(told["error"]), context=context)]
        elif told.get("accept"):
            errors = []
        else:
            errors = errors_of(message, lambda hashes: self._store.recognise(session, hashes))
        facts, named = asked_of(message)
        return Outcome(
            operation=message.kind,
            answer=reply(message, ITI_41_ANSWER, registry_response(message, errors)),
            code=errors[0].code if errors else SUCCESS,
            evidence=_evidence(errors),
            remarks=error_remarks(errors),
            facts={**facts, "errors": error_facts(errors)},
            asked=named,
            taken=None if errors else submission,
            findings=tuple(submission_findings(caller.vihf, submission)),
        )

    def _existence(self, session: str, message: Message, caller: Caller) -> Outcome:
        asked = message.existence
        assert asked is not None  # noqa: S101 - who calls has looked
        told: dict[str, Any] = self._store.told(session, EXISTENCE) or {}
        facts, named = asked_of(message)
        return Outcome(
            operation=message.kind,
            answer=reply(message, TD0_2_ANSWER, existence_response(message, asked, told)),
            code="OK" if told.get("exists", True) else "NF",
            evidence=EvidenceLevel.REPORTED,
            facts=facts,
            asked=named,
            findings=tuple(patient_finding(caller.vihf, named["patient_id"])),
        )

    def _queried(self, session: str, message: Message) -> Outcome:
        query = message.query
        assert query is not None  # noqa: S101 - who calls has looked
        errors = list(query_errors(query))
        facts, asked = asked_of(message)
        named = message.assertion_patient
        if not errors and query.patient_id and named and ins_of(named) != ins_of(query.patient_id):
            text = f"expected one patientId everywhere, got VIHF {named}, query {query.patient_id}"
            errors = [RegistryError(code="XDSPatientIdDoesNotMatch", context=text)]
        found = [] if errors else self._registry.find(session, query)
        answer = reply(message, ITI_18_ANSWER, query_response(message, errors, found, query.return_type))
        return Outcome(
            operation=message.kind,
            answer=answer,
            code=errors[0].code if errors else SUCCESS,
            evidence=_evidence(errors),
            remarks=(
                *error_remarks(errors),
                (f"{len(found)} document(s) trouvé(s)", f"{len(found)} document(s) found"),
            ),
            facts={**facts, "found": len(found), "errors": error_facts(errors)},
            asked=asked,
        )

    def _retrieved(self, session: str, message: Message) -> Outcome:
        retrieval = message.retrieval
        if retrieval is None:  # no other kind is left
            return Outcome(operation=message.kind, answer=error_answer(message, ()), code=SUCCESS)
        found, errors = retrieved(retrieval, self._registry, session)
        facts, asked = asked_of(message)
        return Outcome(
            operation=message.kind,
            answer=reply(message, ITI_43_ANSWER, *retrieve_response(message, found, errors)),
            code=errors[0].code if errors else SUCCESS,
            evidence=_evidence(errors),
            remarks=error_remarks(errors),
            facts={**facts, "found": len(found), "errors": error_facts(errors)},
            asked=asked,
        )


def _evidence(errors: list[RegistryError]) -> EvidenceLevel:
    if not errors or errors[0].code in _REPORTED:
        return EvidenceLevel.REPORTED
    return EvidenceLevel.INFERRED
