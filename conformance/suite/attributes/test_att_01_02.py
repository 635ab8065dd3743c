"""ATT-01 and ATT-02: three attributes, of which only douteuse and homonyme go together."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import ALLOWED, WITH_HOMONYM, mark, named, set_attributes
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import USERS
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from conformance.drivers.model import Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

FORBIDDEN = (
    frozenset({Attribute.FICTIVE, Attribute.DOUTEUSE}),
    frozenset({Attribute.FICTIVE, Attribute.HOMONYME}),
    frozenset(Attribute),
)


@pytest.mark.rule("ATT-01")
@pytest.mark.title(
    fr="L'attribut posé est relu dans le dossier, par tous et dans la recherche, à chaque statut",
    en="The attribute set is read back from the file, by everybody and in the search, at each status",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_attribute_is_kept(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)

    def judge(attribute: Attribute) -> None:
        before = desk.snapshot(desk.bring(desk.draw(), route, **NAMES_IN_USE))
        if before.patient.attributes:
            raise UndecidedError(
                f"le dossier neuf porte déjà {named(before.patient.attributes)}",
                f"the new file already carries {named(before.patient.attributes)}",
            )
        after = _set(desk, before.patient, {attribute})
        found = {each.id: each.attributes for each in desk.born_on(str(before.patient.birth_date))}
        shown = {
            "autre utilisateur": desk.read(before.patient, desk.super_user).attributes,
            "recherche": found.get(before.patient.id),
        }
        for where, attributes in shown.items():
            expect_equal(
                got=attributes,
                expected=frozenset({attribute}),
                fr=f"attributs ({where})",
                en=f"attributes ({where})",
            )
        if attribute is Attribute.HOMONYME:
            _expect_nothing_else(after, before, {attribute})
        else:
            expect_kept(
                after,
                before,
                _moment({attribute}),
                besides={
                    "attributes": frozenset({attribute}),
                    "status": ANYTHING,
                    "matricule": ANYTHING,
                    "oid": ANYTHING,
                    "proof": ANYTHING,
                },
            )

    expect_each({attribute.value: partial(judge, attribute) for attribute in Attribute})


@pytest.mark.rule("ATT-01")
@pytest.mark.title(
    fr="L'attribut retiré n'est plus là, celui qui reste demeure",
    en="The attribute removed is gone, the one left stays",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
def test_attribute_is_removed(desk: Desk, route: Route) -> None:
    def judge(before: Collection[Attribute], after: Collection[Attribute]) -> None:
        patient = desk.bring(desk.draw(), route, **NAMES_IN_USE)
        marked = mark(desk, patient, before)
        _expect_nothing_else(_set(desk, patient, after), marked, after)

    both, doubtful, homonym = WITH_HOMONYM, frozenset({Attribute.DOUTEUSE}), frozenset({Attribute.HOMONYME})
    cases = [(kinds, frozenset[Attribute]()) for kinds in ALLOWED] + [(both, homonym), (both, doubtful)]
    expect_each({f"{named(a)}→{named(b)}": partial(judge, a, b) for a, b in cases})


@pytest.mark.rule("ATT-01")
@pytest.mark.title(
    fr="L'attribut homonyme survit à l'import INSi, à la validation et à une modification",
    en="The attribute homonym survives the INSi import, the validation and a change",
)
def test_homonym_stays(desk: Desk) -> None:
    homonym = frozenset({Attribute.HOMONYME})
    patient = mark(desk, desk.create(desk.draw()), homonym).patient
    acts: dict[str, Callable[[], object]] = {
        "après l'import INSi": lambda: desk.feed(patient),
        "après la validation": lambda: desk.check_document(patient),
        "après une modification": lambda: desk.lgo.update_patient(
            patient.id, {"used_name": "KVORLAN"}, actor=desk.user
        ),
    }
    for moment, act in acts.items():
        act()
        expect_equal(
            got=desk.read(patient).attributes,
            expected=homonym,
            fr=f"attributs {moment}",
            en=f"attributes {moment}",
        )


@pytest.mark.rule("ATT-02")
@pytest.mark.title(
    fr="Douteuse et homonyme se posent ensemble, en une fois ou l'un après l'autre",
    en="Doubtful and homonym can be set together, at once or one after the other",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_doubtful_and_homonym(desk: Desk, route: Route) -> None:
    orders = {
        "en une fois": (),
        "douteuse d'abord": (Attribute.DOUTEUSE,),
        "homonyme d'abord": (Attribute.HOMONYME,),
    }

    def judge(first: tuple[Attribute, ...]) -> None:
        patient = desk.bring(desk.draw(), route, **NAMES_IN_USE)
        if first:
            mark(desk, patient, first)
        _set(desk, patient, WITH_HOMONYM)

    expect_each({order: partial(judge, first) for order, first in orders.items()})


@pytest.mark.rule("ATT-02")
@pytest.mark.title(
    fr="Fictive, qui se pose seul, ne se pose avec aucun autre attribut, quel que soit l'ordre",
    en="Fictitious, which can be set alone, cannot be set with any other attribute, whatever the order",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.CHECKED, Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str
)
def test_fictitious_is_alone(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    mark(desk, desk.create(desk.draw()), {Attribute.FICTIVE})

    def judge(wanted: frozenset[Attribute], first: frozenset[Attribute]) -> None:
        patient = desk.bring(desk.draw(), route, **NAMES_IN_USE)
        if first:
            # What was refused to another file just before does not come with it.
            _set(desk, patient, first)
        before = desk.snapshot(patient)
        refused = True
        with suppress(RefusedError):
            desk.lgo.set_attributes(patient.id, wanted, actor=desk.user)
            refused = False
        after = desk.snapshot(patient)
        got = after.patient.attributes
        expect(
            Attribute.FICTIVE not in got or len(got) == 1,
            fr=f"le dossier porte ensemble {named(got)}",
            en=f"the file carries {named(got)} together",
        )
        if refused:
            expect_kept(after, before, Moment(f"{named(wanted)} refusé", f"{named(wanted)} refused"))

    cases = {
        f"{named(first)}→{named(wanted)}": partial(judge, wanted, first)
        for wanted in FORBIDDEN
        for first in (frozenset[Attribute](), *ALLOWED)
        if first < wanted
    }
    # Asked for alone, it replaces what was there or is refused: it is not added to it.
    alone = frozenset({Attribute.FICTIVE})
    cases |= {
        f"{named(first)}→{named(alone)}": partial(judge, alone, first) for first in ALLOWED if first != alone
    }
    if route is Route.TYPED:  # A fictitious identity is provisoire, wherever it comes from.
        cases |= {
            f"{named(alone)}→{named(other)}": partial(judge, other, alone)
            for other in ALLOWED
            if other != alone
        }
    expect_each(cases)


def _set(desk: Desk, patient: Patient, attributes: Collection[Attribute]) -> Snapshot:
    """Set attributes, which has to be possible, and return the file, which has to carry them."""
    set_attributes(desk, patient, attributes)
    after = desk.snapshot(patient)
    expect_equal(
        got=after.patient.attributes, expected=frozenset(attributes), fr="attributs relus", en="attributes"
    )
    return after


def _expect_nothing_else(after: Snapshot, before: Snapshot, attributes: Collection[Attribute]) -> None:
    # That homonym and a removal leave the status alone is a deduction (events E11 and E12).
    expect_kept(
        after,
        before,
        _moment(attributes),
        besides={"attributes": frozenset(attributes) or None},
        inferred=True,
    )


def _moment(attributes: Collection[Attribute]) -> Moment:
    return Moment(f"attributs devenus {named(attributes)}", f"attributes become {named(attributes)}")
