"""TRT-05, TRT-10, CAL-12: dates that exist, places of five characters, and no incomplete date at INSi."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CHECKED, FROM_INSI, USUAL
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import typed
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.wire import need_request
from conformance.suite.desk.words import shown
from conformance.suite.journeys.cast import corrected, created_from_insi, typed_then_fed
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip

NO_DATES = {
    "jour 0": "1984-03-00",
    "jour 32": "1931-12-32",
    "mois 0": "1984-00-12",
    "mois 13": "2011-13-12",
    "mois et jour 0": "1984-00-00",
}
"""Days and months that the rule names; a software may refuse others too, such as 30 February."""

OTHER_NO_DATES = NO_DATES | {"jour 32": "1931-01-32", "mois 13": "2011-13-01"}
"""The same at another place: beside the first of a day or of a month."""

NEVER_COMPLETED = tuple(
    dates[name] for dates in (NO_DATES, OTHER_NO_DATES) for name in ("jour 32", "mois 13")
)
"""Nothing in them is unknown: unlike a 00 (TRT-08) they cannot be completed, and have to be refused."""

DATES = (
    *("1984-01-31", "1984-02-28", "1984-03-31", "1984-04-30", "1984-05-31", "1984-06-30"),
    *("1984-07-31", "1984-08-31", "1984-09-30", "1984-10-31", "1984-11-30", "1984-12-31"),
    *("2000-02-29", "1984-01-01", "1912-12-31"),
)
"""The last day of each month, the leap day of a year that 100 divides, the ends of the year."""

NOT_IN_THE_MONTH = ("1984-04-31", "1984-06-31", "1984-02-30", "1985-02-29", "1984-11-31")
"""Days from 1 to 31 that their month does not have: the rule does not name them, so they may be kept; not made others."""

PLACES = {
    "Corse-du-Sud": ("1986-11-12", "2A004"),
    "Haute-Corse": ("1986-11-12", "2B033"),
    "zéro au début": ("1975-02-03", "06027"),
    "outre-mer": ("1999-12-31", "97411"),
    "étranger": ("1976-06-30", "99127"),
    "inconnu": ("1976-06-30", "99999"),
    "Corse d'avant 1976": ("1951-05-03", "20004"),
    "Seine d'avant 1968": ("1955-09-14", "75007"),
    "arrondissement de Paris": ("1988-04-17", "75115"),
    "arrondissement de Lyon": ("1990-10-02", "69387"),
    "collectivité d'outre-mer": ("1983-03-21", "97502"),
    "Nouvelle-Calédonie": ("1979-07-30", "98818"),
    "pays disparu": ("1969-11-25", "99115"),
    "autre pays disparu": ("1972-08-08", "99141"),
    "pays voisin": ("1994-01-19", "99109"),
    "Mayotte": ("2015-06-18", "97611"),
}

NO_PLACES = ("1053", "750560", "6027", "2A04", "2a004")
"""Codes without five characters, and one whose letter is no letter of a code: it may be put right, or refused."""

NO_CODES = ("7505A", "AB123")
"""Five characters that are no code: the letters of Corsica are the only ones (ins-formats §9)."""


@pytest.mark.rule("TRT-05")
@pytest.mark.title(
    fr="Un jour hors de 1 à 31 ou un mois hors de 1 à 12 n'entre pas dans un dossier, ni à la création ni ensuite",
    en="A day outside 1 to 31 or a month outside 1 to 12 does not enter a file, neither at creation nor later",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
def test_dates_that_are_none(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    patient = desk.create(desk.draw())
    if user == "super-user":
        # Whoever may change what was checked types no better for it.
        with desk.if_at_hand(CHECKED), suppress(UndecidedError):
            patient = desk.check_document(patient)
    sex = {"user": "F", "super-user": "M"}[user]
    dates = NO_DATES if user == "user" else OTHER_NO_DATES

    def created(date: str) -> None:
        traits = typed(desk.draw(sex=sex))
        stored = desk.try_create(replace(traits, birth_date=date), control=traits)
        got = None if isinstance(stored, RefusedError) else stored.birth_date
        _expect_other(got, date)
        if date in NEVER_COMPLETED:
            _expect_refused(got, date)

    def modified(date: str) -> None:
        refused = True
        # Looked at each time: a software may have completed the date before this one (TRT-08).
        before = desk.snapshot(patient)
        with suppress(RefusedError):
            desk.lgo.update_patient(before.patient.id, {"birth_date": date}, actor=desk.user)
            refused = False
        if date in NEVER_COMPLETED and not refused:
            _expect_refused(desk.read(before.patient).birth_date, date)
        _expect_other(desk.read(before.patient).birth_date, date)
        if refused:
            expect_kept(desk.snapshot(before.patient), before, Moment("date refusée", "date refused"))
            # The refusal is over: what is typed next is taken.
            right = "1984-03-13" if before.patient.birth_date != "1984-03-13" else "1984-03-14"
            try:
                desk.lgo.update_patient(before.patient.id, {"birth_date": right}, actor=desk.user)
            except RefusedError:
                if before.patient.status is Status.VALI:
                    return  # What becomes of a checked date that is changed is open (events E13 and E14).
                raise
            expect_equal(
                got=desk.read(before.patient).birth_date,
                expected=right,
                fr="date de naissance saisie après un refus",
                en="date of birth typed after a refusal",
            )

    expect_each(
        {
            f"{name} ({way.__name__})": partial(way, date)
            for name, date in dates.items()
            for way in (created, modified)
        }
    )
    if user == "super-user":
        _expect_no_date_in_a_fed_file(desk)


def _expect_no_date_in_a_fed_file(desk: Desk) -> None:
    """Check that an entitled user types no date that is none where INSi gave one: it is refused, or not kept."""
    with desk.if_at_hand(USUAL), suppress(UndecidedError):
        patient = desk.feed(desk.create(desk.draw()))
        date = NEVER_COMPLETED[0]
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"birth_date": date}, actor=desk.user)
            _expect_other(desk.read(patient).birth_date, date)


@pytest.mark.rule("TRT-05")
@pytest.mark.title(
    fr="Un jour ou un mois impossible saisi dans une recherche INSi ne part pas",
    en="An impossible day or month typed in an INSi search does not leave",
)
@FROM_INSI.mark
def test_dates_that_are_none_searched(desk: Desk) -> None:
    def judge(date: str) -> None:
        _, requests = desk.try_search_insi(replace(typed(desk.draw()), birth_date=date))
        sent = [str((request.traits or {}).get("birth_date")) for request in requests]
        expect(
            not sent,
            fr=f"saisie {date}, partie : {', '.join(sent)}",
            en=f"typed {date}, sent: {', '.join(sent)}",
        )

    expect_each({date: partial(judge, date) for date in NEVER_COMPLETED})
    _, requests = desk.try_search_insi(typed(desk.draw()))
    need_request(requests)


@pytest.mark.rule("TRT-05")
@pytest.mark.title(
    fr="Les jours 1, 29, 30 et 31 et les douze mois sont acceptés, à la création et ensuite, et gardés tels quels",
    en="Days 1, 29, 30 and 31 and the twelve months are accepted, at creation and later, and kept as they are",
)
@pytest.mark.parametrize("user", USERS)
def test_dates_that_exist(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    patient = desk.create(desk.draw())

    def judge(date: str) -> None:
        person = desk.draw()
        stored = desk.try_create(replace(typed(person), birth_date=date), control=typed(person))
        got = stored.message if isinstance(stored, RefusedError) else stored.birth_date
        expect_equal(got=got, expected=date, fr="date de naissance saisie", en="date of birth typed")
        desk.lgo.update_patient(patient.id, {"birth_date": date}, actor=desk.user)
        got = desk.read(patient).birth_date
        expect_equal(got=got, expected=date, fr="date de naissance modifiée", en="date of birth changed")

    expect_each({date: partial(judge, date) for date in DATES})


@pytest.mark.rule("TRT-05")
@pytest.mark.title(
    fr="Un 31 avril ou un 30 février est refusé ou gardé tel quel : il ne devient pas sans rien dire un autre jour",
    en="A 31 April or a 30 February is refused or kept as it is: it does not become another day without a word",
)
def test_no_other_day(desk: Desk) -> None:
    patient = desk.create(desk.draw())

    def judge(date: str) -> None:
        traits = typed(desk.draw())
        stored = desk.try_create(replace(traits, birth_date=date), control=traits)
        got = {"à la création": None if isinstance(stored, RefusedError) else stored.birth_date}
        before = desk.read(patient).birth_date
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"birth_date": date}, actor=desk.user)
        changed = desk.read(patient).birth_date
        got["à la modification"] = None if changed == before else changed
        for when, day in got.items():
            expect(
                day in {None, date},
                fr=f"{date} saisi {when} devient {shown(day).fr}",
                en=f"{date} typed becomes {shown(day).en}",
            )

    expect_each({date: partial(judge, date) for date in NOT_IN_THE_MONTH})


@pytest.mark.rule("CAL-12")
@pytest.mark.title(
    fr="Aucune date incomplète ne reste dans un dossier ni ne part à INSi",
    en="No incomplete date stays in a file or goes to INSi",
)
@pytest.mark.parametrize("way", ["created", "modified", "typed-search"])
@FROM_INSI.mark
def test_no_incomplete_date_is_sent(desk: Desk, way: str) -> None:
    def judge(date: str) -> None:
        made: list[Patient] = []

        def act() -> None:
            traits = typed(desk.draw())
            with suppress(RefusedError):
                if way == "typed-search":
                    desk.lgo.search_insi(replace(traits, birth_date=date), actor=desk.user)
                    return
                wanted = replace(traits, birth_date=date) if way == "created" else traits
                made.append(desk.lgo.create_patient(wanted, actor=desk.user))
                if way == "modified":
                    desk.lgo.update_patient(made[0].id, {"birth_date": date}, actor=desk.user)
                desk.lgo.call_insi_traits(made[0].id, actor=desk.user)

        _, requests = desk.during(act)
        for patient in made:
            stored = desk.read(patient).birth_date
            expect(
                "-00" not in str(stored),
                fr=f"date de naissance gardée incomplète : {shown(stored).fr}",
                en=f"birth date kept incomplete: {shown(stored).en}",
            )
        for request in requests:
            sent = str((request.traits or {}).get("birth_date"))
            expect(
                "-00" not in sent,
                fr=f"DateNaissance envoyée {shown(sent).fr}",
                en=f"DateNaissance sent {shown(sent).en}",
            )

    expect_each({name: partial(judge, date) for name, date in NO_DATES.items() if "0" in name})
    _, requests = desk.call(desk.create(desk.draw()))
    need_request(requests)


@pytest.mark.rule("TRT-10")
@pytest.mark.title(
    fr="Un code de lieu de cinq caractères est accepté et gardé à la lettre : Corse, zéro au début, outre-mer, étranger, inconnu",
    en="A place code of five characters is accepted and kept to the letter: Corsica, leading zero, overseas, abroad, unknown",
)
def test_places(desk: Desk) -> None:
    def judge(date: str, place: str) -> None:
        person = desk.draw(birth_date=date)
        stored = desk.try_create(typed(person, birth_place=place), control=typed(person))
        _expect_place(
            stored.message if isinstance(stored, RefusedError) else stored.birth_place,
            place,
            "à la création",
            "at creation",
        )
        patient = desk.create(desk.draw(birth_date=date))
        desk.lgo.update_patient(patient.id, {"birth_place": place}, actor=desk.user)
        _expect_place(desk.read(patient).birth_place, place, "après modification", "after a change")

    expect_each({name: partial(judge, *case) for name, case in PLACES.items()})


@pytest.mark.rule("TRT-10")
@pytest.mark.title(
    fr="Le code du lieu reste à la lettre, saisi, modifié ou reçu d'INSi, pour chaque personne de la distribution",
    en="The code of the place stays to the letter, typed, changed or received from INSi, for each person of the cast",
)
@pytest.mark.parametrize(
    "journey", [typed_then_fed, corrected, created_from_insi], ids=["typed", "changed", "from-insi"]
)
def test_cast_places(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        for stage in ("typed", "fed", "qualified"):
            if stage in trip.seen:
                _expect_place(
                    trip.seen[stage].patient.birth_place, trip.traits.birth_place, f"({stage})", f"({stage})"
                )

    journey(desk).expect(desk, ["fed" if journey is created_from_insi else "typed"], judge)


@pytest.mark.rule("TRT-10")
@pytest.mark.title(
    fr="Un code qui n'a pas cinq caractères n'entre pas tel quel dans un dossier",
    en="A code without five characters does not enter a file as it is",
)
def test_places_of_another_length(desk: Desk) -> None:
    patient = desk.create(desk.draw())

    def judge(place: str) -> None:
        traits = typed(desk.draw())
        stored = desk.try_create(replace(traits, birth_place=place), control=traits)
        if not isinstance(stored, RefusedError):
            _expect_five(stored.birth_place, place)
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"birth_place": place}, actor=desk.user)
        _expect_five(desk.read(patient).birth_place, place)

    expect_each({place: partial(judge, place) for place in (*NO_PLACES, *NO_CODES)})


def _expect_five(got: str | None, place: str) -> None:
    expect(
        got is not None and len(got) == 5 and got == got.upper(),  # noqa: PLR2004 - the rule says so
        fr=f"lieu saisi {place}, enregistré {shown(got).fr}",
        en=f"place typed {place}, stored {shown(got).en}",
    )
    expect(
        got not in NO_CODES,
        fr=f"lieu saisi {place}, qui n'est pas un code, enregistré",
        en=f"place typed {place}, which is no code, stored",
        # The rule gives the length and the letters of Corsica; that others are none is deduced.
        inferred=True,
    )


def _expect_refused(got: str | None, date: str) -> None:
    expect(
        got is None,
        fr=f"la date {date} n'est pas refusée : {shown(got).fr} est dans le dossier",
        en=f"the date {date} is not refused: {shown(got).en} is in the file",
    )


def _expect_other(got: str | None, date: str) -> None:
    expect(got != date, fr=f"la date {date} est dans un dossier", en=f"the date {date} is in a file")


def _expect_place(got: str | None, place: str | None, fr: str, en: str) -> None:
    expect_equal(
        got=got, expected=place, fr=f"code du lieu de naissance {fr}", en=f"code of the birth place {en}"
    )
