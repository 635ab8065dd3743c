"""CAL-13: a lot is verified; nobody is searched for in it, for search is unit only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.bulk.lots import file
from conformance.suite.desk.apart import LOTS
from conformance.suite.desk.expect import expect
from conformance.suite.desk.routes import Route

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("CAL-13")
@pytest.mark.title(
    fr="La vérification d'un lot ne recherche personne sur INSi : la recherche est unitaire",
    en="The verification of a lot searches for nobody at INSi: a search is for one person",
)
@LOTS.mark
def test_lot_is_no_search(desk: Desk) -> None:
    # Some have no INS: that of nobody is looked for on the occasion.
    desk.create(desk.draw())
    patients = [file(desk, route) for route in (Route.IMPORTED, Route.IMPORTED_CHECKED)]
    desk.read(desk.bring(desk.draw(), Route.CHECKED))
    try:
        _, exchanges = desk.during(
            lambda: desk.lgo.start_bulk_verification(
                tuple(patient.id for patient in patients), actor=desk.user
            )
        )
    except RefusedError:
        return  # A lot that is refused searches for nobody.
    searches = [each for each in exchanges if (each.operation or "").startswith("rechercher")]
    expect(
        not searches,
        fr=f"la vérification d'un lot fait {len(searches)} recherche(s) sur INSi",
        en=f"the verification of a lot makes {len(searches)} search(es) at INSi",
    )
