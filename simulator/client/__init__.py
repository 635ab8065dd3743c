"""The bench as its clients see it: the control API in Python, and the SOAP calls that the bench makes itself."""

from simulator.client.control import BenchClient, BenchClientError, ExchangeView, SessionClient, exchange_view

__all__ = ["BenchClient", "BenchClientError", "ExchangeView", "SessionClient", "exchange_view"]
