"""A Python client of the control API: what the conformance suite, the load test and vendors' tests use."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from json import JSONEncoder, loads
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote, urlencode, urlsplit

import httpcore

from simulator.client.connection import Connections, Reply
from simulator.client.received import ReceivedClient
from simulator.client.views import ExchangeView, exchange_view
from simulator.registry.person import Person, from_json, to_json
from simulator.scripting.loader import scenario_data
from simulator.security.tls import usual_tls
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BenchClient", "BenchClientError", "ExchangeView", "SessionClient", "exchange_view"]

_PAGE = 1000


class BenchClientError(TextError):
    """The simulator could not be reached, or refused a request; the message says why."""


BUSY_S: Final = 60.0
"""How long a reading call is made again when the simulator says that it will be able to answer soon."""
_WAIT_S: Final = 0.5
_NO_ANSWER: Final = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)
_SAFE: Final = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the control API answered."""

    reply: Reply
    content: bytes = field(repr=False)

    @property
    def status(self) -> int:
        """Of HTTP."""
        return self.reply.status

    @property
    def text(self) -> str:
        """The content as text, whatever it is."""
        return self.content.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """Return the value of a header; empty when there is none."""
        return self.reply.header(name.encode("ascii")).decode("latin-1")


class BenchClient:
    """The control API of one simulator."""

    def __init__(self, base_url: str, *, token: str | None = None, timeout: float = 10.0) -> None:
        self.base_url = base_url.rstrip("/")
        self._headers = {"Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._prefix = urlsplit(self.base_url).path
        # A proxy of the environment must never see local test traffic: none is used.
        self._http = Connections(self.base_url, context=usual_tls(), timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def health(self) -> dict[str, Any]:
        """Return the state of the simulator."""
        health: dict[str, Any] = self.call("GET", "/health")
        return health

    def info(self) -> dict[str, Any]:
        """Return version, registry and profile of the simulator."""
        info: dict[str, Any] = self.call("GET", "/api/v1/info")
        return info

    def create_session(self, **settings: Any) -> SessionClient:
        """Create an isolated session.

        The settings are those of ``simulator.sessions.settings``, and ``id`` for one that people can read.
        """
        data = self.call("POST", "/api/v1/sessions", json=settings)
        return SessionClient(self, data["id"], self.base_url + data["soap_path"])

    def session(self, session_id: str = "default") -> SessionClient:
        """Return an existing session."""
        data = self.call("GET", f"/api/v1/sessions/{session_id}")
        return SessionClient(self, data["id"], self.base_url + data["soap_path"])

    def sessions(self, *, limit: int = 100, offset: int = 0) -> list[dict[str, Any]]:
        """Return a page of the sessions, oldest first."""
        listed: list[dict[str, Any]] = self.call(
            "GET", "/api/v1/sessions", params={"limit": limit, "offset": offset}
        )
        return listed

    def import_session(
        self, archive: bytes, *, session_id: str | None = None, recognise: bool = True
    ) -> SessionClient:
        """Create a session from what ``SessionClient.export`` returned, without its exchanges.

        Args:
            archive: the ZIP file.
            session_id: of the new session; ``None``: that of the archive.
            recognise: keep what its calls are recognised by.
        """
        parameters = {"recognise": "keep" if recognise else "drop"}
        if session_id is not None:
            parameters["id"] = session_id
        headers = {"Content-Type": "application/zip"}
        data = self.call("POST", "/api/v1/import", params=parameters, content=archive, headers=headers)
        return SessionClient(self, data["id"], self.base_url + data["soap_path"])

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Make one call of the API and return its JSON.

        Raises:
            BenchClientError: no answer, or an error answer.
        """
        return self.call_page(method, path, **arguments)[0]

    def call_page(self, method: str, path: str, **arguments: Any) -> tuple[Any, bool]:
        """Make one call of the API and return its JSON, and whether the listing goes on.

        Raises:
            BenchClientError: no answer, or an error answer.
        """
        answer = self.fetch(method, path, **arguments)
        try:
            data = loads(answer.content) if answer.content else None
        except ValueError as error:
            raise BenchClientError(
                Text(
                    f"{method} {path} : du JSON est attendu de {self.base_url}, reçu : {answer.text[:80]!r} ; est-ce un simulateur ?",
                    f"{method} {path}: expected JSON from {self.base_url}, got {answer.text[:80]!r}; is it a simulator?",
                )
            ) from error
        return data, 'rel="next"' in answer.header("link")

    def fetch(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make one call of the API and return its answer, whatever it holds.

        Args:
            method: of HTTP.
            path: below the base URL.
            params: of the query.
            json: sent as the body, instead of ``content``.
            content: of the body.
            headers: besides those of each call.

        Raises:
            BenchClientError: no answer, or an error answer.
        """
        every = {**self._headers, **(headers or {})}
        if json is not None:
            content = _written(json).encode()
            every["Content-Type"] = "application/json"
        target = _quoted(self._prefix + path) + (f"?{urlencode(params)}" if params else "")
        fields = [(name.encode("ascii"), value.encode("latin-1")) for name, value in every.items()]
        try:
            answer = Answer(*self._http.request(method, target, fields, content))
            deadline = time.monotonic() + BUSY_S
            while _is_told_to_wait(method, answer) and time.monotonic() < deadline:
                time.sleep(_WAIT_S)
                answer = Answer(*self._http.request(method, target, fields, content))
        except (*_NO_ANSWER, OSError, ValueError) as error:
            raise BenchClientError(
                Text(
                    f"le simulateur à {self.base_url} ne répond pas ({error}) ; est-il démarré ? Essayez : banc serve",
                    f"the simulator at {self.base_url} does not answer ({error}); is it started? Try: banc serve",
                )
            ) from error
        if answer.status >= HTTPStatus.BAD_REQUEST:
            try:
                message = loads(answer.content)["error"]
            except (ValueError, KeyError, TypeError):
                message = answer.text[:200]
            # The API speaks English, as its names do.
            from simulator.datafile.spoken import in_french  # noqa: PLC0415 - a catalogue that refusals alone need

            raise BenchClientError(
                Text(
                    f"le simulateur refuse {method} {path} (HTTP {answer.status}) : {in_french(str(message))}",
                    f"{method} {path}: HTTP {answer.status}: {message}",
                )
            )
        return answer


_written: Final = JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


@lru_cache(maxsize=256)
def _quoted(path: str) -> str:
    """Return a path as it is sent: a campaign asks for the same few thousands of times."""
    return quote(path, safe=_SAFE)


def _is_told_to_wait(method: str, answer: Answer) -> bool:
    """Return whether a reading call is to be made again soon: the journal is being indexed, or too many calls wait."""
    return (
        method == "GET"
        and answer.status == HTTPStatus.SERVICE_UNAVAILABLE
        and bool(answer.header("retry-after"))
    )


class SessionClient:
    """One session of a simulator."""

    def __init__(self, client: BenchClient, session_id: str, soap_url: str) -> None:
        self._client = client
        self.path = f"/api/v1/sessions/{session_id}"
        """Where the control API has it."""
        self.id = session_id
        self.soap_url = soap_url
        """Where the software under test sends its SOAP calls."""

    @property
    def received(self) -> ReceivedClient:
        """What the sinks received of this session."""
        return ReceivedClient(self._client, self.id)

    def add_people(self, people: Iterable[Person]) -> int:
        """Add people to the registry as this session sees it; return how many."""
        body = {"people": [to_json(person) for person in people]}
        return int(self._client.call("POST", f"{self.path}/people", json=body)["added"])

    def people(self, *, limit: int = 100, offset: int = 0, tag: str | None = None) -> list[Person]:
        """Return people of the registry as this session sees it."""
        parameters: dict[str, Any] = {"limit": limit, "offset": offset}
        if tag is not None:
            parameters["tag"] = tag
        return [
            from_json(entry) for entry in self._client.call("GET", f"{self.path}/people", params=parameters)
        ]

    def install(self, scenario: str | Path | dict[str, Any], /, **people: Person) -> None:
        """Put a scenario in force: a shipped one by id, a file by path, or its data.

        ``people`` binds each role of the scenario to a person.

        Raises:
            DataFileError: the file is missing or broken.
            BenchClientError: the simulator refused it.
        """
        self._install("POST", scenario, people)

    def replace_scenarios(self, scenario: str | Path | dict[str, Any], /, **people: Person) -> None:
        """Put a scenario in force instead of those installed, and forget what they remember; as ``install`` otherwise.

        Those installed stay when it is refused.

        Raises:
            DataFileError: the file is missing or broken.
            BenchClientError: the simulator refused it.
        """
        self._install("PUT", scenario, people)

    def install_file(self, path: str | Path, /, **people: Person) -> None:
        """Put a scenario file in force by reference: its edits take effect on the next call.

        The simulator reads the path itself, so it must run on this machine.

        Raises:
            BenchClientError: the simulator refused it.
        """
        body = {
            "file": str(Path(path).resolve()),
            "people": {role: to_json(person) for role, person in people.items()},
        }
        self._client.call("POST", f"{self.path}/scenarios", json=body)

    def bound_people(self) -> dict[str, Person]:
        """Return who plays each role of the scenarios in force, those of the one that speaks first winning."""
        people: dict[str, Person] = {}
        for installed in reversed(self._client.call("GET", f"{self.path}/scenarios")):
            people |= {role: from_json(person) for role, person in installed["people"].items()}
        return people

    def clear_scenarios(self) -> None:
        """Answer from the registry again, and forget what the scenarios remember."""
        self._client.call("DELETE", f"{self.path}/scenarios")

    def exchanges(self, after: int = 0, *, service: str | None = "insi") -> list[ExchangeView]:
        """Return the exchanges of this session with an id greater than ``after``, oldest first.

        ``service``: those of INSi, or of a sink (``dmp``, ``mssante``); ``None``: all of them.
        """
        found: list[ExchangeView] = []
        while True:
            last = found[-1].id if found else after
            parameters = {
                "session": self.id,
                "after": last,
                "limit": _PAGE,
                "bodies": "true",
                **({} if service is None else {"service": service}),
            }
            page, more = self._client.call_page("GET", "/api/v1/exchanges", params=parameters)
            found.extend(map(exchange_view, page))
            if not more:
                return found

    def change(self, **settings: Any) -> dict[str, Any]:
        """Change settings, such as ``clock_offset=3660``, and return them all."""
        changed: dict[str, Any] = self._client.call("PATCH", self.path, json=settings)
        return changed

    def show(self) -> dict[str, Any]:
        """Return the settings and the state of the session."""
        shown: dict[str, Any] = self._client.call("GET", self.path)
        return shown

    def advance(self, seconds: float) -> dict[str, Any]:
        """Move the session's clock on, frozen or not, and return the session; back when negative."""
        return self._move_clock({"advance": seconds})

    def freeze(self, at: str = "now") -> dict[str, Any]:
        """Stop the session's clock at an ISO 8601 instant with its zone, or where it is."""
        return self._move_clock({"freeze": at})

    def offset(self, seconds: float) -> dict[str, Any]:
        """Let the session's clock run, so many seconds from the real time."""
        return self._move_clock({"offset": seconds})

    def resume(self) -> dict[str, Any]:
        """Let a frozen clock run on from where it stands."""
        return self._move_clock({"resume": True})

    def reset_clock(self) -> dict[str, Any]:
        """Go back to the real time."""
        return self._move_clock({"reset": True})

    def export(self, *, exchanges: bool = True) -> bytes:
        """Return the session as a ZIP file; ``exchanges``: with those of the journal, their secrets masked."""
        parameters = {"exchanges": "keep" if exchanges else "drop"}
        return self._client.fetch("GET", f"{self.path}/export", params=parameters).content

    def delete(self, *, exchanges: bool = False) -> None:
        """Delete the session; its exchanges stay in the journal, unless ``exchanges`` says to remove them too."""
        self._client.call("DELETE", self.path, params={"exchanges": "remove" if exchanges else "keep"})

    def _install(
        self, method: str, scenario: str | Path | dict[str, Any], people: Mapping[str, Person]
    ) -> None:
        data = scenario if isinstance(scenario, dict) else scenario_data(scenario)
        body = {"scenario": data, "people": {role: to_json(person) for role, person in people.items()}}
        self._client.call(method, f"{self.path}/scenarios", json=body)

    def _move_clock(self, command: dict[str, Any]) -> dict[str, Any]:
        moved: dict[str, Any] = self._client.call("POST", f"{self.path}/clock", json=command)
        return moved
