"""Files received, handed over by the app or fed by card: what a rule says of a status holds for them as for typed ones."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.suite.desk.apart import APP, RECEPTION, NotOfferedError
from conformance.suite.desk.expect import expect_each
from conformance.suite.states.changing_life import Turned, expect_rest_kept, turns_of
from conformance.suite.states.origins import lives
from conformance.suite.status.locks import expect_shown_locked

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.steps import Desk

RULES: Final[dict[str, Apart]] = {
    **dict.fromkeys(("STA-03", "STA-06", "STA-09", "STA-12", "ATT-03", "VER-05", "VER-09"), RECEPTION),
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
    _each(_seen(desk, RULES[rule], rule), expect_rest_kept)


@pytest.mark.rule("STA-13")
@pytest.mark.title(
    fr="D'où que vienne le dossier, les sept traits d'une identité récupérée ou qualifiée se montrent verrouillés",
    en="Wherever the file comes from, the seven traits of an identity récupérée or qualifiée show as locked",
)
@RECEPTION.mark
def test_shown_locked(desk: Desk) -> None:
    fed = [each for each in _seen(desk, RECEPTION) if each.own.patient.matricule and each.turn.by == "user"]
    _each(fed, lambda seen: expect_shown_locked(desk, seen.own.patient))


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
