"""Files received, handed over by the app or fed by card: what a rule says of a status holds for them as for typed ones."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.suite.desk.apart import APP, RECEPTION, NotOfferedError
from conformance.suite.desk.expect import expect_each
from conformance.suite.states.changing_acts import correct
from conformance.suite.states.changing_life import Turned, turns_of
from conformance.suite.states.judging import (
    expect_change_logged,
    expect_credited,
    expect_in_history,
    expect_not_logged_as_done,
    expect_rest_kept,
)
from conformance.suite.states.origins import lives
from conformance.suite.status.locks import expect_shown_locked

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.steps import Desk

RULES: Final[dict[str, Apart]] = {
    **dict.fromkeys(
        ("ATT-03", "ATT-05", "SRC-01", "STA-03", "STA-04", "STA-05", "STA-06", "STA-09"), RECEPTION
    ),
    **dict.fromkeys(("RSP-02", "STA-12", "STA-14", "VER-05", "VER-09"), RECEPTION),
    "STA-08": APP,
}
"""The rules of the acts, and the path without which a software has none of these files."""


@pytest.mark.title(
    fr="D'où que vienne le dossier, reçu, remis par l'appli ou lu par carte, chaque acte y fait ce qu'il fait ailleurs",
    en="Wherever the file comes from, received, handed over by the app or by card, each act does there what it does elsewhere",
)
@pytest.mark.parametrize(
    "rule",
    [pytest.param(key, marks=[pytest.mark.rule(key), path.mark], id=key) for key, path in RULES.items()],
)
def test_same_from_everywhere(desk: Desk, rule: str) -> None:
    _each(_of(desk, RULES[rule], rule), expect_rest_kept)


@pytest.mark.rule("STA-13")
@pytest.mark.title(
    fr="D'où que vienne le dossier, les sept traits d'une identité récupérée ou qualifiée se montrent verrouillés",
    en="Wherever the file comes from, the seven traits of an identity récupérée or qualifiée show as locked",
)
@RECEPTION.mark
def test_shown_locked(desk: Desk) -> None:
    fed = [each for each in _seen(desk, RECEPTION) if each.own.patient.matricule and each.turn.by == "user"]
    _each(fed, lambda seen: expect_shown_locked(desk, seen.own.patient, is_over=True))


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="D'où que vienne le dossier, chaque changement de son statut est historisé, au nom de qui l'a fait",
    en="Wherever the file comes from, each change of its status is in the history, under the name of whoever made it",
)
@RECEPTION.mark
def test_historised(desk: Desk) -> None:
    seen = _seen(desk, RECEPTION)
    if all(each.after.history is None for each in seen):
        # NOT_TESTED when there is none; the files of the life may be gone by now.
        desk.lgo.read_status_history(desk.create(desk.draw()).id, actor=desk.user)
    _each(seen, expect_in_history)


@pytest.mark.rule("SEC-05")
@pytest.mark.title(
    fr="D'où que vienne le dossier, ses modifications sont tracées, et rien d'autre ne l'est comme modification",
    en="Wherever the file comes from, its changes are logged, and nothing else is logged as a change",
)
@RECEPTION.mark
def test_changes_logged(desk: Desk) -> None:
    seen = _logged(desk)
    _each(seen, expect_change_logged)
    _each(seen, expect_not_logged_as_done)


@pytest.mark.rule("SEC-02")
@pytest.mark.title(
    fr="D'où que vienne le dossier, ses requêtes sont au nom de qui les a faites",
    en="Wherever the file comes from, its requests are under the name of whoever made them",
)
@RECEPTION.mark
def test_requests_credited(desk: Desk) -> None:
    _each(_logged(desk), expect_credited)


def _of(desk: Desk, path: Apart, rule: str) -> list[Turned]:
    """Return the acts of a rule; a correction that takes the INS away is one of STA-09 wherever the file comes from."""
    found = _seen(desk, path, rule)
    if rule != "STA-09":
        return found
    others = turns_of(lives(desk))
    return [*found, *(each for each in others if each.turn.does is correct and each not in found)]


def _logged(desk: Desk) -> list[Turned]:
    seen = _seen(desk, RECEPTION)
    if not any(each.log for each in seen):
        desk.lgo.read_audit_log(actor=desk.user)  # NOT_TESTED when there is none.
    return seen


def _seen(desk: Desk, path: Apart, *rules: str) -> list[Turned]:
    """Return what was seen.

    Raises:
        NotOfferedError: none of these acts has a file to begin with.
    """
    found = turns_of(lives(desk), *rules)
    if not found:
        raise NotOfferedError(
            path,
            "aucun dossier venu d'ailleurs n'en arrive à cet acte",
            "no file from elsewhere comes to this act",
        )
    return found


def _each(seen: list[Turned], judge: Callable[[Turned], None]) -> None:
    expect_each({f"{number} {one.turn.fr}": partial(judge, one) for number, one in enumerate(seen, 1)})
