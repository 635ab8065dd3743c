"""The stores put together in one data directory; scenarios put in force; the life and the archive of a session."""

from simulator.bench.own_registry import OidMode
from simulator.bench.stores import (
    IN_USE,
    Bench,
    BenchOptions,
    BenchSetupError,
    former_journal,
    open_bench,
    open_journal,
)

__all__ = [
    "IN_USE",
    "Bench",
    "BenchOptions",
    "BenchSetupError",
    "OidMode",
    "former_journal",
    "open_bench",
    "open_journal",
]
