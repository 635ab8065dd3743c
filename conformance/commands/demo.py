"""``banc demo``: a whole campaign against the reference LGO."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource
from rich.padding import Padding
from rich.text import Text as Styled

from conformance.campaign import CampaignError, CampaignOptions, reference_lgos
from conformance.commands.campaigns import campaign_options, end, run_plan
from conformance.commands.demo_note import note_lines
from conformance.drivers.settings import DriverSettings
from conformance.plan import FailOn, Plan
from conformance.reference import defects as reference_defects
from conformance.verdicts import Verdict
from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import SetupError, lang_option
from simulator.commands.output import Table, print_json, table_console
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from conformance.record.results import Campaign
    from simulator.text import Lang

USUAL_JOBS: Final = 3
"""Processes of a demonstration of all rules, each with a reference LGO, where there is more than one core.

A check, its LGO and the simulator wait for each other in turn: two processes leave about a quarter of two cores idle."""


@click.command("demo", cls=BilingualCommand)
@click.option("--defect", "names", multiple=True, metavar="NAME", help="Inject a defect; may be repeated.")
@click.option(
    "--list-defects",
    is_flag=True,
    help="List the defects and the rules that catch them, those of --rule or --group alone.",
)
@campaign_options
@lang_option
def demo(
    *,
    names: tuple[str, ...],
    list_defects: bool,
    rules: tuple[str, ...],
    groups: tuple[str, ...],
    seed: int | None,
    report_dir: Path,
    fail_fast: bool,
    no_doctor: bool,
    fail_on: tuple[str, ...],
    jobs: int,
    quiet: bool,
    as_json: bool,
    lang: Lang,
) -> None:
    """Run a whole campaign against the reference LGO.

    All rules are shared out over three processes where there is more than one core; --jobs says otherwise.

    Exit code: 0 when nothing failed, 1 when a rule failed, 2 when the bench or the set-up is at fault.

    \b
    Examples:
      banc demo
      banc demo --jobs 1
      banc demo --list-defects --rule STA-03
      banc demo --defect import-sets-validated --rule STA-03
    """
    if list_defects:
        _print_defects(rules, groups, lang, as_json=as_json)
        return
    try:
        chosen = sorted(reference_defects.select(names))
    except reference_defects.UnknownDefectError as error:
        raise SetupError(text_of(error)) from error
    asked = click.get_current_context().get_parameter_source("jobs")
    if asked is ParameterSource.DEFAULT and not (rules or groups or fail_fast):
        jobs = USUAL_JOBS if _cores() > 1 else 1
    with ExitStack() as stack:
        try:
            urls = stack.enter_context(reference_lgos(jobs, chosen))
        except CampaignError as error:
            raise SetupError(text_of(error)) from error
        instances = tuple(DriverSettings(url=url) for url in urls)
        plan = Plan(
            driver=instances[0],
            instances=instances,
            rules=rules,
            groups=groups,
            seed=seed,
            fail_fast=fail_fast,
            fail_on=tuple(map(FailOn, fail_on)),
        )
        options = CampaignOptions(folder=report_dir, doctor=not no_doctor)
        campaign = run_plan(plan, report_dir, lang, jobs=jobs, quiet=quiet, as_json=as_json, options=options)
    if not (as_json or quiet):
        for line in note_lines(report_dir, campaign, lang):
            click.echo(line)
    if chosen and not as_json:
        _print_catch(campaign, chosen, lang)
    end(campaign, plan)


def _cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _print_defects(rules: Sequence[str], groups: Sequence[str], lang: Lang, *, as_json: bool) -> None:
    """Print them for programs, one a row in a file or a pipe, and on a terminal with the names by themselves: they are long."""
    wanted = reference_defects.meant_for(rules, groups)
    if as_json:
        listed = [
            {"name": each.name, "title": dict(each.title), "caught_by": list(each.caught_by)}
            for each in wanted
        ]
        print_json(listed)
        return
    console = table_console()
    if console.is_terminal:
        for defect in wanted:
            console.print(Styled.assemble((defect.name, "bold"), f"  {', '.join(defect.caught_by)}"))
            console.print(Padding(defect.title[lang], (0, 0, 0, 4)))
        return
    table = Table(box=None, pad_edge=False)
    for heading in (
        Text("défaut", "defect"),
        Text("règles", "rules"),
        Text("ce que fait le logiciel", "what the software does"),
    ):
        table.add_column(heading[lang], overflow="fold")
    for defect in wanted:
        table.add_row(defect.name, ", ".join(defect.caught_by), defect.title[lang])
    console.print(table)


def _print_catch(campaign: Campaign, names: Sequence[str], lang: Lang) -> None:
    """Say for each injected defect whether the rules meant for it caught it."""
    verdicts = {result.rule.key: result.verdict for result in campaign.rules}
    for name in names:
        click.echo(f"{name} {_catch(reference_defects.find(name).caught_by, verdicts)[lang]}")


def _catch(meant: Sequence[str], verdicts: Mapping[str, Verdict]) -> Text:
    """Return what became of a defect that some rules are meant to catch, of which a selection may have run only a few."""
    run = [key for key in meant if key in verdicts]
    left = ", ".join(key for key in meant if key not in verdicts)
    if caught := ", ".join(key for key in run if verdicts[key] in {Verdict.FAIL, Verdict.WARNING}):
        return Text(f"est pris par {caught}", f"is caught by {caught}")
    if not run:
        return Text(
            f"ne pouvait pas être pris : {left} n’est pas dans cette sélection",
            f"could not be caught: {left} is not in this selection",
        )
    apart = Text(f" ({left} n’est pas dans cette sélection)", f" ({left} is not in this selection)")
    missed = ", ".join(run)
    return Text(
        f"N’EST PAS PRIS par {missed}{apart['fr'] if left else ''}",
        f"IS NOT CAUGHT by {missed}{apart['en'] if left else ''}",
    )
