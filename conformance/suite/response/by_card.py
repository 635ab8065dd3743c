"""The answers to a call by card, each met by the files of a family: at every status, by two users in turn.

What INSi answers has to be handled alike whichever way it was asked: a software that filters, compares, tells and keeps
in the screen of the search by traits may do none of that in the one of the card. Here each awkward answer is given to the
card calls of four files, and a true one that differs from the file in everything; the whole file is compared before and
after. The family comes to the counter once a campaign; the rules of the answers judge what was seen.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import CallOutcome, Patient, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import path
from conformance.suite.desk.card_calls import by_card, call_or_read_again, need_card_request, read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.cast import LONG
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.people import PLAIN, answered_with, lengthened
from conformance.suite.desk.routes import Route
from conformance.suite.desk.told import told
from conformance.suite.desk.wire import need_answer
from conformance.suite.response.refusals import altered
from simulator.contract.names import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.cards import CardReading
    from conformance.drivers.model import InsiCall, Proposal
    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from conformance.suite.desk.told import Told
    from simulator.registry.person import Person

FILES: Final = {
    "child": Route.TYPED,
    "partner": Route.CHECKED,
    "insured": Route.IMPORTED,
    "twin-1": Route.IMPORTED_CHECKED,
}
"""Whose file has come to which status."""

COMPARISON: Final = path("comparaison lue", "comparison read", Verb.READ_PROPOSAL)

BILLING_OID: Final = "1.2.250.1.213.1.4.13"
"""NSS-NIR: the number used for billing (MAT-05)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An answer that brings nothing to a file."""

    rule: str
    scenario: str
    """As reasons name it: a shipped scenario about the search by traits, or the name of one made here."""
    outcome: CallOutcome | None = None
    """What has to be announced; ``None``: anything that is not another ending of INSi."""
    alter: dict[str, str | None] | None = None
    """What an answer made here says."""
    files: tuple[str, ...] = tuple(FILES)
    """Whose files meet it."""

    def installed(self) -> dict[str, Any]:
        """Return the scenario, for the search by card."""
        if self.alter is None:
            return by_card(self.scenario)
        data = altered(self.scenario, self.alter)
        rule, *others = data["rules"]
        when = {**rule["when"], "operation": Operation.SEARCH_BY_CARD.value}
        return {**data, "rules": [{**rule, "when": when}, *others]}


ENDINGS: Final = (
    Ending(rule="RSP-12", scenario="answers/not-found", outcome=CallOutcome.NOT_FOUND),
    Ending(rule="RSP-13", scenario="answers/several", outcome=CallOutcome.SEVERAL),
    *(Ending(rule="RSP-08", scenario=f"safety/lunar-{part}") for part in ("day", "month", "both")),
    *(Ending(rule="RSP-09", scenario=f"safety/{name}") for name in ("empty-birth-name", "empty-sex")),
    # A Prenom beside an empty list does not stand for it.
    Ending(
        rule="RSP-09", scenario="empty-list-beside-prenom", alter={"first_names": "", "first_name": "BANC"}
    ),
    Ending(rule="ERR-04", scenario="safety/wrong-key"),
    Ending(rule="ERR-04", scenario="safety/unknown-oid"),
    Ending(rule="MAT-06", scenario="oid-of-billing", alter={"oid": BILLING_OID}),
    *(
        Ending(rule=rule, scenario=scenario, outcome=CallOutcome.ERROR, files=("child", "twin-1"))
        for rule, scenario in (("ERR-01", "chaos/http-503"), ("ERR-02", "faults/insi-102"))
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What an ending did to one file."""

    ending: Ending
    route: Route
    before: Snapshot
    after: Snapshot
    call: InsiCall | RefusedError
    told: Told
    was_accepted: bool
    """It was proposed, and to accept it was let happen."""
    requests: int
    """How many left for this one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What an answer that differs from the file in everything did to it."""

    route: Route
    answer: Person
    call: InsiCall
    proposal: Proposal
    before: Snapshot
    declined: Snapshot
    """After the user refused it."""
    accepted: Snapshot | None
    """After they accepted it at a second call; ``None``: that was not let happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All that was seen."""

    ended: tuple[Ended, ...]
    brought: tuple[Brought, ...]
    compares: bool
    """Whether the software shows the comparison."""


def card_answers(desk: Desk) -> Answers:
    """Return what the answers by card did; asked once a campaign."""
    return desk.once("card-answers", _ask)


def _ask(desk: Desk) -> Answers:
    people = family(lambda **wanted: desk.draw(**{"first_names_count": 2, **wanted}))
    files = {key: bring_full(desk, people.member(key).person, route) for key, route in FILES.items()}
    reading = read_card(desk, people.card())
    states = {key: desk.snapshot(patient) for key, patient in files.items()}
    ended: list[Ended] = []
    for number, ending in enumerate(ENDINGS):
        for place, key in enumerate(ending.files):
            # Each user meets each ending, and each file.
            worker = desk.as_super_user() if (number + place) % 2 else desk
            seen = _end(worker, people, reading, key, ending, states[key])
            if seen is not None:
                ended.append(seen)
                states[key] = seen.after
    brought: list[Brought | None] = []
    compares = False
    with desk.if_offered(COMPARISON):
        for key, user in (("child", "user"), ("partner", "super-user")):
            brought.append(_bring(desk.by(user), people, reading, key, states[key]))
        compares = True
    return Answers(ended=tuple(ended), brought=tuple(filter(None, brought)), compares=compares)


def _end(  # noqa: PLR0917 - one case of a product
    desk: Desk, people: Family, reading: CardReading, key: str, ending: Ending, before: Snapshot
) -> Ended | None:
    """Give this ending to the call for one file; ``None``: the software does not call for an INS that it has."""
    patient = before.patient
    scenario = ending.installed()
    roles = {} if ending.scenario.startswith("answers/") else {"patient": people.member(key).person}
    with desk.answered_by(scenario, **roles):
        call, requests = call_or_read_again(desk, reading, people, key, patient)
    if not requests and FILES[key] in {Route.IMPORTED, Route.IMPORTED_CHECKED}:
        return None
    need_card_request(call, requests)
    need_answer(requests, scenario["id"])
    was_accepted = False
    if not isinstance(call, RefusedError):
        was_accepted = isinstance(desk.try_accept(call), Patient)
    return Ended(
        ending=ending,
        route=FILES[key],
        before=before,
        after=desk.snapshot(patient),
        call=call,
        told=told(call, about=patient),
        was_accepted=was_accepted,
        requests=len(requests),
    )


def _bring(desk: Desk, people: Family, reading: CardReading, key: str, before: Snapshot) -> Brought | None:
    """Give a true answer that differs from the file in everything: refuse it, then call again and accept it.

    ``None``: it is not proposed, as what INSi says is not what the card says.
    """
    patient = before.patient
    # One who differs in everything; where that is more than a software lets pass, in what a card does not tell.
    for answer in _others(desk, people.member(key).person):
        first = proposed_by_card(desk, people, reading, key, answer, patient)
        if first is not None:
            break
    else:
        return None
    call, proposal = first
    desk.decide(call, accept=False)
    declined = desk.snapshot(patient)
    second = proposed_by_card(desk, people, reading, key, answer, patient)
    if second is None:
        return None
    again, _ = second
    accepted = None
    with suppress(RefusedError):
        desk.lgo.decide_proposal(again.id, accept=True, actor=desk.user)
        accepted = desk.snapshot(patient)
    return Brought(
        route=FILES[key],
        answer=answer,
        call=again,
        proposal=proposal,
        before=before,
        declined=declined,
        accepted=accepted,
    )


def proposed_by_card(  # noqa: PLR0917 - one case of a product
    desk: Desk, people: Family, reading: CardReading, key: str, answer: Person, patient: Patient | None
) -> tuple[InsiCall, Proposal] | None:
    """Have INSi give an answer to the call by card; return the call and what it proposes, ``None`` when it proposes nothing."""
    when = {"operation": Operation.SEARCH_BY_CARD.value}
    data = altered("other-by-card", {})
    with desk.answered_by(
        {**data, "rules": [{"when": when, "then": {"code": "00", "person": "patient"}}]}, patient=answer
    ):
        call, requests = call_or_read_again(desk, reading, people, key, patient)
    if not requests and patient is not None and desk.read(patient).status in {Status.RECUP, Status.QUAL}:
        return None  # No text asks that somebody who has an INS be searched again.
    need_card_request(call, requests)
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return None
    return call, desk.lgo.read_proposal(call.id, actor=desk.user)


def _others(desk: Desk, person: Person) -> Iterator[Person]:
    """Yield the person as INSi may answer them: all traits others, then those only that a card does not tell."""
    traits = person.identity.traits
    day = int(traits.birth_date[8:])
    other = desk.draw(
        first_names_count=2,
        birth_date=traits.birth_date,
        **PLAIN,
        where=lambda each: (
            each.first_name != person.first_name
            and each.identity.traits.birth_name != traits.birth_name
            and each.identity.traits.birth_place != traits.birth_place
        ),
    ).identity.traits
    untold = {
        # The 1er prénom of the file stands last: it is no longer the start of the list, which is as long as may be.
        "first_names": f"{lengthened(other.first_names, LONG - len(person.first_name) - 1, desk.draw)} {person.first_name}",
        "birth_place": str(other.birth_place),
    }
    yield answered_with(
        person,
        birth_name=f"N'{other.birth_name}--D'{other.birth_name}",
        birth_date=f"{traits.birth_date[:8]}{day - 1 if day > 1 else day + 1:02d}",
        sex="M" if traits.sex == "F" else "F",
        **untold,
    )
    yield replace(answered_with(person, **untold), key=f"{person.key}/untold")
