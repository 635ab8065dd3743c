"""Software connected to the one under test, as one check plays it: an MLLP port that acknowledges and keeps what comes."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.drivers.protocol import RefusedError
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.suite.desk.steps import Desk

PATIENCE_S: Final = 20.0
"""How long a message may take to come: a software may queue what it sends."""
LATER_S: Final = 1.0
"""The same once a message did not come: a software that sends none would be waited for at each change."""
_MISSED: Final = "mllp-missed"
_HOST: Final = "127.0.0.1"
_START, _END = b"\x0b", b"\x1c\r"
_LONGEST: Final = 4 * 1024 * 1024
_MOST: Final = 1000
_LOOK_S: Final = 0.02
_CONTROL: Final = re.compile(r"[^\r\n|^~\\&]{0,199}")


@dataclass(slots=True)
class Neighbour:
    """What came, oldest first."""

    memory: dict[str, Any]
    """That of the campaign."""
    messages: list[str] = field(default_factory=list)

    def awaited(self, enough: Callable[[list[str]], bool], after: int = 0) -> list[str]:
        """Return what came after so many messages, once it is enough or patience ends."""
        deadline = time.monotonic() + (LATER_S if self.memory.get(_MISSED) else PATIENCE_S)
        while not enough(self.messages[after:]):
            if time.monotonic() > deadline:
                self.memory[_MISSED] = True
                break
            time.sleep(_LOOK_S)
        return self.messages[after:]


@contextmanager
def neighbour(desk: Desk) -> Iterator[Neighbour]:
    """Connect the bench to the software, as another one, for the length of the block.

    Raises:
        UndecidedError: it has nothing connected, or cannot be told to connect the bench (NOT_TESTED).
    """
    here = desk.lgo.read_settings().get(site.IDENTITY_FEED)
    if here is None:
        raise _cannot(
            f"paramètre {site.IDENTITY_FEED} absent de /settings",
            f"no setting {site.IDENTITY_FEED} in /settings",
        )
    found = Neighbour(desk.memory)
    with socket.create_server((_HOST, 0)) as listening:
        threading.Thread(target=_accept, args=(listening, found), name="mllp", daemon=True).start()
        try:
            desk.lgo.write_settings({site.IDENTITY_FEED: f"{_HOST}:{listening.getsockname()[1]}"})
        except RefusedError as refusal:
            raise _cannot(refusal.message, refusal.message) from refusal
        try:
            yield found
        finally:
            desk.lgo.write_settings({site.IDENTITY_FEED: here})
            with suppress(OSError):
                # What waits for a connection sees the end of it.
                listening.shutdown(socket.SHUT_RDWR)


def _cannot(fr: str, en: str) -> UndecidedError:
    return UndecidedError(
        f"le logiciel ne peut pas être relié au banc : {fr} (sans objet s'il n'a aucun logiciel relié : à déclarer dans le plan)",
        f"the software cannot be connected to the bench: {en} (not applicable when nothing is connected: declare it in the plan)",
        verdict=Verdict.NOT_TESTED,
    )


def _accept(listening: socket.socket, found: Neighbour) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=_serve, args=(connection, found), name="mllp", daemon=True).start()


def _serve(connection: socket.socket, found: Neighbour) -> None:
    with connection, suppress(OSError):
        connection.settimeout(PATIENCE_S)
        held = b""
        while received := connection.recv(65536):
            held += received
            if len(held) > _LONGEST:
                return
            while _END in held:
                framed, _, held = held.partition(_END)
                text = framed.lstrip(_START).decode("utf-8", errors="replace")
                if len(found.messages) < _MOST:
                    found.messages.append(text)
                connection.sendall(_START + _acknowledged(text) + _END)


def _acknowledged(text: str) -> bytes:
    fields = re.split(r"[\r\n]", text, maxsplit=1)[0].split("|")
    control = fields[9] if len(fields) > 9 else ""  # noqa: PLR2004 - MSH-10
    safe = control if _CONTROL.fullmatch(control) else ""
    return f"MSH|^~\\&|BANC|BANC|||20260601000000||ACK|{safe}|P|2.5\rMSA|AA|{safe}\r".encode()
