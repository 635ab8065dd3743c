"""The simulator of the campaign: its own, or the one that the plan names."""

from __future__ import annotations

import json
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpcore

from conformance.doctor.address import is_taken, place_of
from conformance.doctor.notes import Look, Patience
from simulator.client.connection import Connection
from simulator.security.tls import usual_tls
from simulator.text import Text
from simulator.version import VERSION

if TYPE_CHECKING:
    from conformance.doctor.notes import Notes
    from conformance.plan import Plan

_ANSWER_S: Final = 3.0
_MAX_INFO: Final = 64 * 1024


def look_at_simulator(plan: Plan, notes: Notes, patience: Patience) -> None:
    """Look whether the simulator that a plan names is there and is one; a campaign's own is there by itself."""
    url = plan.simulator_url
    if url is None:
        notes.ok(
            Look.SIMULATOR,
            Text(f"celui de la campagne, version {VERSION}", f"the campaign's own, version {VERSION}"),
        )
        return
    place = place_of(url)
    port = place.port if place else 8080
    if place is None or not is_taken(place, patience):
        notes.stop(
            Look.SIMULATOR,
            Text(f"aucun simulateur à {url}", f"no simulator at {url}"),
            Text(
                f"Démarrez-le : banc serve --port {port}. Ou retirez simulator: url: du plan : la campagne en démarre un.",
                f"Start it: banc serve --port {port}. Or take simulator: url: out of the plan: the campaign starts one.",
            ),
        )
        return
    _look_inside(url, port, plan.simulator_token, notes, patience)


def _look_inside(url: str, port: int, token: str | None, notes: Notes, patience: Patience) -> None:
    status, data = _info(url, token, patience)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        notes.stop(
            Look.SIMULATOR,
            Text(
                f"le simulateur {url} refuse le jeton du plan",
                f"the simulator at {url} refuses the token of the plan",
            ),
            Text(
                "Mettez sous simulator: token: celui que banc serve affiche ou a reçu (--token).",
                "Put under simulator: token: the one that banc serve shows or was given (--token).",
            ),
        )
    elif not isinstance(data, dict) or "version" not in data:
        notes.stop(
            Look.SIMULATOR,
            Text(
                f"le port {port} est pris par un autre programme : ce n'est pas un simulateur qui répond à {url}",
                f"port {port} is taken by another program: what answers at {url} is no simulator",
            ),
            Text(
                f"Arrêtez ce programme, ou servez ailleurs : banc serve --port {port + 1}, et la même adresse dans le plan.",
                f"Stop that program, or serve elsewhere: banc serve --port {port + 1}, and the same address in the plan.",
            ),
        )
    elif data["version"] != VERSION:
        notes.told(
            Look.SIMULATOR,
            Text(
                f"le simulateur {url} est en version {data['version']}, le banc en {VERSION}",
                f"the simulator at {url} is version {data['version']}, the bench {VERSION}",
            ),
            Text(
                "Relancez banc serve avec la version du banc.",
                "Start banc serve again with the version of the bench.",
            ),
        )
    else:
        notes.ok(Look.SIMULATOR, Text(f"{url}, version {VERSION}", f"{url}, version {VERSION}"))


def _info(url: str, token: str | None, patience: Patience) -> tuple[int, Any]:
    """Return the status and the JSON of the simulator's page about itself; ``(0, None)`` for anything else."""
    headers = [(b"Authorization", f"Bearer {token}".encode())] if token else []
    content, limit = b"", Patience(patience.left(_ANSWER_S))
    try:
        target = f"{urlsplit(url).path.rstrip('/')}/api/v1/info"
        connection = Connection(url, context=usual_tls(), left=limit.left)
        with closing(connection):
            answer = connection.request("GET", target, headers, b"")
            for chunk in answer.chunks:
                content += chunk
                if len(content) > _MAX_INFO or limit.is_over:
                    return 0, None
        return answer.status, json.loads(content) if answer.status == HTTPStatus.OK else None
    except (
        httpcore.UnsupportedProtocol,
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        ValueError,
        RecursionError,
    ):
        return 0, None
