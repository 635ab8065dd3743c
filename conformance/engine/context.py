"""What a run needs from the campaign: the software, the simulated INSi, and patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.drivers.model import Actor, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.protocol import Driver
    from conformance.engine.events import Event
    from simulator.client import SessionClient


ORDINARY_USER = Actor(user="pharmacien.banc")
ENTITLED_USER = Actor(user="referent.banc", role=Role.SUPER_USER)


def _ignore(_event: Event) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchContext:
    """The campaign as its checks see it."""

    driver: Driver
    """The software under test."""
    insi: SessionClient
    """The session of the simulator that the software calls."""
    insi_url: str
    """Where the software has to call INSi."""
    seed: int | str
    """The people of each check come from it: the same seed draws the same people again."""
    on_event: Callable[[Event], None] = _ignore
    actor: Actor = ORDINARY_USER
    super_user: Actor = ENTITLED_USER
