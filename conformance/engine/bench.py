"""The pytest plugin: fixtures of the suite, and what becomes of each check."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from conformance.engine.checks import Check, MarkerError, check_of
from conformance.engine.drawing import PeopleOfCheck
from conformance.engine.events import CheckFinished, CheckStarted
from conformance.engine.outcome import INTERRUPTED, PASSED, Outcome, judge
from conformance.engine.recording import RecordingDriver, RecordingSession, recording_draw
from conformance.evidence import Evidence
from conformance.rules.catalogue import load_catalogue
from conformance.verdicts import Verdict, combine
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Mapping

    from conformance.drivers.model import Actor
    from conformance.drivers.protocol import Driver
    from conformance.engine.context import BenchContext
    from conformance.rules.catalogue import Rule
    from simulator.client import SessionClient
    from simulator.registry.person import Person


@dataclass(slots=True, kw_only=True)
class CheckRun:
    """What happened to one check so far."""

    check: Check
    evidence: Evidence = field(default_factory=Evidence)
    outcomes: list[Outcome] = field(default_factory=list)
    """One per phase that raised; empty when all went well."""
    duration: float = 0.0
    finished: bool = False

    @property
    def outcome(self) -> Outcome:
        """The worst of its phases."""
        if not self.finished:
            return INTERRUPTED
        worst = combine([PASSED.verdict, *(outcome.verdict for outcome in self.outcomes)])
        return next((outcome for outcome in self.outcomes if outcome.verdict is worst), PASSED)


_RUN = pytest.StashKey[CheckRun]()


class BenchPlugin:
    """Runs checks against the software of ``context`` and keeps what happened in ``runs``.

    Use it through ``run_checks``, which shields it from the user's own pytest configuration.
    """

    def __init__(
        self,
        context: BenchContext,
        catalogue: Mapping[str, Rule] | None = None,
        wanted: Collection[str] | None = None,
    ) -> None:
        """Prepare a run.

        Args:
            context: the campaign.
            catalogue: rules by key; the packaged ones by default.
            wanted: keys of the rules to verify; all by default. A check runs when one of its rules is wanted.
        """
        self.context = context
        self.catalogue = load_catalogue() if catalogue is None else catalogue
        self.wanted = frozenset(self.catalogue if wanted is None else wanted)
        self.runs: dict[str, CheckRun] = {}
        """By pytest node id, in the order of the suite."""
        self.problems: list[str] = []
        """Defects of the suite itself: the run means nothing when there is one."""
        self.crash: BaseException | None = None
        """What stopped pytest itself."""
        self.interrupted = False
        self._last_exchange = 0
        self._number = 0

    # Fixtures

    @pytest.fixture(autouse=True)
    def _fresh_start(self) -> None:
        """Start each check with an empty software, no scenario, and no exchange from before."""
        self.context.driver.reset(insi_url=self.context.insi_url)
        self.context.insi.clear_scenarios()
        for exchange in self.context.insi.exchanges(after=self._last_exchange):
            self._last_exchange = max(self._last_exchange, exchange.id)

    @pytest.fixture
    def evidence(self, request: pytest.FixtureRequest) -> Evidence:
        """Return the timeline of the check, to add notes and states to it."""
        node = cast("pytest.Item", request.node)
        return node.stash[_RUN].evidence

    @pytest.fixture
    def lgo(self, evidence: Evidence) -> Driver:
        """Return the software under test; every verb used is recorded."""
        proxy = RecordingDriver(
            self.context.driver, evidence, lambda: self._fetch_exchanges_quietly(evidence)
        )
        return cast("Driver", proxy)

    @pytest.fixture
    def insi(self, evidence: Evidence) -> SessionClient:
        """Return the session of the simulator that the software calls."""
        return cast("SessionClient", RecordingSession(self.context.insi, evidence))

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest, evidence: Evidence) -> Callable[..., Person]:
        """Return the function that draws a fresh person known to INSi; see ``drawing.PeopleOfCheck``."""
        node = cast("pytest.Item", request.node)
        return self._draw_for(node.stash[_RUN].check.id, evidence)

    @pytest.fixture
    def draw_for(self, evidence: Evidence) -> Callable[[str], Callable[..., Person]]:
        """Return what draws people for something that several checks share, by its name: whichever comes first, they are the same."""
        return lambda key: self._draw_for(key, evidence)

    def _draw_for(self, key: str, evidence: Evidence) -> Callable[..., Person]:
        return recording_draw(PeopleOfCheck(self.context.seed, key, self.context.insi), evidence)

    @pytest.fixture
    def actor(self) -> Actor:
        """Return an ordinary user of the software."""
        return self.context.actor

    @pytest.fixture
    def super_user(self) -> Actor:
        """Return a user entitled to change strict traits."""
        return self.context.super_user

    # Collection

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the markers of the suite."""
        config.addinivalue_line("markers", "rule(*keys): the rules of the catalogue that this check verifies")
        config.addinivalue_line("markers", "title(fr, en): what this check does, in both languages")
        # Nobody sees pytest's own account of a failure; the short style spares most of the time of a failed check.
        config.option.tbstyle = "native"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that cannot be imported."""
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the rules of each check and keep those that verify a wanted rule."""
        kept: list[pytest.Item] = []
        ids: dict[str, str] = {}
        for item in items:
            try:
                check = check_of(item, self.catalogue)
            except MarkerError as error:
                self.problems.append(str(error))
                continue
            if check.id in ids:
                self.problems.append(f"{item.nodeid}: its id {check.id} is already that of {ids[check.id]}")
            ids[check.id] = item.nodeid
            if self.wanted.intersection(check.keys):
                self.runs[item.nodeid] = CheckRun(check=check)
                kept.append(item)
        items[:] = [] if self.problems else kept

    # Run

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Surround a check: announce it, run it, gather its exchanges, tell its verdict."""
        run = item.stash[_RUN] = self.runs[item.nodeid]
        self._number += 1
        check, total = run.check, len(self.runs)
        self.context.on_event(
            CheckStarted(id=check.id, title=check.title, rules=check.keys, number=self._number, total=total)
        )
        start = time.perf_counter()
        result = yield
        self._gather_exchanges(run)
        run.duration = time.perf_counter() - start
        run.finished = True
        outcome = run.outcome
        self.context.on_event(
            CheckFinished(
                id=check.id,
                title=check.title,
                rules=check.keys,
                verdict=combine(outcome.for_rule(rule) for rule in check.rules if rule.key in self.wanted),
                reason=outcome.reason,
                duration=run.duration,
                number=self._number,
                total=total,
            )
        )
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Judge what a phase raised."""
        if call.excinfo is None:
            return
        run = item.stash[_RUN]
        outcome = judge(call.excinfo.value, call.when if call.when != "collect" else "setup")
        run.outcomes.append(outcome)
        if outcome.details:
            run.evidence.note(outcome.details)

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that the user stopped the run."""
        self.interrupted = True

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep what broke pytest, or the listener of the events, for ``run_checks`` to raise."""
        self.crash = excinfo.value
        return True

    # Exchanges

    def _fetch_exchanges(self, evidence: Evidence) -> None:
        for exchange in self.context.insi.exchanges(after=self._last_exchange):
            evidence.exchange(exchange)
            self._last_exchange = max(self._last_exchange, exchange.id)

    def _fetch_exchanges_quietly(self, evidence: Evidence) -> None:
        """Fetch in the middle of a check; a failure here is met again, and judged, at its end."""
        try:
            self._fetch_exchanges(evidence)
        except Exception as error:  # noqa: BLE001 - whatever the client raises, the check goes on
            evidence.note(f"{type(error).__name__}: {error}")

    def _gather_exchanges(self, run: CheckRun) -> None:
        """Fetch what INSi saw; without it the verdict rests on nothing."""
        try:
            self._fetch_exchanges(run.evidence)
        except Exception as error:  # noqa: BLE001 - whatever the client raises, the verdict is INCONCLUSIVE
            message = f"{type(error).__name__}: {error}"
            run.outcomes.append(
                Outcome(
                    verdict=Verdict.INCONCLUSIVE,
                    reason=Text(
                        f"Les échanges INSi de ce contrôle n'ont pas pu être relus : {message}",
                        f"The INSi exchanges of this check could not be read back: {message}",
                    ),
                    hint=Text(
                        "Vérifiez que le simulateur est toujours démarré.",
                        "Check that the simulator is still up.",
                    ),
                )
            )
