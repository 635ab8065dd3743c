"""The pytest plugin: fixtures of the suite, and what becomes of each check."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from conformance.drivers.lateness import Lateness
from conformance.engine.check_run import CheckRun
from conformance.engine.checks import MarkerError, check_of
from conformance.engine.deputies import Deputies
from conformance.engine.drawing import Newcomers, PeopleOfCheck
from conformance.engine.events import CheckFinished, CheckStarted
from conformance.engine.keeping import keeper
from conformance.engine.looking import Looks
from conformance.engine.outcome import judge
from conformance.engine.planned import left_of, planned
from conformance.engine.raw import RawTap
from conformance.engine.recording import MAY_CALL_INSI, RecordingDriver, RecordingSession, recording_draw
from conformance.engine.stopping import Stopping, is_gone
from conformance.engine.tap import tap_of
from conformance.record import events
from conformance.record.events import Outcome, SuiteCollected
from conformance.record.judging import verdict_for
from conformance.record.timeline import BreakEntry, Timeline
from conformance.rules.catalogue import load_catalogue
from conformance.verdicts import Ending, Verdict, combine
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Mapping

    from conformance.drivers.model import Actor
    from conformance.drivers.protocol import Driver
    from conformance.engine.context import BenchContext
    from conformance.record.timeline import Entry
    from conformance.rules.catalogue import Rule
    from conformance.verdicts import Aside
    from simulator.client import ExchangeView, SessionClient
    from simulator.registry.person import Person


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
        self.tap = tap_of(context, self._exchange)
        self._looks = Looks(getattr(context.driver, "outdated", lambda: None))
        self._lateness = Lateness()
        self._deputies = Deputies(context.actor, context.super_user)
        self._newcomers = Newcomers(context.insi)
        self.raw = RawTap(context.driver)
        self._stopping = Stopping(context.limits)
        self._number = 0
        self._running: CheckRun | None = None
        self._used = True
        """The software was asked for something since it was last emptied."""
        self._scenarios = True
        """A scenario may be in force."""
        self._fresh = False
        """The check that runs works with an empty software."""
        self._total = 0

    # Fixtures

    @pytest.fixture(autouse=True)
    def _fresh_start(self) -> None:
        """Start each check without a scenario; the software is emptied when the check first asks it for something."""
        self._stopping.check()
        if self._scenarios:
            self.context.insi.clear_scenarios()
            self._scenarios = False
        self._fresh = False

    @pytest.fixture
    def evidence(self, request: pytest.FixtureRequest) -> Timeline:
        """Return the timeline of the check, to add notes and states to it."""
        node = cast("pytest.Item", request.node)
        return node.stash[_RUN].evidence

    @pytest.fixture
    def lgo(self, request: pytest.FixtureRequest, evidence: Timeline) -> Driver:
        """Return the software under test; every verb used is recorded."""
        run = cast("pytest.Item", request.node).stash[_RUN]

        def before(verb: str) -> None:
            run.verbs.add(verb)
            self._newcomers.tell()
            self._empty_software()
            self.raw.preparing("reset")
            self._used = True
            self.tap.acted()

        def after(verb: str) -> None:
            self.tap.acted()
            if verb in MAY_CALL_INSI:
                self._read_quietly(run)

        record = self.context.record
        keep = keeper(record.path.parent if record else None, evidence.add)
        driver = RecordingDriver(
            self.context.driver,
            evidence,
            before=before,
            after=after,
            keep=keep,
            looks=self._looks,
            lateness=self._lateness,
            deputies=self._deputies,
        )
        return cast("Driver", driver)

    def _empty_software(self) -> None:
        """Reset the software before the first verb of a check, unless nothing was done with it since the last time."""
        if not self._fresh and self._used:
            self.context.driver.reset(insi_url=self.context.insi_url)
        self._fresh = True

    @pytest.fixture
    def insi(self, evidence: Timeline) -> SessionClient:
        """Return the session of the simulator that the software calls."""

        def scenario(in_force: bool) -> None:  # noqa: FBT001 - as RecordingSession tells it
            self._scenarios = in_force

        def before() -> None:
            self._looks.forget()
            self._newcomers.tell()

        # Whoever has the session in hand may have something in mind that only it can tell: read at the end.
        self.tap.acted()
        session = RecordingSession(self.context.insi, evidence, on_scenario=scenario, before=before)
        return cast("SessionClient", session)

    @pytest.fixture
    def see_aside(self, request: pytest.FixtureRequest) -> Callable[[Aside], None]:
        """Return what notes a departure from a rule that the check is not about."""
        return cast("pytest.Item", request.node).stash[_RUN].see

    @pytest.fixture
    def lateness(self) -> Lateness:
        """Return how late the software shows its traces; found out once."""
        return self._lateness

    @pytest.fixture
    def during(self) -> Callable[[Callable[[], Any]], tuple[Any, list[ExchangeView]]]:
        """Return what does an act and returns its result with the exchanges that took place meanwhile."""
        return self.tap.during

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest, evidence: Timeline) -> Callable[..., Person]:
        """Return the function that draws a fresh person known to INSi; see ``drawing.PeopleOfCheck``."""
        node = cast("pytest.Item", request.node)
        return self._draw_for(node.stash[_RUN].check.id, evidence)

    @pytest.fixture
    def draw_for(self, evidence: Timeline) -> Callable[[str], Callable[..., Person]]:
        """Return what draws people for something that several checks share, by its name: whichever comes first, they are the same."""
        return lambda key: self._draw_for(key, evidence)

    def _draw_for(self, key: str, evidence: Timeline) -> Callable[..., Person]:
        return recording_draw(PeopleOfCheck(self.context.seed, key, self._newcomers), evidence)

    @pytest.fixture
    def actor(self) -> Actor:
        """Return an ordinary user of the software."""
        return self.context.actor

    @pytest.fixture
    def super_user(self) -> Actor:
        """Return a user entitled to change strict traits."""
        return self.context.super_user

    @pytest.fixture
    def actors(self) -> frozenset[str]:
        """Return what the plan says that the software is; empty when it does not say."""
        return self.context.actors

    # Collection

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the markers of the suite."""
        config.addinivalue_line("markers", "rule(*keys): the rules of the catalogue that this check verifies")
        config.addinivalue_line("markers", "title(fr, en): what this check does, in both languages")
        config.addinivalue_line("markers", "apart(path): this check is a path that not all software has")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that cannot be imported."""
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the rules of each check and keep those that verify a wanted rule."""
        kept: list[pytest.Item] = []
        ids = {run.check.id: node for node, run in self.runs.items()}
        for item in items:
            try:
                check = check_of(item, self.catalogue)
            except MarkerError as error:
                self.problems.append(str(error))
                continue
            if check.id in ids:
                self.problems.append(f"{item.nodeid}: its id {check.id} is already that of {ids[check.id]}")
            ids[check.id] = item.nodeid
            if not self.wanted.intersection(check.keys):
                continue
            if self.context.limits.only is None or check.id in self.context.limits.only:
                self.runs[item.nodeid] = CheckRun(check=check, number=len(self.runs) + 1)
                kept.append(item)
        items[:] = [] if self.problems else self._share(kept)

    def _share(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Tell which checks there are, and return those that are still to be run, in the order of this process."""
        limits = self.context.limits
        if self.context.record is not None and limits.tells:
            self.context.record.event(SuiteCollected(at=_now(), checks=planned(self.runs.values())))
        mine = left_of(items, lambda item: self.runs[item.nodeid].check.id, limits)
        self._total = len(mine) if limits.tells else 0
        return mine

    # Run

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Read what the session has seen already: it belongs to no check."""
        if session.items or not self.context.limits.tells:
            # Should the simulator be away, each check finds that out for itself.
            with contextlib.suppress(Exception):
                self.tap.read()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Surround a check: announce it, run it, gather its exchanges, tell its verdict."""
        run = item.stash[_RUN] = self._running = self.runs[item.nodeid]
        self._number += 1
        self._begin(run)
        start = time.perf_counter()
        result = yield
        self._gather_exchanges(run)
        run.duration = time.perf_counter() - start
        run.finished = True
        self._end(run)
        self._running = None
        return result

    def _begin(self, run: CheckRun) -> None:
        check, record = run.check, self.context.record
        self._looks.forget()
        if record is not None:
            self.raw.begin()

            def keep(entry: Entry) -> None:
                self.raw.seen(entry)
                record.entry(check.id, entry)

            run.evidence = Timeline(keep)
            record.event(
                events.CheckStarted(
                    at=_now(),
                    check=check.id,
                    title=check.title,
                    rules=check.keys,
                    number=run.number,
                    total=len(self.runs) if self.context.limits.tells else 0,
                )
            )
        self.context.on_event(
            CheckStarted(
                id=check.id, title=check.title, rules=check.keys, number=self._number, total=self._total
            )
        )

    def _end(self, run: CheckRun) -> None:
        check, outcome, record = run.check, run.outcome, self.context.record
        self._stopping.ended(check.id, outcome, gone=run.gone)
        if record is not None:
            for entry in self.raw.entries(outcome.verdict):
                record.entry(check.id, entry)
            record.event(
                events.CheckFinished(
                    at=_now(),
                    check=check.id,
                    outcome=outcome,
                    duration=round(run.duration, 6),
                    verbs=tuple(sorted(run.verbs)),
                    asides=tuple(run.asides),
                )
            )
            # The record has it: memory must not grow with the campaign.
            run.evidence.clear()
        self.context.on_event(
            CheckFinished(
                id=check.id,
                title=check.title,
                rules=check.keys,
                verdict=combine(
                    verdict_for(outcome, rule) for rule in check.rules if rule.key in self.wanted
                ),
                reason=outcome.reason,
                duration=run.duration,
                number=self._number,
                total=self._total,
            )
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        """Judge what a phase raised, and report it without an account of it, which nobody would see and takes milliseconds."""
        if call.excinfo is None:
            return None
        run = item.stash[_RUN]
        outcome = judge(call.excinfo.value, call.when if call.when != "collect" else "setup", run.check.apart)
        run.outcomes.append(outcome)
        if isinstance(call.excinfo.value, Ending):
            run.see(call.excinfo.value.aside())
        # What many checks share raises the same obstacle for each: its trace would grow with every one, and pytest writes it out.
        call.excinfo.value.__traceback__ = None
        run.gone = run.gone or is_gone(call.excinfo.value)
        if len(run.outcomes) == 1:
            run.evidence.add(BreakEntry(at=_now(), reason=outcome.reason))
        if outcome.details:
            run.evidence.note(outcome.details)
        return pytest.TestReport(item.nodeid, item.location, {}, "failed", None, call.when)  # type: ignore[arg-type] # not "collect"

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that the user stopped the run."""
        self.interrupted = True

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep what broke pytest, or the listener of the events, for ``run_checks`` to raise."""
        self.crash = excinfo.value
        return True

    # Exchanges

    def _exchange(self, exchange: ExchangeView) -> None:
        """Give an exchange to the check that runs; those from before the first belong to none."""
        self._looks.forget()
        if self._running is not None:
            self._running.evidence.exchange(exchange)

    def _read_quietly(self, run: CheckRun) -> None:
        """Read in the middle of a check; a failure here is met again, and judged, at its end."""
        try:
            self.tap.read()
        except Exception as error:  # noqa: BLE001 - whatever the client raises, the check goes on
            self.tap.acted()
            run.evidence.note(f"{type(error).__name__}: {error}")

    def _gather_exchanges(self, run: CheckRun) -> None:
        """Read what INSi saw last; without it the verdict rests on nothing."""
        try:
            # Somebody may have been drawn for a later check.
            self._newcomers.tell()
            self.tap.catch_up()
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


def _now() -> datetime:
    return datetime.now(UTC)
