"""The servers: started, kept alive and stopped; the front of each, from a connection to a call and back.

Its names are imported when they are first used: programs that only end with whoever started them (``ending``) start
without the servers and all that these need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from simulator.serving.children import (
        END_WITH_INPUT,
        ServingError,
        running_process,
        stop,
        wait_until_answering,
    )
    from simulator.serving.starting import (
        REGISTRY_VARIABLE,
        STOP_TIMEOUT_S,
        TOKEN_VARIABLE,
        ServeOptions,
        base_url,
        free_port,
        is_loopback,
        prepare,
        read_options,
        running,
        serve,
        serve_rsgi,
    )

__all__ = [
    "END_WITH_INPUT",
    "REGISTRY_VARIABLE",
    "STOP_TIMEOUT_S",
    "TOKEN_VARIABLE",
    "ServeOptions",
    "ServingError",
    "base_url",
    "free_port",
    "is_loopback",
    "prepare",
    "read_options",
    "running",
    "running_process",
    "serve",
    "serve_rsgi",
    "stop",
    "wait_until_answering",
]

_CHILDREN: Final = {"END_WITH_INPUT", "ServingError", "running_process", "stop", "wait_until_answering"}
"""Names of ``children``; the others are of ``starting``."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{'children' if name in _CHILDREN else 'starting'}")
    value = globals()[name] = getattr(module, name)
    return value
