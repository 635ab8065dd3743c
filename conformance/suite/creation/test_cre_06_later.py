"""CRE-06 and ATT-05, what comes after a scan: a symbol confirms nothing, however often it is read and whatever is checked then."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.documents.datamatrix.payload import payload_of
from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import mark
from conformance.suite.desk.apart import SCAN
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import adult
from conformance.suite.desk.snapshot import Moment, expect_kept

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView


@pytest.mark.rule("CRE-06")
@pytest.mark.title(
    fr="Lu deux fois, ou validé sur pièce, un symbole n'a toujours pas été confirmé par INSi : rien n'est qualifié",
    en="Read twice, or validated on a document, a symbol has still not been confirmed by INSi: nothing is qualifié",
)
@SCAN.mark
def test_symbol_confirms_nothing(desk: Desk) -> None:
    content = payload_of(adult(desk).identity)
    patient, asked = _scanned(desk, content)
    if patient is None:
        return  # It waits for a person, or is refused: nothing was made of it.
    _expect_unqualified(patient, asked, "lu une fois")
    again, requests = _scanned(desk, content)
    asked += requests
    if again is not None:
        patient = again
        _expect_unqualified(patient, asked, "lu deux fois")
    desk.record_document(patient)
    with suppress(RefusedError):
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    _expect_unqualified(desk.read(patient), asked, "lu, puis validé sur pièce")


@pytest.mark.rule("ATT-05")
@pytest.mark.title(
    fr="Lire le symbole d'un patient dont l'identité est douteuse ne lui rend pas d'INS",
    en="Scanning the symbol of a patient whose identity is doubtful gives no INS back",
)
@SCAN.mark
def test_doubt_outlasts_the_symbol(desk: Desk) -> None:
    person = desk.draw()
    before = mark(desk, desk.create(person), {Attribute.DOUTEUSE})
    _scanned(desk, payload_of(person.identity))
    expect_kept(
        desk.snapshot(before.patient),
        before,
        Moment("symbole lu d'un patient douteux", "symbol scanned of a doubtful patient"),
    )


def _scanned(desk: Desk, content: str) -> tuple[Patient | None, list[ExchangeView]]:
    try:
        answer, requests = desk.during(lambda: desk.lgo.scan_datamatrix(content, actor=desk.user))
    except RefusedError:
        return None, []
    if answer.patient_id is None:
        return None, requests
    return desk.lgo.read_patient(answer.patient_id, actor=desk.user), requests


def _expect_unqualified(patient: Patient, asked: list[ExchangeView], moment: str) -> None:
    # With the INS confirmed meanwhile, a document that is checked does qualify.
    expect(
        patient.status is not Status.QUAL or asked,
        fr=f"symbole {moment} : qualifié sans aucune demande à INSi",
        en="a symbol that was scanned is qualifié without asking INSi",
        inferred=True,
    )
