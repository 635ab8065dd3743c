"""What the operations that answer about one person have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.contract.faults import FaultError, fault_catalogue
from simulator.ins import BirthDate, BirthDateError
from simulator.journal.exchange import Considered, Decision
from simulator.operations.outcome import Outcome

if TYPE_CHECKING:
    from simulator.operations.outcome import Renderable
    from simulator.registry.matching import Candidate
    from simulator.scripting.engine import Scripted


def from_scenario(scripted: Scripted, answer: Renderable | None) -> Outcome:
    """Return what a scenario dictates: its fault, or this answer."""
    decision = Decision(
        source="scenario",
        scenario=scripted.scenario,
        rule=scripted.rule,
        person=scripted.person,
        evidence=scripted.evidence,
    )
    if scripted.fault is not None:
        return Outcome(decision=decision, fault=fault_catalogue()[scripted.fault], chaos=scripted.chaos)
    return Outcome(decision=decision, answer=answer, chaos=scripted.chaos)


def considered(candidate: Candidate) -> Considered:
    """Return a candidate as the journal shows it."""
    traits = candidate.person.identity.traits
    return Considered(
        key=candidate.person.key,
        label=f"{traits.birth_name} {traits.first_names}",
        excluded_by=candidate.excluded_by,
    )


def check_birth_date(text: str, code: str) -> None:
    """Refuse a date that is not one; an unknown month or day, ``00``, is one.

    Raises:
        FaultError: ``code``, with what was expected.
    """
    try:
        BirthDate.parse_iso(text)
    except BirthDateError as error:
        raise FaultError(code, f"DateNaissance: {error}") from error
