"""CAL-13: a lot is verified; nobody is searched for in it, for search is unit only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.bulk.lots import Lot, file, finish
from conformance.suite.desk.apart import LOTS
from conformance.suite.desk.expect import expect
from conformance.suite.desk.routes import Route

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("CAL-13")
@pytest.mark.title(
    fr="La vérification d'un lot ne recherche personne sur INSi : la recherche est unitaire",
    en="The verification of a lot searches for nobody at INSi: a search is for one person",
)
@LOTS.mark
def test_lot_is_no_search(desk: Desk) -> None:
    # One that INSi denies, and one that has no INS to verify: neither is a reason to search for somebody.
    desk.read(desk.bring(desk.draw(), Route.CHECKED))  # Another without an INS, which is in no lot.
    patients = [file(desk, Route.IMPORTED), file(desk, Route.IMPORTED_CHECKED, denied=True)]
    for lot in ([*patients, desk.create(desk.draw())], patients):
        try:
            seen = _started(desk, lot)
        except RefusedError:
            continue  # A lot that is refused searches for nobody.
        finish(desk, seen)
        searches = [each for each in seen.exchanges if (each.operation or "").startswith("rechercher")]
        expect(
            not searches,
            fr=f"la vérification d'un lot fait {len(searches)} recherche(s) sur INSi",
            en=f"the verification of a lot makes {len(searches)} search(es) at INSi",
        )
        return


def _started(desk: Desk, patients: list[Patient]) -> Lot:
    told, exchanges = desk.during(
        lambda: desk.lgo.start_bulk_verification(tuple(each.id for each in patients), actor=desk.user)
    )
    return Lot(told=told, exchanges=list(exchanges))
