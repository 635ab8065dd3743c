"""SEC-01 and SEC-02: a user whose name is long is in the log as themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Actor
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.expect import expect_equal

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

NAMESAKES: Final = ("helene.lhopital-saint-genes", "helene.lhopital-saint-genis")
"""Two users whom a name cut short makes one; the driver API carries no accents in them."""


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
        expect_equal(
            got={entry.user.casefold() for entry in entries},
            expected={name},
            fr="utilisateurs tracés",
            en="users logged",
            # That a software takes any name of a user is in no text.
            inferred=True,
        )
