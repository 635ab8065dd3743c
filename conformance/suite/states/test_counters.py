"""Two counters, two files alike: each act changes what was typed, in that file alone, and what was refused leaves nothing behind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect_each, refused_to_allow
from conformance.suite.desk.snapshot import Moment, Snapshot, expect_kept
from conformance.suite.states.counters import LABELS, STEPS, Stepped, afternoon

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.title(
    fr="Deux comptoirs, deux dossiers semblables : chaque acte ne change que ce qui vient d'être saisi, dans ce dossier",
    en="Two counters, two files alike: each act changes only what was just typed, in that file",
)
@pytest.mark.parametrize(
    "rule",
    [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in sorted({each.rule for each in STEPS})],
)
def test_nothing_is_left_behind(desk: Desk, rule: str) -> None:
    lived = afternoon(desk)
    for step, departure in lived.departures:
        if step.rule == rule:
            raise departure
    for step, obstacle in lived.obstacles:
        # A form that is out of date may be refused.
        if step.rule == rule and not (step.is_deduced and isinstance(obstacle, RefusedError)):
            raise refused_to_allow(obstacle) if isinstance(obstacle, RefusedError) else obstacle

    def judge(seen: Stepped) -> None:
        for (user, key), after in seen.after.items():
            expect_kept(
                after,
                seen.before[key],
                Moment(
                    f"{seen.step.fr}, {LABELS[key][0]} vu par {user}",
                    f"{seen.step.en}, {LABELS[key][1]} as {user} sees it",
                ),
                besides={**seen.besides.get(key, {}), **_homonym(after, seen.before[key])},
                # No text speaks of two users at once.
                inferred=seen.step.is_deduced,
            )

    steps = [seen for seen in lived.steps if seen.step.rule == rule]
    expect_each({f"{number} {seen.step.fr}": partial(judge, seen) for number, seen in enumerate(steps, 1)})


def _homonym(after: Snapshot, before: Snapshot) -> dict[str, object]:
    """Return what may differ because the software has seen, and marked, that two people have the same name."""
    grown = after.patient.attributes - before.patient.attributes
    return {"attributes": after.patient.attributes} if grown == {Attribute.HOMONYME} else {}
