"""PRF-06 and PRF-07: which documents are high-confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect_equal
from conformance.suite.desk.people import adult
from conformance.suite.desk.routes import Route, routes
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

AFTER = {Status.PROV: Status.VALI, Status.RECUP: Status.QUAL}

PAPERS = ("CNI", "PASSPORT", "RESIDENCE_PERMIT")
MEANS = ("FRANCE_IDENTITE", "IDENTITE_NUMERIQUE_LA_POSTE")

KINDS = [pytest.param(kind, marks=pytest.mark.rule("PRF-06"), id=kind) for kind in PAPERS]
KINDS += [pytest.param(kind, marks=pytest.mark.rule("PRF-07"), id=kind) for kind in MEANS]


@pytest.mark.title(
    fr="Cette pièce à haut niveau de confiance permet de valider l'identité",
    en="This high-confidence document allows validating the identity",
)
@pytest.mark.parametrize("route", routes(Status.PROV, Status.RECUP), ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_allows_validation(desk: Desk, kind: str, route: Route) -> None:
    patient = desk.bring(adult(desk), route)
    try:
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    except RefusedError as refusal:
        raise Departure(
            f"{kind} ne permet pas de valider l'identité : {refusal.message}",
            f"{kind} does not allow validating the identity: {refusal.message}",
        ) from refusal
    expect_equal(
        got=desk.read(patient).status,
        expected=AFTER[route.status],
        fr=f"statut après contrôle avec {kind}",
        en=f"status after a check with {kind}",
    )
