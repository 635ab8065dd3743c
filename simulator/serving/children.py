"""Servers as processes of their own: started, waited for, stopped; they end with this process, however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Final

from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

END_WITH_INPUT: Final = "--end-with-input"
"""The option by which our own programs are told to end when their standard input does."""

READY_TIMEOUT_S: Final = 20.0
"""How long a starting server may take before it is reported as failed."""

_ASK_TIMEOUT_S = 2
"""How long a server is given for one answer when it is asked whether it is ready."""


class ServingError(TextError):
    """The server could not start; the message says what to do."""


@contextlib.contextmanager
def running_process(
    command: list[str],
    ready_url: str,
    environment: Mapping[str, str] | None = None,
    *,
    ready: Callable[[], bool] | None = None,
    hold_input: bool = False,
) -> Iterator[str]:
    """Run a server command, wait until ``ready_url`` answers, and stop it on the way out.

    Args:
        command: the program and its arguments.
        ready_url: what tells that it is ready, and what is yielded.
        environment: added to that of this process.
        ready: tells instead of ``ready_url`` whether it is.
        hold_input: give it a standard input that ends with this process, for a command that ends with it; it is empty
            otherwise.

    Raises:
        ServingError: it stopped or was not ready in time; the message holds what it printed.
    """
    is_ready = ready or partial(answers, ready_url)
    # The command is one of our own, built from typed options.
    process = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE if hold_input else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **(environment or {})},
        # A group of its own: Ctrl-C in the terminal reaches us, and we stop it in order.
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        start_new_session=os.name != "nt",
    )
    printed: list[str] = []
    drain = threading.Thread(target=lambda: printed.extend(process.stdout or ()), daemon=True)
    drain.start()
    try:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not is_ready():
            if process.poll() is not None:
                drain.join(timeout=1)
                said = "".join(printed)
                raise ServingError(
                    Text(
                        f"le serveur s'est arrêté aussitôt (code de sortie {process.returncode}) :\n{said}",
                        f"the server stopped at once (exit code {process.returncode}):\n{said}",
                    )
                )
            if time.monotonic() > deadline:
                raise ServingError(
                    Text(
                        f"le serveur n'a pas répondu à {ready_url} en {READY_TIMEOUT_S:.0f} s",
                        f"the server did not answer at {ready_url} within {READY_TIMEOUT_S:.0f} s",
                    )
                )
            time.sleep(0.02)
        yield ready_url
    finally:
        stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """Stop a server politely, then firmly, and let go of its input."""
    if process.poll() is None:
        process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def wait_until_answering(url: str) -> bool:
    """Wait until a server answers at ``url`` (http); ``False`` when it does not in time."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        if answers(url):
            return True
        time.sleep(0.02)
    return False


def answers(url: str) -> bool:
    """Tell whether a server answers. The parent of the workers asks it: nothing here begins a thread or loads TLS."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = HTTPConnection(host, timeout=_ASK_TIMEOUT_S)
    try:
        connection.request("GET", f"/{path}")
        return connection.getresponse().status < 500  # noqa: PLR2004 - any answer of ours
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
