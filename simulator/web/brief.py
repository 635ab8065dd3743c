"""The three calls of the control API that a campaign makes thousands of times: answered at once when nothing is unusual.

A person is added, a scenario is put in force, those in force are cleared: Flask and a thread cost several times what is done.
Here such a call is answered word for word as Flask would, in the thread of the event loop; ``None`` is returned before anything
has been changed when there is the least doubt (a refusal of any kind, a scenario not seen before, somebody else who is writing), and Flask
then answers.
"""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any, Final

from simulator.registry.person import from_json
from simulator.scripting.loader import known_scenario
from simulator.web.api.common import object_of
from simulator.web.api.sessions import session_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.bench import Bench
    from simulator.sessions.store import Session

    Brief = tuple[int, list[tuple[str, str]], bytes]
    """Status, headers and body."""

MOST_BYTES: Final = 32 * 1024
"""Longest body: what is longer takes its time, beside the event loop."""

_PATH: Final = re.compile(r"/api/v1/sessions/([a-z0-9][a-z0-9._-]{0,63})/(people|scenarios)", re.ASCII)
_HOST: Final = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?", re.ASCII)
"""Of which no reader has doubts."""
_CREATED: Final = 201

_log = logging.getLogger(__name__)


class BriefCalls:
    """Answers them for one server process; whoever calls may use the API."""

    def __init__(self, bench: Bench) -> None:
        """Take the stores."""
        self._bench = bench
        self._installer = bench.installer
        self._ways: Final[dict[tuple[str, str], Callable[[str, Any], Brief | None]]] = {
            ("POST", "people"): self._add_people,
            ("POST", "scenarios"): lambda session, data: self._install(session, data, alone=False),
            ("PUT", "scenarios"): lambda session, data: self._install(session, data, alone=True),
            ("DELETE", "scenarios"): lambda session, _: self._clear(session),
        }

    def answer(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> Brief | None:
        """Return the answer to a request that is whole and may pass, ``None`` when it takes the usual way."""
        asked = _PATH.fullmatch(path)
        if asked is None or query or len(body) > MOST_BYTES:
            return None
        way = self._ways.get((method, asked[2]))
        if way is None or not _HOST.fullmatch(headers.get("host") or ""):
            return None
        try:
            return way(asked[1], None if method == "DELETE" else _read(headers, body))
        except Exception as error:  # noqa: BLE001 - nothing is done yet: the usual way says what is wrong
            _log.debug("%s %s takes the usual way: %r", method, path, error)
            return None

    def _add_people(self, session_id: str, data: Any) -> Brief:
        session = self._bench.sessions.get(session_id)
        listed = data["people"]
        if not isinstance(listed, list):
            raise TypeError("expected a list")
        people = [from_json(each) for each in listed]
        added = self._bench.registry.add(people, session.scope, at_once=True)
        return _json(_CREATED, {"added": added})

    def _install(self, session_id: str, data: Any, *, alone: bool) -> Brief | None:
        people, known = data.get("people", {}), known_scenario(data.get("scenario"))
        if "file" in data or known is None or not people.keys() >= set(known.people):
            return None
        if any("matricule" not in person for person in people.values()):
            return None  # somebody is to be looked for
        session = self._installer.install(session_id, data["scenario"], people, alone=alone, at_once=True)
        return _json(200 if alone else _CREATED, self._shown(session))

    def _clear(self, session_id: str) -> Brief:
        self._bench.sessions.clear_scenarios(session_id, at_once=True)
        return 204, [("content-type", "text/html; charset=utf-8")], b""

    def _shown(self, session: Session) -> dict[str, Any]:
        return session_json(session, self._bench.teleservice.scripts.problems(session))


def _read(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    if headers.get("content-type") != "application/json" or "content-encoding" in headers:
        raise ValueError("expected plain JSON")
    return object_of(body)


def _json(status: int, data: Any) -> Brief:
    body = json.dumps(data, separators=(",", ":")).encode() + b"\n"
    return status, [("content-type", "application/json"), ("content-length", str(len(body)))], body
