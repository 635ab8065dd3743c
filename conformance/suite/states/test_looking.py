"""Looking at a file, printing it or telling others of it changes nothing in it: each rule judges its own fields."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import IDENTITY_FIELDS
from conformance.suite.desk.apart import BESIDE
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.snapshot import Moment, Snapshot, expect_kept
from conformance.suite.states.looking import BARE, FULL, Looked, looked

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

_INS: Final = ("matricule", "oid")
_USED: Final = ("used_name", "used_first_name")
JUDGED: Final = {
    "FLD-01": (FULL, tuple(name for name in IDENTITY_FIELDS if name not in _INS)),
    "FLD-04": (BARE, _USED),
    "ATT-01": (FULL, ("attributes",)),
    "PRF-01": (FULL, ("proof",)),
    "STA-05": (FULL, ("status", *_INS)),
    "CRE-05": (BARE, ("status", *_INS)),
}
"""By rule, the file and what it has to say of it."""


@pytest.mark.title(
    fr="Ouvrir un écran, lire une liste ou un journal, imprimer, produire un message : le dossier reste ce qu'il était",
    en="Opening a screen, reading a list or a log, printing, producing a message: the file stays what it was",
)
@pytest.mark.parametrize("rule", [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in JUDGED])
@BESIDE.mark
def test_looking_changes_nothing(desk: Desk, rule: str) -> None:
    which, names = JUDGED[rule]

    def judge(one: Looked) -> None:
        before, after = one.before[which].patient, one.after[which].patient
        every = Snapshot(patient=before, history=None).values
        expect_kept(
            Snapshot(patient=after, history=None),
            Snapshot(patient=before, history=None),
            Moment(f"{one.way.name.fr}, dossier {which}", f"{one.way.name.en}, {which} file"),
            ignoring=[name for name in every if name not in names],
        )

    expect_each({one.way.name.fr: partial(judge, one) for one in looked(desk)})
