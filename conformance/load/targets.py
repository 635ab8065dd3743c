"""Where a load may be aimed: this machine, or what the user has allowed; never the real service."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Collection

FORBIDDEN: Final = (
    "ameli.fr",
    "sesam-vitale.fr",
    "cnamts.fr",
    "ameli.net",
)
"""Domains of the real service and of who runs it (insi-contract §1.1; field-trials): refused whatever is allowed."""


class TargetError(TextError, ValueError):
    """The address cannot be a target; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address understood."""

    base: str
    """Where the control API is: scheme, host and port, no slash at the end."""
    session: str | None = None
    """The session that the address names, as ``/s/ID/lps`` does."""


def understand(url: str) -> Target:
    """Return what an address means: the base of a simulator, or any SOAP, contract or console address of one.

    Raises:
        TargetError: it is no ``http://`` or ``https://`` address with a host.
    """
    text = url.strip()
    if "://" not in text:
        raise TargetError(
            Text(
                f"une adresse telle que http://127.0.0.1:8080 est attendue, reçu : {url!r} : il manque http:// ou https://",
                f"expected an address such as http://127.0.0.1:8080, got {url!r}: the scheme is missing",
            )
        )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise TargetError(
            Text(
                f"une adresse telle que http://127.0.0.1:8080 est attendue, reçu : {url!r} : {error}",
                f"expected an address such as http://127.0.0.1:8080, got {url!r}: {error}",
            )
        ) from error
    if parts.scheme not in ("http", "https"):
        raise TargetError(
            Text(
                f"http:// ou https:// est attendu, reçu : {parts.scheme}:// dans {url!r} : le simulateur ne parle que HTTP",
                f"expected http:// or https://, got {parts.scheme}:// in {url!r}: the simulator speaks HTTP only",
            )
        )
    if not host:
        raise TargetError(
            Text(
                f"une adresse telle que http://127.0.0.1:8080 est attendue, reçu : {url!r} : il n'y a pas de machine",
                f"expected an address such as http://127.0.0.1:8080, got {url!r}: no host",
            )
        )
    if parts.username or parts.password:
        raise TargetError(
            Text(
                f"une adresse sans utilisateur ni mot de passe est attendue, il y en a pour {host} ; prenez --token",
                f"expected an address without user and password, got one for {host}; use --token",
            )
        )
    shown = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
    steps = [step for step in parts.path.split("/") if step]
    session = steps[1] if len(steps) > 1 and steps[0] == "s" else None
    return Target(base=base, session=session)


def check_allowed(url: str, allowed: Collection[str] = ()) -> None:
    """Refuse an address that is not of this machine, unless its host is in the list; the real service's always.

    Args:
        url: an address that ``understand`` takes.
        allowed: host names or addresses, as the user wrote them.

    Raises:
        TargetError: it is refused.
    """
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    if is_real_service(host):
        raise TargetError(
            Text(
                f"{host} est au vrai téléservice : un essai de charge ne l'appelle jamais, quoi qu'on permette",
                f"{host} belongs to the real teleservice: a load test never calls it, whatever is allowed",
            )
        )
    if host in {name.strip().rstrip(".").lower() for name in allowed}:
        return
    if not _is_loopback(host):
        raise TargetError(
            Text(
                f"{host} n'est pas cette machine : un essai de charge n'en appelle d'autres que si on le lui dit, par --allow {host} (et seulement celles que vous avez le droit de charger)",
                f"{host} is not this machine: a load test calls other machines only when told so, "
                f"with --allow {host} (and only those that you may load)",
            )
        )


def is_real_service(host: str) -> bool:
    """Tell whether a host name is one of the real service's."""
    name = host.rstrip(".").lower()
    return any(name == domain or name.endswith(f".{domain}") for domain in FORBIDDEN)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        pass
    if host != "localhost" and not host.endswith(".localhost"):
        return False
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return True
    return all(ip_address(each[4][0]).is_loopback for each in found)
