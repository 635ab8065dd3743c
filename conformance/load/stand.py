"""Where a load run works: a session of a simulator, with the people to look up and what is asked of it beside the load."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from conformance.load.calling.client import tls_problem
from simulator.client import BenchClient, BenchClientError
from simulator.datafile import DataFileError
from simulator.ins.dates import BirthDateError
from simulator.population.generate import namesake
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.load.options import LoadOptions
    from simulator.client import SessionClient
    from simulator.registry.person import Person

SESSION_TTL_S: Final = 3600.0
"""When the load test is killed, its session is gone this long after its last call."""
NAMESAKES: Final = 20
"""Pairs of namesakes added to the session of a run: a registry has few."""
_PAGE: Final = 1000
OBSERVED: Final = 50
OBSERVE_S: Final = 5.0
"""How often the departures of the last exchanges are read, and of how many."""


class StandError(TextError):
    """The run cannot be set up; the message says why and what to do."""


class Stand:
    """The session of one run, from ``with`` to its end."""

    def __init__(self, options: LoadOptions) -> None:
        self._options = options
        self._client = BenchClient(options.url, token=options.token)
        self._own = False
        self.people: list[Person] = []
        self.partial = False
        """The registry has more people than were read."""
        self._observed_at = 0.0
        self._last_exchange = 0

    def __enter__(self) -> Self:
        """Make the session and read its people.

        Raises:
            StandError: the simulator cannot be reached, or refuses.
        """
        options = self._options
        try:
            health = self._client.health()
            if "journal" not in health:
                raise StandError(
                    Text(
                        f"{options.url} répond, mais n'est pas un simulateur de ce banc : son /health n'a pas de journal",
                        f"{options.url} answers, but is no simulator of this bench: its /health has no journal",
                    )
                )
            self._lost = int(health["lost_exchanges"])
            self._workers = int(health.get("workers") or 1)
            self._saturated = health.get("saturated_s")
            self._info = self._client.info()
            self.session = self._session(options.session)
        except BenchClientError as error:
            if self._options.url.startswith("https") and ("SSL" in str(error) or "TLS" in str(error)):
                raise StandError(tls_problem(self._options.url, str(error))) from error
            raise StandError(error.text) from error
        try:
            self.people = list(self._read_people())
            if self._own:
                self._add_namesakes()
        except BenchClientError as error:
            self.__exit__()
            raise StandError(error.text) from error
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(BenchClientError):
            if self._own:
                self.session.delete()
        self._client.close()

    @property
    def path(self) -> str:
        """Path of the session's SOAP address."""
        return urlsplit(self.session.soap_url).path

    def facts(self) -> dict[str, Any]:
        """Return what the record says of the simulator."""
        return {
            "simulator": self._info.get("version"),
            "people": len(self.people),
            "people_partial": self.partial,
            "session": self.session.id,
            "journal": self._client.health()["journal"]["mode"],
            "server_workers": self._workers,
        }

    def script(self, scenario: str | None) -> None:
        """Put a scenario in force instead of the one before; ``None``: answer from the registry again.

        Raises:
            StandError: there is no such scenario, or the simulator refuses it.
        """
        try:
            self.session.clear_scenarios()
            if scenario is not None:
                self.session.install(scenario)
        except (BenchClientError, DataFileError) as error:
            raise StandError(
                Text(
                    f"le scénario {scenario} ne peut pas être mis en vigueur : {error.text.fr}",
                    f"the scenario {scenario} cannot be put in force: {error}",
                )
            ) from error

    def is_there(self) -> bool:
        """Tell whether the simulator answers."""
        try:
            self._client.health()
        except BenchClientError:
            return False
        return True

    def journal(self) -> dict[str, Any] | None:
        """Return how the journal is kept and what it lost meanwhile; ``None``: the simulator is gone."""
        try:
            health = self._client.health()
        except BenchClientError:
            return None
        return {"mode": health["journal"]["mode"], "lost": int(health["lost_exchanges"]) - self._lost}

    def saturated(self) -> float | None:
        """Return the seconds during which a worker of the simulator had no time left meanwhile, by its own account.

        ``None``: the simulator is gone, or does not tell.
        """
        try:
            now = self._client.health().get("saturated_s")
        except BenchClientError:
            return None
        return (
            None if now is None or self._saturated is None else round(float(now) - float(self._saturated), 3)
        )

    def observe(self, now: float, *, last: bool = False) -> dict[str, Any] | None:
        """Return the departures of the last exchanges, when software is under load and it is time again.

        ``last``: it is, as the run is over.
        """
        if self._options.profile.target == "teleservice":
            return None
        if not last and now - self._observed_at < OBSERVE_S:
            return None
        self._observed_at = now
        departures: dict[str, int] = {}
        count = 0
        for exchange in self._last_exchanges(OBSERVED):
            if exchange["id"] <= self._last_exchange:
                continue
            count += 1
            for finding in exchange["findings"]:
                # Plain loopback has no assertion: a set-up, not a departure of the software.
                if finding["code"] != "assertion-missing":
                    departures[finding["code"]] = departures.get(finding["code"], 0) + 1
            self._last_exchange = exchange["id"]
        return {"kind": "observed", "t": round(now, 4), "exchanges": count, "departures": departures}

    def split(self, samples: dict[str, tuple[float, float]]) -> dict[str, Any] | None:
        """Return where the time of the last calls went, in seconds: waiting here, on the wire, in the simulator."""
        waits: list[float] = []
        wires: list[float] = []
        inside: list[float] = []
        for exchange in self._last_exchanges(_PAGE):
            found = samples.get(str(exchange.get("message_id") or "").removeprefix("uuid:"))
            micros = exchange.get("micros")
            if found is None or micros is None:
                continue
            latency, service = found
            waits.append(latency - service)
            inside.append(micros / 1e6)
            wires.append(max(service - micros / 1e6, 0.0))
        if not waits:
            return None
        return {
            "calls": len(waits),
            "client": sum(waits) / len(waits),
            "network": sum(wires) / len(wires),
            "simulator": sum(inside) / len(inside),
        }

    def _last_exchanges(self, count: int) -> list[dict[str, Any]]:
        parameters = {"session": self.session.id, "limit": count, "order": "newest", "bodies": "false"}
        try:
            listed: list[dict[str, Any]] = self._client.call("GET", "/api/v1/exchanges", params=parameters)
        except BenchClientError:
            return []
        return listed[::-1]

    def _session(self, named: str | None) -> SessionClient:
        if named is not None:
            return self._client.session(named)
        settings: dict[str, Any] = {"name": "banc load", "ttl": SESSION_TTL_S}
        if self._options.profile.transport != "plain":
            settings["authentication"] = "required"
        created = self._client.create_session(**settings)
        self._own = True
        return created

    def _read_people(self) -> Iterator[Person]:
        offset = 0
        while True:
            page = self.session.people(limit=_PAGE, offset=offset)
            yield from page
            offset += len(page)
            if len(page) < _PAGE:
                return
            if offset >= self._options.max_people:
                self.partial = True
                return

    def _add_namesakes(self) -> None:
        """Give the session pairs whom only the birth place tells apart."""
        if not self._options.profile.people.get("several") or self.partial:
            return
        added = []
        for person in self.people:
            if not person.key.startswith("syn/") or not person.identity.traits.birth_place:
                continue
            with suppress(BirthDateError):
                added.append(replace(namesake(person, "load"), card=None))
            if len(added) == NAMESAKES:
                break
        if added:
            self.session.add_people(added)
            self.people += added
