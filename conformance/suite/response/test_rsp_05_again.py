"""RSP-05 and RSP-06 later on: the alert on the 1er prénom at each call, and the 1er prénom changed afterwards."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.told import told
from conformance.suite.response.first_names import alerts_told
from conformance.suite.response.proposals import proposed
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.desk.told import Told
    from simulator.registry.person import Person


FIRST_NAMES: Final = ("prénom", "prenom", "first name", "given name", "liste", "list of")
OTHER_TRAITS: Final = (
    "date de naissance",
    "lieu de naissance",
    "sexe",
    "birth date",
    "date of birth",
    "birth place",
)
"""What an alert may be about, in small letters."""


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="L'alerte sur le 1er prénom revient à chaque appel, liste d'un seul prénom comprise, quels que soient les noms utilisés",
    en="The alert on the 1er prénom comes at each call, with a list of one name too, whatever the names in use",
)
@pytest.mark.parametrize("count", [1, 2], ids=["one-name", "two-names"])
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_alert_at_each_call(desk: Desk, route: Route, count: int) -> None:
    first = desk.draw(first_names_count=count, **PLAIN)
    usual, changed = _usual(desk, route, first)
    # Where it cannot be changed to what its own list contradicts, it is so from the beginning.
    person = first if changed else desk.draw(first_names_count=count, **PLAIN)
    patient = changed or desk.bring(person, route, first_name="YEMDRAL", first_names=None, **_used(person))
    for number in (1, 2) if changed else (1, 2, 3):
        call = proposed(desk, patient, person)
        got = _told(desk, call, person, patient)
        expect(
            got.words - usual.words,
            fr=f"appel {number} : aucune alerte alors que la liste ne commence pas par le 1er prénom",
            en=f"call {number}: no alert although the list does not begin with the 1er prénom",
        )
        _expect_about_first_name(got.words - usual.words)
        desk.decide(call, accept=False)
    if changed:
        _expect_put_right(desk, patient, person, usual)


def _used(person: Person) -> dict[str, str | None]:
    """Return names in use; a used first name that does start the list stands for nothing."""
    return {**NAMES_IN_USE, "used_first_name": person.first_name}


def _usual(desk: Desk, route: Route, person: Person) -> tuple[Told, Patient | None]:
    """Return what is told of a 1er prénom that starts the list, and, of a file typed, that file with another one since.

    What is judged at the next call is the 1er prénom as it is then. ``None``: it was not changed.
    """
    patient = desk.bring(person, route, first_names=None, **_used(person))
    call = proposed(desk, patient, person)
    usual = _told(desk, call, person)
    if route is Route.TYPED:
        desk.decide(call, accept=False)
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"first_name": "YEMDRAL"}, actor=desk.user)
            return usual, desk.read(patient)
    return usual, None


def _expect_put_right(desk: Desk, patient: Patient, person: Person, usual: Told) -> None:
    """Put the 1er prénom right again: what was told of the one before is told no more."""
    try:
        desk.lgo.update_patient(patient.id, {"first_name": person.first_name}, actor=desk.user)
    except RefusedError:
        return
    call = proposed(desk, patient, person)
    new = (_told(desk, call, person, patient).words - usual.words) & alerts_told(
        desk, call, person, patient.first_name or ""
    )
    expect(
        not new,
        fr=f"1er prénom corrigé, alerte à tort : {', '.join(sorted(new))}",
        en=f"1er prénom put right, unfounded alert: {', '.join(sorted(new))}",
    )


@pytest.mark.rule("RSP-06")
@pytest.mark.title(
    fr="Sur une identité venue d'INSi, un 1er prénom qui n'est pas le début de la liste ne s'enregistre pas",
    en="In an identity that came from INSi, a 1er prénom that is not the start of the list is not stored",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED, Route.CHECKED_IMPORTED], ids=str)
def test_incoherent_change(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    person = desk.draw(first_names_count=3, **PLAIN)
    first, second, _ = person.identity.traits.first_names.split()
    # The list typed before INSi gave its own begins as that one does and goes on otherwise; a checked one may not (RSP-18).
    typed_list = {} if route is Route.CHECKED_IMPORTED else {"first_names": f"{first} YEMDRAL"}
    patient = desk.bring(person, route, **typed_list)

    def judge(first_name: str) -> None:
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"first_name": first_name}, actor=desk.user)
        after = desk.read(patient)
        expect(
            after.first_name != first_name
            or starts_list(first_name, after.first_names or "")
            # Lowered by it, an identity is no longer from INSi: what may be typed into it is another matter.
            or after.status not in {Status.RECUP, Status.QUAL},
            fr=f"identité {after.status} : 1er prénom « {first_name} », liste « {after.first_names} »",
            en=f"identity {after.status}: 1er prénom “{first_name}”, list “{after.first_names}”",
            # An alert would do as well, and the driver does not know of one on a change.
            inferred=True,
        )

    expect_each({name: partial(judge, name) for name in (second, "YEMDRAL", f"{first}-YEMDRAL")})


def _expect_about_first_name(words: frozenset[str]) -> None:
    """Check that what is told beyond the ordinary case does not speak of another trait alone."""
    about_another = [text for text in words if any(name in text for name in OTHER_TRAITS)]
    about_first = [text for text in words if any(name in text for name in FIRST_NAMES)]
    expect(
        about_first or not about_another,
        fr=f"la liste ne commence pas par le 1er prénom, et l'alerte parle d'autre chose : {', '.join(about_another)}",
        en=f"the list does not begin with the 1er prénom, and the alert is about something else: {', '.join(about_another)}",
        # The rule says that the user is alerted; that the alert must not mislead is deduced.
        inferred=True,
    )


def _told(desk: Desk, call: InsiCall, person: Person, patient: Patient | None = None) -> Told:
    proposal = desk.lgo.read_proposal(call.id, actor=desk.user)
    traits = person.identity.traits
    return told(
        call,
        about=(
            traits.birth_name,
            traits.first_names,
            *traits.first_names.split(),
            patient.first_name if patient else None,
        ),
        alerts=[alert.message for alert in proposal.alerts],
    )
