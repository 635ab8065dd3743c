"""TRT-08: a date of which the day or the month is not known is completed by convention, and marked as uncertain."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, CARD, DOWNGRADE
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.response.proposals import proposed
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

INCOMPLETE = {
    "jour inconnu": ("1984-03-00", "1984-03-01"),
    "jour inconnu, février": ("1960-02-00", "1960-02-01"),
    "jour inconnu, décembre": ("1999-12-00", "1999-12-01"),
    "mois inconnu": ("1984-00-12", "1984-01-12"),
    "mois inconnu, le 31": ("1957-00-31", "1957-01-31"),
    "mois inconnu, le 1er": ("2001-00-01", "2001-01-01"),
    "jour et mois inconnus": ("1984-00-00", "1984-12-31"),
    "jour et mois inconnus, ancien": ("1921-00-00", "1921-12-31"),
    "jour et mois inconnus, récent": ("2015-00-00", "2015-12-31"),
}
"""Typed, and what the convention makes of it."""

COMPLETE = ("1984-03-01", "1984-01-12", "1984-12-31", "1999-01-01", "2000-02-29")
"""Dates that are known, though a convention could have made some of them."""


@pytest.mark.rule("TRT-08")
@pytest.mark.title(
    fr="Une date incomplète est complétée selon la convention et signalée, à la création et à la modification",
    en="An incomplete date is completed by the convention and marked, at creation and at a change",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@pytest.mark.parametrize("way", ["created", "modified"])
def test_completed(desk: Desk, way: str, user: str) -> None:
    desk = desk.by(user)
    refusals: dict[str, RefusedError] = {}

    def judge(name: str, date: str, expected: str) -> None:
        try:
            patient = _with_date(desk, date, way)
        except RefusedError as refusal:
            # EXI ID 12 refuses such a date: the completion may be left to the user.
            refusals[name] = refusal
            return
        expect_equal(
            got=patient.birth_date,
            expected=expected,
            fr=f"date de naissance gardée pour {date}",
            en=f"date of birth kept for {date}",
        )
        expect_marked(patient, date)

    expect_each({name: partial(judge, name, *case) for name, case in INCOMPLETE.items()})
    if len(refusals) == len(INCOMPLETE):
        raise UndecidedError(
            f"le logiciel refuse une date incomplète ({next(iter(refusals.values())).message}) : comment il l'aide à "
            "être complétée se constate à l'écran",
            f"the software refuses an incomplete date ({next(iter(refusals.values())).message}): how it helps to "
            "complete it is to be seen on the screen",
            verdict=Verdict.NOT_TESTED,
        )
    expect(
        not refusals,
        fr=f"certaines dates incomplètes sont complétées, d'autres refusées : {', '.join(refusals)}",
        en=f"some incomplete dates are completed, others refused: {', '.join(refusals)}",
    )


@pytest.mark.rule("TRT-08")
@pytest.mark.title(
    fr="Une date connue n'est ni changée ni signalée, même le 1er janvier ou le 31 décembre",
    en="A known date is neither changed nor marked, even on 1 January or 31 December",
)
@pytest.mark.parametrize("way", ["created", "modified"])
def test_known_date(desk: Desk, way: str) -> None:
    def judge(date: str) -> None:
        patient = _with_date(desk, date, way)
        expect_equal(got=patient.birth_date, expected=date, fr="date de naissance", en="date of birth")
        expect(
            not patient.birth_date_uncertain,
            fr=f"la date {date}, connue, est signalée comme incertaine",
            en=f"the date {date}, which is known, is marked as uncertain",
        )

    with suppress(RefusedError):
        _with_date(desk, "1984-00-00", way)  # What was ticked for somebody else is not for the next.
    expect_each({date: partial(judge, date) for date in COMPLETE})


@pytest.mark.rule("TRT-08")
@pytest.mark.title(
    fr="La marque d'incertitude reste tant que la date reste, et part quand la vraie date est saisie",
    en="The mark of uncertainty stays as long as the date does, and goes when the true date is typed",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_mark_lasts(desk: Desk, route: Route) -> None:
    try:
        patient = _with_date(desk, "1984-00-00", "created")
    except RefusedError as refusal:
        raise UndecidedError(
            f"le logiciel refuse une date incomplète : {refusal.message}",
            f"the software refuses an incomplete date: {refusal.message}",
            verdict=Verdict.NOT_TESTED,
        ) from refusal
    expect_marked(patient, "1984-00-00")
    if patient.birth_date_uncertain is None:
        return  # Shown another way: which one, and for how long, is for the eye.
    if route is Route.CHECKED:
        patient = _checked(desk, patient)
    before = desk.snapshot(patient)
    desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    after = desk.snapshot(patient)
    moment = Moment("nom utilisé modifié", "used name changed")
    expect_kept(after, before, moment, besides={"used_name": "KVORLAN"})
    for done, act in _other_acts(desk, patient).items():
        act()
        expect(
            desk.read(patient).birth_date_uncertain,
            fr=f"{done} : la marque d'incertitude a disparu sans que la date change",
            en=f"{done}: the mark of uncertainty has gone though the date has not changed",
        )
    for user in (desk.user, desk.super_user):
        expect(
            desk.read(patient, user).birth_date_uncertain,
            fr=f"la marque d'incertitude a disparu sans que la date change ({user.user})",
            en=f"the mark of uncertainty has gone though the date has not changed ({user.user})",
        )
    desk.lgo.update_patient(patient.id, {"birth_date": "1984-09-25"}, actor=desk.user)
    known = desk.read(patient)
    expect_equal(got=known.birth_date, expected="1984-09-25", fr="date de naissance", en="date of birth")
    expect(
        not known.birth_date_uncertain,
        fr="la vraie date saisie, elle reste signalée comme incertaine",
        en="the true date typed, it is still marked as uncertain",
    )


def _checked(desk: Desk, patient: Patient) -> Patient:
    """Check the document of somebody whose date was completed; that this can be done is in no text."""
    try:
        return desk.check_document(patient)
    except UndecidedError as refusal:
        raise UndecidedError(
            "le logiciel ne valide pas une identité dont la date est incertaine",
            "the software does not validate an identity whose date is uncertain",
            verdict=Verdict.NOT_TESTED,
        ) from refusal


def _other_acts(desk: Desk, patient: Patient) -> dict[str, Callable[[], object]]:
    """Return acts that have nothing to do with the date; one that a software does not have, or refuses, is left out."""

    def attached() -> None:
        with desk.if_offered(CARD):
            people = family(desk.draw)
            reading = read_card(desk, people.card())
            desk.lgo.attach_card(patient.id, reading.id, people.insured.rank, actor=desk.user)

    def marked() -> None:
        with desk.if_offered(ATTRIBUTES):
            set_attributes(desk, patient, {Attribute.HOMONYME})

    def unknown_to_insi() -> None:
        for scenario in ("answers/not-found", "faults/insi-102"):
            with desk.answered_by(scenario):
                desk.try_call(patient)

    def left_out(act: Callable[[], object]) -> Callable[[], None]:
        def done() -> None:
            with suppress(RefusedError, UndecidedError):
                act()

        return done

    def lowered() -> None:
        with desk.if_offered(DOWNGRADE):
            lowered_by(desk, patient, Status.PROV)

    acts: dict[str, Callable[[], object]] = {
        "pièce enregistrée": lambda: desk.record_document(patient),
        "carte rattachée": attached,
        "homonyme": marked,
        "réponse 01, puis faute": unknown_to_insi,
        "identité refusée": lambda: desk.decide(proposed(desk, patient, desk.draw()), accept=False),
        "trait corrigé": lambda: desk.lgo.update_patient(
            patient.id, {"birth_place": "75114"}, actor=desk.super_user
        ),
        # The trait corrected has lowered it already, where that lowers.
        "contrôlée à nouveau": lambda: desk.check_document(patient),
        "abaissée": lowered,
    }
    return {name: left_out(act) for name, act in acts.items()}


def expect_marked(patient: Patient, date: str) -> None:
    """Check that a completed date is marked, by the field for it or on the screen."""
    if patient.birth_date_uncertain is not None:
        expect(
            patient.birth_date_uncertain,
            fr=f"la date complétée à partir de {date} n'est pas signalée comme incertaine",
            en=f"the date completed from {date} is not marked as uncertain",
        )
        return
    plain = "/".join(reversed((patient.birth_date or "").split("-")))
    if patient.display_birth_date in {None, plain, patient.birth_date}:
        raise UndecidedError(
            "le pilote ne dit pas si la date est signalée comme incertaine (birth_date_uncertain)",
            "the driver does not tell whether the date is marked as uncertain (birth_date_uncertain)",
            verdict=Verdict.NOT_TESTED,
        )


def _with_date(desk: Desk, date: str, way: str) -> Patient:
    """Type a date into a file, at creation or later, and read the file.

    Raises:
        RefusedError: the software refuses the date.
    """
    traits = typed(desk.draw(), birth_place="99999")
    if way == "created":
        return desk.read(desk.lgo.create_patient(replace(traits, birth_date=date), actor=desk.user))
    patient = desk.lgo.create_patient(replace(traits, birth_date="1977-07-14"), actor=desk.user)
    desk.lgo.update_patient(patient.id, {"birth_date": date}, actor=desk.user)
    return desk.read(patient)
