"""One file that lives among others much like it: a twin, a namesake, somebody born the same day, somebody of the family.

A query whose condition is too wide, a cache whose key is a name, a window that was left open: each writes into a file
that the user is not working on, and never shows where the only file is the one worked on. Here every act on a file is
followed by a look at the four others, which no act is about, at how many files there are, and at the requests that INSi
had meanwhile.

The life is lived once a campaign; the rule that each act belongs to judges what that act did to the others. An act that
a software does not have, or refuses, is left out.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.drivers.errors import VerbNotSupportedError
from conformance.drivers.model import Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, CLOCK
from conformance.suite.desk.cast import Part
from conformance.suite.desk.people import PLAIN, sharing, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.states.household_acts import ACTS, DAY, OTHER_DAY
from conformance.suite.states.household_log import denied, log_of, logs_between, past_of, waiting_for
from conformance.suite.states.nights import nights_of
from conformance.suite.states.overnight import prepared, rest_of
from conformance.verdicts import Ending, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.household_acts import Act
    from conformance.suite.states.household_log import Logs, Past, Waiting
    from conformance.suite.states.nights import Night
    from simulator.client import ExchangeView
    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One act as it was seen from the other files."""

    act: Act
    before: dict[str, Patient]
    """The others, by what they are to the one worked on."""
    after: dict[str, Patient]
    made: frozenset[str]
    """The files of those days that were not there before, by identifier."""
    gone: frozenset[str]
    """And those that no longer are."""
    listed: Mapping[str, Patient]
    """The others as the search by date shows them, by what they are."""
    own: tuple[Patient, Patient | None]
    """The file that is worked on, and as the search by date shows it."""
    requests: tuple[ExchangeView, ...]
    done: bool
    """Whether the software went through with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A life among others."""

    subject: Patient
    acts: tuple[Beside, ...]
    pasts: tuple[Past, Past]
    """At the beginning and at the end."""
    logs: Logs | None
    """``None``: the software does not show its log."""
    waiting: Waiting | None
    """``None``: nobody could be put on the worklist."""
    missed: tuple[tuple[Act, VerbNotSupportedError], ...]
    """The acts that the software does not have."""
    nights: tuple[Night, ...]
    """What time that goes by makes of all of them, once everything is done."""


USED_NAME: Final = "KVORLAN"
_SUBJECT: Final = Part(
    key="among-others",
    wish={"birth_date": DAY, "nia": False, "first_names_count": 2, **PLAIN},
    names=lambda name, firsts: (f"LE {name}", f"{firsts[0]} {firsts[1]}"),
    former=2,
)
"""Whose file is worked on; the others have no former INS."""


def household(desk: Desk) -> Household:
    """Return the life of a file among others; lived once a campaign."""
    return desk.once("household", _live)


def _live(desk: Desk) -> Household:
    person = desk.play(_SUBJECT)
    waiting = denied(desk)
    others = _others(desk, person)
    subject = desk.create(person, used_name=USED_NAME, used_first_name="NALROVK")
    seen: list[Beside] = []
    missed: list[tuple[Act, VerbNotSupportedError]] = []
    began = log_of(desk)
    before = {key: desk.read(patient) for key, patient in others.items()}
    there, past = _there(desk), past_of(desk, others)
    first, looked = before, log_of(desk)
    for number, act in enumerate(ACTS):
        try:
            requests, done = _do(desk.by(act.by), act, subject, person)
        except VerbNotSupportedError as missing:
            missed.append((act, missing))
            if act.path is not None:
                with desk.if_offered(act.path):
                    raise
            continue
        # Those looked at last are opened last: the next act begins with another file on the screen. The users look in
        # turn: what one of them sees the other sees too.
        looking = desk.by(USERS[number % len(USERS)])
        own = looking.read(subject)
        after = {key: looking.read(patient) for key, patient in before.items()}
        now = _there(looking)
        seen.append(
            Beside(
                act=act,
                before=before,
                after=after,
                made=frozenset(now.keys() - there.keys() - {subject.id}),
                gone=frozenset(there.keys() - now.keys() - ({subject.id} if act.moves else set())),
                listed={key: now[one.id] for key, one in after.items() if one.id in now},
                own=(own, now.get(subject.id)),
                requests=requests,
                done=done,
            )
        )
        before, there = after, now
    # Whom the software itself has marked as a homonym meanwhile was changed by it.
    same = {one.id for key, one in before.items() if one.attributes == first[key].attributes}
    return Household(
        subject=subject,
        acts=tuple(seen),
        pasts=(past, past_of(desk, others)),
        logs=logs_between(desk, began, looked, log_of(desk), same),
        waiting=waiting and replace(waiting, after=waiting_for(desk, waiting.patient)),
        missed=tuple(missed),
        nights=_nights(desk, subject, before, waiting.patient if waiting else None),
    )


def _there(desk: Desk) -> dict[str, Patient]:
    """Return the files of those days as the search lists them, by identifier."""
    return {patient.id: patient for day in (DAY, OTHER_DAY) for patient in desk.born_on(day)}


def _nights(
    desk: Desk, subject: Patient, others: Mapping[str, Patient], denied: Patient | None
) -> tuple[Night, ...]:
    """Let time go by over all of them; whose document was recorded and not validated is among them."""
    with suppress(UndecidedError):
        desk.record_document(subject)
    found: tuple[Night, ...] = ()
    with desk.if_offered(CLOCK), suppress(RefusedError):
        files = {**others, "pièce enregistrée, sans valider": subject}
        ready = prepared(desk, files)
        found = nights_of(desk, files, lambda: rest_of(desk, files, ready, denied))
    return found


def _do(desk: Desk, act: Act, subject: Patient, person: Person) -> tuple[tuple[ExchangeView, ...], bool]:
    """Do an act, look at the file as users do meanwhile; return the requests that INSi had, and whether it was done."""

    def do() -> bool:
        done = True
        try:
            act.does(desk, subject, person)
        except VerbNotSupportedError:
            raise
        except (Ending, RefusedError):
            done = False  # What was refused must not have done anything to the others either.
        if act.is_about_marked:
            desk.read(subject)
            desk.born_on(DAY)
        return done

    done, requests = desk.during(do)
    return tuple(requests), done


def _others(desk: Desk, person: Person) -> dict[str, Patient]:
    """Create the four others, each at another status, with something in every field, and change each of them once."""
    traits = person.identity.traits
    given = person.first_name[:1]

    def drawn(day: str, *names: str) -> Person:
        return desk.draw(
            shape=sharing(person, *names),
            where=lambda other: other.first_name[:1] != given,
            first_names_count=2,
            birth_date=day,
            sex=str(traits.sex),
            nia=False,
            **PLAIN,
        )

    people = {
        "jumeau": (drawn(DAY, "birth_name", "birth_place"), Route.IMPORTED_CHECKED),
        "homonyme": (drawn(OTHER_DAY, "birth_name", "first_names"), Route.CHECKED),
        "né le même jour": (drawn(DAY, "birth_place"), Route.IMPORTED),
        "parent": (drawn(OTHER_DAY, "birth_name"), Route.TYPED),
    }
    _until_number_ends(desk, "012345678")
    files: dict[str, Patient] = {}
    # The parent comes first: its number is to end like that of the file worked on, the others to begin like it.
    for number in (3, 0, 1, 2):
        key = tuple(people)[number]
        other, route = people[key]
        letter = "BDFH"[number]
        # The twin bears the used name of the file that is worked on.
        names = {
            "used_name": f"VIZ-{letter}'ELOR" if number else USED_NAME,
            "used_first_name": f"CUR{letter}LEZ",
        }
        change = {"used_first_name": f"HUZ{letter}ERT"}
        # Nor does anything fill what somebody has left empty.
        if key == "homonyme":
            del names["used_name"]
        elif key == "né le même jour":
            del names["used_first_name"]
            change = {"used_name": f"VIZ-{letter}'ELUR"}
        patient = desk.bring(other, route, **names)
        with preparing("modifier un nom utilisé", "change a name in use", depends_on=("STA-14",)):
            desk.lgo.update_patient(patient.id, change, actor=desk.user)
        files[key] = desk.read(patient)
        if key == "parent":
            _until_number_ends(desk, _counted_back(patient.id[-1:], len(people)))
    files = {key: files[key] for key in people}
    for key in ("parent", "né le même jour"):
        with suppress(UndecidedError):
            desk.record_document(files[key])
    marks = frozenset({Attribute.DOUTEUSE, Attribute.HOMONYME})
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        set_attributes(desk, files["parent"], marks)
    for key in ("parent", "né le même jour"):
        files[key] = desk.read(files[key])
    return files


_DIGITS: Final = 10


def _until_number_ends(desk: Desk, ends: str) -> None:
    """Create files of nobody in particular until the number of the last one ends with one of these digits.

    A software that takes a part of the number for the whole of it mixes up files whose numbers have that part in common:
    of ten files in a row each ends otherwise, and all begin alike but for the tens. Numbers that are not counted up are
    left as they come.
    """
    # As many people for whatever number comes: who is drawn next must not depend on it.
    for person in [desk.draw(**PLAIN) for _ in range(_DIGITS)]:
        if not ends:
            return
        with preparing("créer le patient", "create the patient", depends_on=("CRE-03",)):
            number = desk.lgo.create_patient(typed(person), actor=desk.user).id
        if not number[-1:].isdigit() or number[-1] in ends:
            return


def _counted_back(digit: str, steps: int) -> str:
    """Return the digit so many numbers before one that ends with this; nothing when it is none."""
    return str((int(digit) - steps) % 10) if digit.isdecimal() else ""
