"""FLD-01 for values that a program easily takes for nothing, and for fields that the site does not show."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers import site
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import SETTINGS
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN, typed
from conformance.suite.desk.snapshot import Moment, Snapshot, expect_kept
from conformance.suite.desk.words import expect_values
from conformance.suite.site.settings import parts, restored, setting

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

WORDS: Final = ("NULL", "NONE", "NAN", "NA", "AVRIL", "TRUE", "FALSE", "NO", "ON", "INCONNU", "TEST", "MAI")
"""Names that some people bear, and that a base, a script or a table takes for something else."""
DATES: Final = ("1970-01-01", "1900-01-01", "1899-12-30", "2000-01-01")
"""Birth dates that stand for an empty one in many a base."""


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Des noms et des dates qu'un programme prend pour rien (NULL, TEST, 1er janvier 1970) sont enregistrés comme les autres",
    en="Names and dates that a program takes for nothing (NULL, TEST, 1 January 1970) are stored like any other",
)
def test_taken_for_nothing(desk: Desk) -> None:
    def judge(fields: dict[str, str]) -> None:
        wanted = {"birth_date": fields["birth_date"]} if "birth_date" in fields else {}
        person = desk.draw(**wanted, **PLAIN)
        first = {"first_names": None} if "first_name" in fields else {}
        try:
            patient = desk.lgo.create_patient(typed(person, **{**first, **fields}), actor=desk.user)
        except RefusedError:
            return  # No text says which words are names, nor how old people may be: what is taken has to be kept.
        expect_values(
            desk.read(patient),
            fields,
            fr="les champs saisis ne sont pas relus",
            en="the fields typed are not read back",
        )

    columns = ("birth_name", "first_name", "used_name", "used_first_name")
    # Each word comes into each column as the words go by.
    rows = [
        {column: WORDS[(number + shift) % len(WORDS)] for shift, column in enumerate(columns)}
        for number in range(len(WORDS))
    ]
    expect_each(
        {row["birth_name"]: partial(judge, row) for row in rows}
        | {day: partial(judge, {"birth_date": day}) for day in DATES}
    )


SIGNS: Final = (
    {"birth_name": "KVORLAN ZELBRUC", "used_name": "D KVORLAN DRIMVA", "used_first_name": "NALROVK-ZELBRUC"},
    {"birth_name": "KVORLAN-ZELBRUC", "used_name": "D'KVORLAN DRIMVA", "used_first_name": "NALROVK ZELBRUC"},
    {"birth_name": "KVORLAN-ZELBRUW", "used_name": "D'KVORLAN DRIMVW", "used_first_name": "NALROVK ZELBRUW"},
)
"""What is typed, then the same with other signs, then with another last letter: a comparison that folds or cuts sees no change."""


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Une modification des seuls signes, ou de la dernière lettre d'un long nom, est enregistrée comme une autre",
    en="A change of the signs alone, or of the last letter of a long name, is stored like any other",
)
def test_slight_changes(desk: Desk) -> None:
    patient = desk.lgo.create_patient(typed(desk.draw(**PLAIN), **SIGNS[0]), actor=desk.user)
    for each in SIGNS[1:]:
        desk.lgo.update_patient(patient.id, dict(each), actor=desk.user)
        expect_values(
            desk.read(patient),
            each,
            fr="un champ à peine modifié n'est pas relu",
            en="a field hardly changed is not read back",
        )


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Un champ que le site n'affiche pas reste au dossier quand on en modifie un autre",
    en="A field that the site does not show stays in the file when another one is changed",
)
@SETTINGS.mark
def test_off_the_screen(desk: Desk) -> None:
    shown = setting(desk, site.DISPLAYED_FIELDS)
    if shown is None:
        return  # What is shown is not set through this driver.
    patient = desk.create(desk.draw(first_names_count=2), **NAMES_IN_USE)
    with restored(desk, site.DISPLAYED_FIELDS):
        for kept in ((), ("used_name",), ("used_first_name",)):
            with suppress(RefusedError):
                desk.lgo.write_settings({site.DISPLAYED_FIELDS: ",".join(kept)})
            # A field that is not on the screen may not be told either: all are read once they are shown again.
            change = {"birth_place": "75114" if patient.birth_place != "75114" else "13055"}
            if kept:
                change = {kept[0]: "ZELBRUC" if getattr(patient, kept[0]) != "ZELBRUC" else "DRIMVAL"}
            desk.lgo.update_patient(patient.id, dict(change), actor=desk.user)
            desk.lgo.write_settings({site.DISPLAYED_FIELDS: ",".join(parts(shown))})
            before, patient = patient, desk.read(patient)
            expect_kept(
                Snapshot(patient=patient, history=None),
                Snapshot(patient=before, history=None),
                Moment(
                    f"seul(s) affiché(s) : {', '.join(kept) or 'rien de plus'}",
                    f"shown alone: {', '.join(kept) or 'nothing more'}",
                ),
                besides=change,
            )
