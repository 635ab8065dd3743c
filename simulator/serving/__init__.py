"""The servers: started, kept alive and stopped; the front of each, from a connection to a call and back."""

from simulator.serving.starting import (
    REGISTRY_VARIABLE,
    STOP_TIMEOUT_S,
    TOKEN_VARIABLE,
    ServeOptions,
    ServingError,
    base_url,
    free_port,
    is_loopback,
    prepare,
    running,
    running_process,
    serve,
    serve_rsgi,
    stop,
    wait_until_answering,
)

__all__ = [
    "REGISTRY_VARIABLE",
    "STOP_TIMEOUT_S",
    "TOKEN_VARIABLE",
    "ServeOptions",
    "ServingError",
    "base_url",
    "free_port",
    "is_loopback",
    "prepare",
    "running",
    "running_process",
    "serve",
    "serve_rsgi",
    "stop",
    "wait_until_answering",
]
