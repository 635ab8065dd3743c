"""Keeping the processes of a server alive: restarts that are told and wait longer each time, and no orphans.

granian ends the whole server when a worker dies a third time within seconds, and says nothing. Here a process that dies
is told on standard error and started again, after half a second first and half a minute at most; ``/health`` tells
meanwhile what is down. Each process watches over its parent and ends with it, however that one ended.

granian forks its workers where the platform can. A fork copies the locks of the whole process, but of its threads only
the one that forks: what another thread holds at that moment stays locked in the worker for ever. OpenSSL has such locks:
a thread that was making a TLS context meanwhile left workers that hung, without a word, at their first SHA-256. So the
parent keeps no thread that works: it asks by itself whether the workers answer, its other threads only wait for a
process to end, and no two processes are born at once (``birth``).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import threading
import time
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

from granian._granian import SocketHolder
from granian.server.mp import MPServer

from simulator.serving.children import READY_TIMEOUT_S

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

FIRST_DELAY_S: Final = 0.5
"""Before a process that died is started again, the first time."""
LONGEST_DELAY_S: Final = 30.0
"""The same, at most: the delay doubles each time."""
STABLE_S: Final = 60.0
"""A process that lived so long has its earlier deaths forgiven."""
EARLY_DEATHS: Final = 3
"""Deaths after which a server that never answered gives up."""
_ASK_S: Final = 0.02
"""How often a server that has not answered yet is asked whether it does."""

_DOWN, _RESTARTS, _TLS_DOWN, _TLS_RESTARTS, _SINKS_DOWN, _SINKS_RESTARTS, _SATURATED_MS = range(7)

_log = logging.getLogger(__name__)

_births = threading.Lock()


@contextmanager
def birth() -> Iterator[None]:
    """Start a process inside the block: no other one is forked meanwhile."""
    with _births:
        yield


class Standing:
    """How the processes of a server stand: shared by all of them."""

    def __init__(self, count: int = 1) -> None:
        """All is well; ``count``: worker processes of the server."""
        self.count = count
        # Without a lock: nobody who is killed while reading it can hold up the others. One process writes.
        self._values = multiprocessing.RawArray("q", 7)

    def workers(self, *, down: int, restarts: int) -> None:
        """Say how many workers are down, and how often one was started again."""
        self._values[_DOWN], self._values[_RESTARTS] = down, restarts

    def tls(self, *, down: bool, restarts: int) -> None:
        """Say the same of the process of the TLS ports."""
        self._values[_TLS_DOWN], self._values[_TLS_RESTARTS] = int(down), restarts

    def sinks(self, *, down: bool, restarts: int) -> None:
        """Say the same of the process of the sinks."""
        self._values[_SINKS_DOWN], self._values[_SINKS_RESTARTS] = int(down), restarts

    @property
    def restarts(self) -> int:
        """How often a process was started again."""
        return sum(int(self._values[each]) for each in (_RESTARTS, _TLS_RESTARTS, _SINKS_RESTARTS))

    def saturated(self, seconds: float) -> None:
        """Say that a worker had no time left for so long; two that say so at once may count as one."""
        self._values[_SATURATED_MS] += round(seconds * 1000)

    @property
    def saturated_s(self) -> float:
        """Seconds during which a worker had no time left, of all workers since the start."""
        return int(self._values[_SATURATED_MS]) / 1000

    def problems(self) -> list[str]:
        """Return what is down (English), nothing when nothing is."""
        found = []
        if self._values[_DOWN]:
            found.append(f"{self._values[_DOWN]} worker process(es) died and will be started again")
        if self._values[_TLS_DOWN]:
            found.append("the process of the TLS ports died and will be started again")
        if self._values[_SINKS_DOWN]:
            found.append("the process of the sinks died and will be started again")
        return found


class BackOff:
    """How long to wait before a process is started again."""

    def __init__(self) -> None:
        """It has not died yet."""
        self.deaths = 0

    def after(self, lived_s: float) -> float:
        """Return the seconds to wait after a death."""
        if lived_s >= STABLE_S:
            self.deaths = 0
        self.deaths += 1
        return float(min(FIRST_DELAY_S * 2 ** min(self.deaths - 1, 16), LONGEST_DELAY_S))


class SupervisedGranian(MPServer):
    """granian on a listening socket of ours, with workers that are started again."""

    def __init__(
        self,
        *arguments: Any,
        listening: socket.socket,
        standing: Standing,
        is_answering: Callable[[], bool],
        on_ready: Callable[[], None],
        **options: Any,
    ) -> None:
        """Take the options of granian beside ours; ``on_ready`` is told once ``is_answering``, unless it takes too long.

        What ``on_ready`` raises stops the server.
        """
        super().__init__(*arguments, **options)
        self._listening = listening
        self._standing = standing
        self._is_answering, self._on_ready = is_answering, on_ready
        self._ask_until = time.monotonic() + READY_TIMEOUT_S
        self._has_answered = False
        """From then on it never gives up."""
        self.gave_up = ""
        """Why it did, empty when it did not."""

    def _init_shared_socket(self) -> None:
        # granian would open its own for each worker, which others can share: two servers on one port, and calls lost in
        # the line of a worker that dies. One socket of the parent has neither.
        self._listening.set_inheritable(True)
        descriptor = self._listening.fileno()
        # What its own listeners give: a descriptor, whether it is a Unix socket, and the length of the line.
        state = (descriptor,) if sys.platform == "win32" else (descriptor, False, self.backlog)
        vars(self).update(_ssp=None, _sfd=descriptor, _shd=SocketHolder(*state))
        self._sso = self._listening

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        with birth():
            super()._spawn_workers(spawn_target, target_loader)  # type: ignore[no-untyped-call] # granian has half of its types

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        try:
            self._watch_over(spawn_target, target_loader)
        except BaseException:
            self.shutdown()  # type: ignore[no-untyped-call] # the same
            raise

    def _ask(self) -> bool:
        """Tell those who wait once the server answers; return whether it is to be asked again."""
        if self._has_answered or time.monotonic() > self._ask_until:
            return False
        if self._is_answering():
            self._has_answered = True
            self._on_ready()
        return not self._has_answered

    def _watch_over(self, spawn_target: Any, target_loader: Any) -> None:
        back_offs = [BackOff() for _ in range(self.workers)]
        due: dict[int, float] = {}
        restarts = 0
        while True:
            timeout = max(min(due.values()) - time.monotonic(), 0) if due else None
            if self._ask():
                timeout = _ASK_S if timeout is None else min(timeout, _ASK_S)
            self.main_loop_interrupt.wait(timeout)
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                return
            now = time.monotonic()
            while self.interrupt_children:
                index = self.interrupt_children.pop()
                worker = self.wrks[index]
                delay = back_offs[index].after(now - worker.birth)
                how = _how(worker.inner.exitcode)
                if not self._has_answered and back_offs[index].deaths >= EARLY_DEATHS:
                    self.gave_up = f"a worker process died {EARLY_DEATHS} times before it answered ({how})"
                    return
                _log.warning(
                    "worker process %s died (%s); it is started again in %.1f s",
                    worker.inner.pid,
                    how,
                    delay,
                )
                due[index] = now + delay
            for index in [index for index, when in due.items() if when <= now]:
                del due[index]
                worker = self._spawn_worker(index, spawn_target, target_loader)
                self.wrks[index] = worker
                with birth():
                    worker.start()  # type: ignore[no-untyped-call] # granian has half of its types
                restarts += 1
                _log.warning("worker process %s started", worker.inner.pid)
            self._standing.workers(down=len(due), restarts=restarts)


class SupervisedProcess:
    """A process beside the workers, started again when it dies."""

    def __init__(self, name: str, start: Callable[[], Any], tell: Callable[..., None]) -> None:
        """Take how it is started: a callable that returns it, started, once it serves.

        ``tell`` is told how it stands (``down``, ``restarts``): ``Standing.tls`` or ``Standing.sinks``.

        Raises:
            Exception: whatever ``start`` raises the first time.
        """
        self._name, self._start, self._tell = name, start, tell
        self._stopping = threading.Event()
        self._process = start()
        self._thread = threading.Thread(target=self._watch, name=name, daemon=True)
        self._thread.start()

    def stop(self, end: Callable[[Any], None]) -> None:
        """Watch no more, and end it with ``end``."""
        self._stopping.set()
        end(self._process)
        self._thread.join(timeout=LONGEST_DELAY_S)

    def _watch(self) -> None:
        back_off, restarts = BackOff(), 0
        born = time.monotonic()
        while True:
            self._process.join()
            if self._stopping.is_set():
                return
            delay = back_off.after(time.monotonic() - born)
            _log.warning(
                "%s, process %s, died (%s); it is started again in %.1f s",
                *(self._name, self._process.pid, _how(self._process.exitcode), delay),
            )
            self._tell(down=True, restarts=restarts)
            if self._stopping.wait(delay):
                return
            born = time.monotonic()
            try:
                self._process = self._start()
            except Exception as error:  # noqa: BLE001 - told, and tried again
                _log.warning("%s could not be started again: %s", self._name, error)
                continue
            restarts += 1
            _log.warning("%s started, process %s", self._name, self._process.pid)
            self._tell(down=False, restarts=restarts)


def end_with_parent(leave: Callable[[], None]) -> None:
    """End this process when the one that started it ends, killed or not; ``leave`` is called before.

    A server whose parent is gone would go on answering on its port, and nobody could stop it.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        try:
            leave()
        finally:
            os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"signal {-exit_code}"
    return f"exit code {exit_code}"
