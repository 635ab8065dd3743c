"""``banc run``: a campaign against somebody's software."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.campaign import CampaignOptions
from conformance.campaign.gathering import resumable
from conformance.commands.campaigns import (
    campaign_options,
    end,
    not_passed,
    plan_of,
    read_record,
    rules_of,
    run_plan,
)
from conformance.plan import FailOn
from conformance.record.reading import Record, RecordError
from conformance.record.writing import RecordWriteError
from simulator.commands.bilingual import BilingualCommand, WrongUsageError
from simulator.commands.common import SetupError, lang_option
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from simulator.text import Lang


@click.command("run", cls=BilingualCommand)
@click.argument("plan_file", metavar="PLAN|URL")
@campaign_options
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="RECORD",
    help="Go on with this campaign, which was stopped or killed: its folder or record.ndjson.",
)
@click.option(
    "--failed",
    type=click.Path(path_type=Path),
    metavar="RECORD",
    help="Run the checks again that did not pass in this campaign, with its patients.",
)
@click.option(
    "--journey",
    "journeys",
    multiple=True,
    metavar="KEY",
    help="Take this journey instead of the suite (banc journeys), or all of them; may be repeated.",
)
@lang_option
def run(
    *,
    plan_file: str,
    rules: tuple[str, ...],
    groups: tuple[str, ...],
    seed: int | None,
    report_dir: Path,
    resume: Path | None,
    failed: Path | None,
    journeys: tuple[str, ...],
    fail_fast: bool,
    no_doctor: bool,
    fail_on: tuple[str, ...],
    jobs: int,
    quiet: bool,
    as_json: bool,
    lang: Lang,
) -> None:
    """Run a campaign against your own software, as a plan file says.

    Your software implements the driver API of conformance/drivers/openapi.yaml. The address of its driver is enough to
    begin with; the smallest plan says no more:

    \b
      driver:
        url: http://127.0.0.1:9000

    The set-up is looked at first, as banc doctor does; the campaign does not begin when something stops it.

    The report folder holds record.ndjson, all that happened, and the reports made from it.

    Exit code: 0 when nothing failed, 1 when a rule failed or what --fail-on names came about, 2 when the bench or
    the set-up is at fault, 130 after Ctrl-C. A waiver of the plan keeps a FAIL from giving 1 until it expires.

    \b
    Examples:
      banc run my-plan.yaml
      banc run http://127.0.0.1:9000 --rule CRE-05
      banc run my-plan.yaml --rule SRC-01 --group STA
      banc run my-plan.yaml --fail-on not-tested --fail-on warning
      banc run my-plan.yaml --resume banc-report
      banc run my-plan.yaml --failed banc-report --report again

    With driver.kind: guided in the plan a person at the counter does what the bench says (docs/guided.md):

    \b
      banc run counter.yaml --journey import
      banc run counter.yaml --resume banc-report
    """
    if resume and (failed or rules or groups or journeys or jobs > 1):
        raise WrongUsageError(
            Text(
                "--resume poursuit ce que le dossier a commencé : ni choix de règles ni --jobs avec lui",
                "--resume goes on with what the record began: it takes no selection and no --jobs",
            )
        )
    plan = plan_of(plan_file)
    if rules or groups:
        plan = replace(plan, rules=rules, groups=groups)
    plan = replace(
        plan,
        seed=plan.seed if seed is None else seed,
        fail_fast=plan.fail_fast or fail_fast,
        fail_on=tuple(dict.fromkeys((*plan.fail_on, *map(FailOn, fail_on)))),
    )
    options = CampaignOptions(folder=report_dir, doctor=not no_doctor, journeys=_journeys(journeys))
    if jobs > 1 and (journeys or plan.driver.kind == "guided"):
        raise WrongUsageError(
            Text(
                "les parcours se font l'un après l'autre : pas de --jobs avec eux",
                "journeys are taken one after the other: they take no --jobs",
            )
        )
    if failed:
        record = read_record(failed)
        again = record.started.seed
        plan = replace(plan, seed=plan.seed if seed is not None or isinstance(again, str) else again)
        checks = not_passed(record)
        options = replace(options, checks=checks)
        if not (rules or groups):
            # The rules of the plan are many; those that are looked at again are what this campaign is about.
            plan = replace(plan, rules=rules_of(record, checks), groups=())
    if resume:
        record = _resumed(resume)
        # What was begun goes on, whatever the plan says today.
        plan = replace(plan, rules=record.started.rules, groups=(), without_rules=(), without_groups=())
        options = replace(options, resume=record)
        report_dir = record.path.parent
    campaign = run_plan(
        plan, report_dir, plan.lang or lang, jobs=jobs, quiet=quiet, as_json=as_json, options=options
    )
    end(campaign, plan)


def _resumed(path: Path) -> Record:
    try:
        return resumable(path)
    except (RecordError, RecordWriteError) as error:
        raise SetupError(text_of(error)) from error


def _journeys(keys: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the journeys asked for: ``None`` for the suite, nothing for all of them."""
    if not keys:
        return None
    return () if "all" in keys else keys
