"""What an answer that must not be taken leaves behind: nothing in the file, and a user who knows why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import CallOutcome, Patient
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.told import Told, expect_told, told
from conformance.suite.desk.wire import UNKNOWN_PLACE, need_answer, need_found
from conformance.verdicts import UndecidedError
from simulator.contract.render import DIALECTS, LABELS, Answer, IdentifierBlock, TraitsBlock
from simulator.scripting.loader import scenario_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.drivers.model import InsiCall
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

ENDINGS = {
    "00": Moment("une identité trouvée", "an identity found"),
    "01": Moment("aucune identité trouvée (01)", "no identity found (01)"),
    "02": Moment("plusieurs identités (02)", "several identities (02)"),
    "insi_102": Moment("une panne d'INSi", "a failure of INSi"),
}
"""How a reason calls an ordinary ending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An answer that was not taken."""

    call: InsiCall | RefusedError
    told: Told


def altered(name: str, alter: Mapping[str, str | None]) -> dict[str, Any]:
    """Return a scenario in which INSi answers the patient with these texts; ``None`` leaves an element out."""
    data = dict(scenario_data("safety/empty-sex"))
    data.pop("outcome")
    when = {"operation": "rechercherInsAvecTraitsIdentite", "person": "patient"}
    then = {"code": "00", "person": "patient", "alter": dict(alter)}
    return {**data, "id": f"suite/{name}", "rules": [{"when": when, "then": then}]}


def with_somebody(name: str, code: str, person: Person) -> dict[str, Any]:
    """Return a scenario in which INSi answers with a person, whatever the code says."""
    matricule, traits = person.identity.matricule, person.identity.traits
    active = IdentifierBlock(number=matricule.number, key=matricule.key, oid=str(person.identity.oid))
    names = ("birth_name", "first_names", "sex", "birth_date", "birth_place")
    block = TraitsBlock(**{each: getattr(traits, each) for each in names})
    answer = Answer(code=code, label=LABELS.get(code, ""), active=active, traits=block)
    return raw(name, answer.render(DIALECTS["live-2026"]).decode())


def raw(name: str, text: str) -> dict[str, Any]:
    """Return a scenario in which INSi answers every search by traits with these bytes."""
    data = {key: value for key, value in scenario_data("answers/not-found").items() if key != "outcome"}
    return {**data, "id": f"suite/{name}", "rules": [{**data["rules"][0], "then": {"raw": {"text": text}}}]}


def expect_not_imported(
    desk: Desk,
    scenario: str | Mapping[str, Any],
    route: Route,
    role: str | None = None,
    *,
    inferred: bool = False,
    person: Person | None = None,
) -> Rejected:
    """Check that the answer of a scenario leaves the file as it was and that the user is told; return the call.

    ``role`` is what the scenario calls the patient; without one it disturbs the answer about whoever is asked for;
    ``person`` is who they are, drawn unless given. The same
    call is made first with the true answer, which the software has to propose, and once more afterwards: a software
    that imports nothing at all proves nothing here, and one that never imports again is no better.
    """
    usual = desk.usually_told()
    person = person or desk.draw(first_names_count=2)
    # Where the file may differ from what INSi says, it does: what is written of an answer then shows.
    others: dict[str, str | None] = (
        {"birth_place": UNKNOWN_PLACE, "first_names": None} if route in {Route.TYPED, Route.CHECKED} else {}
    )
    patient = bring_full(desk, person, route, **others)
    before = desk.snapshot_declined(patient)
    name = scenario if isinstance(scenario, str) else str(scenario["id"])
    moment = Moment(f"sur la réponse {name} ({route})", f"on the answer {case_text(name).en} ({route})")

    # Calling again does not make the answer better.
    calls: list[InsiCall | RefusedError] = []
    for _ in range(2 if route in {Route.TYPED, Route.CHECKED_IMPORTED} else 1):
        with desk.answered_by(_playable(scenario), **({role: person} if role else {})):
            call, requests = desk.try_call(patient)
            need_answer(requests, name)
        calls.append(call)
        refusal = None
        if not isinstance(call, RefusedError):
            # Proposed: then the acceptance has to be refused. Not proposed: a software may let it be tried all the same.
            outcome = desk.try_accept(call)
            refusal = outcome if isinstance(outcome, RefusedError) else None
        expect_kept(desk.snapshot(patient), before, moment, inferred=inferred)
        if not inferred:
            # At once: a software that takes it for “nobody” may not let the same be asked again.
            _expect_not_taken_for(
                call, {CallOutcome.NOT_FOUND, CallOutcome.SEVERAL, CallOutcome.BLOCKED}, moment
            )
    if inferred:
        return Rejected(call=call, told=told(call, about=patient))
    _expect_alerted_again(calls, moment)
    got = told(call, refusal if _is_proposed(call) else None, about=patient)
    expect_told(got, {ENDINGS[code].fr: usual[code] for code in ("00", "01", "02") if code in usual}, moment)

    # The true answer is taken again.
    if fed_again(desk, patient, moment).matricule != person.identity.matricule.value:
        raise UndecidedError(
            "la vraie réponse n'est pas reprise non plus : le contrôle ne prouve rien",
            "the true answer is not taken either: the check proves nothing",
            depends_on=("RSP-02",),
        )
    return Rejected(call=call, told=got)


def fed_again(desk: Desk, patient: Patient, moment: Moment) -> Patient:
    """Call INSi again, accept the true answer, which was proposed before, and return the file."""
    call, requests = desk.call(patient)
    need_found(requests)
    expect(
        call.outcome is CallOutcome.FOUND,
        fr=f"{moment.fr}, la vraie réponse qui suit, proposée auparavant, ne l'est plus ({call.outcome})",
        en=f"{moment.en}, the true answer that follows, which was proposed before, no longer is ({call.outcome})",
        # That one answer decides nothing about the next is deduced.
        inferred=True,
    )
    desk.decide(call, accept=True)
    return desk.read(patient)


def _playable(scenario: str | Mapping[str, Any]) -> str | dict[str, Any]:
    return scenario if isinstance(scenario, str) else dict(scenario)


def expect_not_created(desk: Desk, scenario: str, role: str | None = None) -> Rejected:
    """Check that the answer of a scenario to a search creates no file and that the user is told; return the call."""
    usual = desk.usually_told()
    person = desk.draw(first_names_count=2)
    traits = typed(person)
    day = person.identity.traits.birth_date
    moment = Moment(f"recherche INSi, sur la réponse {scenario}", f"INSi search, on the answer {scenario}")
    # The file of another scenario may be of somebody born that day.
    before = {patient.id for patient in desk.born_on(day)}
    desk.decide(desk.find_by(traits), accept=False)

    calls: list[InsiCall | RefusedError] = []
    for _ in range(2):
        with desk.answered_by(scenario, **({role: person} if role else {})):
            call, requests = desk.try_search_insi(traits)
            need_answer(requests, scenario)
        calls.append(call)
        refusal = None
        if not isinstance(call, RefusedError):
            outcome = desk.try_accept(call)
            refusal = outcome if isinstance(outcome, RefusedError) else None
            expect(
                not isinstance(outcome, Patient),
                fr=f"{moment.fr}, un dossier a été créé",
                en=f"{moment.en}, a file was created",
            )
    created = [patient for patient in desk.born_on(day) if patient.id not in before]
    expect(not created, fr=f"{moment.fr}, un dossier existe", en=f"{moment.en}, a file exists")
    _expect_not_taken_for(call, {CallOutcome.NOT_FOUND, CallOutcome.SEVERAL, CallOutcome.BLOCKED}, moment)
    _expect_alerted_again(calls, moment)
    got = told(call, refusal if _is_proposed(call) else None, about=_names(person))
    expect_told(got, {ENDINGS[code].fr: usual[code] for code in ("00", "01", "02") if code in usual}, moment)
    desk.prove_search_works(person)
    return Rejected(call=call, told=got)


def _expect_alerted_again(calls: Sequence[InsiCall | RefusedError], moment: Moment) -> None:
    """Check that what alerts once is told each time: the same answer is no better for being the second."""
    answered = [call for call in calls if not isinstance(call, RefusedError)]
    if len(answered) < len(calls) or not answered[0].alerts or answered[-1].alerts:
        return
    first = _words(" ".join([answered[0].message, *(alert.message for alert in answered[0].alerts)]))
    expect(
        first & _words(answered[-1].message),
        fr=f"{moment.fr}, l'alerte du premier appel manque au suivant, qui ne dit que « {answered[-1].message} »",
        en=f"{moment.en}, the alert of the first call is missing from the next, which only says “{answered[-1].message}”",
        # In which words it is told again, apart from the message or in it, is the software's own.
        inferred=True,
    )


def _words(text: str) -> set[str]:
    """Return the words of a text that mean something, short ones left out."""
    return set(re.findall(r"\w{4,}", text.casefold()))


def _names(person: Person) -> tuple[str, ...]:
    traits = person.identity.traits
    return (traits.birth_name, traits.first_names, *traits.first_names.split())


def _is_proposed(call: InsiCall | RefusedError) -> bool:
    return not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND


def _expect_not_taken_for(call: InsiCall | RefusedError, wrong: set[CallOutcome], moment: Moment) -> None:
    """Check that the ending announced is not that of another kind of answer."""
    if isinstance(call, RefusedError):
        return
    expect(
        call.outcome not in wrong,
        fr=f"{moment.fr}, l'issue annoncée est {call.outcome}",
        en=f"{moment.en}, the outcome announced is {call.outcome}",
    )
