"""What the operations that answer about one person have in common."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.contract.faults import FaultError
from simulator.contract.render import Answer
from simulator.ins import BirthDate, BirthDateError
from simulator.journal.exchange import Considered, Decision
from simulator.teleservice.operations.outcome import Outcome, RawAnswer

if TYPE_CHECKING:
    from simulator.registry.matching import Candidate
    from simulator.scripting.engine import Scripted
    from simulator.teleservice.operations.outcome import Renderable


def from_scenario(scripted: Scripted, answer: Renderable | None = None) -> Outcome:
    """Return what a scenario dictates: its fault, its bytes, or this answer."""
    decision = Decision(
        source="scenario",
        scenario=scripted.scenario,
        rule=scripted.rule,
        person=scripted.person,
        remarks=scripted.remarks,
        evidence=scripted.evidence,
    )
    if scripted.raw is not None:
        raw = scripted.raw
        return Outcome(
            decision=decision,
            answer=RawAnswer(raw),
            http_status=raw.status,
            content_type=raw.content_type,
            chaos=scripted.chaos,
        )
    return Outcome(decision=decision, answer=answer, fault=scripted.fault, chaos=scripted.chaos)


def on_top(scripted: Scripted, outcome: Outcome) -> Outcome:
    """Return what is answered anyway, with what a scenario adds: changes to an identity, disturbances."""
    before = outcome.answer
    answer = scripted.change(before) if scripted.change and isinstance(before, Answer) else before
    decision = replace(
        outcome.decision,
        scenario=scripted.scenario,
        rule=scripted.rule,
        remarks=(*outcome.decision.remarks, *scripted.remarks),
        evidence=outcome.decision.evidence if answer is before else scripted.evidence,
    )
    return replace(outcome, decision=decision, answer=answer, chaos=(*scripted.chaos, *outcome.chaos))


def considered(candidate: Candidate) -> Considered:
    """Return a candidate as the journal shows it."""
    traits = candidate.person.identity.traits
    return Considered(
        key=candidate.person.key,
        label=f"{traits.birth_name} {traits.first_names}",
        excluded_by=candidate.excluded_by,
    )


@lru_cache(maxsize=1 << 14)
def _read_date(text: str) -> BirthDate:
    """Read a date; there are fewer than forty thousand that a living person may have."""
    return BirthDate.parse_iso(text)


def check_birth_date(text: str, code: str) -> None:
    """Refuse a date that is not one; an unknown month or day, ``00``, is one.

    Raises:
        FaultError: ``code``, with what was expected.
    """
    try:
        _read_date(text)
    except BirthDateError as error:
        raise FaultError(code, f"DateNaissance: {error}") from error
