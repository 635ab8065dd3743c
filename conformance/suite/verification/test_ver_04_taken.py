"""VER-04: whatever the sender says of its own status, no INS received is taken over without a verification."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.routes import Route
from conformance.suite.verification.elsewhere import SENDER, holders_of, receive, received
from conformance.suite.verification.wire import verifications

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="Aucune INS reçue n'entre dans un dossier sans vérification, quels que soient le statut annoncé et l'émetteur",
    en="No INS received enters a file without a verification, whatever the status announced and the sender",
)
@pytest.mark.parametrize("known", [None, Route.TYPED, Route.CHECKED], ids=str)
def test_never_without_verification(desk: Desk, known: Route | None) -> None:
    def judge(status: str | None, sender: str) -> None:
        person = desk.draw(first_names_count=2)
        if known:
            desk.bring(person, known)
        identity = received(person, status=status, sender=sender)
        arrival = receive(desk, identity)
        # An INS that came with an identity not qualified there may be dropped: it is then not verified either.
        holders = [] if verifications(arrival.exchanges) else holders_of(desk, identity)
        expect(
            not holders,
            fr=f"INS reçue ({status or 'sans statut'}, {sender}) inscrite au dossier sans vérification",
            en=f"INS received ({status or 'no status'}, {sender}) written into the file without a verification",
        )

    # The second identity of a sender of whom one was verified already has to be verified too.
    expect_each(
        {
            f"{status or '-'}, {sender}": partial(judge, status, sender)
            for sender in (SENDER, "CLINIQUE-4711")
            for status in ("PROV", "RECUP", "VALI", None, "QUAL")
        }
    )
