"""Events seen on laden people: the file before, the file after, and what the act said may differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.rules.states import load_states
from conformance.suite.desk.expect import gathered, refused_to_allow
from conformance.suite.desk.snapshot import ANYTHING, Moment, Snapshot, expect_kept
from conformance.suite.states import events
from conformance.suite.states.laden import SHAPES, File, Shape, laden
from conformance.verdicts import Departure, UndecidedError
from simulator.contract.evidence import EvidenceLevel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.events import Act, Besides

_STAYING: Final[tuple[tuple[str, Act, frozenset[Status]], ...]] = (
    ("E3", events.accept, frozenset({Status.RECUP, Status.QUAL})),
    ("E4", events.decline, frozenset(Status)),
    ("E5", events.no_identity, frozenset(Status)),
    ("E6", events.no_answer, frozenset(Status)),
    ("E7", events.check_high, frozenset({Status.VALI, Status.QUAL})),
    ("E8", events.check_low, frozenset(Status)),
    ("E12", events.homonym, frozenset(Status)),
    ("E13", events.edit_locked, frozenset({Status.RECUP, Status.QUAL})),
    ("E15", events.edit_names_in_use, frozenset(Status)),
    ("E16", events.lower(Status.VALI), frozenset({Status.PROV})),
    ("E17", events.verify_ok, frozenset(Status)),
    ("E18", events.verify_ko, frozenset({Status.PROV, Status.VALI})),
    ("E21", events.receive_ok, frozenset({Status.RECUP, Status.QUAL})),
    ("E22", events.receive_ko, frozenset(Status)),
)
"""Events, and the statuses that each leaves as they are."""

STAYS: Final[dict[Status, tuple[tuple[str, Act], ...]]] = {
    status: tuple((event, act) for event, act, kept in _STAYING if status in kept) for status in Status
}
"""The events that leave a status as it is, in the order in which one file meets them."""

MOVES: Final[dict[str, tuple[Act, ...]]] = {
    "E3/PROV": (events.accept,),
    "E3/VALI": (events.accept,),
    "E7/PROV": (events.check_high,),
    "E7/RECUP": (events.check_high,),
    "E13/PROV": (events.edit(entitled=False),),
    "E13/VALI": (events.edit(entitled=False),),
    **{f"E14/{status}": (events.edit(entitled=True),) for status in Status},
    **{f"E9/{status}": (events.mark(Attribute.DOUTEUSE),) for status in Status},
    **{f"E10/{status}": (events.mark(Attribute.FICTIVE),) for status in Status},
    "E16/RECUP": (events.lower(Status.PROV),),
    "E16/VALI": (events.lower(Status.PROV),),
    "E16/QUAL": (events.lower(Status.VALI), events.lower(Status.PROV)),
    "E18/RECUP": (events.verify_ko,),
    "E18/QUAL": (events.verify_ko,),
    "E21/PROV": (events.receive_ok,),
    "E21/VALI": (events.receive_ok,),
}
"""The events that may move a status: each meets a file of its own; several acts stand for one event, each on its own file."""

ALLOWED: Final = {
    "E13/VALI": {Status.PROV, Status.VALI},
    "E14/VALI": {Status.PROV, Status.VALI},
    "E16/VALI": {Status.PROV, Status.VALI},
    "E21/PROV": {Status.PROV, Status.RECUP},
    "E21/VALI": {Status.VALI, Status.QUAL},
}
"""Where no text says what becomes of the status: what it may become."""

_CHECKED: Final = frozenset({Status.VALI, Status.QUAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One event on one file."""

    shape: Shape
    before: Snapshot | None = None
    after: Snapshot | None = None
    besides: Besides | None = None
    """``None``: the event did not take place."""
    error: Exception | None = None
    entries: tuple[Any, ...] = ()
    """What the timeline of the check says of it."""


def walked(desk: Desk, status: Status) -> dict[str, list[Seen]]:
    """Return what the events that leave this status as it is did to two laden people, by event; made once a campaign."""
    return desk.once(f"walk-{status}", lambda there: _walk(there, status))


def _walk(desk: Desk, status: Status) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = {event: [] for event, _ in STAYS[status]}
    for shape in SHAPES[:2]:
        file: File | None = None
        last: Snapshot | None = None
        for event, act in STAYS[status]:
            seen, file = _meet(desk, shape, status, act, file, last, keeps_ins=True)
            last = seen.after
            found[event].append(seen)
    return found


def met(desk: Desk, address: str) -> list[Seen]:
    """Do the event of a case to laden people, each with a file of their own."""
    status = Status(address.partition("/")[2])
    # Of the events that move a status, one begins and ends with an INS: its history stays what it is.
    keeps_ins = address == "E7/RECUP"
    return [
        _meet(desk, shape, status, act, None, None, keeps_ins=keeps_ins)[0]
        for act in MOVES[address]
        for shape in SHAPES
    ]


def _meet(  # noqa: PLR0917 - an event, and the file that it meets as it was seen last
    desk: Desk,
    shape: Shape,
    status: Status,
    act: Act,
    file: File | None,
    last: Snapshot | None,
    *,
    keeps_ins: bool,
) -> tuple[Seen, File | None]:
    """Do an event to a file, a new one where there is none that still has the status; return what was seen, and the file."""
    start = len(desk.timeline.entries)
    before = None
    try:
        before = last or (desk.snapshot(file.patient, former=keeps_ins) if file else None)
        if file is None or before is None or before.patient.status is not status:
            file = laden(desk, shape, status)
            before = desk.snapshot(file.patient, former=keeps_ins, is_read=True)
        file.patient = before.patient
        besides = act(desk, file)
        after = desk.snapshot(file.patient, former=keeps_ins)
    except (RefusedError, VerbNotSupportedError, UndecidedError, Departure) as error:
        return Seen(shape=shape, before=before, error=error, entries=_since(desk, start)), file
    return Seen(shape=shape, before=before, after=after, besides=besides, entries=_since(desk, start)), file


def _since(desk: Desk, start: int) -> tuple[Any, ...]:
    return tuple(desk.timeline.entries[start:])


def judge(desk: Desk, address: str, seen: Sequence[Seen]) -> None:
    """Check that what was seen of an event is what its case says.

    Raises:
        Departure: it is not, with everybody for whom.
        UndecidedError: nobody departs, and somebody could not be seen.
    """
    case = load_states()[address]
    is_deduced = case.evidence is EvidenceLevel.INFERRED
    departures: dict[str, Departure] = {}
    obstacles: list[Exception] = []
    for one in seen:
        try:
            _judge(address, one, inferred=is_deduced)
        except Departure as departure:
            if is_deduced and not departure.inferred:
                departure = Departure(departure.text.fr, departure.text.en, inferred=True)
            departures.setdefault(one.shape.key, departure)
            desk.attach(one.entries)
        except (UndecidedError, VerbNotSupportedError) as obstacle:
            obstacles.append(obstacle)
    if departures:
        raise gathered(departures, len({one.shape.key for one in seen}))
    if obstacles:
        raise obstacles[0]


def _judge(address: str, seen: Seen, *, inferred: bool) -> None:
    if isinstance(seen.error, RefusedError):
        raise refused_to_allow(seen.error)
    if seen.error is not None:
        raise seen.error
    if seen.before is None or seen.after is None:
        return
    case = load_states()[address]
    before, after = seen.before.patient.status, seen.after.patient.status
    if seen.besides is None:
        moment = Moment(
            f"{case.event.title.fr}, sans suite (refusé, ou rien à faire), identité {before}",
            f"{case.event.title.en}, to no effect (refused, or nothing to do), identity {before}",
        )
        expect_kept(seen.after, seen.before, moment, inferred=True)
        return
    allowed = ALLOWED.get(address) or {Status(each) for each in case.to} or {before}
    moment = Moment(f"{case.event.title.fr}, identité {before}", f"{case.event.title.en}, identity {before}")
    if after not in allowed:
        raise Departure(
            f"{moment.fr}, le statut est {after}, attendu {_one_of(allowed)}",
            f"{moment.en}, the status is {after}, expected {_one_of(allowed)}",
            inferred=inferred,
        )
    cleared = dict.fromkeys(("matricule", "oid")) if case.clears else {}
    besides = {**cleared, "status": after, **seen.besides}
    if after in _CHECKED and besides.get("proof") is ANYTHING and address.startswith("E14"):
        besides["proof"] = seen.before.values["proof"] if before in _CHECKED else ANYTHING
    expect_kept(seen.after, seen.before, moment, besides=besides, inferred=inferred)


def _one_of(statuses: Iterable[Status]) -> str:
    return " / ".join(sorted(statuses))
