"""A day at the counter: two users take turns on two files, and things do not come in the usual order.

An answer waits while a colleague checks the document; a card is called with, then the same person by traits; an identity is
not found twice, INSi fails twice, somebody is declined and fed an hour later, is doubted, cleared and doubted again. What a
software keeps from one act to the next (a counter of failures, a flag "declined", the code of the last answer, the way of
the last call) shows here and in no check that begins with a new file.

The day is lived once a campaign. After each turn both files are looked at; at its end the log, the counters and the
histories are compared with all that INSi received and all that the files went through.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from conformance.drivers.errors import VerbNotSupportedError
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import DASHBOARD, HISTORY, WORKLIST
from conformance.suite.desk.card_calls import calls_without_file
from conformance.suite.desk.cards import family
from conformance.suite.desk.log import without_others
from conformance.suite.desk.people import PLAIN
from conformance.suite.desk.routes import DISQUALIFYING
from conformance.suite.states.counter_turns import CARDED, FAILURE, NOBODY, TURNS, TYPED, Day
from conformance.suite.states.household_log import log_of, waiting_for
from conformance.verdicts import Ending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import AuditEntry, Patient, StatusChange
    from conformance.drivers.partners import WorkItem
    from conformance.drivers.screens import Dashboard
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.counter_turns import Turn
    from simulator.client import ExchangeView


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One turn as it was seen."""

    turn: Turn
    before: Mapping[str, Patient]
    after: Mapping[str, Patient]
    answer: object
    requests: tuple[ExchangeView, ...]
    looked: tuple[ExchangeView, ...]
    """What left while both files were looked at afterwards, by an ordinary user."""
    is_found: bool
    """Whether the search finds the file afterwards; looked at after a failure only."""
    user: str
    patient_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is there at the end of a day."""

    turns: tuple[Taken, ...]
    day: Day
    log: tuple[AuditEntry, ...] | None
    """What the day added; ``None``: it is not shown."""
    others: tuple[ExchangeView, ...]
    """What the software sent for other files meanwhile."""
    received: tuple[ExchangeView, ...]
    """All that INSi received."""
    counted: tuple[Dashboard, Dashboard] | None
    own_logs: Mapping[str, tuple[AuditEntry, ...]]
    """What the log says of calls when it is asked for one file alone."""
    strangers: tuple[str, ...]
    """Identifiers in the log of one file that are those of others, where that of the one begins theirs."""
    histories: Mapping[str, tuple[StatusChange, ...]]
    worklist: Mapping[str, tuple[list[WorkItem], list[WorkItem]]]
    """Of each file, before and after."""
    missed: tuple[tuple[Turn, VerbNotSupportedError], ...] = ()


def counter_day(desk: Desk) -> Ended:
    """Return a day at the counter; lived once a campaign."""
    return desk.once("counter-day", _live)


def _live(desk: Desk) -> Ended:
    day = _opened(desk)
    taken: list[Taken] = []
    missed: list[tuple[Turn, VerbNotSupportedError]] = []
    log, counters = log_of(desk), _counters(desk)
    worklist = {key: _waiting(desk, patient) for key, patient in day.files.items()}

    def live() -> None:
        before = {key: desk.read(patient) for key, patient in day.files.items()}
        for turn in TURNS:
            file = day.files.get(turn.file)
            if file is not None and before[turn.file].status not in turn.begins:
                continue
            if file is None and turn.file != NOBODY:
                continue
            if turn.is_silent and before[turn.file].attributes.isdisjoint(DISQUALIFYING):
                continue  # Nobody could mark it.
            worker = desk.by(turn.by)
            try:
                answer, requests = desk.during(partial(_tried, turn, worker, day))
            except VerbNotSupportedError as missing:
                missed.append((turn, missing))
                if turn.path is not None:
                    with desk.if_offered(turn.path):
                        raise
                continue
            after, looked = desk.during(
                lambda: {key: desk.read(patient) for key, patient in day.files.items()}
            )
            taken.append(
                Taken(
                    turn=turn, before=before, after=after, answer=answer, requests=tuple(requests), looked=tuple(looked),
                    is_found=turn.rule != FAILURE or file is None or _is_found(desk, file),
                    user=worker.user.user, patient_id=file.id if file else None,
                )
            )  # fmt: skip
            before = after

    _, received = desk.wire.everything(live)
    counted, written = _counters(desk), log_of(desk)
    return Ended(
        turns=tuple(taken),
        day=day,
        log=None
        if log is None or written is None
        else tuple(without_others(added(log, written), desk.wire.others.values())),
        received=tuple(received),
        others=tuple(exchange for _, exchange in desk.wire.others.values()),
        counted=(counters, counted) if counters and counted else None,
        own_logs={key: tuple(desk.logged_calls(patient)) for key, patient in day.files.items()}
        if written
        else {},
        strangers=_strangers(desk, written),
        histories={key: _history(desk, patient) for key, patient in day.files.items()},
        worklist={key: (worklist[key], _waiting(desk, patient)) for key, patient in day.files.items()},
        missed=tuple(missed),
    )


def _opened(desk: Desk) -> Day:
    person = desk.draw(first_names_count=2, nia=False, **PLAIN)
    people = family(desk.draw)
    with suppress(Ending, VerbNotSupportedError):  # Tried now: its own call is none of the day.
        calls_without_file(desk)
    files = {TYPED: desk.create(person), CARDED: desk.as_super_user().create(people.insured.person)}
    return Day(person=person, people=people, files=files)


def _tried(turn: Turn, worker: Desk, day: Day) -> object:
    """Do a turn; what stops it is its answer."""
    try:
        return turn.does(worker, day)
    except VerbNotSupportedError:
        raise
    except (Ending, RefusedError) as obstacle:
        return obstacle


def _is_found(desk: Desk, patient: Patient) -> bool:
    return any(each.id == patient.id for each in desk.born_on(str(patient.birth_date)))


def _counters(desk: Desk) -> Dashboard | None:
    with desk.if_offered(DASHBOARD), suppress(RefusedError):
        return desk.lgo.read_dashboard(actor=desk.user)
    return None


def _history(desk: Desk, patient: Patient) -> tuple[StatusChange, ...]:
    with desk.if_offered(HISTORY):
        return tuple(desk.lgo.read_status_history(patient.id, actor=desk.user))
    return ()


def _strangers(desk: Desk, written: list[AuditEntry] | None) -> tuple[str, ...]:
    """Ask for the log of a file whose identifier begins that of another one; whose entries come besides."""
    known = sorted({entry.patient_id for entry in written or () if entry.patient_id})
    for one in known:
        if any(other != one and other.startswith(one) for other in known):
            found = desk.lgo.read_audit_log(actor=desk.user, patient_id=one)
            return tuple(sorted({entry.patient_id or one for entry in found} - {one}))
    return ()


def _waiting(desk: Desk, patient: Patient) -> list[WorkItem]:
    with desk.if_offered(WORKLIST), suppress(RefusedError):
        return waiting_for(desk, patient)
    return []
