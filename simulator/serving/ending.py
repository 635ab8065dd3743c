"""Ending with the program that started this one, when it asked for that and however it ended itself.

A program that is killed stops nothing of what it started: its servers would go on answering on their ports, and nobody
would know them. The end of its standard input is what every system tells a child then: the pipe closes with its writer.
"""

from __future__ import annotations

import _thread
import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S: Final = 10.0
"""How long a process may take to end in order before it is ended by force."""

_INPUT: Final = 0
_ASKED: Final = 4096


def interrupt() -> None:
    """Interrupt the main thread as Ctrl-C does."""
    if hasattr(signal, "pthread_kill"):
        # A signal to the process might be taken by another thread, and a main thread that waits would not see it.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


def end_with_input(leave: Callable[[], None] = interrupt, *, patience_s: float = PATIENCE_S) -> None:
    """End this process when its standard input does; from now on nobody else may read it.

    Args:
        leave: called in a thread of its own to end in order; Ctrl-C when left out.
        patience_s: seconds after which a process that is still there is ended by force, with exit code 1.
    """
    try:
        # The programs that this one starts get another: on Windows they would hang at one that is being read.
        watched = os.dup(_INPUT)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, _INPUT)
        os.close(nothing)
    except OSError:
        watched = None  # It was closed before we began.

    def watch() -> None:
        # An error is its end too.
        with suppress(OSError):
            while watched is not None and os.read(watched, _ASKED):
                pass
        leave()
        threading.Event().wait(patience_s)
        os._exit(1)

    threading.Thread(target=watch, name="end of input", daemon=True).start()
