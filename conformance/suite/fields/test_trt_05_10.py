"""TRT-05, TRT-10, CAL-12: dates that exist, places of five characters, and no incomplete date at INSi."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import typed
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import need_request
from conformance.suite.desk.words import shown

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

NO_DATES = {
    "jour 0": "1984-03-00",
    "jour 32": "1984-03-32",
    "mois 0": "1984-00-12",
    "mois 13": "1984-13-12",
    "mois et jour 0": "1984-00-00",
}
"""Days and months that the rule names; a software may refuse others too, such as 30 February."""

PLACES = {
    "Corse-du-Sud": ("1986-11-12", "2A004"),
    "Haute-Corse": ("1986-11-12", "2B033"),
    "zéro au début": ("1975-02-03", "06027"),
    "outre-mer": ("1999-12-31", "97411"),
    "étranger": ("1976-06-30", "99127"),
    "inconnu": ("1976-06-30", "99999"),
}


@pytest.mark.rule("TRT-05")
@pytest.mark.title(
    fr="Un jour hors de 1 à 31 ou un mois hors de 1 à 12 n'entre pas dans un dossier, ni à la création ni ensuite",
    en="A day outside 1 to 31 or a month outside 1 to 12 does not enter a file, neither at creation nor later",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
def test_dates_that_are_none(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    patient = desk.create(desk.draw())

    def created(date: str) -> None:
        traits = typed(desk.draw())
        stored = desk.try_create(replace(traits, birth_date=date), control=traits)
        _expect_other(None if isinstance(stored, RefusedError) else stored.birth_date, date)

    def modified(date: str) -> None:
        refused = True
        # Looked at each time: a software may have completed the date before this one (TRT-08).
        before = desk.snapshot(patient)
        with suppress(RefusedError):
            desk.lgo.update_patient(before.patient.id, {"birth_date": date}, actor=desk.user)
            refused = False
        _expect_other(desk.read(before.patient).birth_date, date)
        if refused:
            expect_kept(desk.snapshot(before.patient), before, Moment("date refusée", "date refused"))

    expect_each(
        {
            f"{name} ({way.__name__})": partial(way, date)
            for name, date in NO_DATES.items()
            for way in (created, modified)
        }
    )


@pytest.mark.rule("CAL-12")
@pytest.mark.title(fr="Aucune date incomplète ne part à INSi", en="No incomplete date goes to INSi")
@pytest.mark.parametrize("way", ["created", "modified", "typed-search"])
def test_no_incomplete_date_is_sent(desk: Desk, way: str) -> None:
    def judge(date: str) -> None:
        def act() -> None:
            traits = typed(desk.draw())
            with suppress(RefusedError):
                if way == "typed-search":
                    desk.lgo.search_insi(replace(traits, birth_date=date), actor=desk.user)
                    return
                wanted = replace(traits, birth_date=date) if way == "created" else traits
                patient = desk.lgo.create_patient(wanted, actor=desk.user)
                if way == "modified":
                    desk.lgo.update_patient(patient.id, {"birth_date": date}, actor=desk.user)
                desk.lgo.call_insi_traits(patient.id, actor=desk.user)

        _, requests = desk.during(act)
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
        with preparing("modifier le lieu de naissance", "change the birth place", depends_on=("FLD-01",)):
            desk.lgo.update_patient(patient.id, {"birth_place": place}, actor=desk.user)
        _expect_place(desk.read(patient).birth_place, place, "après modification", "after a change")

    expect_each({name: partial(judge, *case) for name, case in PLACES.items()})


def _expect_other(got: str | None, date: str) -> None:
    expect(got != date, fr=f"la date {date} est dans un dossier", en=f"the date {date} is in a file")


def _expect_place(got: str | None, place: str, fr: str, en: str) -> None:
    expect_equal(
        got=got, expected=place, fr=f"code du lieu de naissance {fr}", en=f"code of the birth place {en}"
    )
