"""STA-06: a document that was recorded before the import."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("STA-06")
@pytest.mark.title(
    fr="La pièce enregistrée avant l'import INSi permet encore de valider après lui",
    en="The document recorded before the INSi import still allows validating after it",
)
def test_recorded_before_the_import(desk: Desk) -> None:
    person = desk.draw()
    patient = desk.create(person)
    desk.record_document(patient)
    patient = desk.feed(patient)
    if patient.proof is None or patient.status is not Status.RECUP:
        return  # For PRF-01 and STA-03.
    with suppress(RefusedError):
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    status = desk.read(patient).status
    expect(
        status is Status.QUAL,
        fr=f"pièce enregistrée, puis import INSi, puis « valider » : l'identité est {status}",
        en=f"document recorded, then INSi import, then “validate”: the identity is {status}",
        # That the document be looked at again after the import is in no text, nor is the opposite.
        inferred=True,
    )
