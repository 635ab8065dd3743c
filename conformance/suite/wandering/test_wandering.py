"""Files led by chance, see ``walk``: a rule about an act holds in whatever order the acts come, for whoever comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suite.wandering.starts import STARTS, Start
from conformance.suite.wandering.walk import walked

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


def _case(start: Start) -> object:
    marks = [pytest.mark.rule(start.rule), *([start.path.mark] if start.path else [])]
    return pytest.param(start, marks=marks, id=start.key)


@pytest.mark.title(
    fr="Deux dossiers que le hasard mène, d'un acte à l'autre et d'un utilisateur à l'autre : chaque acte n'y fait que ce qu'il doit",
    en="Two files led by chance, from act to act and from user to user: each act does there what it has to, and no more",
)
@pytest.mark.parametrize("start", [_case(start) for start in STARTS])
def test_led_by_chance(desk: Desk, start: Start) -> None:
    desk.tell(walked(desk, start))
