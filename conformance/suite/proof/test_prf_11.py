"""PRF-11, in part: nothing in the software stands for a document, not even that the patient is known."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import adult
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import USERS

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

EXEMPTIONS: Final = ("PATIENT_CONNU", "KNOWN_PATIENT", "MEDECIN_TRAITANT", "AUCUNE")
"""What an exemption may be called; a software that knows none of them refuses."""


@pytest.mark.rule("PRF-11")
@pytest.mark.title(
    fr="« Patient connu » ne remplace pas la pièce : ni comme dispositif, ni à l'usage, ni pour un dossier ancien",
    en="“Known patient” does not stand for the document: neither as a kind, nor by habit, nor for an old file",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED], ids=str)
def test_nobody_is_known(desk: Desk, route: Route, user: str) -> None:
    worker = desk.by(user)
    patient = desk.bring(adult(desk), route)
    before = desk.snapshot(patient)

    def judge(kind: str) -> None:
        with suppress(RefusedError):
            worker.lgo.record_proof(patient.id, kind, actor=worker.user)
        with suppress(RefusedError):
            worker.lgo.validate_identity(patient.id, actor=worker.user)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(f"validation par « {kind} »", f"validation by “{kind}”"),
            besides={"proof": ANYTHING},
        )

    # They come back, visit after visit: a file that is known well is not a document.
    for _ in range(3):
        desk.read(patient)
    expect_each({kind: partial(judge, kind) for kind in EXEMPTIONS})
