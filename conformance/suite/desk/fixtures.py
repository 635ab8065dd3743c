"""The fixtures of a desk, made of those of the plugin; the checks and the journeys import them into their ``conftest.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.suite.desk.mailbox import ALL
from conformance.suite.desk.steps import Desk
from conformance.suite.desk.whose import Files
from conformance.suite.desk.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.lateness import Lateness
    from conformance.drivers.model import Actor
    from conformance.drivers.protocol import Driver
    from conformance.record.timeline import Timeline
    from conformance.suite.desk.people import Draw
    from conformance.suite.desk.wire import During
    from conformance.verdicts import Aside
    from simulator.client import SessionClient

_FILES: Final = "files-shown"
"""Key of the memory of a campaign: the files that the software has shown."""


@pytest.fixture(scope="session")
def memory(*, mails_by_mailbox: bool) -> dict[str, Any]:
    """Hold what one check found out, or made, and others need not; and how mails come, as the plan says."""
    return {ALL: mails_by_mailbox}


@pytest.fixture
def new_desk(
    lgo: Driver,
    insi: SessionClient,
    draw: Draw,
    actor: Actor,
    super_user: Actor,
    *,
    draw_for: Callable[[str], Draw],
    evidence: Timeline,
    during: During,
    lateness: Lateness,
    memory: dict[str, Any],
    see_aside: Callable[[Aside], None],
) -> Desk:
    """Return what a check works with, before anything is asked of the software."""
    return Desk(
        lgo=lgo,
        insi=insi,
        wire=Wire(during, memory.setdefault(_FILES, Files()), evidence),
        user=actor,
        super_user=super_user,
        draw=draw,
        draw_for=draw_for,
        timeline=evidence,
        lateness=lateness,
        memory=memory,
        see_aside=see_aside,
    )
