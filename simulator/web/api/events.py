"""The route of the live journal, for servers that give each client a thread (see ``simulator.web.events``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from simulator.web.api.common import problem
from simulator.web.events import HEADERS, FollowError, read_follow

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.bench import Bench
    from simulator.web.events import Live


def event_routes(api: Blueprint, bench: Bench, live: Live) -> None:
    """Add the route of the live journal."""

    @api.get("/exchanges/events")
    def follow_exchanges() -> Response | tuple[Response, int]:
        try:
            wanted = read_follow(request.args, request.headers)
            if wanted.session is not None:
                bench.sessions.get(wanted.session)
            if request.method == "HEAD":
                return Response(headers=list(HEADERS))
            return Response(live.follow_in_thread(wanted), headers=list(HEADERS))
        except FollowError as error:
            return problem(str(error), error.status)
