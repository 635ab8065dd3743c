"""Checks of the suite run while the software works: the same code as in a campaign, beside the users of a load.

A campaign empties the software before each check and prepares what INSi answers. Beside other users neither may be done, so
these are checks that need nothing but people of their own: drawn for each run of a check, made known to the session of the
load, and typed into the software as anybody else. What INSi received is read for them alone. They come one after the
other, at a rate; each that departs is a departure of the run.
"""

from __future__ import annotations

import time
from itertools import count, cycle
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from conformance.drivers.http import HttpDriver
from conformance.engine.asked import Reader
from conformance.engine.context import ENTITLED_USER, ORDINARY_USER
from conformance.engine.drawing import PeopleOfCheck
from conformance.engine.outcome import judge
from conformance.load.calling.chosen import CHECKS, Chosen
from conformance.record.timeline import Timeline
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import Desk
from conformance.suite.desk.wire import Wire
from conformance.verdicts import UndecidedError, Verdict
from simulator.client import BenchClient

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from conformance.drivers.model import Verb
    from conformance.drivers.protocol import Driver
    from conformance.load.calling.meter import Meter
    from conformance.load.options import LoadOptions
    from simulator.client import ExchangeView, SessionClient
    from simulator.registry.person import Person

_T = TypeVar("_T")

_LEAST_S: Final = 0.01
_WAIT_S: Final = 0.25


def lacking(rules: Collection[str], declared: Collection[Verb]) -> dict[str, list[str]]:
    """Return which verbs each of these rules lacks for all its checks, for those that lack some."""
    found: dict[str, list[list[str]]] = {}
    for each in _of(rules):
        found.setdefault(each.rule, []).append(_missing(each, declared))
    return {rule: min(missing, key=len) for rule, missing in found.items() if all(missing)}


def _of(rules: Collection[str]) -> list[Chosen]:
    return [each for each in CHECKS if each.rule in rules]


def _arguments(check: Chosen) -> dict[str, Any]:
    return {name: Route(value) if name == "route" else value for name, value in check.parameters}


def _missing(check: Chosen, declared: Collection[Verb]) -> list[str]:
    function = check.function()
    needed = Reader().verbs(function)
    return sorted(verb.value for verb in needed if verb not in declared)


class _Untouched:
    """Something of which some methods may not be called beside other users."""

    def __init__(self, inner: object, kept: Collection[str]) -> None:
        self._inner, self._kept = inner, kept

    def __getattr__(self, name: str) -> Any:
        if name in self._kept:
            raise UndecidedError(
                f"« {name} » toucherait les autres utilisateurs", f"“{name}” would touch the other users"
            )
        return getattr(self._inner, name)


_EMPTYING: Final = frozenset({"reset"})
_OF_EVERYBODY: Final = frozenset(
    {"install", "install_file", "replace_scenarios", "clear_scenarios", "change", "advance", "freeze", "offset", "resume", "reset_clock", "delete"}
)  # fmt: skip


class _OwnPeople:
    """The people of one run of a check, and the calls that are about them."""

    def __init__(self, client: BenchClient, session: SessionClient, seed: str) -> None:
        self._client, self._session, self._seed = client, session, seed
        self._people: list[Person] = []

    def draw_for(self, key: str) -> Any:
        return PeopleOfCheck(self._seed, key, cast("SessionClient", self))

    def add_people(self, people: Iterable[Person]) -> int:
        """Make INSi know people, and remember them."""
        added = list(people)
        self._people += added
        return self._session.add_people(added)

    def during(self, act: Callable[[], _T]) -> tuple[_T, list[ExchangeView]]:
        """Do an act; return what it returned, and the exchanges about these people meanwhile."""
        last = self._newest()
        result = act()
        return result, [each for each in self._session.exchanges(after=last) if self._is_ours(each)]

    def _newest(self) -> int:
        parameters = {"session": self._session.id, "limit": 1, "order": "newest", "bodies": "false"}
        found = self._client.call("GET", "/api/v1/exchanges", params=parameters)
        return int(found[0]["id"]) if found else 0

    def _is_ours(self, exchange: ExchangeView) -> bool:
        asked = exchange.traits or {}
        # Either: a software that sends a wrong one of the two is not to be taken for one that sends nothing.
        return any(
            asked.get("birth_date") == person.identity.traits.birth_date
            or asked.get("birth_name") == person.identity.traits.birth_name
            for person in self._people
        )


class Inspector:
    """Runs checks of the suite one after the other, beside the users of a load."""

    def __init__(self, options: LoadOptions, session: str, meter: Meter) -> None:
        """Choose the checks.

        Args:
            options: of the run.
            session: that the software calls.
            meter: where what was seen is told, and which knows the time.
        """
        self._options, self._meter = options, meter
        self._client = BenchClient(options.url, token=options.token)
        self._session = self._client.session(session)
        self._driver = HttpDriver(options.software or "", timeout=max(options.timeout, 30.0))
        self._numbers = count(1)
        self.over = False

    def run(
        self, sleep: Callable[[float], object] = time.sleep, is_calm: Callable[[], bool] = lambda: True
    ) -> None:
        """Run checks until it is over.

        Args:
            sleep: waits between two.
            is_calm: INSi answers from its registry; while a scenario speaks, no check can be judged.
        """
        chosen = _of(self._options.rules)
        if not chosen or not self._options.check_rate:
            return
        declared = self._driver.capabilities().verbs
        able = [each for each in chosen if not _missing(each, declared)]
        due = self._meter.now()
        for check in cycle(able):
            while not self.over and ((early := due - self._meter.now()) > 0 or not is_calm()):
                sleep(min(max(early, _LEAST_S), _WAIT_S))
            if self.over:
                return
            # One that took longer than its turn delays the next: they never run beside each other.
            due = max(due, self._meter.now()) + 1 / self._options.check_rate
            seen, problem = self._seen(check)
            if is_calm() and not self.over:
                self._meter.tell_rule(check.rule, check.name, seen, problem)

    def close(self) -> None:
        """Close the connections."""
        self.over = True
        self._driver.close()
        self._client.close()

    def _seen(self, check: Chosen) -> tuple[str, str]:
        """Return ``kept``, ``departed`` or ``unseen``, and why."""
        try:
            check.function()(self._desk(check), **_arguments(check))
        except Exception as error:  # noqa: BLE001 - the engine says what it means, whatever it is
            outcome = judge(error, "call")
            told = {Verdict.FAIL: "departed", Verdict.WARNING: "kept", Verdict.PASS: "kept"}
            return told.get(outcome.verdict, "unseen"), outcome.reason[self._options.lang]
        return "kept", ""

    def _desk(self, check: Chosen) -> Desk:
        people = _OwnPeople(self._client, self._session, f"{self._options.seed}/load/{next(self._numbers)}")
        return Desk(
            lgo=cast("Driver", _Untouched(self._driver, _EMPTYING)),
            insi=cast("SessionClient", _Untouched(self._session, _OF_EVERYBODY)),
            wire=Wire(people.during),
            user=ORDINARY_USER,
            super_user=ENTITLED_USER,
            draw=people.draw_for(check.where),
            draw_for=people.draw_for,
            timeline=Timeline(),
        )
