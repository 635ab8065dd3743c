"""DIS-01 and DIS-02 on the other screens and for the other dates: creation, a date that is not known, the names in use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.desk.apart import SCREENS, NotOfferedError
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import typed
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.desk.words import shown
from conformance.suite.display.labels import ALWAYS, expect_own_labels, expect_shown

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

_USED: Final = ("used_name", "used_first_name")


@pytest.mark.rule("DIS-01")
@pytest.mark.title(
    fr="À la création aussi, les libellés des quatre traits ne désignent qu'eux",
    en="On creation as well, the labels of the four traits mean nothing else",
)
@pytest.mark.parametrize("user", USERS)
def test_creation(desk: Desk, user: str) -> None:
    try:
        fields = desk.lgo.read_form(Form.CREATION, actor=desk.by(user).user)
    except RefusedError as refusal:
        raise NotOfferedError(SCREENS, refusal.message, refusal.message) from refusal
    # A screen may have two lines for one datum, such as a name and its repetition: the last one is looked at.
    expect_own_labels({field.name: field for field in fields})


@pytest.mark.rule("DIS-01")
@pytest.mark.title(
    fr="Une date dont le jour n'est pas connu est à l'écran comme une autre : JJ/MM/AAAA",
    en="A date of which the day is not known is on the screen like any other: DD/MM/YYYY",
)
def test_incomplete_date(desk: Desk) -> None:
    person = desk.draw(birth_date="1984-05-01")
    # So may the sex and the place be: what is not known hides nothing that is.
    unknown = {"birth_date": "1984-05-00", "sex": "I", "birth_place": UNKNOWN_PLACE}
    patient = desk.try_create(typed(person, **unknown), control=typed(person))
    for name in ("sex", "birth_date"):  # No text asks for a third sex; CAL-12: the date may not be typed so.
        if isinstance(patient, RefusedError):
            del unknown[name]
            patient = desk.try_create(typed(person, **unknown), control=typed(person))
    if isinstance(patient, RefusedError):
        patient = desk.create(person)
    fields = {
        field.name: field
        for field in desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
    }
    for name in ("birth_name", "first_name", "sex"):
        expect_shown(fields, name, patient)
    value = fields["birth_date"].value if "birth_date" in fields else None
    expect(
        # The day that is not known may stay in the dark.
        re.search(r"(?<!\d)(\d\d|\D{1,2})/05/1984(?!\d)", value or ""),
        fr=f"la date de naissance {patient.birth_date} est à l'écran {shown(value).fr}, attendu JJ/05/1984",
        en=f"the birth date {patient.birth_date} is on the screen {shown(value).en}, expected DD/05/1984",
    )


@pytest.mark.rule("DIS-02")
@pytest.mark.title(
    fr="Les noms utilisés ne s'appellent pas « Nom » et « Prénom », pour aucun utilisateur",
    en="The names in use are not called “Name” and “First name”, for any user",
)
@pytest.mark.parametrize("user", USERS)
def test_names_in_use(desk: Desk, user: str) -> None:
    patient = desk.create(desk.draw(), used_name="ZELBRUC", used_first_name="CURBLEZ")
    fields = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.by(user).user)
    expect_own_labels({field.name: field for field in fields}, (*ALWAYS, *_USED))
