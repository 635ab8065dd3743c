"""What a load run is asked to do: one value, which travels to the process of Locust as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.load.profile import Profile
from conformance.load.thresholds import Threshold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.text import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One more simulator to call; the names are those of ``LoadOptions``."""

    url: str
    soap_base: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """One load run."""

    url: str
    """Base URL of the simulator: its control API, and SOAP over plain HTTP."""
    folder: str
    """Where the record and the reports go."""
    profile: Profile
    """The shape of the load, with what the command line changed in it."""
    thresholds: tuple[Threshold, ...] = ()
    """What is asked: those of the profile and those of the command line."""
    soap_base: str | None = None
    """Where SOAP calls go instead, as ``https://localhost:8443``; the session's path is added."""
    pki: str | None = None
    """Folder of ``banc pki init``, for ``cpx`` and ``mtls``."""
    software: str | None = None
    """URL of the driver API of the software under test."""
    session: str | None = None
    """Session of the simulator to call; one is made for the run when left out."""
    others: tuple[Node, ...] = ()
    """Other simulators that users call too, by turns."""
    seed: int = 1
    token: str | None = None
    timeout: float = 10.0
    """Seconds that a user waits for an answer."""
    max_calls: int | None = None
    """The run ends after so many calls."""
    max_people: int = 20_000
    """People drawn from the registry at most."""
    keep_going: bool = False
    """Go on measuring after a wrong answer; the run fails all the same."""
    ui_port: int | None = None
    """Port of Locust's own page on loopback."""
    workers: int = 0
    """Wait for so many worker processes and generate nothing here; 0: this process generates the load."""
    bind: str = "127.0.0.1"
    """Address on which workers are waited for."""
    bind_port: int = 5557
    allowed: tuple[str, ...] = ()
    """Hosts that may be called besides this machine."""
    rules: tuple[str, ...] = ()
    """Keys of the rules looked at meanwhile; see ``rules.RULES``."""
    rule_rate: float = 2.0
    """Looks each second, shared among the rules and the generators."""
    check_rate: float = 0.5
    """Checks of the suite begun each second, at most: one at a time, whoever generates the load."""
    rules_named: bool = False
    """They were asked for by name: one that could not be looked at is missed."""
    lang: Lang = "fr"

    def by_node(self) -> dict[str, LoadOptions]:
        """Return the options of a run of each node alone, by the name of the node; that of a single one is empty."""
        if not self.others:
            return {"": self}
        nodes = (Node(url=self.url, soap_base=self.soap_base, session=self.session), *self.others)
        hosts = [urlsplit(node.url).netloc for node in nodes]
        return {
            # Two sessions of one address, as behind nginx, are told apart by their path.
            f"{host}/s/{node.session}" if node.session and hosts.count(host) > 1 else host: replace(
                self, url=node.url, soap_base=node.soap_base, session=node.session, others=()
            )
            for host, node in zip(hosts, nodes, strict=True)
        }

    def soap_bases(self) -> list[str]:
        """Return where SOAP calls go, of each node."""
        return [each.soap_base or each.url for each in self.by_node().values()]

    def to_json(self) -> str:
        """Return the options as one line of JSON."""
        return json.dumps(self.to_data())

    def to_data(self) -> dict[str, Any]:
        """Return the options as JSON data; the token is in it."""
        return {
            **asdict(self),
            "profile": self.profile.to_json(),
            "thresholds": [each.to_json() for each in self.thresholds],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> LoadOptions:
        """Read what ``to_data`` gave."""
        return cls(
            **{
                **data,
                "profile": Profile.from_json(data["profile"]),
                "thresholds": tuple(Threshold.from_json(each) for each in data["thresholds"]),
                "allowed": tuple(data["allowed"]),
                "rules": tuple(data.get("rules", ())),
                "others": tuple(Node(**each) for each in data.get("others", ())),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> LoadOptions:
        """Read what ``to_json`` wrote."""
        return cls.from_data(json.loads(text))

    def without_secrets(self) -> LoadOptions:
        """Return the options as a record or another machine may have them."""
        return replace(self, token=None)
