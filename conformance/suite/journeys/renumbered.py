"""Somebody whose waiting number has become a NIR, once documents were made under the former one (MAT-09).

What a software keeps of a document (a symbol drawn at qualification, a header, the metadata of the first sending) is
right until then: the journeys of documents look at what leaves afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.papers import Subject
from conformance.suite.desk.people import now_known_by
from conformance.suite.desk.routes import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.steps import Desk

_PART: Final = "waiting-number-four-first-names"


def renumbered(desk: Desk, produce: Callable[[Desk, Subject], None]) -> Subject | None:
    """Bring somebody to QUAL under a waiting number, have documents made, then let INSi answer with the NIR.

    Args:
        desk: where it is done.
        produce: has the software make its documents about a subject.

    Returns:
        The person as known now, or ``None`` when the software did not take the new number, which MAT-09 judges.
    """
    waiting = desk.play(PARTS[_PART])
    patient = desk.bring(waiting, Route.IMPORTED_CHECKED)
    produce(desk, Subject(key="before", person=waiting, patient=patient))
    traits = waiting.identity.traits
    now = now_known_by(waiting, desk.draw(sex=traits.sex, birth_date=traits.birth_date))
    desk.insi.install("answers/whatever-traits", patient=now)
    call, _ = desk.try_call(patient)
    desk.insi.clear_scenarios()
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return None
    if isinstance(desk.try_accept(call), RefusedError):
        return None
    patient = desk.read(patient)
    if patient.matricule != now.identity.matricule.value:
        return None
    return Subject(key=f"renumbered, {patient.status}", person=now, patient=patient)
