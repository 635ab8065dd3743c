"""A request as the fronts see it, whichever server took it: granian, or our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol
    from granian.rsgi import Scope as RSGIScope

    from simulator.serving.own_request import OwnRequest, OwnScope

    HTTPProtocol: TypeAlias = RSGIHTTPProtocol | OwnRequest
    """The body of a request, and the way to answer it."""
    Scope: TypeAlias = RSGIScope | OwnScope
    """What a request asks for."""
