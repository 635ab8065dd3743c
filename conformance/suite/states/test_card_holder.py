"""A card in the file: a number to bill with, which is no document, no INS, and no affair of the status."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import LOW_CONFIDENCE_PROOFS, Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CARD, DOWNGRADE
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.verification.elsewhere import answering, verify
from conformance.suite.verification.wire import KO, Said, need_verified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

WITH_INS = routes(Status.RECUP, Status.QUAL)

LOWERED: Mapping[str, object] = {"status": ANYTHING, "matricule": None, "oid": None, "proof": ANYTHING}


@pytest.mark.rule("STA-17", "PRF-08")
@pytest.mark.title(
    fr="Une carte Vitale rattachée au dossier ne valide rien, et ne dispense pas de la pièce",
    en="A Vitale card attached to the file validates nothing, and does not stand for the document",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(Status.PROV, Status.RECUP), ids=str)
@CARD.mark
def test_card_is_no_document(desk: Desk, route: Route, user: str) -> None:
    worker = desk.by(user)
    people = family(desk.draw)
    patient = desk.bring(people.insured.person, route)
    before = desk.snapshot(patient)
    reading = read_card(worker, people.card())
    worker.lgo.attach_card(patient.id, reading.id, people.insured.rank, actor=worker.user)
    free = {"billing_number": ANYTHING, "proof": ANYTHING}
    expect_kept(desk.snapshot(patient), before, Moment("carte rattachée", "card attached"), besides=free)
    with suppress(RefusedError):
        worker.lgo.validate_identity(patient.id, actor=worker.user)
    moment = Moment(
        "« valider » sans autre pièce que la carte", "“validate” with no other document than the card"
    )
    expect_kept(desk.snapshot(patient), before, moment, besides=free)
    for kind in LOW_CONFIDENCE_PROOFS:
        with suppress(RefusedError):
            worker.lgo.record_proof(patient.id, kind, actor=worker.user)
        with suppress(RefusedError):
            worker.lgo.validate_identity(patient.id, actor=worker.user)
        moment = Moment(f"{kind} enregistrée, carte au dossier", f"{kind} recorded, card in the file")
        expect_kept(desk.snapshot(patient), before, moment, besides=free)


@pytest.mark.rule("STA-08")
@pytest.mark.title(
    fr="Déclassée, l'identité garde le numéro de facturation de la carte : il n'est pas l'INS",
    en="Downgraded, the identity keeps the billing number of the card: it is not the INS",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
@CARD.mark
@DOWNGRADE.mark
def test_billing_number_stays(desk: Desk, route: Route) -> None:
    for act in ("by-hand", "edit", "attribute"):
        before = _with_card(desk, route)
        patient = before.patient
        besides = dict(LOWERED)
        with preparing("déclasser l'identité", "downgrade the identity", depends_on=("STA-09", "ATT-03")):
            match act:
                case "by-hand":
                    lowered_by(desk, patient, Status.PROV, desk.super_user)
                case "edit":
                    desk.lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=desk.super_user)
                    besides["birth_name"] = "KVORLAN"
                case _:
                    marks = frozenset({Attribute.DOUTEUSE})
                    desk.lgo.set_attributes(patient.id, marks, actor=desk.user)
                    besides["attributes"] = marks
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(f"déclassement ({act}), carte au dossier", f"downgrade ({act}), card in the file"),
            besides=besides,
        )


@pytest.mark.rule("VER-05")
@pytest.mark.title(
    fr="Le KO de l'INS n'efface pas le numéro de facturation de la carte",
    en="The KO of the INS does not clear the billing number of the card",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
@CARD.mark
def test_ko_leaves_billing_number(desk: Desk, route: Route) -> None:
    before = _with_card(desk, route)
    with answering(desk, KO):
        _, exchanges = verify(desk, before.patient)
    need_verified(exchanges, Said.KO)
    expect_kept(
        desk.snapshot(before.patient),
        before,
        Moment("vérification KO, carte au dossier", "verification KO, card in the file"),
        besides={**LOWERED, "attributes": ANYTHING},
    )


def _with_card(desk: Desk, route: Route) -> Snapshot:
    """Return the file of an insured person, their card attached."""
    people = family(desk.draw)
    patient = desk.bring(people.insured.person, route)
    reading = read_card(desk, people.card())
    with preparing("rattacher la carte", "attach the card", depends_on=("FLD-03",)):
        desk.lgo.attach_card(patient.id, reading.id, people.insured.rank, actor=desk.user)
    return desk.snapshot(patient)
