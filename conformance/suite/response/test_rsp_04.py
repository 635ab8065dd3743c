"""RSP-04: dates of birth are displayed as JJ/MM/AAAA."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Attribute, CallOutcome, Patient
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, CHECKED, SCREENS
from conformance.suite.desk.expect import expect_each, expect_equal
from conformance.suite.desk.routes import Route, routes
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip

WRITTEN: Final = re.compile(r"\b\d{1,2}/\d{1,2}/\d{2,4}\b", re.ASCII)
"""A date among the words of a screen."""
_BESIDE: Final = re.compile(
    r"""([^\s,(–—]{1,12})[\s,–—-]{0,4}
    (?:\d{1,3}\s?(?:ans?|mois|semaines?|jours?) | \((?:\d{1,3}\s?(?:ans?|mois|semaines?|jours?)\b)?[^\d()]{0,60}\))\s?""",
    re.VERBOSE,
)
"""What a screen may say behind a date: the age, or a word in brackets; never the date or a time again."""


@pytest.mark.rule("RSP-04")
@pytest.mark.title(
    fr="La date de chaque personne de la distribution s'affiche JJ/MM/AAAA avant, pendant et après l'import",
    en="The date of each person of the cast is displayed as JJ/MM/AAAA before, during and after the import",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_displayed_date(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        seen: dict[str, str | None] = {
            stage: trip.seen[stage].patient.display_birth_date
            for stage in ("typed", "fed", "qualified")
            if stage in trip.seen
        }
        # What the software answers to an act is a screen too: the file is not opened again to be read.
        seen |= {
            f"{stage}, à l'écran": trip.seen[stage].display_birth_date
            for stage in ("created", "accepted")
            if isinstance(trip.seen.get(stage), Patient)
        }
        proposal = trip.seen.get("proposal")
        if proposal is not None and not isinstance(proposal, Exception):
            line = next((line for line in proposal.fields if line.field == "birth_date"), None)
            seen |= {"local": line and line.local_display, "insi": line and line.insi_display}
        for where, text in seen.items():
            if text is not None:
                _expect_date(text, trip.traits.birth_date or "", f"({where})")

    journey(desk).expect(desk, ["fed"], judge)
    _need_display(next(iter(journey(desk).reached("fed"))).seen["fed"].patient)


@pytest.mark.rule("RSP-04")
@pytest.mark.title(
    fr="La date s'affiche JJ/MM/AAAA à chaque statut, dans le dossier, dans la recherche et après modification",
    en="The date is displayed as JJ/MM/AAAA at each status, in the file, in the search and after a change",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_at_each_status(desk: Desk, route: Route) -> None:
    # Day and month cannot be taken for each other, then can: a date read backwards shows either way.
    for day in ("1968-07-23", "1971-05-03"):
        patient = desk.bring(desk.draw(birth_date=day), route)
        _need_display(patient)
        found = [each for each in desk.born_on(day) if each.id == patient.id]
        for shown in (patient, desk.read(patient, desk.super_user), *found):
            if shown.display_birth_date is not None:
                _expect_date(shown.display_birth_date, day, f"au statut {route.status}")
        updated = desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
        if updated.display_birth_date is not None:
            _expect_date(updated.display_birth_date, day, "à l'écran, après modification")
        _expect_date(desk.read(patient).display_birth_date, day, "après modification")
    if route is Route.TYPED:
        _expect_answered(desk, patient, day)
    if route in {Route.IMPORTED, Route.IMPORTED_CHECKED}:
        # Fed once more; whether a software calls again for such an identity is its own.
        call, _ = desk.try_call(patient)
        if not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND:
            desk.try_accept(call)
            _expect_date(desk.read(patient).display_birth_date, day, "après un second import")
    with desk.if_at_hand(SCREENS):
        fields = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
        for text in (field.value for field in fields if field.name == "birth_date" and field.value):
            # More may be said beside the date: the age, or that it is made up.
            written = WRITTEN.search(text)
            _expect_date(written[0] if written else text, day, "sur l'écran du dossier")


@pytest.mark.rule("RSP-04")
@pytest.mark.title(
    fr="La date d'une modification, d'un premier du mois ou d'un centenaire s'affiche aussi en entier",
    en="The date of a change, of a first of the month or of a centenarian is displayed whole too",
)
def test_changed_date(desk: Desk) -> None:
    patient = desk.create(desk.draw(birth_date="1968-07-23"), birth_place="99999")
    _need_display(patient)

    def judge(day: str) -> None:
        updated = desk.lgo.update_patient(patient.id, {"birth_date": day}, actor=desk.user)
        for where, seen in (("à l'écran", updated), ("relue", desk.read(patient))):
            if seen.display_birth_date is not None:
                _expect_date(seen.display_birth_date, day, f"({where})")

    days = ("1971-05-03", "1924-11-09", "2024-11-09", "1999-12-01", "2000-01-01", "1908-02-29")
    expect_each({day: partial(judge, day) for day in days})


def _expect_answered(desk: Desk, patient: Patient, day: str) -> None:
    """Check the date in what the software answers to acts that are about something else."""
    answers: dict[str, Patient | None] = {}
    with desk.if_at_hand(ATTRIBUTES), suppress(RefusedError):
        answers["attribut posé"] = set_attributes(desk, patient, {Attribute.HOMONYME})
    with desk.if_at_hand(CHECKED), suppress(RefusedError, UndecidedError):
        answers["pièce enregistrée"] = desk.record_document(patient)
        answers["identité validée"] = desk.lgo.validate_identity(patient.id, actor=desk.user)
    for where, answer in answers.items():
        if answer is not None and answer.display_birth_date is not None:
            _expect_date(answer.display_birth_date, day, f"à l'écran, {where}")


def _expect_date(got: str | None, birth_date: str, where: str) -> None:
    year, month, day = birth_date.split("-")
    beside = _BESIDE.fullmatch(got) if got else None
    shown = beside[1] if beside else got
    expect_equal(
        got=shown, expected=f"{day}/{month}/{year}", fr=f"date affichée {where}", en=f"date displayed {where}"
    )


def _need_display(patient: Patient) -> None:
    if patient.display_birth_date is None:
        raise UndecidedError(
            "le logiciel ne dit pas comment il affiche la date de naissance (display_birth_date)",
            "the software does not tell how it displays the date of birth (display_birth_date)",
            verdict=Verdict.NOT_TESTED,
        )
