"""SEC-03: the INS that a person had before is as much theirs as the one they have."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Right
from conformance.suite.desk.apart import INS_HISTORY
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect
from conformance.suite.desk.routes import Route
from conformance.suite.security.profiles import ORDINARY, as_super_user, need_withheld, profile
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("SEC-03")
@pytest.mark.title(
    fr="Un profil sans droit ne lit pas non plus les INS d'avant",
    en="A profile without right does not read the former INS either",
)
@pytest.mark.parametrize("rights", ["none", "all-but-ins"])
@INS_HISTORY.mark
def test_former_ins(desk: Desk, rights: str) -> None:
    person = desk.play(PARTS["ten-former-numbers"])
    patient = desk.bring(person, Route.IMPORTED)
    former = [one.matricule.value for one in person.identity.history]
    if not any(one in str(desk.lgo.read_ins_history(patient.id, actor=desk.user)) for one in former):
        raise UndecidedError(
            "le logiciel ne montre à personne les INS d'avant : qu'il ne les montre pas à ce profil ne prouve rien",
            "the software shows the former INS to nobody: that it does not show them to this profile proves nothing",
            depends_on=("RSP-15",),
        )
    wanted = frozenset() if rights == "none" else ORDINARY - {Right.READ_INS}
    who = profile(desk, wanted, name=f"historique-{rights}")
    who = need_withheld(desk, who, Right.READ_INS)
    for each in (who, as_super_user(who)):
        answer = ""
        with suppress(RefusedError):
            answer = str(desk.lgo.read_ins_history(patient.id, actor=each.actor))
        seen = sum(one in answer for one in former)
        expect(
            not seen,
            fr=f"un profil sans droit ({rights}) lit {seen} INS d'avant",
            en=f"a profile without right ({rights}) reads {seen} former INS",
        )
