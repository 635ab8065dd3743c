"""What a call that must not leave looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect
from conformance.suite.desk.told import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import InsiCall
    from simulator.client import ExchangeView


def expect_blocked(
    call: InsiCall | RefusedError,
    requests: Sequence[ExchangeView],
    *,
    fr: str,
    en: str,
    may_be_error: bool = False,
) -> None:
    """Check that no request left and that the user is told; ``fr`` and ``en`` say of which identity.

    ``may_be_error``: where the software may have stopped before it looked at the identity, as at the reader.
    """
    expect(
        not requests,
        fr=f"{len(requests)} requête(s) sont parties à INSi pour une identité {fr}",
        en=f"{len(requests)} request(s) went to INSi for an identity {en}",
    )
    if not isinstance(call, RefusedError):
        expect(
            call.outcome is CallOutcome.BLOCKED or (may_be_error and call.outcome is CallOutcome.ERROR),
            fr=f"issue annoncée de l'appel pour une identité {fr} : attendu « {CallOutcome.BLOCKED} », obtenu « {call.outcome} »",
            en=f"outcome announced for the call of an identity {en}: expected “{CallOutcome.BLOCKED}”, got “{call.outcome}”",
        )
    expect(
        told(call).says_something,
        fr=f"aucun message n'explique que l'appel est bloqué pour une identité {fr}",
        en=f"no message tells that the call is blocked for an identity {en}",
    )
