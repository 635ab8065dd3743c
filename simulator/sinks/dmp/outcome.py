"""What the DMP decided about one request, before it is kept, disturbed and sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.sinks.dmp.answers import (
    ITI_41_ANSWER,
    TD0_2_ANSWER,
    existence_response,
    registry_response,
)
from simulator.sinks.dmp.deciding import RegistryError
from simulator.sinks.dmp.document_answers import (
    ITI_18_ANSWER,
    ITI_43_ANSWER,
    query_response,
    retrieve_response,
)
from simulator.sinks.dmp.wire import DmpAnswer, fault_answer, plain, reply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.contract.messages import Finding
    from simulator.registry.person import Person
    from simulator.scripting.engine import Scripted
    from simulator.sinks.dmp.reading import Message, Submission

SUCCESS: Final = "Success"
FAULT: Final = "Fault"
_CUT: Final = 400
_MOST_TOLD: Final = 100
_BY_US: Final = "a scenario was told to answer so"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A decision."""

    operation: str | None
    """``None``: it could not be told what is asked."""
    answer: DmpAnswer
    code: str
    """``Success``, ``OK``, ``NF``, an XDS error code, a SOAP fault code, or an HTTP status."""
    is_answer: bool = True
    """An answer of the transaction; ``False``: a SOAP fault."""
    cause: str = ""
    """Of a refusal: what was expected and what came."""
    evidence: EvidenceLevel = EvidenceLevel.INFERRED
    remarks: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    """For who asks what was received."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """For the journal."""
    taken: Submission | None = None
    """Its documents are to be registered."""
    findings: tuple[Finding, ...] = ()
    scripted: Scripted | None = None
    """The rule of a scenario that had its say."""


def refused(operation: str | None, answer: DmpAnswer, cause: str, code: str = FAULT) -> Outcome:
    """Return the outcome of a SOAP fault."""
    return Outcome(
        operation=operation,
        answer=answer,
        code=code,
        is_answer=False,
        cause=cause,
        facts={"problem": cause},
    )


def error_remarks(errors: Sequence[RegistryError]) -> tuple[tuple[str, str], ...]:
    """Return registry errors as the journal shows them."""
    return tuple((f"{one.code} : {one.context}", f"{one.code}: {one.context}") for one in errors)


def error_facts(errors: Sequence[RegistryError]) -> list[dict[str, str]]:
    """Return registry errors as what was received shows them."""
    return [{"code": one.code, "context": one.context} for one in errors]


def scripted_outcome(scripted: Scripted, message: Message | None, page: Outcome | None) -> Outcome:
    """Return what a scenario says to a message, or to the opening of a page (``page``: what would be answered)."""
    base = page or _base(message)
    told, raw = scripted.sink, scripted.raw
    if raw is not None:
        answer = DmpAnswer(status=raw.status, content_type=raw.content_type, body=raw.body)
        return _changed(base, scripted, answer, str(raw.status))
    assert told is not None  # noqa: S101 - it speaks
    if message is None:
        reason = told.fault or told.error or _BY_US
        return _changed(base, scripted, plain(403, reason), "403")
    if told.fault is not None:
        answer = fault_answer(message.soap, message.message_id, told.fault)
        return _changed(base, scripted, answer, FAULT, is_answer=False)
    if message.existence is not None:
        exists = told.exists is not False
        answer = reply(
            message,
            TD0_2_ANSWER,
            existence_response(message, message.existence, _identity(scripted.identity, exists=exists)),
        )
        return _changed(base, scripted, answer, "OK" if exists else "NF")
    errors = (
        [RegistryError(code=told.error, context=told.context or _BY_US)] if told.error is not None else []
    )
    answer = error_answer(message, errors)
    base = replace(base, facts={**base.facts, "errors": error_facts(errors)})
    outcome = _changed(base, scripted, answer, errors[0].code if errors else SUCCESS)
    return outcome if errors else replace(outcome, taken=message.submission)


def error_answer(message: Message, errors: Sequence[RegistryError]) -> DmpAnswer:
    """Return the answer of the transaction of a message with these errors, or its success with nothing in it."""
    if message.query is not None:
        body = query_response(message, errors, (), message.query.return_type)
        return reply(message, ITI_18_ANSWER, body)
    if message.retrieval is not None:
        return reply(message, ITI_43_ANSWER, *retrieve_response(message, (), errors))
    return reply(message, ITI_41_ANSWER, registry_response(message, errors))


def asked_of(message: Message) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a message asks, for who asks what was received and for the journal."""
    if message.submission is not None:
        entries = message.submission.entries
        patients = sorted(
            {
                *message.submission.set_patient_ids,
                *(value for entry in entries for value in entry.patient_ids),
            }
        )
        named = ", ".join(entry.title or entry.type_code or entry.id for entry in entries)
        asked = {"patient_id": ", ".join(patients)[:_CUT], "documents": named[:_CUT]}
        return {"patient_ids": patients, "documents": len(entries)}, asked
    if message.retrieval is not None:
        wanted = [one.unique_id for one in message.retrieval.documents]
        return {"asked": wanted[:_MOST_TOLD]}, {"documents": ", ".join(wanted)[:_CUT]}
    if message.existence is not None:
        patient = f"{message.existence.extension}^^^&{message.existence.root}&ISO^NH"
    else:
        patient = "" if message.query is None else message.query.patient_id
    return {"asked": patient}, {"patient_id": patient}


def _base(message: Message | None) -> Outcome:
    if message is None:
        return Outcome(operation=None, answer=plain(500, ""), code="")
    facts, asked = asked_of(message)
    return Outcome(operation=message.kind, answer=plain(500, ""), code="", facts=facts, asked=asked)


def _changed(
    base: Outcome, scripted: Scripted, answer: DmpAnswer, code: str, *, is_answer: bool = True
) -> Outcome:
    return replace(
        base,
        answer=answer,
        code=code,
        is_answer=is_answer,
        cause="",
        evidence=scripted.evidence,
        facts={**base.facts, "scenario": scripted.scenario},
        scripted=scripted,
    )


def _identity(person: Person | None, *, exists: bool) -> dict[str, Any]:
    if person is None:
        return {"exists": exists}
    identity = person.identity
    return {
        "matricule": f"{identity.matricule.number}{identity.matricule.key}",
        "oid": identity.oid,
        "birth_name": identity.traits.birth_name,
        "first_name": identity.traits.first_names.partition(" ")[0],
        "birth_date": identity.traits.birth_date,
        "sex": identity.traits.sex,
    }
