"""The log entries that calls of INSi must have left: one for each request that INSi received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.suite.desk.wire import is_disturbed, returned
from simulator.contract.names import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.client import ExchangeView


def call_entries(
    patient_id: str | None, user: str, exchanges: Sequence[ExchangeView]
) -> Iterator[dict[str, Any]]:
    """Yield the entry of each request as JSON.

    Args:
        patient_id: the file that the call was made for; ``None``: for none yet.
        user: who called.
        exchanges: the requests of the call.
    """
    for exchange in exchanges:
        code = None if is_disturbed(exchange) else exchange.code
        entry = {
            "action": "INSI_CALL",
            "at": exchange.at,
            "user": user,
            "patient_id": patient_id,
            "mode": "VITALE" if exchange.operation == Operation.SEARCH_BY_CARD else "TRAITS",
        }
        values = returned(exchange) if code == "00" else {}
        yield {**entry, "code": code, "returned": {name: value for name, value in values.items() if value}}
