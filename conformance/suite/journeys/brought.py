"""The people of the status matrix of documents: who they are, and how each comes to their status."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import APP, ATTRIBUTES, CHANGES, DOWNGRADE, SCAN
from conformance.suite.desk.cast import CAST, PARTS, Part, long_name
from conformance.suite.desk.checked import checked_with
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.papers import Subject
from conformance.suite.desk.people import sharing, some_weeks_ago, with_traits
from conformance.suite.desk.routes import Route
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.journeys.pasts import (
    BY_RECEPTION,
    LONGER,
    RETYPED,
    as_held,
    changed_once_qualified,
    corrected_twice,
    declined_later,
    fed_first,
    from_app,
    laden,
    opened_by_app,
    opened_by_scan,
    received_first,
    typed_again,
    with_own_card,
)
from conformance.suite.journeys.renumbered import renumbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.drivers.model import Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

COMPOUND: Final = "waiting-number-four-first-names"
"""Whose 1er prénom is of two words once the file is qualified: what is cut at a space shows there."""
_NAMED_LATER: Final = "plain"
"""Who is given the names in use once the file is qualified."""
FULL: Final = ("plain", COMPOUND, "double-hyphen-abroad-summer")
"""About whom everything is sent; one document is enough for the others, whose names and places are what matters."""
EVERY: Final = frozenset(
    {*FULL, "plain typed", "plain typed-imported", "plain typed-checked", "plain fallen", "plain later"}
)
"""About whom every kind is printed."""
_ROUTES: Final = (Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.ARRIVED)
"""How people come to a status other than QUAL."""
DOCUMENTED: Final = "one-former-number-corsica-2a"
"""Whose document is recorded and not validated, and who is a homonym once validated: neither lets anything leave."""
_CARRIED: Final = "plain"
"""To whose files a card is attached: the billing number on it is nobody's INS."""
_ARRIVED: Final = "one-former-number-corsica-2a"
"""Whose file INSi makes, where it can: it is qualified as one that was typed."""
_RECEIVED: Final = "particle-corsica-2b"
"""Who came from another domain, where the software takes that: qualified here as whoever was typed (Règle 30)."""
DECLINED: Final = "double-hyphen-abroad-summer"
"""About whom INSi answers something else once they are qualified, which is declined; their paper is printed at a site that
displays no more than it has to."""
_LOWER: Final = ("plain", DOCUMENTED)
_PLAYED: Final = {
    ("plain", Route.ARRIVED): "ten-former-numbers",
    ("plain", Route.CHECKED): "ten-former-numbers",
    (DOCUMENTED, Route.TYPED): "child-several-separators",
    (DOCUMENTED, Route.ARRIVED): "child-several-separators",
}
"""Who stands in on some ways to a status below QUAL: men, the old and the young are not treated otherwise."""
_UNPLACED: Final = (DOCUMENTED, Route.TYPED)
"""Who does not know where they were born, some weeks ago: no place is made up for them, and their age lets nothing leave."""
_MANY_FIRST_NAMES: Final = Part(
    key="plain-many-first-names",
    wish=PARTS["plain"].wish,
    names=lambda name, firsts: (name, long_name(firsts, LONGER)),
)
"""Who is qualified later: what is cut of a list shows at a length that few have."""
USED: Final = ("KVORLAN", "ZELBRUC")
"""The names in use that everybody is typed with but those of ``UNUSED``: nobody's birth name begins so."""
_USED_FIELDS: Final = ("used_name", "used_first_name")
_SAME_NAME: Final = "ten-former-numbers"
"""Whose used name is the birth name, as most people's is: the birth name is on paper all the same."""
UNUSED: Final = frozenset({"double-hyphen-abroad-summer"})
"""Those without names in use: what is left over from the document before shows there."""


Produce: TypeAlias = "Callable[..., None]"
"""Has the software produce everything (``every``) about somebody, or a part of it."""


def people(
    desk: Desk, parts: Sequence[str], produce: Produce, beside: list[Subject]
) -> Iterator[tuple[str, Apart | None, Callable[[], Subject | None]]]:
    """Yield everybody by key, the path apart that they take, if any, and what brings them.

    Args:
        desk: where it is done.
        parts: the members of the cast that are brought to QUAL.
        produce: has the software produce documents about a subject.
        beside: takes those about whom documents are made on the way.
    """
    for part in CAST:
        if part.key in parts:
            yield part.key, None, partial(_bring, desk, part.key, Route.IMPORTED_CHECKED)
    for key in _LOWER:
        for route in _ROUTES:
            yield f"{key} {route}", route.apart, partial(_bring, desk, key, route)
    falls = {
        "fallen": (DOWNGRADE, _lowered),
        "doubtful": (ATTRIBUTES, _doubtful),
        "fictitious": (ATTRIBUTES, _fictitious),
        "homonym": (ATTRIBUTES, _homonym),
    }
    yield "app", APP, partial(from_app, desk)
    yield "app opened", APP, partial(opened_by_app, desk)
    yield "corrected", CHANGES, partial(corrected_twice, desk, partial(produce, every=False), beside)
    yield RETYPED, CHANGES, partial(typed_again, desk, partial(produce, every=False), beside)
    yield "scanned", SCAN, partial(opened_by_scan, desk, partial(produce, every=False), beside)
    before: list[Subject] = []
    for how, (path, fall) in falls.items():
        yield f"plain {how}", path, partial(_fallen, desk, how, fall, produce, before)
        if how == "fallen":
            yield "plain again", path, partial(_again, desk, before)
    yield "plain later", None, partial(_later, desk, produce)
    yield "plain double", None, partial(_double, desk, before)
    yield "renumbered", None, partial(renumbered, desk, partial(produce, every=False), beside)


def _played(desk: Desk, key: str, route: Route) -> Person:
    person = desk.play(PARTS[_PLAYED.get((key, route), key)])
    if (key, route) == _UNPLACED:
        return with_traits(person, birth_place=UNKNOWN_PLACE, birth_date=some_weeks_ago())
    return person


def _bring(desk: Desk, key: str, route: Route) -> Subject:
    part, person = PARTS[key], _played(desk, key, route)
    others: dict[str, str | None] = {} if key in UNUSED else dict(zip(_USED_FIELDS, USED, strict=True))
    if key == _SAME_NAME:
        others["used_name"] = person.identity.traits.birth_name
    if not part.typed_list and route.status is Status.QUAL:
        others["first_names"] = None
    if route is not Route.IMPORTED_CHECKED:
        patient = desk.bring(person, route, **others)
        patient = laden(desk, patient, route) if key == DOCUMENTED else patient
        if key == _CARRIED and route in {Route.TYPED, Route.IMPORTED}:
            patient = with_own_card(desk, person, patient)
        return Subject(key=f"{key} {route}, {route.status}", person=person, patient=patient)
    changes: dict[str, str | None] = {}
    if key == _NAMED_LATER:
        changes, others = others, {}
    elif key == COMPOUND:
        changes = {"first_name": " ".join(person.identity.traits.first_names.split()[:2])}
    first = Route.ARRIVED if key == _ARRIVED else Route.IMPORTED
    came = received_first(desk, person, **others) if key == _RECEIVED else None
    patient = checked_with(desk, came or fed_first(desk, person, first, **others), CAST.index(part))
    if key == DECLINED:
        patient = declined_later(desk, person, patient)
    if key == _CARRIED:
        patient = with_own_card(desk, person, patient)
    if changes:
        patient = changed_once_qualified(desk, patient, changes)
    how = BY_RECEPTION if came else ""
    return Subject(key=f"{key}, {patient.status}{how}", person=person, patient=patient)


def _again(desk: Desk, before: Sequence[Subject]) -> Subject | None:
    """Qualify once more whoever fell: what leaves of them was held back in between."""
    if not before:
        return None
    fallen = before[-1]
    patient = desk.feed(fallen.patient)
    return Subject(key=f"plain, again, {patient.status}", person=fallen.person, patient=patient)


def _later(desk: Desk, produce: Produce) -> Subject:
    """Have everything produced before somebody is qualified: what is kept of it holds no INS, and must not leave afterwards."""
    person = desk.play(_MANY_FIRST_NAMES)
    patient = desk.bring(person, Route.IMPORTED, first_names=None)
    produce(desk, Subject(key="before, RECUP", person=person, patient=patient), every=True)
    patient = desk.check_document(patient)
    return Subject(key=f"plain, later, {patient.status}", person=as_held(person, patient), patient=patient)


def _double(desk: Desk, before: Sequence[Subject]) -> Subject | None:
    """Type another file of somebody who is qualified: the INS is in the one, and leaves with nothing of the other."""
    if not before or not before[-1].is_qualified:
        return None
    person = before[-1].person
    with suppress(RefusedError):  # A software may want no second file.
        return Subject(key="plain, double, PROV", person=person, patient=desk.create(person))
    return None


def _fallen(
    desk: Desk,
    how: str,
    fall: Callable[[Desk, Patient], object],
    produce: Produce,
    kept: list[Subject],
) -> Subject:
    """Bring somebody to QUAL, produce everything, then do what changes the identity: nothing kept may leave later."""
    person = _namesake(desk, kept[0].person) if how == "homonym" and kept else desk.play(PARTS["plain"])
    patient = desk.bring(person, Route.IMPORTED_CHECKED, used_name=USED[0], used_first_name=USED[1])
    before = Subject(key="before", person=person, patient=patient)
    # What is not produced afterwards tells nothing.
    produce(desk, before, every=f"plain {how}" in EVERY)
    fall(desk, patient)
    patient = desk.read(patient)
    kept.append(Subject(key=f"plain, {how}, {patient.status}", person=person, patient=patient))
    return kept[-1]


def _namesake(desk: Desk, other: Person) -> Person:
    """Draw somebody of the same names and sex, born later: what is kept by name is not theirs."""
    return desk.draw(
        shape=sharing(other, "birth_name", "first_names"),
        # A child: their documents are no other ones.
        birth_date="2014-02-14",
        sex=str(other.identity.traits.sex),
        nia=False,
    )


def _lowered(desk: Desk, patient: Patient) -> object:
    return lowered_by(desk, patient, Status.VALI)


def _doubtful(desk: Desk, patient: Patient) -> object:
    return desk.lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)


def _fictitious(desk: Desk, patient: Patient) -> object:
    return set_attributes(desk, patient, {Attribute.FICTIVE})


def _homonym(desk: Desk, patient: Patient) -> object:
    return set_attributes(desk, patient, {Attribute.HOMONYME})
