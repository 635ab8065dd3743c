"""A Python client of the control API: what the conformance suite, the load test and vendors' tests use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import httpx

from simulator.registry.person import Person, from_json, to_json
from simulator.scripting.loader import scenario_data

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


_PAGE = 1000


class BenchClientError(Exception):
    """The simulator could not be reached, or refused a request; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeView:
    """An exchange as told by the control API."""

    id: int
    at: str
    operation: str | None
    code: str
    http_status: int
    request_xml: str
    response_xml: str
    traits: dict[str, Any] | None
    """``birth_name``, ``first_names`` (a list, one entry per Prenom), ``sex``, ``birth_date``, ``birth_place``."""
    idam: str | None
    findings: tuple[dict[str, str], ...]
    decision: dict[str, Any]
    explanation: dict[str, list[str]] = field(default_factory=dict)
    """Lines in words, under ``fr`` and ``en``."""


class BenchClient:
    """The control API of one simulator."""

    def __init__(self, base_url: str, *, token: str | None = None, timeout: float = 10.0) -> None:
        self.base_url = base_url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # A proxy of the environment must never see local test traffic.
        self._http = httpx.Client(base_url=self.base_url, headers=headers, timeout=timeout, trust_env=False)

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
        """Create an isolated session; the settings are those of ``simulator.sessions.settings``."""
        data = self.call("POST", "/api/v1/sessions", json=settings)
        return SessionClient(self, data["id"], self.base_url + data["soap_path"])

    def session(self, session_id: str = "default") -> SessionClient:
        """Return an existing session."""
        data = self.call("GET", f"/api/v1/sessions/{session_id}")
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
        try:
            response = self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise BenchClientError(
                f"the simulator at {self.base_url} does not answer ({error}); is it started? Try: banc serve"
            ) from error
        if response.is_error:
            try:
                message = response.json()["error"]
            except (ValueError, KeyError, TypeError):
                message = response.text[:200]
            raise BenchClientError(f"{method} {path}: HTTP {response.status_code}: {message}")
        try:
            return (response.json() if response.content else None), "next" in response.links
        except ValueError as error:
            raise BenchClientError(
                f"{method} {path}: expected JSON from {self.base_url}, got {response.text[:80]!r}; is it a simulator?"
            ) from error


class SessionClient:
    """One session of a simulator."""

    def __init__(self, client: BenchClient, session_id: str, soap_url: str) -> None:
        self._client = client
        self._path = f"/api/v1/sessions/{session_id}"
        self.id = session_id
        self.soap_url = soap_url
        """Where the software under test sends its SOAP calls."""

    def add_people(self, people: Iterable[Person]) -> int:
        """Add people to the registry as this session sees it; return how many."""
        body = {"people": [to_json(person) for person in people]}
        return int(self._client.call("POST", f"{self._path}/people", json=body)["added"])

    def people(self, *, limit: int = 100, offset: int = 0, tag: str | None = None) -> list[Person]:
        """Return people of the registry as this session sees it."""
        parameters: dict[str, Any] = {"limit": limit, "offset": offset}
        if tag is not None:
            parameters["tag"] = tag
        return [
            from_json(entry) for entry in self._client.call("GET", f"{self._path}/people", params=parameters)
        ]

    def install(self, scenario: str | Path | dict[str, Any], /, **people: Person) -> None:
        """Put a scenario in force: a shipped one by id, a file by path, or its data.

        ``people`` binds each role of the scenario to a person.

        Raises:
            DataFileError: the file is missing or broken.
            BenchClientError: the simulator refused it.
        """
        data = scenario if isinstance(scenario, dict) else scenario_data(scenario)
        body = {"scenario": data, "people": {role: to_json(person) for role, person in people.items()}}
        self._client.call("POST", f"{self._path}/scenarios", json=body)

    def clear_scenarios(self) -> None:
        """Answer from the registry again."""
        self._client.call("DELETE", f"{self._path}/scenarios")

    def exchanges(self, after: int = 0) -> list[ExchangeView]:
        """Return the exchanges of this session with an id greater than ``after``, oldest first."""
        found: list[ExchangeView] = []
        while True:
            parameters = {"session": self.id, "after": found[-1].id if found else after, "limit": _PAGE}
            page, more = self._client.call_page("GET", "/api/v1/exchanges", params=parameters)
            found.extend(map(_view, page))
            if not more:
                return found

    def change(self, **settings: Any) -> dict[str, Any]:
        """Change settings, such as ``clock_offset=3660``, and return them all."""
        changed: dict[str, Any] = self._client.call("PATCH", self._path, json=settings)
        return changed

    def delete(self) -> None:
        """Delete the session; its exchanges stay in the journal."""
        self._client.call("DELETE", self._path)


def _view(data: dict[str, Any]) -> ExchangeView:
    return ExchangeView(
        id=data["id"],
        at=data["at"],
        operation=data["operation"],
        code=data["code"],
        http_status=data["http_status"],
        request_xml=data["request"],
        response_xml=data["response"],
        traits=data["traits"],
        idam=data["idam"],
        findings=tuple(data["findings"]),
        decision=data["decision"],
        explanation=data["explanation"],
    )
