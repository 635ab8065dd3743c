"""What a run needs from the campaign: the software, the simulated INSi, and patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.drivers.model import Actor, Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.drivers.protocol import Driver
    from conformance.engine.events import Event
    from conformance.record.writing import RecordWriter
    from conformance.verdicts import Verdict
    from simulator.client import SessionClient


ORDINARY_USER = Actor(user="pharmacien.banc")
ENTITLED_USER = Actor(user="referent.banc", role=Role.SUPER_USER)


def _ignore(_event: Event) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a run ends before its last check, and which checks it runs at all."""

    only: frozenset[str] | None = None
    """Ids of the checks to run; ``None``: all those of the rules wanted."""
    done: frozenset[str] = frozenset()
    """Ids of the checks that an earlier process has finished."""
    claims: Path | None = None
    """The folder in which the processes that share the checks note which they take; ``None``: this one runs all."""
    tells: bool = True
    """This process tells which checks there are; those that share with it collect only what they take."""
    stop_at: frozenset[Verdict] = frozenset()
    """Begin no more checks after one that ended with one of these."""
    seconds: float | None = None
    """No check begins after so many seconds."""
    order: int | None = None
    """Run the checks in the order that this number shuffles them to; ``None``: in that of the suite."""


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
    actors: frozenset[str] = frozenset()
    """What the plan says that the software is (``RI``, ``LAB``…); empty: it does not say."""
    on_event: Callable[[Event], None] = _ignore
    actor: Actor = ORDINARY_USER
    super_user: Actor = ENTITLED_USER
    record: RecordWriter | None = None
    """Where all that happens is written; without it the evidence stays in memory."""
    mails_by_mailbox: bool = False
    """Every mail of the checks comes by the mailbox that the software fetches, not only that of the checks about it."""
    journal: Path | None = None
    """The folder of the journal, when the campaign started the simulator itself, on this machine (``stamp``)."""
    limits: Limits = Limits()
