"""What a call that must not leave looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.told import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import InsiCall
    from simulator.client import ExchangeView


def expect_blocked(
    call: InsiCall | RefusedError, requests: Sequence[ExchangeView], *, fr: str, en: str
) -> None:
    """Check that no request left and that the user is told; ``fr`` and ``en`` say of which identity."""
    expect(
        not requests,
        fr=f"{len(requests)} requête(s) sont parties à INSi pour une identité {fr}",
        en=f"{len(requests)} request(s) went to INSi for an identity {en}",
    )
    if not isinstance(call, RefusedError):
        expect_equal(
            got=call.outcome,
            expected=CallOutcome.BLOCKED,
            fr=f"issue annoncée de l'appel pour une identité {fr}",
            en=f"outcome announced for the call of an identity {en}",
        )
    expect(
        told(call).says_something,
        fr=f"aucun message n'explique que l'appel est bloqué pour une identité {fr}",
        en=f"no message tells that the call is blocked for an identity {en}",
    )
