"""Several simulators under one load: a session on each, told and judged as one run.

Each user calls one of them, the next user the next one. What is asked of a run as a whole (its scenario, what its journals lost,
where the time went) is asked of every node; with one node all of it is that node's own answer.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from conformance.load.calling.parts import part_of
from conformance.load.stand import Stand, StandError
from simulator.registry.person import from_json, to_json

if TYPE_CHECKING:
    from conformance.load.options import LoadOptions
    from simulator.client import SessionClient
    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where some of the users call, and whom they ask for."""

    options: LoadOptions
    """Of the run, aimed at this node alone."""
    path: str
    """Of the SOAP address of its session."""
    people: list[Person]
    partial: bool
    """There are more people than these."""
    name: str = ""
    """Of the node; empty when there is but one."""


class Stands:
    """The sessions of one run, from ``with`` to its end: one on each node."""

    def __init__(self, options: LoadOptions) -> None:
        alone = options.by_node()
        self.each = {name: Stand(each) for name, each in alone.items()}
        self._servers = list({alone[name].url: stand for name, stand in self.each.items()}.values())
        """One for each address: what a server says of itself is not said twice for two of its sessions."""
        self._options = options
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Make the sessions and read their people.

        Raises:
            StandError: a simulator cannot be reached, or refuses.
        """
        with ExitStack() as stack:
            for stand in self.each.values():
                stack.enter_context(stand)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def session(self) -> SessionClient:
        """The session that software under load calls: there is but one then."""
        return self._first.session

    @property
    def _first(self) -> Stand:
        return next(iter(self.each.values()))

    def places(self) -> list[Place]:
        """Return where users call."""
        alone = self._options.by_node()
        return [
            Place(options=alone[name], path=stand.path, people=stand.people, partial=stand.partial, name=name)
            for name, stand in self.each.items()
        ]

    def facts(self) -> dict[str, Any]:
        """Return what the record says of the simulators."""
        found = {name: stand.facts() for name, stand in self.each.items()}
        facts = next(iter(found.values()))
        if len(found) == 1:
            return facts
        return {
            **{
                name: value
                if all(each[name] == value for each in found.values())
                else ", ".join(str(each[name]) for each in found.values())
                for name, value in facts.items()
                if name != "session"
            },
            "server_workers": sum(int(stand.facts()["server_workers"]) for stand in self._servers),
            "nodes": {name: each["session"] for name, each in found.items()},
        }

    def script(self, scenario: str | None) -> None:
        """Put a scenario in force on every node instead of the one before; ``None``: answer from the registry again.

        A node that is gone is passed over: the others go on, and its calls tell that it is.

        Raises:
            StandError: there is no such scenario, or a simulator refuses it.
        """
        for stand in self.each.values():
            try:
                stand.script(scenario)
            except StandError:
                if stand.is_there():
                    raise

    def silent(self) -> list[str]:
        """Return the names of the nodes that do not answer."""
        return [name for name, stand in self.each.items() if not stand.is_there()]

    def journal(self) -> dict[str, Any] | None:
        """Return how the journals are kept and what they lost meanwhile, all together; ``None``: no simulator is left."""
        found = [journal for stand in self._servers if (journal := stand.journal()) is not None]
        if not found:
            return None
        modes = dict.fromkeys(str(journal["mode"]) for journal in found)
        return {"mode": ", ".join(modes), "lost": sum(journal["lost"] for journal in found)}

    def saturated(self) -> float | None:
        """Return the seconds during which workers had no time left meanwhile, by their own account; ``None``: none tells."""
        found = [seconds for stand in self._servers if (seconds := stand.saturated()) is not None]
        return round(sum(found), 3) if found else None

    def observe(self, now: float, *, last: bool = False) -> dict[str, Any] | None:
        """Return the departures of the last exchanges of software under load, when it is time again."""
        return self._first.observe(now, last=last)

    def split(self, samples: dict[str, tuple[float, float]]) -> dict[str, Any] | None:
        """Return where the time of the last calls went, in seconds, by all nodes together."""
        found = [split for stand in self.each.values() if (split := stand.split(samples)) is not None]
        calls = sum(split["calls"] for split in found)
        if not calls:
            return None
        return {
            "calls": calls,
            **{
                part: sum(split[part] * split["calls"] for split in found) / calls
                for part in ("client", "network", "simulator")
            },
        }


def tell_places(places: list[Place], part: int, parts: int) -> str:
    """Return as JSON where the users of one of several workers call, with its part of the people; ``read_places`` reads it."""
    told: list[list[dict[str, Any]]] = []
    data = []
    for place in places:
        people = [to_json(person) for person in place.people if part_of(person, parts) == part]
        # Nodes of one registry have the same people: they are told once.
        if people not in told:
            told.append(people)
        data.append({"path": place.path, "partial": place.partial, "people": told.index(people)})
    return json.dumps({"places": data, "people": told})


def read_places(text: str, options: LoadOptions) -> list[Place]:
    """Read what ``tell_places`` wrote, for options of the same nodes.

    Raises:
        ValueError, KeyError: it is something else.
    """
    data = json.loads(text)
    people = [[from_json(person) for person in each] for each in data["people"]]
    return [
        Place(
            options=alone,
            path=each["path"],
            people=people[each["people"]],
            partial=each["partial"],
            name=name,
        )
        for (name, alone), each in zip(options.by_node().items(), data["places"], strict=True)
    ]
