"""Who may use the control API: decided from the headers alone, for every way in."""

from __future__ import annotations

import hmac
from functools import lru_cache
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit


class Headers(Protocol):
    """The headers of a request: a mapping that ignores case, or one with names in lower case."""

    def get(self, name: str, /) -> str | None:
        """Return a header, ``None`` when it is not there."""
        ...


def refusal(headers: Headers, *, token: str | None) -> tuple[str, int] | None:
    """Return why a request is refused and the HTTP status, ``None`` when it may pass.

    Args:
        headers: of the request.
        token: the token of the control API, when it has one.
    """
    if token is not None:
        scheme, _, given = (headers.get("authorization") or "").partition(" ")
        # The name of a scheme is written in any case (RFC 9110 §11.1), the token as it is.
        if not hmac.compare_digest(given.lstrip(" ").encode(), token.encode()) or scheme.lower() != "bearer":
            return "expected the header Authorization: Bearer <token printed by banc serve>", 401
    # A web page open in the tester's browser must not be able to drive the bench: such a request
    # names its own origin, and a rebound name shows in the Host header.
    host, origin = headers.get("host") or "", headers.get("origin")
    if origin is not None and origin.partition("://")[2] != host:
        return "requests from another web origin are refused", 403
    # A page of elsewhere that only reads, such as an image, names no origin; browsers say so themselves (Fetch Metadata).
    if headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        return "requests from another web site are refused", 403
    if token is None and not _names_loopback(host):
        return f"expected a loopback name in the Host header, got {host!r}", 403
    return None


@lru_cache(maxsize=64)
def _names_loopback(host: str) -> bool:
    """Return whether a Host header (name or address, optional port) names this machine alone."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
