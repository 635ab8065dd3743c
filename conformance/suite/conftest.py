"""The desk that every check works at, made of the fixtures of the plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.suite.desk.steps import Desk
from conformance.suite.desk.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.drivers.model import Actor
    from conformance.drivers.protocol import Driver
    from conformance.evidence import Evidence
    from conformance.suite.desk.people import Draw
    from simulator.client import SessionClient


@pytest.fixture(scope="session")
def last_seen() -> list[int]:
    """Hold the number of the last exchange seen, so that no check reads again those of the checks before."""
    return [0]


@pytest.fixture(scope="session")
def memory() -> dict[str, Any]:
    """Hold what one check found out and others need not find out again."""
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
    last_seen: list[int],
    memory: dict[str, Any],
) -> Iterator[Desk]:
    """Return what a check works with."""
    wire = Wire(insi, last_seen[0])
    yield Desk(
        lgo=lgo,
        insi=insi,
        wire=wire,
        user=actor,
        super_user=super_user,
        draw=draw,
        draw_for=draw_for,
        timeline=evidence,
        memory=memory,
    )
    last_seen[0] = wire.last_seen
