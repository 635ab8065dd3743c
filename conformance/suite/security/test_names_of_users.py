"""SEC-02 and STA-07 for a user whose name is more than letters: who did something is not a part of a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Actor
from conformance.drivers.protocol import DriverError, RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import HISTORY, LOG
from conformance.suite.desk.expect import expect_equal
from conformance.suite.desk.wire import need_request

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

COLLEAGUE: Final = Actor(user="marie-ange.de-lorme")
"""A name with hyphens, like those that are made of first name and name."""


@pytest.mark.rule("SEC-02")
@pytest.mark.title(
    fr="L'appel d'un utilisateur au nom à tirets est tracé sous ce nom entier",
    en="The call of a user with hyphens in the name is logged under the whole name",
)
@LOG.mark
def test_call_of_a_compound_name(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    before = desk.logged_calls()
    try:
        call, requests = desk.try_call(patient, COLLEAGUE)
    except DriverError:
        return  # A software may know its users beforehand.
    if isinstance(call, RefusedError) and not requests:
        return
    need_request(requests)
    expect_equal(
        got={entry.user for entry in added(before, desk.logged_calls())},
        expected={COLLEAGUE.user},
        fr="utilisateur dans la trace de l'appel",
        en="user in the log of the call",
        # How long the name of a user may be is in no text.
        inferred=True,
    )


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="Le changement de statut fait par un utilisateur au nom à tirets est historisé sous ce nom entier",
    en="The change of status made by a user with hyphens in the name is in the history under the whole name",
)
@HISTORY.mark
def test_change_by_a_compound_name(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    desk.record_document(patient)
    try:
        desk.lgo.validate_identity(patient.id, actor=COLLEAGUE)
    except (RefusedError, DriverError):
        return  # As above.
    history = desk.lgo.read_status_history(patient.id, actor=desk.user)
    expect_equal(
        got=history[-1].author,
        expected=COLLEAGUE.user,
        fr="auteur du changement de statut",
        en="author of the change of status",
        inferred=True,
    )
