"""A request to the DMP and its answer as an exchange of the journal, and as the conditions of scenarios see it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from simulator.chaos.effects import disturb
from simulator.chaos.reply import AT_ONCE, Reply
from simulator.contract.messages import TraitsQuery
from simulator.journal.exchange import DMP, Decision, Exchange, Headers
from simulator.scripting.sink_facts import Named
from simulator.sinks.dmp.deciding import ins_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.chaos.effects import CallCounter
    from simulator.chaos.reply import Delivery
    from simulator.security.vihf import Vihf
    from simulator.sinks.dmp.caller import Caller
    from simulator.sinks.dmp.outcome import Outcome
    from simulator.sinks.dmp.reading import Entry, Message
    from simulator.sinks.dmp.visit import Visit
    from simulator.sinks.dmp.wire import DmpAnswer

_CUT: Final = 400
_DATE_LENGTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What conditions may look at in a message."""

    texts: Mapping[str, str | None]
    named: Named | None = None


def texts_of(message: Message, caller: Caller | None = None) -> Texts:
    """Return what conditions may look at in a message."""
    texts: dict[str, str | None] = {}
    patient = ""
    traits = None
    if message.submission is not None:
        submission = message.submission
        patient = next(iter(submission.set_patient_ids), "")
        if submission.entries:
            first = submission.entries[0]
            patient = patient or next(iter(first.patient_ids), "")
            traits = traits_of(first)
            texts |= {
                "document.unique_id": next(iter(first.unique_ids), None),
                "document.type_code": first.type_code or None,
                "document.title": first.title or None,
                "document.mime_type": first.mime_type or None,
            }
    elif message.existence is not None:
        patient = f"{message.existence.extension}^^^&{message.existence.root}&ISO^NH"
    elif message.query is not None:
        patient = message.query.patient_id
    elif message.retrieval is not None and message.retrieval.documents:
        texts["document.unique_id"] = message.retrieval.documents[0].unique_id
    if traits is not None:
        texts |= {
            "traits.birth_name": traits.birth_name,
            "traits.first_names": " ".join(traits.first_names) or None,
            "traits.sex": traits.sex,
            "traits.birth_date": traits.birth_date,
        }
    if caller is not None and caller.vihf is not None:
        texts |= vihf_texts(caller.vihf)
    return Texts(texts=texts, named=named_of(patient, None if traits is None else traits.birth_name))


def named_of(patient: str, birth_name: str | None = None) -> Named | None:
    """Return the person whom a CX names, ``None`` when it cannot be read."""
    found = ins_of(patient)
    return None if found is None else Named(found[0], found[1], birth_name)


def vihf_texts(vihf: Vihf) -> dict[str, str | None]:
    """Return what conditions may look at in a VIHF."""
    return {
        "user": vihf.name_id or None,
        "assertion.name_id": vihf.name_id or None,
        "lps.name": vihf.attribute("LPS_Nom") or None,
        "lps.version": vihf.attribute("LPS_Version") or None,
        **{
            f"assertion.attributes.{name}": next(iter(values), None)
            for name, values in vihf.attributes.items()
        },
    }


def traits_of(entry: Entry) -> TraitsQuery | None:
    """Return the traits that sourcePatientInfo says, ``None`` when it says none."""
    fields = dict(info.partition("|")[::2] for info in reversed(entry.patient_info))
    if not fields:
        return None
    family, _, rest = fields.get("PID-5", "").partition("^")
    given = rest.partition("^")[0]
    born = fields.get("PID-7", "")[:_DATE_LENGTH]
    return TraitsQuery(
        birth_name=family or None,
        first_names=(given,) if given else (),
        sex=fields.get("PID-8") or None,
        birth_date=f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == _DATE_LENGTH else born or None,
    )


def exchange_of(visit: Visit, outcome: Outcome, counter: CallCounter) -> tuple[Exchange, DmpAnswer]:
    """Return what the journal keeps, and the answer as it is to be sent: disturbed when a scenario says so."""
    request, scripted = visit.request, outcome.scripted
    answer, delivery = outcome.answer, AT_ONCE
    chaos: tuple[str, ...] = ()
    parameters: dict[str, dict[str, Any]] = {}
    if scripted is not None and scripted.chaos:
        undisturbed = Reply(
            status=answer.status, headers=answer.pairs, body=answer.body, fault=not outcome.is_answer
        )
        disturbed = disturb(
            undisturbed,
            scripted.chaos,
            seed=visit.settled.id,
            call=counter.next(visit.settled.id),
            message_id=None if visit.message is None else visit.message.message_id,
        )
        delivery, chaos = disturbed.delivery, disturbed.applied
        answer = _disturbed(answer, disturbed.reply, delivery)
        parameters = {
            step.name: dict(step.parameters)
            for step in scripted.chaos
            if step.parameters and step.name in chaos
        }
    submission = None if visit.message is None else visit.message.submission
    is_silent = delivery.silent
    exchange = Exchange(
        session=visit.settled.id,
        at=visit.at,
        operation=outcome.operation,
        code=outcome.code[:_CUT],
        http_status=0 if is_silent else answer.status,
        path=request.path + (f"?{request.query}" if request.query else ""),
        request_headers=request.headers,
        request=request.body,
        response_headers=Headers(() if is_silent else answer.pairs),
        response=delivery.sent(answer.body),
        decision=decision_of(visit, outcome),
        traits=traits_of(submission.entries[0]) if submission is not None and submission.entries else None,
        asked=outcome.asked,
        message_id=(visit.message.message_id or None) if visit.message is not None else None,
        findings=tuple(visit.findings),
        micros=(time.perf_counter_ns() - visit.started) // 1000,
        authentication=visit.caller.mode if outcome.operation is not None else None,
        client_certificate=request.client_certificate,
        chaos=chaos,
        chaos_parameters=parameters,
        service=DMP,
    )
    return exchange, answer


def decision_of(visit: Visit, outcome: Outcome) -> Decision:
    """Return why a request was answered so."""
    scripted = outcome.scripted
    remarks = (*visit.settled.remarks, *outcome.remarks)
    if scripted is not None:
        remarks = (*visit.settled.remarks, *scripted.remarks, *outcome.remarks)
    if scripted is not None and scripted.speaks:
        source: Any = "scenario"
    else:
        source = "sink" if outcome.is_answer else "fault"
    return Decision(
        source=source,
        cause="" if source == "scenario" else outcome.cause,
        scenario=None if scripted is None else scripted.scenario,
        rule=None if scripted is None else scripted.rule,
        person=None if scripted is None else scripted.person,
        remarks=remarks,
        evidence=outcome.evidence.value,
    )


def _disturbed(answer: DmpAnswer, reply: Reply, delivery: Delivery) -> DmpAnswer:
    return replace(answer, status=reply.status, headers=reply.headers, body=reply.body, delivery=delivery)
