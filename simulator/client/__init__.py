"""The bench as its clients see it: the control API in Python, and the SOAP calls that the bench makes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.client.control import (
        BenchClient,
        BenchClientError,
        ExchangeView,
        SessionClient,
        exchange_view,
    )

__all__ = ["BenchClient", "BenchClientError", "ExchangeView", "SessionClient", "exchange_view"]


def __getattr__(name: str) -> Any:
    """Return what the client of the control API has: who only wants a connection does not import it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from simulator.client import control  # noqa: PLC0415 - as said

    return getattr(control, name)
