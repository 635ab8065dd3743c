"""The walk that every check of a journey looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.fixtures import memory, new_desk

if TYPE_CHECKING:
    from conformance.drivers.protocol import Driver
    from conformance.guided.walking import Journey, Walk
    from conformance.record.timeline import Timeline
    from conformance.suite.desk.steps import Desk

__all__ = ["desk", "memory", "new_desk", "walk"]


@pytest.fixture
def desk(new_desk: Desk, lgo: Driver, evidence: Timeline) -> Desk:
    """Return the desk at which a journey is made."""
    guide = getattr(lgo, "guide", None)
    if guide is not None:
        guide.evidence = evidence
    return new_desk


@pytest.fixture
def walk(request: pytest.FixtureRequest, desk: Desk) -> Walk:
    """Return the journey of the module, made by whichever check comes first; its evidence is that of each."""
    journey: Journey = request.module.JOURNEY
    keys = dict.fromkeys(
        key
        for item in request.session.items
        if getattr(getattr(item, "module", None), "JOURNEY", None) is journey
        for mark in item.iter_markers("rule")
        for key in mark.args
    )
    walk = journey.taken(desk, tuple(keys))
    desk.attach(walk.entries)
    return walk
