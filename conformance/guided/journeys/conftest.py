"""The walk that every check of a journey looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.suite.desk.steps import Desk
from conformance.suite.desk.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor
    from conformance.drivers.protocol import Driver
    from conformance.guided.walking import Journey, Walk
    from conformance.record.timeline import Timeline as Evidence
    from conformance.suite.desk.people import Draw
    from conformance.suite.desk.wire import During
    from simulator.client import SessionClient


@pytest.fixture(scope="session")
def memory() -> dict[str, Any]:
    """Hold the journeys made."""
    return {}


@pytest.fixture
def desk(
    lgo: Driver,
    insi: SessionClient,
    draw: Draw,
    actor: Actor,
    super_user: Actor,
    *,
    draw_for: Callable[[str], Draw],
    evidence: Evidence,
    during: During,
    memory: dict[str, Any],
) -> Desk:
    """Return the desk at which a journey is made."""
    guide = getattr(lgo, "guide", None)
    if guide is not None:
        guide.evidence = evidence
    return Desk(
        lgo=lgo,
        insi=insi,
        wire=Wire(during),
        user=actor,
        super_user=super_user,
        draw=draw,
        draw_for=draw_for,
        timeline=evidence,
        memory=memory,
    )


@pytest.fixture
def walk(request: pytest.FixtureRequest, desk: Desk) -> Walk:
    """Return the journey of the module, made by whichever check comes first; its evidence is that of each."""
    journey: Journey = request.module.JOURNEY
    keys = dict.fromkeys(
        key
        for item in request.session.items
        if getattr(item, "module", None) is request.module
        for mark in item.iter_markers("rule")
        for key in mark.args
    )
    walk = journey.taken(desk, tuple(keys))
    desk.attach(walk.entries)
    return walk
