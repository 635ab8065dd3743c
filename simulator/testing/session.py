"""One session of a simulator, as a test uses it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from simulator.registry.person import Person, from_json, to_json
from simulator.scripting.loader import scenario_data
from simulator.testing.calls import ReceivedCall, failure, matching
from simulator.testing.clock import Clock
from simulator.testing.people import find_people, make_person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.bench import Bench
    from simulator.client import BenchClient, SessionClient
    from simulator.security.pki import PkiSummary

_PAGE: Final = 1000
_BOTH: Final = {"fr": "Écrit dans un test", "en": "Written in a test"}


class Served(Protocol):
    """The simulator that serves a session: see ``simulator.testing.Simulator``."""

    bench: Bench
    client: BenchClient

    @property
    def url(self) -> str:
        """Address over plain HTTP."""

    @property
    def https_url(self) -> str:
        """Address over one-way TLS."""

    @property
    def mtls_url(self) -> str:
        """Address over mutual TLS."""

    @property
    def pki(self) -> PkiSummary:
        """The throw-away certificates."""


class Insi:
    """The simulated teleservice as one test sees it."""

    def __init__(self, server: Served, session: SessionClient) -> None:
        """Take the running server and one of its sessions."""
        self.server = server
        """The simulator that serves it."""
        self.session = session
        """Its client of the control API: all that is not here."""
        self.clock = Clock(session)
        self._scope = server.bench.sessions.get(session.id).scope
        self._own: list[str] = []
        self._after = 0
        self._scripts = 0

    # Where it is

    @property
    def id(self) -> str:
        """Id of the session."""
        return self.session.id

    @property
    def url(self) -> str:
        """Address of the simulator, without a slash at the end."""
        return self.server.url

    @property
    def soap_url(self) -> str:
        """Where the software sends its calls."""
        return self.session.soap_url

    @property
    def wsdl_url(self) -> str:
        """The contract, with ``soap_url`` as its address."""
        return f"{self.soap_url}?wsdl"

    @property
    def https_soap_url(self) -> str:
        """Where the software sends its calls over one-way TLS (``tls=True``)."""
        return self.soap_url.replace(self.server.url, self.server.https_url, 1)

    @property
    def mtls_soap_url(self) -> str:
        """Where the software sends its calls over mutual TLS (``mtls=True``)."""
        return self.soap_url.replace(self.server.url, self.server.mtls_url, 1)

    @property
    def pki(self) -> PkiSummary:
        """The throw-away certificates of the TLS ports."""
        return self.server.pki

    # Who is known

    def person(self, *, tag: str | None = None, **traits: str | None) -> Person:
        """Return a person that INSi knows, always the same for the same wish.

        Args:
            tag: a case they are, such as ``compound-first-name``.
            traits: ``birth_name``, ``first_names`` (the list), ``sex``, ``birth_date``, ``birth_place``.

        Raises:
            NoSuchPersonError: the registry has none.
        """
        return self.people(1, tag=tag, **traits)[0]

    def people(self, count: int, *, tag: str | None = None, **traits: str | None) -> list[Person]:
        """Return several different people that INSi knows; the arguments are those of ``person``.

        Raises:
            NoSuchPersonError: the registry has not so many.
        """
        return find_people(
            self.server.bench.registry, self._scope, count, own=self._own, tag=tag, traits=traits
        )

    def add(self, person: Person | Mapping[str, Any] | None = None, /, **fields: Any) -> Person:
        """Add a person that only this session knows, and return them.

        Either a person (or their JSON form), or the fields that matter to the test: the others are filled in, with a
        matricule that fits. ``insi.add(birth_name="D'ARTAGNAN", first_names="CHARLES", sex="M")``

        Raises:
            PersonError: a field is wrong.
            BenchClientError: they are there already.
        """
        if isinstance(person, Person):
            added = person
        elif person is not None:
            added = from_json(person)
        else:
            added = make_person(len(self._own) + 1, fields)
        self.session.add_people([added])
        self._own.append(added.key)
        return added

    # What it answers

    def when(self, **conditions: Any) -> When:
        """Begin a script: when a call is so, ``then`` answer so.

        The conditions are those of scenario files: ``operation``, ``birth_name``, ``person``…; none holds for every
        call. A person, here or in ``then``, may be given as such. What is scripted last speaks first.
        """
        return When(self, conditions)

    def install(self, scenario: str | Path | dict[str, Any], /, **people: Person) -> dict[str, Person]:
        """Put a scenario in force: a shipped one by id, a file by path (its edits are followed), or its data.

        Returns:
            Who plays each role: those given, others chosen in the registry as the scenario asks.

        Raises:
            DataFileError: the file is missing or broken.
            BenchClientError: the simulator refused it; the message says where and why.
        """
        if isinstance(scenario, Path) or (isinstance(scenario, str) and scenario.endswith((".yaml", ".yml"))):
            data = scenario_data(scenario)
            self.session.install_file(scenario, **people)
        else:
            data = scenario if isinstance(scenario, dict) else scenario_data(scenario)
            self.session.install(data, **people)
        bound = self.session.bound_people()
        return {role: bound[role] for role in data.get("people") or ()}

    # What it received

    @property
    def calls(self) -> list[ReceivedCall]:
        """What was received since the start of the session or the last ``reset``, oldest first."""
        journal, after = self.server.bench.journal, self._after
        calls: list[ReceivedCall] = []
        while True:
            page = journal.list(session=self.id, after=after, limit=_PAGE)
            calls += map(ReceivedCall, page)
            if not page:
                return calls
            after = page[-1].id

    def assert_called(self, times: int | None = None, **criteria: Any) -> list[ReceivedCall]:
        """Check that calls were received, and return them.

        Args:
            times: exactly so many; at least one when left out.
            criteria: ``operation``, ``birth_name``, ``first_names``, ``sex``, ``birth_date``, ``birth_place``,
                ``person`` (asked for or answered), ``code``, ``http_status``, ``idam``, ``message_id``, ``finding``
                (the code of one of them). Names are compared on their normalised form.

        Raises:
            AssertionError: telling what came instead, and why it was answered so.
            TypeError: there is no such criterion.
        """
        calls = self.calls
        found = matching(calls, criteria)
        if not found if times is None else len(found) != times:
            raise AssertionError(failure(calls, criteria, times))
        return found

    def assert_not_called(self, **criteria: Any) -> None:
        """Check that no such call was received; the criteria are those of ``assert_called``."""
        self.assert_called(0, **criteria)

    def wait_for_call(self, *, timeout: float = 5.0, **criteria: Any) -> ReceivedCall:
        """Wait for a call of a software that works by itself, and return the first one.

        Raises:
            AssertionError: it did not come within ``timeout`` seconds; telling what came instead.
        """
        deadline = time.monotonic() + timeout
        while True:
            calls = self.calls
            if found := matching(calls, criteria):
                return found[0]
            if time.monotonic() > deadline:
                raise AssertionError(f"{failure(calls, criteria, None)}\n  after {timeout:g} seconds")
            time.sleep(0.02)

    def reset(self) -> None:
        """Forget the calls, the scripts, the people added and the clock; settings stay as they are."""
        calls = self.calls
        self._after = calls[-1].exchange.id if calls else self._after
        self.session.clear_scenarios()
        self.server.bench.registry.remove_scope(self._scope)
        self._own.clear()
        self.clock.reset()

    def next_script(self) -> str:
        """Return an id for a script of this session."""
        self._scripts += 1
        return f"test/script-{self._scripts}"


class When:
    """A script that still lacks its answer."""

    def __init__(self, insi: Insi, conditions: dict[str, Any]) -> None:
        self._insi = insi
        self._conditions = conditions

    def then(self, **answer: Any) -> Script:
        """Say what is answered, and put the script in force.

        The keys are those of scenario files: ``code="01"``; ``fault="insi_102"``; ``person=p`` with ``alter={…}`` or
        without (code 00)…

        Raises:
            BenchClientError: the script cannot be used; the message says where and why.
        """
        if "person" in answer and not {"code", "fault"} & answer.keys():
            answer = {"code": "00", **answer}
        roles: dict[str, Person] = {}
        rule = {"when": _with_roles(self._conditions, roles), "then": _with_roles(answer, roles)}
        script = self._insi.next_script()
        data = {
            "id": script,
            "title": _BOTH,
            "purpose": _BOTH,
            "source": "simulator.testing",
            "evidence": "inferred",
            "people": list(roles),
            "rules": [rule],
        }
        self._insi.session.install(data, **roles)
        return Script(self._insi, script)


class Script:
    """A script in force."""

    def __init__(self, insi: Insi, scenario_id: str) -> None:
        self._insi = insi
        self.id = scenario_id

    @property
    def calls(self) -> list[ReceivedCall]:
        """The calls that it answered."""
        return [call for call in self._insi.calls if call.decision.scenario == self.id]


def _with_roles(value: Any, roles: dict[str, Person]) -> Any:
    """Return data with a role in the place of each person, added to ``roles``."""
    if isinstance(value, Person):
        for role, person in roles.items():
            if to_json(person) == to_json(value):
                return role
        role = f"person_{len(roles) + 1}"
        roles[role] = value
        return role
    if isinstance(value, dict):
        return {name: _with_roles(each, roles) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_with_roles(each, roles) for each in value]
    return value
