"""Whether somebody listens at the address of the driver, and in which scheme."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from conformance.doctor.notes import Look
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.doctor.notes import Notes, Patience

CONNECT_S: Final = 3.0
"""How long a machine may take to take a connection."""
_ANSWER_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart."""

    scheme: str
    host: str
    port: int

    @property
    def shown(self) -> str:
        """``host:port``, as people write it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_this_machine(self) -> bool:
        """Whether only this machine reaches it so."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")


def place_of(url: str) -> Place | None:
    """Return where an address leads, ``None`` when it is none of HTTP."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return Place(parts.scheme, parts.hostname, port or {"http": 80, "https": 443}[parts.scheme])


def look_at_address(url: str, notes: Notes, patience: Patience) -> Place | None:
    """Connect to where a URL leads; return the place when somebody takes the connection."""
    place = place_of(url)
    if place is None:
        notes.stop(
            Look.ADDRESS,
            Text(f"{url!r} n'est pas une adresse", f"{url!r} is no address"),
            Text(
                "Attendu une adresse telle que http://127.0.0.1:9000, sous driver: url: dans le plan.",
                "Expected an address such as http://127.0.0.1:9000, under driver: url: in the plan.",
            ),
        )
        return None
    try:
        connect(place, patience).close()
    except OSError as error:
        _cannot_connect(place, error, notes)
        return None
    notes.ok(Look.ADDRESS, Text(f"{place.shown} prend les connexions", f"{place.shown} takes connections"))
    return place


def connect(place: Place, patience: Patience) -> socket.socket:
    """Open a connection, the name looked up in time.

    Raises:
        OSError: it cannot be had.
    """
    made: list[socket.socket] = []
    failed: list[OSError] = []
    seconds = patience.left(CONNECT_S)

    def attempt() -> None:
        try:
            made.append(socket.create_connection((place.host, place.port), timeout=seconds))
        except OSError as error:
            failed.append(error)
        except UnicodeError as error:  # A name that no name server can be asked for.
            failed.append(socket.gaierror(str(error)))

    # Looking a name up has no time-out of its own, and several addresses of one name are tried one after the other.
    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(seconds)
    if made:
        return made[0]
    raise failed[0] if failed else TimeoutError


def is_taken(place: Place, patience: Patience) -> bool:
    """Return whether somebody takes connections there."""
    try:
        connect(place, patience).close()
    except OSError:
        return False
    return True


def speaks_tls(place: Place, patience: Patience) -> bool:
    """Return whether whoever listens there answers to the beginning of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with connect(place, patience) as plain:
            plain.settimeout(patience.left(_ANSWER_S))
            with context.wrap_socket(plain, server_hostname=place.host):
                return True
    except ssl.SSLError as error:
        # It answered in TLS, and wants something that we have not: that is TLS all the same.
        return "ALERT" in (error.reason or "")
    except (OSError, ValueError):
        return False


def speaks_http(place: Place, patience: Patience) -> bool:
    """Return whether whoever listens there answers to HTTP without TLS."""
    request = f"GET /capabilities HTTP/1.1\r\nHost: {place.shown}\r\nConnection: close\r\n\r\n".encode(
        "ascii", "replace"
    )
    with contextlib.suppress(OSError):
        return _first_bytes(place, patience, lambda plain: plain.sendall(request)).startswith(b"HTTP/")
    return False


def _first_bytes(place: Place, patience: Patience, send: Callable[[socket.socket], None]) -> bytes:
    with connect(place, patience) as plain:
        plain.settimeout(patience.left(_ANSWER_S))
        send(plain)
        return plain.recv(16)


def _cannot_connect(place: Place, error: OSError, notes: Notes) -> None:
    shown, where = place.shown, "driver: url:"
    match error:
        case socket.gaierror():
            text = Text(f"le nom {place.host!r} est inconnu", f"the name {place.host!r} is unknown")
            remedy = Text(
                f"Corrigez le nom sous {where} dans le plan, ou donnez l'adresse IP de la machine.",
                f"Correct the name under {where} in the plan, or give the IP address of the machine.",
            )
        case ConnectionRefusedError():
            text = Text(f"rien n'écoute à {shown}", f"nothing listens at {shown}")
            remedy = Text(
                f"Démarrez le logiciel avec son pilote, ou corrigez {where} dans le plan. Un pilote à essayer : banc driver scaffold.",
                f"Start the software with its driver, or correct {where} in the plan. A driver to begin with: banc driver scaffold.",
            )
        case TimeoutError():
            text = Text(
                f"{shown} ne prend pas la connexion en {CONNECT_S:g} s",
                f"{shown} does not take the connection within {CONNECT_S:g} s",
            )
            remedy = Text(
                "Un pare-feu entre le banc et le logiciel ? La machine est-elle allumée, et l'adresse la bonne ?",
                "A firewall between the bench and the software? Is the machine on, and the address the right one?",
            )
        case _:
            why = error.strerror or str(error)
            text = Text(f"{shown} ne peut pas être joint : {why}", f"{shown} cannot be reached: {why}")
            remedy = Text(f"Corrigez {where} dans le plan.", f"Correct {where} in the plan.")
    notes.stop(Look.ADDRESS, text, remedy)
