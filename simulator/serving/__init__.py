"""The servers: started, kept alive and stopped; the front of each, from a connection to a call and back."""

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
