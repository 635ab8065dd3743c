"""The life of somebody who changes, seen by the rules of its acts: what an act has not to do with stays, in the file and the log."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.apart import APP, ATTRIBUTES, CARD, DOWNGRADE, LOTS, RECEPTION, VERIFICATION
from conformance.suite.desk.expect import expect_each
from conformance.suite.states.changing_life import Turned, life, turns_of
from conformance.suite.states.judging import (
    REQUESTS,
    expect_change_logged,
    expect_credited,
    expect_log_kept,
    expect_not_logged_as_done,
    expect_rest_kept,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.steps import Desk

RULES: Mapping[str, Apart | None] = {
    "ATT-01": ATTRIBUTES,
    "ATT-03": ATTRIBUTES,
    "ATT-05": ATTRIBUTES,
    "ATT-06": ATTRIBUTES,
    "BLK-03": LOTS,
    "CRE-07": APP,
    "FLD-03": CARD,
    "STA-04": DOWNGRADE,
    "STA-08": DOWNGRADE,
    "VER-02": VERIFICATION,
    "VER-04": RECEPTION,
    "VER-05": VERIFICATION,
    "VER-06": RECEPTION,
    "VER-09": RECEPTION,
    **dict.fromkeys(
        ("ERR-01", "ERR-02", "PRF-01", "PRF-04", "PRF-08", "RSP-01", "RSP-02", "RSP-12", "RSP-13", "RSP-20")
    ),
    **dict.fromkeys(("STA-06", "STA-09", "STA-12", "STA-13", "STA-14")),
}
"""The rules of the acts, and the path without which a software has none of them."""


@pytest.mark.title(
    fr="Tard dans la vie d'un dossier chargé, chaque acte ne change que ce qu'il doit changer",
    en="Late in the life of a laden file, each act changes only what it has to change",
)
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(key, marks=[pytest.mark.rule(key), *([path.mark] if path else [])], id=key)
        for key, path in RULES.items()
    ],
)
def test_each_act_leaves_the_rest(desk: Desk, rule: str) -> None:
    _each(turns_of(life(desk), rule), expect_rest_kept)


@pytest.mark.title(
    fr="Ce que le journal a dit d'un dossier y reste, tel quel, quoi qu'il arrive ensuite",
    en="What the log has said of a file stays there, as it was, whatever comes after",
)
@pytest.mark.parametrize(
    "rule", [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in (*REQUESTS.values(), "SEC-05")]
)
def test_log_stays(desk: Desk, rule: str) -> None:
    seen = turns_of(life(desk))
    if not any(each.log for each in seen):
        desk.lgo.read_audit_log(actor=desk.user)  # NOT_TESTED when there is none.
    _each(seen, partial(expect_log_kept, rule))


@pytest.mark.rule("SEC-05")
@pytest.mark.title(
    fr="Des traits qui changent laissent une trace de plus que l'appel et la lecture, au nom de qui les a changés",
    en="Traits that change leave more of a trace than the call and the reading, under the name of whoever changed them",
)
def test_change_is_logged(desk: Desk) -> None:
    _each(turns_of(life(desk)), expect_change_logged)


@pytest.mark.rule("SEC-05")
@pytest.mark.title(
    fr="Le journal ne dit pas modifiée une identité qui ne l'a pas été : refus, appels sans identité",
    en="The log does not say that an identity was changed when it was not: refusals, calls without identity",
)
def test_nothing_logged_as_done(desk: Desk) -> None:
    _each(turns_of(life(desk)), expect_not_logged_as_done)


@pytest.mark.rule("SEC-02")
@pytest.mark.title(
    fr="Chaque requête d'une longue vie, réussie ou non, est au nom de qui l'a faite",
    en="Each request of a long life, successful or not, is under the name of whoever made it",
)
def test_requests_credited(desk: Desk) -> None:
    _each(turns_of(life(desk)), expect_credited)


def _each(seen: list[Turned], judge: Callable[[Turned], None]) -> None:
    expect_each(
        {f"{number} {one.before.patient.status}": partial(judge, one) for number, one in enumerate(seen, 1)}
    )
