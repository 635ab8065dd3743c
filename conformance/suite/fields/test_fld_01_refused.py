"""FLD-01: what a change does not name keeps its value, when the change is refused and in a file that is nearly empty."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.people import PLAIN, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.words import FIELD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.suite.desk.steps import Desk

WRONG: Final[Mapping[str, str | None]] = {
    "birth_name": "KVORLAN/3",
    "first_name": "",
    "first_names": "ZELBRUC;NALROVK",
    "birth_date": "1931-13-32",
    "sex": "X",
    "birth_place": "1053",
    "used_name": "KVORLAN/3",
    "used_first_name": "NALROVK_3",
}
"""By field, what a user may type there by mistake: each is refused by some rule, or put right."""

BESIDE: Final = {"first_name": ("first_names",), "first_names": ("first_name",)}
"""Names that go together may follow one another where a software takes the value."""


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Une valeur refusée dans un champ ne vide et ne change aucun autre champ du dossier",
    en="A value refused in one field empties and changes no other field of the file",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED], ids=str)
def test_refused_value(desk: Desk, route: Route) -> None:
    patient = bring_full(desk, desk.draw(first_names_count=2), route)

    def judge(field: str, value: str | None) -> None:
        before = desk.snapshot(patient)
        try:
            desk.lgo.update_patient(patient.id, {field: value or None}, actor=desk.user)
        except RefusedError:
            expect_kept(
                desk.snapshot(patient),
                before,
                Moment(
                    f"après une valeur refusée ({FIELD[field].fr})",
                    f"after a value that was refused ({FIELD[field].en})",
                ),
            )
            return
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(f"après modification ({FIELD[field].fr})", f"after a change ({FIELD[field].en})"),
            # What becomes of the value itself, and of a locked trait, is for other rules.
            ignoring=(field, *BESIDE.get(field, ()), "status", "matricule", "oid", "birth_date_uncertain"),
        )

    expect_each({FIELD[field].fr: partial(judge, field, value) for field, value in WRONG.items()})


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Dans un dossier qui ne porte que les cinq traits, un champ vide reste vide quand un autre est saisi",
    en="In a file that holds the five traits only, an empty field stays empty when another one is typed",
)
def test_empty_stays_empty(desk: Desk) -> None:
    patient = desk.lgo.create_patient(typed(desk.draw(**PLAIN), first_names=None), actor=desk.user)
    for field, value in (("used_first_name", "NALROVK"), ("used_first_name", None), ("used_name", "KVORLAN")):
        before = desk.snapshot(patient)
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {field: value}, actor=desk.user)
        after = desk.snapshot(patient)
        # The list may be filled with the 1er prénom.
        is_filled = after.patient.first_names in {None, "", after.patient.first_name}
        expect_kept(
            after,
            before,
            Moment(f"après modification ({FIELD[field].fr})", f"after a change ({FIELD[field].en})"),
            besides={field: value},
            ignoring=("first_names",) if is_filled else (),
        )
