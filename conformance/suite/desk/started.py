"""A call to INSi that the user does not wait for: started, then asked about until it has ended."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.needs import need_no_exemption
from conformance.suite.desk.steps import Desk
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Actor, InsiCall, Patient
    from conformance.suite.desk.told import Told
    from simulator.client import ExchangeView

PATIENCE_S: Final = 60.0
"""How long a call may take: INSi answers at once, the software may be slow."""
_LOOK_S: Final = 0.02


def start(desk: Desk, patient: Patient, actor: Actor | None = None) -> str:
    """Start a call; return its identifier."""
    return desk.lgo.start_insi_call(patient.id, actor=actor or desk.user)


def ended(desk: Desk, call_id: str) -> InsiCall:
    """Return a started call once it has ended.

    Raises:
        UndecidedError: it does not end.
    """
    deadline = time.monotonic() + PATIENCE_S
    while (call := desk.lgo.read_insi_call(call_id, actor=desk.user)) is None:
        if time.monotonic() > deadline:
            raise UndecidedError(
                f"l'appel lancé sans attendre n'est pas terminé après {PATIENCE_S:.0f} s (read_insi_call)",
                f"the call started without waiting has not ended after {PATIENCE_S:.0f} s (read_insi_call)",
            )
        time.sleep(_LOOK_S)
    return call


def try_started(
    desk: Desk, patient: Patient, actor: Actor | None = None
) -> tuple[InsiCall | RefusedError, list[ExchangeView]]:
    """Start a call and wait for its end; return what the software says of it, and what INSi received."""

    def act() -> InsiCall | RefusedError:
        try:
            return ended(desk, start(desk, patient, actor))
        except RefusedError as refusal:
            return refusal

    answer, exchanges = desk.asking(patient, act)
    if not exchanges and actor in {None, desk.user, desk.super_user}:
        need_no_exemption(desk.read(patient), answer)
    return answer, exchanges


def without_waiting(desk: Desk) -> Desk:
    """Return the desk whose calls for a file are started and then looked at: what holds of a call holds of these."""
    return _as(_Unwaited, desk)


def _as(kind: type[Desk], desk: Desk) -> Desk:
    return kind(**{one.name: getattr(desk, one.name) for one in fields(Desk)})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unwaited(Desk):
    """A desk at which nobody waits for INSi."""

    def try_call(
        self, patient: Patient, user: Actor | None = None
    ) -> tuple[InsiCall | RefusedError, list[ExchangeView]]:
        return try_started(self, patient, user)

    def usually_told(self) -> dict[str, Told]:
        # Asked once for all checks: as everybody asks.
        return _as(Desk, self).usually_told()
