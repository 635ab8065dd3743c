"""Runs the suite against one mistaken software after the other: one simulator, one LGO, and defects put in and out.

A run is one defect under one seed, in the reference LGO as it is or on top of the manners of a party, judged by the rules that the catalogue of defects names for it, until the first
departure. Under each seed but the first the check that caught the defect then is tried alone, and the others only
should it miss. Runs are shared out over processes; each has a simulator and an LGO of its own.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from conformance.campaign.hosting import PAGE_LINES
from conformance.drivers.http import HttpDriver
from conformance.engine import BenchContext, run_checks
from conformance.engine.context import Limits
from conformance.matrix.parties import ALONE, Party
from conformance.matrix.watched import reach_of, watched
from conformance.reference.api import create_app
from conformance.reference.defects import NO_DEFECTS, Defects, catalogue, faults_of
from conformance.reference.habits.catalogue import having
from conformance.reference.habits.front import fronted
from conformance.reference.lgo import Lgo
from conformance.reference.serving import served
from conformance.reference.variants import variants
from conformance.rules import load_actors, load_catalogue
from conformance.verdicts import Verdict
from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.journal.store import FOLDER as JOURNAL
from simulator.lots.progress import LotSettings
from simulator.serving import ServeOptions, free_port, running
from simulator.serving.supervising import end_with_parent

if TYPE_CHECKING:
    from conformance.drivers.protocol import Driver
    from conformance.engine import SuiteRun
    from conformance.engine.events import Event
    from conformance.reference.seams import Fault

SEEDS = ("matrix-1", "matrix-2", "matrix-3", "matrix-4", "matrix-5")
"""The seeds of a whole matrix: a verdict that depends on the people drawn shows as a difference between them."""

BROKEN = frozenset({Verdict.FAIL, Verdict.WARNING})
"""The verdicts that catch a defect."""

_MISSES = tuple(
    verdict.value
    for verdict in (
        Verdict.PASS,
        Verdict.REVIEW,
        Verdict.INCONCLUSIVE,
        Verdict.NOT_TESTED,
        Verdict.NOT_APPLICABLE,
    )
)
"""Verdicts that miss a defect, the worst first: a mistake must not pass."""

NO_EFFECT = "no effect"
"""How a defect is missed that changed nothing: the software never walks the faulty path."""

ALL_CHECKS = Limits()

Wrap = Callable[[HttpDriver], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One defect to run under one seed."""

    defect: str
    seed: str
    rules: tuple[str, ...]
    checks: tuple[str, ...] = ()
    """Ids of checks that caught it under another seed; tried before all those of the rules."""
    party: Party = ALONE
    """The manners that the software has besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a job."""

    job: Job
    verdicts: dict[str, str] = field(default_factory=dict)
    """The verdict of each rule that was run."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why, in English, for each rule that did not pass."""
    checks: tuple[str, ...] = ()
    """The checks that found a departure; the first is enough."""
    seconds: float = 0.0
    crash: str = ""
    """The suite itself broke; a fault of the bench."""
    acted: bool = True
    """Whether the defect changed anything at all; not when the faulty path is never walked."""
    reach: str = ""
    """How far a defect came that changed nothing, in words."""

    @property
    def miss(self) -> str:
        """Return how a defect was missed: ``no effect``, else the worst verdict, ``PASS`` first; empty when caught."""
        if self.caught_by or self.crash:
            return ""
        if not self.acted:
            return NO_EFFECT
        return min(self.verdicts.values(), key=_MISSES.index, default="")

    @property
    def caught_by(self) -> frozenset[str]:
        """Return the rules that found the software at fault."""
        return frozenset(key for key, verdict in self.verdicts.items() if verdict in BROKEN)


def jobs_of(
    defects: Collection[str] | None = None,
    seeds: Sequence[str] = SEEDS,
    rules: Collection[str] | None = None,
    parties: Sequence[Party] = (ALONE,),
) -> list[Job]:
    """Return the jobs of a matrix.

    Args:
        defects: names; all by default.
        seeds: each defect is run once for each.
        rules: the rules to run for every defect; those meant to catch it by default.
        parties: each defect is run on top of each.
    """
    chosen = catalogue().values() if defects is None else [catalogue()[name] for name in defects]
    return [
        Job(defect=one.name, seed=seed, rules=tuple(one.caught_by if rules is None else rules), party=party)
        for one in chosen
        for party in parties
        for seed in seeds
    ]


class Rig:
    """A simulator and a reference LGO whose defects can be changed between runs."""

    def __init__(self, simulator: BenchClient, lgo: Lgo, url: str, journal: Path | None = None) -> None:
        """Use what is running; see ``rig``. ``journal``: that of the simulator, when it is on this machine."""
        self._simulator = simulator
        self.lgo = lgo
        self._url = url
        self._journal = journal

    def run(
        self,
        *,
        defects: Defects = NO_DEFECTS,
        faults: Sequence[Fault] | None = None,
        seed: str = SEEDS[0],
        rules: Collection[str] | None = None,
        wrap: Wrap = lambda driver: driver,
        as_variants: Collection[str] = (),
        habits: Collection[str] = (),
        actors: Collection[str] | None = None,
        limits: Limits = ALL_CHECKS,
        on_event: Callable[[Event], None] = lambda _: None,
    ) -> SuiteRun:
        """Run rules against the LGO with these defects, as these variants and with these habits; ``wrap`` the driver.

        A defect acts before the variants do: what is wrong is then written as the software writes it. ``faults`` stand
        in the place of those of the defects. Unless ``actors`` says what it is, it plays every part: what each rule asks is asked of it. ``on_event`` hears
        what happens meanwhile.
        """
        manners = [fault for name in as_variants for fault in variants()[name].faults]
        self.lgo.behave([*(faults_of(defects) if faults is None else faults), *manners])
        session = self._simulator.create_session()
        try:
            with ExitStack() as stack:
                url = self._url
                if habits:
                    made = stack.enter_context(having(habits))
                    url = stack.enter_context(fronted(create_app(self.lgo), habits=made))
                driver = stack.enter_context(HttpDriver(url))
                software: Driver = wrap(driver)
                context = BenchContext(
                    driver=software,
                    insi=session,
                    insi_url=session.soap_url,
                    seed=seed,
                    actors=frozenset(load_actors() if actors is None else actors),
                    limits=limits,
                    journal=self._journal,
                    on_event=on_event,
                )
                return run_checks(context, catalogue=load_catalogue(), rules=rules)
        finally:
            session.delete()

    def do(self, job: Job) -> Outcome:
        """Do one job; what breaks is told in the outcome."""
        started = time.monotonic()
        try:
            outcome = self._done(job, frozenset(job.checks)) if job.checks else None
            if outcome is None or not outcome.caught_by:
                outcome = self._done(job)
        except Exception as error:  # noqa: BLE001 - one job must not take the others with it
            return Outcome(job=job, crash=f"{type(error).__name__}: {error}")
        return replace(outcome, seconds=round(time.monotonic() - started, 2))

    def _done(self, job: Job, only: frozenset[str] | None = None) -> Outcome:
        """Run the checks of a job, or only some."""
        faults = watched(faults_of({job.defect}))
        run = self.run(
            faults=faults,
            seed=job.seed,
            rules=job.rules,
            as_variants=job.party.variants,
            habits=job.party.habits,
            limits=Limits(only=only, stop_at=BROKEN),
        )
        acted = any(one.acted for one in faults)
        return Outcome(
            job=job,
            verdicts={result.rule.key: result.verdict.value for result in run.rules},
            reasons={
                result.rule.key: result.reason.en
                for result in run.rules
                if result.verdict is not Verdict.PASS
            },
            checks=tuple(
                dict.fromkeys(
                    check.id for result in run.rules for check in result.checks if check.verdict in BROKEN
                )
            ),
            acted=acted,
            reach="" if acted else reach_of(faults),
        )


@contextmanager
def rig() -> Iterator[Rig]:
    """Run a simulator and a reference LGO in this process, until the end of the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="banc-matrix-")))
        lots = LotSettings(page_lines=PAGE_LINES)
        bench = BenchOptions(data_dir=folder / "bench", people=0, lots=lots)
        options = ServeOptions(bench=bench, port=free_port())
        simulator = stack.enter_context(running(options))
        client = stack.enter_context(BenchClient(simulator))
        lgo = stack.enter_context(closing(Lgo(folder / "lgo.sqlite")))
        url = stack.enter_context(served(create_app(lgo), threads=4))
        yield Rig(client, lgo, url, folder / "bench" / JOURNAL)


def run_jobs(
    jobs: Iterable[Job], *, processes: int = 1, known: Mapping[str, tuple[str, ...]] | None = None
) -> Iterator[Outcome]:
    """Do jobs and yield their outcomes as they come, shared out over processes.

    Args:
        jobs: those of one defect stand together: what caught it in the first is tried first in the others.
        processes: each has a simulator and an LGO of its own; with one all happens in this process.
        known: ids of the checks that caught a defect in an earlier run, by its name: tried first.
    """
    caught_by = dict(known or {})
    waiting: dict[str, list[Job]] = {}
    for job in jobs:
        waiting.setdefault(job.defect, []).append(job)
    first = [each.pop(0) for each in waiting.values()]

    def aimed(job: Job) -> Job:
        return replace(job, checks=caught_by.get(job.defect, ()))

    def others(outcome: Outcome) -> list[Job]:
        caught_by.setdefault(outcome.job.defect, outcome.checks)
        return waiting.pop(outcome.job.defect, [])

    if processes == 1:
        with rig() as one:
            for job in first:
                yield (outcome := one.do(aimed(job)))
                yield from (one.do(aimed(other)) for other in others(outcome))
        return
    with pool_of(processes) as pool:
        running_now = {pool.submit(_do, aimed(job)) for job in first}
        while running_now:
            done, running_now = wait(running_now, return_when=FIRST_COMPLETED)
            for outcome in (future.result() for future in done):
                running_now |= {pool.submit(_do, aimed(job)) for job in others(outcome)}
                yield outcome


@contextmanager
def pool_of(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Share work out over so many processes, until the end of the block; who stops it waits for what runs, not for what waits."""
    # A fresh interpreter on every system: servers and threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=end_with_us) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def end_with_us() -> None:
    """Let a process of the pool end with the one that leads it, even a killed one; its simulator ends with it then."""
    end_with_parent(lambda: None)


def _do(job: Job) -> Outcome:
    """Do a job in a process of the pool, with the rig of that process."""
    return rig_of_this_process().do(job)


@cache
def rig_of_this_process() -> Rig:
    """Return the rig of a process of a pool, which ends with it."""
    stack = ExitStack()
    # A process of a pool does not run the functions of atexit.
    Finalize(None, stack.close, exitpriority=10)
    return stack.enter_context(rig())
