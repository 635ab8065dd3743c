"""One file of somebody who changes: another number, a name put right, names in use, a card, documents, the app, a doubt.

``long_life`` asks where each act leads. Here it is asked what each act leaves alone, late in a life, when there is much to
lose: a billing number from a card, names in use, an attribute, documents shown before, an INS that has been another one, and a
log that has grown. After each act the whole file is compared with what it was, and the log with what it said already: what
is written down stays, as it was written.

The life is lived once a campaign and observed by the rule of each act. An act that a software does not have, or refuses where
no text asks for it, is left out; those that begin where it would have led are left out with it.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Verb
from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.suite.desk.apart import LOTS, path
from conformance.suite.desk.cards import family
from conformance.suite.desk.snapshot import Snapshot
from conformance.suite.desk.steps import USERS
from conformance.suite.states.changing_acts import Cast
from conformance.suite.states.changing_turns import TURNS, Turn
from conformance.verdicts import Departure, Ending, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import AuditEntry, Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.changing_acts import Besides
    from simulator.registry.person import Person

LOG: Final = path("journal", "log", Verb.READ_AUDIT_LOG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """One act as it was seen."""

    turn: Turn
    before: Snapshot
    after: Snapshot
    """As the colleague of whoever did it sees the file."""
    own: Snapshot
    """As they see it themselves."""
    besides: Besides
    user: str
    log: tuple[Counter[Line], Counter[Line]] | None
    """The log of the file before and after; ``None``: the software does not show it."""


Line = tuple[str, ...]
"""An entry of the log as it stays: action, time, user, mode, code and what was returned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangingLife:
    """A life as far as it went."""

    turns: tuple[Turned, ...]
    departures: tuple[tuple[Turn, Departure], ...]
    """What was wrong before anything could be compared."""
    obstacles: tuple[tuple[Turn, Exception], ...]
    """The acts that could not be seen, or that the software does not have."""


def life(desk: Desk) -> ChangingLife:
    """Return the life of one file; lived once a campaign."""
    return desk.once("changing-life", _live)


def _live(desk: Desk) -> ChangingLife:
    def drawn(**wanted: object) -> Person:
        return desk.draw(**({"first_names_count": 3, "compound_first_name": False} | wanted))

    people = family(drawn)
    person = people.insured.person
    names = person.identity.traits.first_names.split()
    cast = Cast(people=people, earlier=known_earlier(desk, person))
    # The 1er prénom is two of the list, which it starts.
    patient = desk.create(
        person, first_name=f"{names[0]}-{names[1]}", used_name="D'KVORLAN", used_first_name="NALROVK-KV"
    )
    return lived(desk, patient, cast, TURNS)


def lived(desk: Desk, patient: Patient, cast: Cast, turns: Sequence[Turn]) -> ChangingLife:
    """Do these acts to a file, one after the other, and return what was seen; one that begins elsewhere is left out."""
    seen: list[Turned | Stopped] = []
    at = seen_first(desk, patient)
    for turn in turns:
        if at.state.patient.status in turn.begins:
            took, at = taken(desk, cast, turn, at)
            if took is not None:
                seen.append(took)
    return life_of(seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file between two acts."""

    state: Snapshot
    log: Counter[Line] | None
    """``None``: the software does not show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An act that went wrong before anything could be compared, or that could not be seen."""

    turn: Turn
    error: Exception


def seen_first(desk: Desk, patient: Patient) -> Looked:
    """Return a file as it is before anything is done to it."""
    return Looked(state=desk.snapshot(patient, former=True), log=_log(desk, patient))


def taken(desk: Desk, cast: Cast, turn: Turn, at: Looked) -> tuple[Turned | Stopped | None, Looked]:
    """Do an act to a file, and return what was seen of it and the file afterwards; ``None``: it did not take place."""
    before, patient = at.state, at.state.patient
    worker = desk.by(turn.by)
    # The colleague looks first: what one of them sees the other sees too.
    colleague = desk.by(next(user for user in USERS if user != turn.by))
    besides, stopped = _done(desk, worker, cast, turn, before)
    now = Looked(state=colleague.snapshot(patient, former=True), log=_log(desk, patient))
    if besides is None:
        return stopped, now
    turned = Turned(
        turn=turn,
        before=before,
        after=now.state,
        own=Snapshot(patient=worker.read(patient), history=None),
        besides=besides,
        user=_who_did(worker, turn),
        log=None if at.log is None or now.log is None else (at.log, now.log),
    )
    return turned, now


def _done(
    desk: Desk, worker: Desk, cast: Cast, turn: Turn, before: Snapshot
) -> tuple[Besides | None, Stopped | None]:
    """Do an act; return what may differ then, or what stopped it."""
    try:
        return turn.does(worker, cast, before), None
    except Departure as departure:
        return None, Stopped(turn=turn, error=departure)
    except (RefusedError, Ending) as obstacle:
        if turn.path is not None and isinstance(obstacle, VerbNotSupportedError):
            with desk.if_offered(turn.path):
                raise
        if turn.must and isinstance(obstacle, RefusedError):
            return None, Stopped(turn=turn, error=_refused(turn, before, obstacle))
        return None, Stopped(turn=turn, error=obstacle)


def life_of(seen: Sequence[Turned | Stopped]) -> ChangingLife:
    """Return the life of one or more files of which this was seen."""
    stopped = [each for each in seen if isinstance(each, Stopped)]
    return ChangingLife(
        turns=tuple(each for each in seen if isinstance(each, Turned)),
        departures=tuple((each.turn, each.error) for each in stopped if isinstance(each.error, Departure)),
        obstacles=tuple((each.turn, each.error) for each in stopped if not isinstance(each.error, Departure)),
    )


def _who_did(worker: Desk, turn: Turn) -> str:
    """Return the name of whoever did an act: a lot that is the head's of the office is started by him (``engine.deputies``)."""
    is_reserved = turn.path is LOTS and "start_bulk_verification" in worker.lgo.reserved
    return (worker.super_user if is_reserved else worker.user).user


def _refused(turn: Turn, before: Snapshot, refusal: RefusedError) -> Departure:
    status = before.patient.status
    return Departure(
        f"{turn.fr}, identité {status} : refusé ({refusal.message})",
        f"{turn.en}, identity {status}: refused ({refusal.message})",
        inferred=turn.is_deduced,
    )


def known_earlier(desk: Desk, person: Person) -> Person:
    """Return the person as INSi knew them once: a waiting number, and traits that have been put right since."""
    traits = person.identity.traits
    other = desk.draw(
        nia=True,
        sex="M" if traits.sex == "F" else "F",
        where=lambda one: (
            one.identity.traits.birth_name != traits.birth_name
            and one.identity.traits.birth_place != traits.birth_place
        ),
    )
    names = " ".join(traits.first_names.split()[:2])
    earlier = replace(other.identity, traits=replace(other.identity.traits, first_names=names))
    return replace(person, key=f"{person.key}/earlier", identity=earlier)


def _log(desk: Desk, patient: Patient) -> Counter[Line] | None:
    with desk.if_offered(LOG), suppress(RefusedError):
        return Counter(map(_line, desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id)))
    return None


def _line(entry: AuditEntry) -> Line:
    returned = ",".join(f"{name}={value}" for name, value in sorted(entry.returned.items()))
    return (entry.action, entry.at, entry.user, entry.mode or "", entry.code or "", returned)


def turns_of(lived: ChangingLife, *rules: str) -> list[Turned]:
    """Return the acts of these rules, or all when none is named.

    Raises:
        Departure: one of them went wrong before anything could be compared.
        Ending: none could be seen: why the first could not.
    """
    for turn, departure in lived.departures:
        if not rules or turn.rule in rules:
            raise departure
    found = [each for each in lived.turns if not rules or each.turn.rule in rules]
    for turn, obstacle in lived.obstacles:
        if found or (rules and turn.rule not in rules):
            continue
        if isinstance(obstacle, RefusedError):
            raise UndecidedError(
                f"{turn.fr} : le logiciel refuse ({obstacle.message})",
                f"{turn.en}: the software refuses ({obstacle.message})",
                depends_on=(turn.rule,),
            ) from obstacle
        raise obstacle
    return found
