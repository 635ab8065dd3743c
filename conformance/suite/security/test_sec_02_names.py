"""SEC-01 and SEC-02: a user whose name is long is in the log as themselves, and whatever the means by which they sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Actor
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Authentication
from conformance.suite.desk.added import added
from conformance.suite.desk.expect import expect_equal
from conformance.suite.desk.sign_in import requests_by, sign_in, signing_in
from conformance.suite.desk.wire import need_request
from conformance.suite.security.profiles import SIGN_IN

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

NAMESAKES: Final = ("helene.lhopital-saint-genes", "helene.lhopital-saint-genis")
"""Two users whom a name cut short makes one; the driver API carries no accents in them."""

_ALIKE: Final = 6
"""Letters by which a name that was cut is known."""


@pytest.mark.rule("SEC-02", "SEC-01")
@pytest.mark.title(
    fr="Deux utilisateurs aux noms longs, presque les mêmes, sont distingués au journal",
    en="Two users whose names are long and nearly the same are told apart in the log",
)
def test_names_of_users(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    for name in NAMESAKES:
        actor = Actor(user=name)
        known = desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id)
        try:
            desk.lgo.read_patient(patient.id, actor=actor)
            desk.lgo.call_insi_traits(patient.id, actor=actor)
        except RefusedError:
            return  # Which users there are is the software's to say.
        entries = added(known, desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id))
        logged = {entry.user.casefold() for entry in entries}
        called = {entry.user.casefold() for entry in entries if entry.action == "INSI_CALL"}
        # A service that writes lines of its own is none of the two, nor what a cut leaves of them.
        meant = {user for user in logged if user[:_ALIKE] == name[:_ALIKE]}
        expect_equal(
            got=called | meant,
            expected={name},
            fr="utilisateurs tracés",
            en="users logged",
            # That a software takes any name of a user is in no text.
            inferred=True,
        )


@pytest.mark.rule("SEC-02")
@SIGN_IN.mark
@pytest.mark.title(
    fr="Quel que soit le moyen de connexion à INSi, l'appel est au nom de l'utilisateur et non de la structure",
    en="Whatever the means of signing in to INSi, the call stands under the user and not under the organisation",
)
def test_each_means(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    with signing_in(desk):
        for means in (Authentication.CERTIFICATE, Authentication.PSC):
            if sign_in(desk, means) is not None:
                continue
            before = desk.logged_calls()
            need_request(requests_by(desk, patient))
            expect_equal(
                got={entry.user for entry in added(before, desk.logged_calls())},
                expected={desk.user.user},
                fr=f"utilisateur dans la trace d'un appel ({means})",
                en=f"user in the log of a call ({means})",
            )
