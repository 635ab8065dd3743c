"""Runs a plan once, in this process, and writes its record."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from conformance.campaign.counter import guided_session
from conformance.campaign.hosting import CampaignError
from conformance.campaign.selection import select
from conformance.campaign.set_up import set_up
from conformance.doctor.folder import try_writing
from conformance.drivers.errors import DriverError
from conformance.engine import BenchContext, run_checks
from conformance.engine.context import Limits
from conformance.guided.selecting import JOURNEYS, UnknownJourneyError, checks_of, select_journeys
from conformance.plan import plan_data
from conformance.record.coding import encode
from conformance.record.events import CampaignFinished, CampaignResumed, CampaignStarted, Software
from conformance.record.judging import rule_digest
from conformance.record.reading import Record
from conformance.record.replay import replay
from conformance.record.writing import RECORD_NAME, RecordWriteError, RecordWriter
from conformance.rules.catalogue import load_catalogue
from conformance.verdicts import Verdict
from simulator.client import BenchClientError
from simulator.text import Text, text_of
from simulator.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.campaign.selection import Selection
    from conformance.drivers.model import Capabilities
    from conformance.drivers.verbs import Driver
    from conformance.engine import Event
    from conformance.guided.counter import Counter
    from conformance.guided.opening import AtCounter
    from conformance.plan import Plan
    from conformance.record.events import DoctorFinding
    from conformance.record.results import Campaign
    from simulator.client import SessionClient


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignOptions:
    """How a plan is run this time."""

    folder: Path | None = None
    """Where the record goes; ``None``: a folder that is gone afterwards."""
    resume: Record | None = None
    """Go on with this record."""
    checks: frozenset[str] | None = None
    """Ids of the checks to run; ``None``: all those of the rules."""
    shard: tuple[int, int] = (1, 1)
    """``(2, 4)``: the second of four processes."""
    journal: Path | None = None
    """Where the simulator of the plan keeps its journal, when who starts this process runs it."""
    claims: Path | None = None
    """The folder in which they note which checks they take."""
    order: int | None = None
    """Shuffle the checks with this number; ``None``: in the order of the suite."""
    doctor: bool = True
    """Look at the set-up first, and do not begin when something stops."""
    journeys: tuple[str, ...] | None = None
    """Take these journeys instead of the suite, all when empty; a guided campaign does nothing else."""
    counter: Counter | None = None
    """The conversation of a guided campaign; ``None``: on this terminal."""


def run_campaign(
    plan: Plan, *, on_event: Callable[[Event], None], options: CampaignOptions | None = None
) -> Campaign:
    """Run a plan, write its record, and return what was found.

    The campaign works in a session of its own and draws its patients afresh, so that it disturbs nobody
    and no fixture known beforehand can pass.

    Raises:
        DoctorError: the set-up is such that nothing could be concluded about the software.
        CampaignError: simulator or software cannot be reached or set up, or the record cannot be written.
        SuiteError: the suite itself is at fault.
        UnknownRuleError: the plan names a rule that does not exist.
        SelectionError: the plan names a group that does not exist, or leaves no rule.
    """
    options = options or CampaignOptions()
    selection = select(plan, load_catalogue())
    with contextlib.ExitStack() as stack:
        path = _recorded(plan, selection, options, stack, on_event)
        return replay(Record(path), selection.catalogue)


def run_share(plan: Plan, *, on_event: Callable[[Event], None], options: CampaignOptions) -> None:
    """Run what one of several processes runs of a plan and write its record, which is read once all are put together.

    It raises what ``run_campaign`` raises.
    """
    selection = select(plan, load_catalogue())
    with contextlib.ExitStack() as stack:
        _recorded(plan, selection, options, stack, on_event)


def _recorded(
    plan: Plan,
    selection: Selection,
    options: CampaignOptions,
    stack: contextlib.ExitStack,
    on_event: Callable[[Event], None],
) -> Path:
    """Run a plan and return where its record is, for as long as ``stack``."""
    folder = options.folder
    if folder is None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="banc-")))
    guided = plan.driver.kind == "guided"
    journeys = _journeys(options, guided=guided)
    seed = _seed(plan, options)
    at = _guided_place if guided else _driven_place
    place = at(plan, options, stack, folder, seed, on_event)
    at_counter, session, simulator_version = place.at_counter, place.session, place.simulator_version
    software = _software(plan, place.driver.capabilities)
    record = stack.enter_context(_opened(place.path, options))
    if at_counter:
        at_counter.keep(record.event)
    if options.resume is None:
        record.event(
            _started(
                plan,
                selection,
                options,
                software=software,
                simulator_version=simulator_version,
                seed=seed,
                session=session.id if at_counter else "",
                journeys=journeys,
            )
        )
    else:
        record.event(
            CampaignResumed(
                at=datetime.now(UTC),
                bench_version=VERSION,
                simulator_version=simulator_version,
                software=software,
            )
        )
    for finding in place.findings:
        record.event(finding)
    run = run_checks(
        BenchContext(
            driver=place.driver,
            # It stands for the session: what a check asks of it is there.
            insi=cast("SessionClient", at_counter.window) if at_counter else session,
            insi_url=session.soap_url,
            seed=seed,
            actors=frozenset(plan.software.actors),
            on_event=on_event,
            record=record,
            mails_by_mailbox=plan.mailbox == "all",
            journal=place.journal,
            limits=_limits(plan, options, journeys),
        ),
        suite=JOURNEYS if journeys else None,
        catalogue=selection.catalogue,
        rules=selection.rules,
        not_applicable=selection.not_applicable,
    )
    record.event(CampaignFinished(at=datetime.now(UTC), interrupted=run.interrupted))
    if at_counter and not run.interrupted:
        at_counter.is_over = True
    return place.path


def place_of_record(folder: Path, options: CampaignOptions) -> Path:
    """Return where the record goes; that of an earlier campaign is kept beside it.

    Raises:
        CampaignError: the folder cannot be written in.
    """
    if options.resume is not None:
        return options.resume.path
    path = folder / RECORD_NAME
    try:
        try_writing(folder)
        if path.exists():
            stamp = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y%m%dT%H%M%S.%f")
            path.replace(folder / f"record-{stamp}.ndjson")
    except OSError as error:
        why = text_of(error)
        raise CampaignError(
            Text(
                f"impossible d'écrire dans le dossier {folder} : {why.fr}",
                f"cannot write in the folder {folder}: {why.en}",
            ),
            hint=Text(
                "choisissez un autre dossier par --report DOSSIER", "choose another folder with --report DIR"
            ),
        ) from error
    return path


@contextlib.contextmanager
def _opened(path: Path, options: CampaignOptions) -> Iterator[RecordWriter]:
    resumed = options.resume
    try:
        with RecordWriter(
            path, after=resumed.lines if resumed else 0, size=resumed.size if resumed else 0
        ) as writer:
            yield writer
    except RecordWriteError as error:
        raise CampaignError(error.text) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What a campaign works with."""

    path: Path
    """Of the record."""
    session: SessionClient
    simulator_version: str
    driver: Driver
    findings: tuple[DoctorFinding, ...] = ()
    journal: Path | None = None
    """Where the simulator keeps its journal, when this campaign runs it."""
    at_counter: AtCounter | None = None
    """A person drives the software."""


def _driven_place(  # noqa: PLR0917 - one of two, called alike
    plan: Plan,
    options: CampaignOptions,
    stack: contextlib.ExitStack,
    folder: Path,
    seed: int | str,
    on_event: Callable[[Event], None],
) -> _Place:
    """Look at the set-up of software that is driven by program, and open it."""
    ready = set_up(
        plan, stack, folder=_looked_at(options), seed=seed, on_finding=on_event, doctor=options.doctor
    )
    return _Place(
        # Not before: a set-up that stops the campaign leaves an earlier record where it is.
        path=place_of_record(folder, options),
        session=ready.session,
        simulator_version=ready.simulator_version,
        driver=ready.driver,
        findings=tuple(ready.diagnosis.findings),
        journal=options.journal or ready.journal,
    )


def _guided_place(
    plan: Plan,
    options: CampaignOptions,
    stack: contextlib.ExitStack,
    folder: Path,
    _seed: int | str,
    _on_event: Callable[[Event], None],
) -> _Place:
    """Open the session and the conversation of a guided campaign; what is wrong is told to the person as it comes."""
    path = place_of_record(folder, options)
    session, version = stack.enter_context(guided_session(plan, folder, options.resume))
    at_counter = stack.enter_context(_guided(plan, session, folder, options))
    return _Place(
        path=path,
        session=session,
        simulator_version=version,
        driver=at_counter.driver,
        at_counter=at_counter,
    )


def _journeys(options: CampaignOptions, *, guided: bool) -> tuple[str, ...]:
    """Return the keys of the journeys to take; none: the suite runs."""
    if options.resume:
        return tuple(options.resume.started.journeys)
    if options.journeys is None and not guided:
        return ()
    try:
        return select_journeys(options.journeys or ())
    except UnknownJourneyError as error:
        raise CampaignError(error.text, hint=Text.same("banc journeys")) from error


@contextlib.contextmanager
def _guided(
    plan: Plan, session: SessionClient, folder: Path, options: CampaignOptions
) -> Iterator[AtCounter]:
    # Nobody else needs the conversation and its twin, which is a reference LGO.
    from conformance.guided.opening import guided_driver, terminal  # noqa: PLC0415 - as said

    try:
        with guided_driver(
            plan,
            session,
            folder,
            resumed=options.resume,
            counter=options.counter or terminal(plan.lang or "fr"),
        ) as opened:
            yield opened
    except (BenchClientError, DriverError, OSError) as error:
        raise CampaignError(text_of(error)) from error


def _software(plan: Plan, capabilities: Callable[[], Capabilities]) -> Software:
    try:
        declared = capabilities()
    except DriverError as error:
        raise CampaignError(
            Text(
                f"le logiciel testé ne peut pas être piloté à {plan.address} : {error.text.fr}",
                f"the software under test cannot be driven at {plan.address}: {error.text.en}",
            ),
            hint=error.hint,
        ) from error
    about = plan.software
    return Software(
        name=about.name or declared.name,
        version=about.version or declared.version,
        vendor=about.vendor or declared.vendor,
        address=plan.address,
        verbs=tuple(sorted(verb.value for verb in declared.verbs)),
        not_supported={verb.value: reason for verb, reason in declared.not_supported.items()},
    )


def _looked_at(options: CampaignOptions) -> Path | None:
    """Return the folder that the doctor looks at: that of the whole campaign, which a share of it does not know."""
    return options.folder if options.shard == (1, 1) else None


def _seed(plan: Plan, options: CampaignOptions) -> int | str:
    if options.resume is not None:
        return options.resume.started.seed
    return plan.seed if plan.seed is not None else secrets.randbelow(2**31)


def _limits(plan: Plan, options: CampaignOptions, journeys: tuple[str, ...]) -> Limits:
    done: frozenset[str] = frozenset()
    only = options.checks
    if journeys:
        of_these = checks_of(journeys)
        only = of_these if only is None else only & of_these
    if options.resume is not None:
        done = frozenset(name for name, check in options.resume.checks.items() if check.finished)
        only = frozenset(options.resume.started.checks) or only
    return Limits(
        only=only,
        done=done,
        claims=options.claims,
        tells=options.shard[0] == 1,
        stop_at=frozenset({Verdict.FAIL}) if plan.fail_fast else frozenset(),
        seconds=plan.time_limit,
        order=options.order,
    )


def _started(
    plan: Plan,
    selection: Selection,
    options: CampaignOptions,
    *,
    software: Software,
    simulator_version: str,
    seed: int | str,
    session: str,
    journeys: tuple[str, ...],
) -> CampaignStarted:
    data = plan_data(replace(plan, seed=seed if isinstance(seed, int) else None))
    index, count = options.shard
    return CampaignStarted(
        at=datetime.now(UTC),
        bench_version=VERSION,
        simulator_version=simulator_version,
        software=software,
        seed=seed,
        # With the reasons that follow from what the software is, so that nobody has to find them again.
        plan={**data, "not_applicable": encode(selection.not_applicable)},
        rules=selection.rules,
        is_selection=selection.is_partial or options.checks is not None,
        rule_digests={key: rule_digest(selection.catalogue[key]) for key in selection.rules},
        checks=tuple(sorted(options.checks or ())),
        shard=f"{index}/{count}" if count > 1 else "",
        session=session,
        journeys=journeys,
    )
