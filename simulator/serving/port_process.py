"""A process that serves ports beside the workers: spawned, watched over, ended with its parent."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from typing import TYPE_CHECKING, Any, Final

from simulator.serving.children import READY_TIMEOUT_S
from simulator.serving.supervising import SupervisedProcess, birth
from simulator.serving.tls_ports import TlsSetupError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from multiprocessing.connection import Connection

_END_S: Final = 10.0
"""How long the process has to end once it is told to."""


@contextlib.contextmanager
def port_process(
    what: str,
    serve: Callable[..., AbstractContextManager[None]],
    arguments: tuple[Any, ...],
    tell: Callable[..., None],
) -> Iterator[None]:
    """Serve in a process of its own, started again when it dies.

    Args:
        what: what is served, as messages name it: ``the TLS ports``.
        serve: called there with ``arguments``; serves from the beginning of the block to its end, and raises
            ``TlsSetupError`` when it cannot. Both travel to another process.
        arguments: sockets that listen already among them, so that a process that is started again finds its ports, and
            who calls meanwhile waits in line.
        tell: is told how the process stands, see ``SupervisedProcess``.

    Raises:
        TlsSetupError: it does not serve.
    """
    ours: list[Connection] = []

    def start() -> Any:
        return _start(what, serve, arguments, ours)

    def end(process: Any) -> None:
        ours[-1].close()
        process.join(timeout=_END_S)
        if process.is_alive():
            process.kill()

    child = SupervisedProcess(f"the process of {what}", start, tell)
    try:
        yield
    finally:
        child.stop(end)


def _start(
    what: str,
    serve: Callable[..., AbstractContextManager[None]],
    arguments: tuple[Any, ...],
    ours: list[Connection],
) -> Any:
    """Start the process and wait until it serves; ``ours`` gets what ends it when it is closed."""
    # Spawned on every platform: granian forks, and a fork must find no thread of ours.
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_run, args=(serve, arguments, theirs), daemon=True)
    with birth():
        process.start()
    theirs.close()
    try:
        answer = (
            mine.recv()
            if mine.poll(READY_TIMEOUT_S)
            else Text(f"pas d'ouverture à temps : {what}", f"{what} did not open in time")
        )
    except EOFError:
        answer = Text(
            f"le processus s'est arrêté aussitôt : {what}", f"the process of {what} stopped at once"
        )
    if answer:
        mine.close()
        process.kill()
        raise TlsSetupError(answer)
    for former in ours:
        former.close()
    ours[:] = [mine]
    return process


def _run(
    serve: Callable[..., AbstractContextManager[None]], arguments: tuple[Any, ...], parent: Connection
) -> None:
    """Serve until the parent closes its end of the pipe, or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(serve(*arguments))
        except TlsSetupError as error:
            parent.send(error.text)
            return
        parent.send(None)
        with contextlib.suppress(EOFError, OSError):
            parent.recv()
