"""What the log says of a life among others: each act is written under the file that it was done to, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.suite.desk.apart import BESIDE, VERIFICATION
from conformance.suite.desk.expect import expect
from conformance.suite.states.household import household
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import AuditEntry
    from conformance.suite.desk.steps import Desk

_REQUESTS: Final = frozenset({"INSI_CALL", "INSI_VERIFICATION"})


@pytest.mark.title(
    fr="Ce qui est fait à un dossier, deux étant ouverts, n'est pas tracé sous un autre",
    en="What is done to a file while two are open is not logged under another",
)
@pytest.mark.parametrize(
    "rule", [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in ("SEC-02", "SEC-05")]
)
@BESIDE.mark
def test_nothing_logged_under_others(desk: Desk, rule: str) -> None:
    logs = household(desk).logs
    if logs is None:
        desk.lgo.read_audit_log(actor=desk.user)  # NOT_TESTED when there is none.
        return
    usual = {entry.action for entry in logs.looked}
    wrong = [
        entry
        for entry in logs.others
        if (entry.action in _REQUESTS if rule == "SEC-02" else entry.action not in _REQUESTS | usual)
    ]
    expect(
        not wrong,
        fr=f"{len(wrong)} trace(s) sous un dossier auquel rien n'a été fait ({_shown(wrong)})",
        en=f"{len(wrong)} entry(ies) under a file to which nothing was done ({_shown(wrong)})",
    )


@pytest.mark.rule("VER-05")
@pytest.mark.title(
    fr="Qui est à traiter le reste, quoi qu'il soit fait à d'autres : créations, imports, vérifications",
    en="Whoever is on the worklist stays there, whatever is done to others: creations, imports, verifications",
)
@BESIDE.mark
@VERIFICATION.mark
def test_worklist_stays(desk: Desk) -> None:
    waiting = household(desk).waiting
    if waiting is None:
        desk.lgo.read_worklist(actor=desk.user)  # NOT_TESTED when there is none.
        raise UndecidedError(
            "personne n'a pu être mis dans la liste à traiter",
            "nobody could be put on the worklist",
            depends_on=("VER-05",),
        )
    expect(
        waiting.after,
        fr="un dossier à traiter ne l'est plus, alors que rien ne lui a été fait",
        en="a file on the worklist no longer is, although nothing was done to it",
    )


def _shown(entries: list[AuditEntry]) -> str:
    return ", ".join(f"{entry.action} {entry.at[11:19]}" for entry in entries[:3])
