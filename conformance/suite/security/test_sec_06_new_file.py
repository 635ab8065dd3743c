"""SEC-06: a call made before the file exists is on nobody else's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.wire import need_request

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="L'appel fait pour créer un dossier n'est pas tracé au compte d'un autre, lu ou appelé juste avant",
    en="The call made to create a file is not logged on the account of another, read or called for just before",
)
@pytest.mark.parametrize("decision", ["accepted", "refused", "open"])
def test_account_of_a_creation(desk: Desk, decision: str) -> None:
    other = desk.bring(desk.draw(), Route.IMPORTED)
    desk.decline(other)
    desk.read(other)
    before = desk.logged_calls()
    call, requests = desk.try_search_insi(typed(desk.draw()))
    need_request(requests)
    created = None
    if decision != "open" and not isinstance(call, RefusedError):
        created = desk.decide(call, accept=decision == "accepted")
    entries = added(before, desk.logged_calls())
    own = {None, created.id if created else None, getattr(call, "patient_id", None)} - {other.id}
    wrong = [entry for entry in entries if entry.patient_id not in own]
    expect(
        not wrong,
        fr=f"l'appel d'une création ({decision}) est tracé au compte du dossier {wrong[0].patient_id if wrong else ''}",
        en=f"the call of a creation ({decision}) is logged on the account of the file {wrong[0].patient_id if wrong else ''}",
        # No text says on whose account a call stands that is made before the file.
        inferred=True,
    )
