"""What the commands that run a campaign share: options, the campaign, its reports, and the exit code."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from conformance.campaign import CampaignError, CampaignOptions, exit_code, run_campaign
from conformance.campaign.set_up import DoctorError
from conformance.campaign.sharding import run_jobs
from conformance.commands.diagnosis import show_diagnosis
from conformance.drivers.settings import DriverSettings
from conformance.guided.opening import terminal
from conformance.plan import FailOn, Plan, load_plan
from conformance.progress import CampaignView
from conformance.record.reading import Record, RecordError
from conformance.record.replay import replay
from conformance.record.uncollected import kept_to_the_end
from conformance.report import write_reports
from conformance.report.json_report import report_data
from simulator.commands.common import SetupError
from simulator.commands.exits import EXIT_SETUP
from simulator.commands.output import print_json
from simulator.datafile import DataFileError
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.engine import Event
    from conformance.record.results import Campaign
    from simulator.text import Lang

_F = TypeVar("_F", bound="Callable[..., Any]")

report_option = click.option(
    "--report",
    "report_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("banc-report"),
    show_default=True,
    help="Folder of record.ndjson, index.html, report.json and junit.xml.",
)


def campaign_options(command: _F) -> _F:
    """Add the options that every campaign has."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, and nothing else."),
        click.option("-q", "--quiet", is_flag=True, help="Print the headline only."),
        click.option(
            "--fail-on",
            "fail_on",
            multiple=True,
            type=click.Choice([name.value for name in FailOn]),
            help="End with exit code 1 for this too; may be repeated.",
        ),
        click.option(
            "--no-doctor",
            "no_doctor",
            is_flag=True,
            help="Begin without looking at the set-up: its faults then show as INCONCLUSIVE, or as FAIL.",
        ),
        click.option("--fail-fast", is_flag=True, help="Stop after the first departure."),
        click.option(
            "--jobs",
            type=click.IntRange(1, 64),
            default=1,
            help="Processes at once, each with an instance of the software of its own; banc run: one unless told.",
        ),
        click.option("--group", "groups", multiple=True, metavar="KEY", help="Only this group, such as SRC."),
        click.option(
            "--rule", "rules", multiple=True, metavar="KEY", help="Only this rule; may be repeated."
        ),
        click.option(
            "--seed", type=click.IntRange(0, 2**31), default=None, help="Draw the same patients again."
        ),
        report_option,
    ):
        command = option(command)
    return command


def run_plan(
    plan: Plan,
    report_dir: Path,
    lang: Lang,
    *,
    jobs: int = 1,
    quiet: bool = False,
    as_json: bool = False,
    options: CampaignOptions | None = None,
) -> Campaign:
    """Run a plan, show it as it goes, and write the reports.

    Raises:
        SetupError: the bench or the set-up is at fault.
        SystemExit: the doctor found something that stops, and has said so.
    """
    view = CampaignView(lang)
    silent = quiet or as_json
    options = options or CampaignOptions(folder=report_dir)
    at_counter = plan.driver.kind == "guided"
    if at_counter:
        # The terminal belongs to the conversation; what is piped elsewhere must stay JSON.
        options = replace(
            options, counter=options.counter or terminal(lang, sys.stderr if as_json else sys.stdout)
        )
    listener: Callable[[Event], None] = _ignore if silent or at_counter else view
    try:
        with nullcontext() if silent or at_counter else view:
            if jobs > 1:
                campaign = run_jobs(plan, jobs, on_event=listener, options=options)
            else:
                campaign = run_campaign(plan, on_event=listener, options=options)
        kept_to_the_end()
        paths = write_reports(campaign, report_dir, lang)
    except DoctorError as error:
        show_diagnosis(error.diagnosis, lang, only_problems=True)
        sys.exit(EXIT_SETUP)
    except CampaignError as error:
        raise SetupError(
            Text(f"{error.text.fr}\n{error.hint.fr}", f"{error.text.en}\n{error.hint.en}")
            if error.hint
            else error.text
        ) from error
    except TextError as error:
        raise SetupError(text_of(error)) from error
    if as_json:
        print_json(report_data(campaign, lang))
    elif quiet:
        view.headline(campaign)
    else:
        view.summary(campaign, paths)
    return campaign


def plan_of(target: str) -> Plan:
    """Return the plan of a file, or the smallest one for the address of a driver.

    Raises:
        SetupError: the file is no plan.
    """
    if target.lower().startswith(("http://", "https://")):
        return Plan(driver=DriverSettings(url=target))
    try:
        return load_plan(Path(target))
    except DataFileError as error:
        raise SetupError(text_of(error)) from error


def read_record(path: Path) -> Record:
    """Read a record for a command.

    Raises:
        SetupError: it cannot be read.
    """
    try:
        return Record(path)
    except RecordError as error:
        raise SetupError(text_of(error)) from error


def not_passed(record: Record) -> frozenset[str]:
    """Return the ids of the checks that a campaign did not see pass.

    A rule of which the check of another saw a departure is looked at again by that check and by all of its own.

    Raises:
        SetupError: they all passed.
    """
    checks = {check.check for check in record.planned} | set(record.checks)
    passed = {
        name
        for name, check in record.checks.items()
        if check.finished and check.finished.outcome.verdict == "PASS"
    }
    rules = _rules_by_check(record)
    for result in replay(record, evidence=False).rules:
        aside = {check.id for check in result.checks if result.rule.key not in rules[check.id]}
        if aside:
            passed -= aside | {name for name in passed if result.rule.key in rules[name]}
    if not checks - passed:
        raise SetupError(
            Text(
                f"{record.path} : tous les contrôles ont réussi : il n'y a rien à refaire",
                f"{record.path}: every check passed: there is nothing to run again",
            )
        )
    return frozenset(checks - passed)


def rules_of(record: Record, checks: frozenset[str]) -> tuple[str, ...]:
    """Return the keys of the rules that a campaign verified with some of its checks, in its order."""
    rules = _rules_by_check(record)
    concerned = {key for name in checks for key in rules.get(name, ())}
    return tuple(key for key in record.started.rules if key in concerned)


def _rules_by_check(record: Record) -> dict[str, tuple[str, ...]]:
    rules = {check.check: check.rules for check in record.planned}
    return rules | {name: check.started.rules for name, check in record.checks.items()}


def end(campaign: Campaign, plan: Plan) -> None:
    """Leave the program with the exit code of a campaign."""
    sys.exit(exit_code(campaign, plan.fail_on))


def _ignore(_event: Event) -> None:
    """Show nothing."""
