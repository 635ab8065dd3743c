"""Runs a plan once, in this process, and writes its record."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.campaign.hosting import CampaignError
from conformance.campaign.selection import select
from conformance.campaign.set_up import set_up
from conformance.doctor.folder import try_writing
from conformance.drivers.errors import DriverError
from conformance.engine import BenchContext, run_checks
from conformance.engine.context import Limits
from conformance.plan import plan_data
from conformance.record.coding import encode
from conformance.record.events import CampaignFinished, CampaignResumed, CampaignStarted, Software
from conformance.record.judging import rule_digest
from conformance.record.reading import Record
from conformance.record.replay import replay
from conformance.record.writing import RECORD_NAME, RecordWriteError, RecordWriter
from conformance.rules.catalogue import load_catalogue
from simulator.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.campaign.selection import Selection
    from conformance.drivers.model import Capabilities
    from conformance.engine import Event
    from conformance.plan import Plan
    from conformance.record.results import Campaign


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
    order: int | None = None
    """Shuffle the checks with this number; ``None``: in the order of the suite."""
    doctor: bool = True
    """Look at the set-up first, and do not begin when something stops."""


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
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="banc-")))
        seed = _seed(plan, options)
        ready = set_up(
            plan, stack, folder=_looked_at(options), seed=seed, on_finding=on_event, doctor=options.doctor
        )
        session, simulator_version, driver = ready.session, ready.simulator_version, ready.driver
        path = place_of_record(folder, options)
        software = _software(plan, driver.capabilities)
        record = stack.enter_context(_opened(path, options))
        if options.resume is None:
            record.event(
                _started(
                    plan,
                    selection,
                    options,
                    software=software,
                    simulator_version=simulator_version,
                    seed=seed,
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
        for finding in ready.diagnosis.findings:
            record.event(finding)
        run = run_checks(
            BenchContext(
                driver=driver,
                insi=session,
                insi_url=session.soap_url,
                seed=seed,
                actors=frozenset(plan.software.actors),
                on_event=on_event,
                record=record,
                limits=_limits(plan, options),
            ),
            catalogue=selection.catalogue,
            rules=selection.rules,
            not_applicable=selection.not_applicable,
        )
        record.event(CampaignFinished(at=datetime.now(UTC), interrupted=run.interrupted))
        return replay(Record(path), selection.catalogue)


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
        raise CampaignError(
            f"cannot write in the folder {folder}: {error.strerror or error}",
            hint="choose another folder with --report DIR",
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
        raise CampaignError(str(error)) from error


def _software(plan: Plan, capabilities: Callable[[], Capabilities]) -> Software:
    try:
        declared = capabilities()
    except DriverError as error:
        raise CampaignError(
            f"the software under test cannot be driven at {plan.address}: {error}", hint=str(error.hint or "")
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


def _limits(plan: Plan, options: CampaignOptions) -> Limits:
    done: frozenset[str] = frozenset()
    only = options.checks
    if options.resume is not None:
        done = frozenset(name for name, check in options.resume.checks.items() if check.finished)
        only = frozenset(options.resume.started.checks) or None
    return Limits(
        only=only,
        done=done,
        shard=options.shard,
        fail_fast=plan.fail_fast,
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
    )
