"""Answers of INSi whose number or OID is not what the registry holds, and what a file keeps of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.drivers.model import Patient
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import NAMES_IN_USE, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.wire import need_answer
from conformance.suite.desk.words import shown
from conformance.suite.response.proposals import proposed, proposed_for_creation
from conformance.suite.response.refusals import altered
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import InsiCall
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

SCENARIO = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A file that such answers are offered to."""

    person: Person
    before: Snapshot
    route: Route


def host(desk: Desk, route: Route, **wanted: object) -> Host:
    """Bring somebody to a status, and make sure that the software proposes the true answer."""
    person = desk.draw(**wanted)
    # Whoever has names in use has a number like anybody else's.
    names = NAMES_IN_USE if route in {Route.CHECKED, Route.IMPORTED_CHECKED} else {}
    patient = desk.bring(person, route, **names)
    return Host(person=person, before=desk.snapshot_declined(patient), route=route)


def offered(desk: Desk, person: Person, way: str) -> InsiCall:
    """Have INSi answer somebody as the registry holds them, for their file or to create it; it has to be proposed."""
    if way == "from-insi":
        return proposed_for_creation(desk, person)
    return proposed(desk, desk.create(person), person)


def offer(desk: Desk, person: Person, patient: Patient, alter: Mapping[str, str | None]) -> None:
    """Have INSi answer about somebody with these texts in place of its own, and accept that if it can be."""
    data = altered(SCENARIO, alter)
    with desk.answered_by(data, patient=person):
        call, requests = desk.try_call(patient)
        need_answer(requests, str(data["id"]))
    if not isinstance(call, RefusedError):
        desk.try_accept(call)


def expect_stays_out(
    desk: Desk, at: Host, name: str, alter: Mapping[str, str | None], *, inferred: bool = False
) -> None:
    """Check that such an answer leaves the whole file as it was."""
    offer(desk, at.person, at.before.patient, alter)
    expect_kept(
        desk.snapshot(at.before.patient),
        at.before,
        Moment(
            f"réponse INSi avec {name} ({at.route})", f"INSi answer with {case_text(name).en} ({at.route})"
        ),
        inferred=inferred,
    )


def expect_true_answer_taken(desk: Desk, at: Host) -> None:
    """Take the true answer: a software that takes none proves nothing."""
    expected = at.person.identity.matricule.value
    if desk.feed(at.before.patient).matricule != expected:
        raise UndecidedError(
            "la vraie réponse n'est pas reprise non plus : le contrôle ne prouve rien",
            "the true answer is not taken either: the check proves nothing",
            depends_on=("RSP-02",),
        )


def expect_no_file(
    desk: Desk, name: str, alter: Mapping[str, str | None], *, inferred: bool = False, **wanted: object
) -> None:
    """Check that a search of INSi answered so creates no file."""
    person = desk.draw(**wanted)
    data = altered(SCENARIO, alter)
    with desk.answered_by(data, patient=person):
        call, requests = desk.try_search_insi(typed(person))
        need_answer(requests, str(data["id"]))
    made = None if isinstance(call, RefusedError) else desk.try_accept(call)
    number = made.matricule if isinstance(made, Patient) else None
    expect(
        not isinstance(made, Patient),
        fr=f"création depuis INSi avec {name} : un dossier existe, matricule {shown(number).fr}",
        en=f"creation from INSi with {case_text(name).en}: there is a file, matricule {shown(number).en}",
        inferred=inferred,
    )
