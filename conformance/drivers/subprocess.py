"""The driver of software without a server: a program that reads verbs on its input and answers on its output.

One line of JSON each way for each verb, in UTF-8; ``docs/driver.md`` and ``subprocess_schema`` describe them::

    {"id": 1, "verb": "read_patient", "actor": {"user": "dupond", "role": "USER"}, "request": {"patient_id": "128"}}
    {"id": 1, "answer": {"id": "128", "status": "PROV", …}}

instead of ``answer``: ``refused`` (code, message, fields), ``not_supported`` (reason) or ``error`` (message). The
error output of the program is its log.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from conformance.drivers import wire
from conformance.drivers.bounded import MAX_ANSWER, NotJsonError, TooLargeError, excerpt, parse
from conformance.drivers.errors import DriverError, Fault, VerbNotSupportedError
from conformance.drivers.raw import RawExchange, shown_bytes
from conformance.drivers.verbs import ALWAYS, Driver
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from conformance.drivers.model import Actor
    from conformance.drivers.settings import DriverSettings
    from conformance.drivers.verbs import Declaration

_STOP_SECONDS = 5.0
"""How long a program may take to end once its input is closed, before it is made to."""
_LOG_LINES = 400
"""Lines of the error output that are kept."""
_LOG_LINE = 2000
"""Bytes of one such line."""
_SHOWN_LOG = 5

ANSWER, REFUSED, NOT_SUPPORTED, ERROR = "answer", "refused", "not_supported", "error"


class SubprocessDriver(Driver):
    """Drives a program over its standard input and output; starts it with the first verb.

    A program that dies, does not answer in time or answers nonsense is ended; the next verb starts it anew and, if
    there was a ``reset``, repeats it, so that the program calls INSi at the right address. Its files are then
    what it kept itself.

    Args:
        settings: ``command``, ``cwd``, ``env`` and ``timeout``.
        on_exchange: told of every line sent and received.
        on_restart: told in words each time the program is started again.
    """

    def __init__(
        self,
        settings: DriverSettings,
        *,
        on_exchange: Callable[[RawExchange], None] | None = None,
        on_restart: Callable[[Text], None] | None = None,
    ) -> None:
        """Prepare; nothing is started yet."""
        self.settings = settings
        self.on_exchange = on_exchange
        self.on_restart = on_restart
        self.restarts = 0
        self._program: _Program | None = None
        self._died: Text | None = None
        self._last_reset: Mapping[str, Any] | None = None
        self._number = 0
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Self:
        """Return the driver."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program."""
        self.close()

    def close(self) -> None:
        """End the program: its input is closed, and it is made to end when that does not do."""
        if self._program is not None:
            self._program.end(_STOP_SECONDS)
            self._program = None

    @property
    def log(self) -> str:
        """What the program has written on its error output lately."""
        return "" if self._program is None else self._program.log()

    def carry(self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
        """Send one line and return the answer, or raise what the answer means."""
        with self._one_at_a_time:
            if self._program is None:
                self._start()
            if declaration.name == "reset":
                self._last_reset = dict(arguments)
            return self._exchange(declaration, actor, arguments)

    def _start(self) -> None:
        self._program = _Program(self.settings)
        if self._died is None:
            return
        self.restarts += 1
        if self.on_restart is not None:
            self.on_restart(
                Text(
                    f"le logiciel est relancé ({self._died.fr})",
                    f"the software is started again ({self._died.en})",
                )
            )
        self._died = None
        if self._last_reset is not None:
            self._exchange(ALWAYS["reset"], None, self._last_reset)

    def _exchange(self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
        program = self._program
        assert program is not None  # noqa: S101 - started by the caller
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "verb": declaration.name}
        if actor is not None:
            message["actor"] = wire.to_json(actor)
        message["request"] = declaration.request(arguments)
        line = json.dumps(message)
        started = time.monotonic()
        received = b""
        try:
            received = program.ask(line.encode("ascii") + b"\n", self.settings.timeout)
            answer = self._read(declaration, received)
        except _ProgramError as error:
            exchange = RawExchange(
                sent=line,
                received=shown_bytes(received or error.received),
                seconds=time.monotonic() - started,
            )
            self._tell(exchange)
            raise self._failed(declaration, program, error, exchange) from error
        exchange = RawExchange(sent=line, received=shown_bytes(received), seconds=time.monotonic() - started)
        self._tell(exchange)
        try:
            return _understood(declaration, answer)
        except DriverError as error:
            error.exchange = exchange
            raise

    def _read(self, declaration: Declaration, line: bytes) -> wire.Node:
        """Return the answer of a line, which is about the present verb."""
        try:
            data = parse(line)
        except TooLargeError as error:
            raise _ProgramError(error.text, Fault.TOO_LARGE) from error
        except NotJsonError as error:
            said = excerpt(line)
            raise _ProgramError(
                Text(
                    f"attendu une ligne de JSON, reçu {said.fr} ({error.text.fr})",
                    f"expected a line of JSON, got {said.en} ({error.text.en})",
                ),
                Fault.CONTRACT,
                hint=_ONLY_ANSWERS,
            ) from error
        given = data.get("id") if isinstance(data, dict) else None
        if given != self._number:
            got = wire.describe(given)
            raise _ProgramError(
                Text(
                    f"attendu une réponse d'id {self._number}, reçu {got.fr}",
                    f"expected an answer with id {self._number}, got {got.en}",
                ),
                Fault.CONTRACT,
                hint=_ONLY_ANSWERS,
            )
        return wire.Node(declaration.name, data)

    def _failed(
        self, declaration: Declaration, program: _Program, error: _ProgramError, exchange: RawExchange
    ) -> DriverError:
        """End the program, whose state is not known any more, and return what happened."""
        program.end(0 if error.fault is Fault.TIMEOUT else _STOP_SECONDS)
        log = program.log().strip().splitlines()[-_SHOWN_LOG:]
        self._program = None
        self._died = error.text
        wrote = "\n  ".join(log)
        return DriverError(
            Text(
                f"{declaration.name} : {error.text.fr}"
                + (f"\nDernières lignes de sa sortie d'erreur :\n  {wrote}" if log else ""),
                f"{declaration.name}: {error.text.en}"
                + (f"\nLast lines of its error output:\n  {wrote}" if log else ""),
            ),
            hint=error.hint,
            fault=error.fault,
            exchange=exchange,
        )

    def _tell(self, exchange: RawExchange) -> None:
        if self.on_exchange is not None:
            self.on_exchange(exchange)


_ONLY_ANSWERS = Text(
    "La sortie standard ne porte que les réponses, une par ligne ; écrivez le reste sur la sortie d'erreur.",
    "The standard output carries answers only, one a line; write anything else on the error output.",
)
_LONGER = Text(
    "Le logiciel est-il bloqué, ou garde-t-il sa réponse dans un tampon (flush) ?",
    "Is the software stuck, or does it keep its answer in a buffer (flush)?",
)


def _understood(declaration: Declaration, answer: wire.Node) -> Any:
    """Return the value of a good answer; raise what any other means. Keys that are null are not there: some languages write them all."""
    if not (refused := answer.key(REFUSED)).is_absent:
        raise wire.read_refusal(refused)
    missing = answer.key(NOT_SUPPORTED)
    if not missing.is_absent and declaration.verb is not None:
        raise VerbNotSupportedError(declaration.verb, missing.key("reason").text() or "no reason given")
    if not (error := answer.key(ERROR)).is_absent:
        said = error.key("message").text()
        raise DriverError(
            Text(
                f"{declaration.name} : le logiciel a échoué : {said}",
                f"{declaration.name}: the software failed: {said}",
            ),
            hint=Text("Son propre journal dit pourquoi.", "Its own log says why."),
            fault=Fault.FAILED,
        )
    value = answer.key(ANSWER)
    if value.is_missing:
        raise value.wrong(
            Text(
                "l'une des clés answer, refused, not_supported, error",
                "one of the keys answer, refused, not_supported, error",
            )
        )
    return declaration.read_answer(wire.Node(declaration.name, value.data))


class _ProgramError(Exception):
    """The program died, was late, or wrote what is no answer."""

    def __init__(self, text: Text, fault: Fault, *, hint: Text | None = None, received: bytes = b"") -> None:
        super().__init__(text.fr)
        self.text = text
        self.fault = fault
        self.hint = hint
        self.received = received


class _Program:
    """A running program and the threads that read it."""

    def __init__(self, settings: DriverSettings) -> None:
        try:
            # The user's own program, from the plan or the command line; no shell.
            self._process = subprocess.Popen(  # noqa: S603
                list(settings.command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=settings.cwd,
                env={**os.environ, **settings.env},
                # Ctrl-C on the terminal is for the bench, which ends the program itself.
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                start_new_session=os.name != "nt",
            )
        except (OSError, ValueError) as error:
            shown = " ".join(settings.command)
            raise DriverError(
                Text(f"« {shown} » ne démarre pas : {error}", f"“{shown}” does not start: {error}"),
                hint=Text(
                    "La commande est-elle juste, et le dossier (cwd) aussi ? Aucun shell ne la lit.",
                    "Is the command right, and its folder (cwd)? No shell reads it.",
                ),
                fault=Fault.UNREACHABLE,
            ) from error
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._readers = [
            threading.Thread(target=self._read_answers, daemon=True),
            threading.Thread(target=self._read_log, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def ask(self, line: bytes, seconds: float) -> bytes:
        """Write one line and return the next one that comes."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        # A program that does not read fills the pipe: writing must not wait for ever either.
        writer = threading.Thread(target=self._write, args=(line,), daemon=True)
        writer.start()
        try:
            answer = self._lines.get(timeout=seconds)
        except queue.Empty as error:
            raise _ProgramError(
                Text(
                    f"pas de réponse en {seconds:g} s ; le logiciel est arrêté",
                    f"no answer within {seconds:g} s; the software is ended",
                ),
                Fault.TIMEOUT,
                hint=_LONGER,
            ) from error
        if answer.endswith(b"\n"):
            return answer
        if len(answer) > MAX_ANSWER:
            mega = MAX_ANSWER // (1024 * 1024)
            raise _ProgramError(
                Text(f"réponse de plus de {mega} Mio", f"an answer of more than {mega} MiB"),
                Fault.TOO_LARGE,
                received=answer[:200],
            )
        code = self._exit_code()
        raise _ProgramError(
            Text(
                f"le logiciel s'est arrêté (code {code}) sans répondre",
                f"the software has ended (exit code {code}) without an answer",
            ),
            Fault.UNREACHABLE,
            received=answer,
        )

    def end(self, patience: float) -> None:
        """Close the input, wait, then insist."""
        if patience:
            self._close_input()
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self._process.kill()
        else:
            self._process.kill()
        self._process.wait()
        self._close_input()
        for reader in self._readers:
            # A grandchild may hold the pipes; the readers are daemons, so nobody waits for it.
            reader.join(timeout=1.0)

    def log(self) -> str:
        return "\n".join(self._log)

    def _exit_code(self) -> int | None:
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except (OSError, ValueError):
            return  # It has ended: its output says so.

    def _close_input(self) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            self._process.stdin.close()
        except (OSError, ValueError):
            return  # What could not be written any more.

    def _read_answers(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        with self._process.stdout as stream:
            while True:
                line = stream.readline(MAX_ANSWER + 1)
                self._lines.put(line)
                if not line.endswith(b"\n"):
                    return

    def _read_log(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - a pipe was asked for
        with self._process.stderr as stream:
            while line := stream.readline(_LOG_LINE):
                self._log.append(line.decode("utf-8", errors="backslashreplace").rstrip("\r\n"))
