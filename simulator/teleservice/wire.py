"""A request to the SOAP end point as it came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.values import value

if TYPE_CHECKING:
    from collections.abc import Mapping


@value(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One HTTP request to the SOAP end point, as received."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    client_certificate: bytes | None = None
    """DER, when the request came over mutual TLS."""
    too_large: str = ""
    """Why it may not be parsed, found by the way in (English); empty: it may."""
