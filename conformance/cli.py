"""The ``banc`` command: the harness's own commands beside those of the simulator."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from conformance.campaign import CampaignError, own_simulator, reference_lgo, run_campaign
from conformance.commands.driver import driver_group
from conformance.engine import SuiteError
from conformance.load.options import LoadOptions
from conformance.load.start import run_load
from conformance.plan import Plan, load_plan
from conformance.progress import CampaignView
from conformance.reference import defects as reference_defects
from conformance.report import ReportError, write_reports
from conformance.rules.catalogue import UnknownRuleError, find_rule, load_catalogue
from conformance.verdicts import Verdict
from simulator.cli import COMMANDS
from simulator.commands.common import EXIT_SETUP, SetupError, lang_option
from simulator.datafile import DataFileError
from simulator.journal.writer import JournalOptions
from simulator.serving import ServingError
from simulator.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.results import Campaign
    from simulator.text import Lang

EXIT_FAILED = 1
"""Exit code when a rule failed."""
EXIT_INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it."""

report_option = click.option(
    "--report",
    "report_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("banc-report"),
    show_default=True,
    help="Folder of index.html, report.json and junit.xml.",
)


@click.group()
@click.version_option(VERSION, prog_name="banc")
def main() -> None:
    """Test bench for software that handles the French national health identity (INS).

    It gives no official authorisation: neither CNDA's nor a Ségur referencing.

    \b
    Start here:
      banc demo                 a whole campaign against the reference LGO
      banc serve                the simulated INSi teleservice alone
      banc run my-plan.yaml     a campaign against your own software
    """
    # A pipe of a Windows console may not know the letters that names and verdicts need.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@main.command("demo")
@click.option("--defect", "names", multiple=True, metavar="NAME", help="Inject a defect; may be repeated.")
@click.option("--list-defects", is_flag=True, help="List the defects and the rules that catch them.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=None, help="Draw the same patients again.")
@report_option
@lang_option
def demo(
    *, names: tuple[str, ...], list_defects: bool, seed: int | None, report_dir: Path, lang: Lang
) -> None:
    """Run a whole campaign against the reference LGO.

    Exit code: 0 when nothing failed, 1 when a rule failed, 2 when the bench or the set-up is at fault.

    \b
    Examples:
      banc demo
      banc demo --list-defects
      banc demo --defect import-sets-validated
    """
    if list_defects:
        _print_defects(lang)
        return
    try:
        chosen = sorted(reference_defects.select(names))
    except reference_defects.UnknownDefectError as error:
        raise SetupError(str(error)) from error
    with ExitStack() as stack:
        try:
            simulator = stack.enter_context(own_simulator())
            software = stack.enter_context(reference_lgo(chosen))
        except (CampaignError, ServingError) as error:
            raise SetupError(str(error)) from error
        plan = Plan(software_url=software, simulator_url=simulator, seed=seed)
        campaign = _run(plan, report_dir, lang)
    if chosen:
        _print_catch(campaign, chosen, lang)
    sys.exit(_exit_code(campaign))


@main.command("run")
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@click.option("--rule", "rules", multiple=True, metavar="KEY", help="Only this rule; may be repeated.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=None, help="Draw the same patients again.")
@report_option
@lang_option
def run(*, plan_file: Path, rules: tuple[str, ...], seed: int | None, report_dir: Path, lang: Lang) -> None:
    """Run a campaign against your own software, as a plan file says.

    Your software implements the driver API of conformance/drivers/openapi.yaml. The smallest plan is:

    \b
      software:
        url: http://127.0.0.1:9000

    Exit code: 0 when nothing failed, 1 when a rule failed, 2 when the bench or the set-up is at fault.

    \b
    Examples:
      banc run my-plan.yaml
      banc run my-plan.yaml --rule SRC-01 --rule STA-03
    """
    try:
        plan = load_plan(plan_file)
    except DataFileError as error:
        raise SetupError(str(error)) from error
    campaign = _run(
        Plan(
            software_url=plan.software_url,
            timeout=plan.timeout,
            simulator_url=plan.simulator_url,
            simulator_token=plan.simulator_token,
            rules=rules or plan.rules,
            not_applicable=plan.not_applicable,
            seed=plan.seed if seed is None else seed,
            source=plan.source,
        ),
        report_dir,
        lang,
    )
    sys.exit(_exit_code(campaign))


@main.group("rules")
def rules_group() -> None:
    """Read the rule catalogue."""


@rules_group.command("list")
@lang_option
def list_rules(*, lang: Lang) -> None:
    """List the rules with how binding and how sure they are."""
    table = Table(box=None, pad_edge=False)
    for name in ("rule", "title", "strength", "evidence"):
        table.add_column(name, overflow="fold")
    for rule in load_catalogue().values():
        table.add_row(rule.key, rule.title[lang], rule.strength.value, rule.evidence.value)
    Console().print(table)


@rules_group.command("show")
@click.argument("key")
@lang_option
def show_rule(*, key: str, lang: Lang) -> None:
    """Show one rule: statement, references, evidence and source.

    \b
    Example:
      banc rules show RSP-08
    """
    try:
        rule = find_rule(load_catalogue(), key)
    except UnknownRuleError as error:
        raise SetupError(str(error)) from error
    console = Console(highlight=False)
    console.print(f"[bold]{rule.key}[/bold]  {rule.title[lang]}")
    console.print(rule.statement[lang])
    references = ", ".join(f"{ref.tag} (draft)" if ref.draft else ref.tag for ref in rule.references)
    console.print(f"{rule.strength.value} · {references or '-'}", markup=False)
    console.print(f"{rule.evidence.value} · {rule.source}", markup=False)


@main.command("load")
@click.option("--users", default=20, show_default=True, type=click.IntRange(1, 10_000), help="Users at once.")
@click.option(
    "--duration", default="20s", show_default=True, metavar="TIME", help="How long, such as 20s or 5m."
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Calls per second of all users together; as many as they can when left out.",
)
@click.option("--url", default=None, help="A simulator that already runs; one is started when left out.")
@click.option("--token", default=None, help="Token of the control API of that simulator.")
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0, 2**31), help="Seed of the look-ups."
)
@lang_option
def load(
    *,
    users: int,
    duration: str,
    rate: float | None,
    url: str | None,
    token: str | None,
    seed: int,
    lang: Lang,
) -> None:
    """Look people up under load and check every answer against the registry.

    The simulator that is started keeps its journal in mode batch; what it could not keep is counted and shown.

    Exit code: 0 when every answer was right, 1 on any wrong answer or error, 2 when the set-up is at fault.
    Needs the extra "load": pip install 'banc-insi[load]'.

    \b
    Examples:
      banc load --users 20 --duration 20s
      banc load --rate 200 --duration 5m --url http://127.0.0.1:8080
    """
    if find_spec("locust") is None:
        raise SetupError("the load test needs Locust: pip install 'banc-insi[load]'")
    with ExitStack() as stack:
        try:
            # Under load a bounded loss, were it killed, is worth the time: it is counted and shown.
            target = url or stack.enter_context(own_simulator(JournalOptions(mode="batch")))
        except ServingError as error:
            raise SetupError(str(error)) from error
        options = LoadOptions(
            url=target.rstrip("/"),
            users=users,
            duration=_seconds(duration),
            rate=rate,
            seed=seed,
            token=token,
            lang=lang,
        )
        sys.exit(run_load(options))


main.add_command(driver_group)
for command in COMMANDS:
    main.add_command(command)


def _run(plan: Plan, report_dir: Path, lang: Lang) -> Campaign:
    view = CampaignView(lang)
    try:
        with view:
            campaign = run_campaign(plan, on_event=view)
        paths = write_reports(campaign, report_dir, lang)
    except CampaignError as error:
        raise SetupError(f"{error}\n{error.hint}" if error.hint else str(error)) from error
    except (SuiteError, UnknownRuleError, DataFileError, ReportError) as error:
        raise SetupError(str(error)) from error
    view.summary(campaign, paths)
    return campaign


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", text.strip())
    if match is None or float(match[1]) == 0:
        raise click.BadParameter(
            f"expected a time such as 20s, 5m or 1h, got {text!r}", param_hint="--duration"
        )
    return float(match[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[match[2] or "s"]


def _exit_code(campaign: Campaign) -> int:
    summary = campaign.summary()
    if campaign.meta.interrupted:
        return EXIT_INTERRUPTED
    if summary[Verdict.FAIL]:
        return EXIT_FAILED
    return EXIT_SETUP if summary[Verdict.INCONCLUSIVE] else 0


def _print_defects(lang: Lang) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("défaut" if lang == "fr" else "defect", no_wrap=True)
    table.add_column("ce que fait le logiciel" if lang == "fr" else "what the software does", overflow="fold")
    table.add_column("règles" if lang == "fr" else "rules", overflow="fold")
    for defect in reference_defects.catalogue().values():
        table.add_row(defect.name, defect.title[lang], ", ".join(defect.caught_by))
    Console().print(table)


def _print_catch(campaign: Campaign, names: Sequence[str], lang: Lang) -> None:
    """Say for each injected defect whether the rules meant for it caught it."""
    failed = {
        result.rule.key for result in campaign.rules if result.verdict in {Verdict.FAIL, Verdict.WARNING}
    }
    for name in names:
        meant = reference_defects.catalogue()[name].caught_by
        caught = [key for key in meant if key in failed]
        if caught:
            click.echo(f"{name} {'est pris par' if lang == 'fr' else 'is caught by'} {', '.join(caught)}")
        else:
            click.echo(
                f"{name} {'N’EST PAS PRIS par' if lang == 'fr' else 'IS NOT CAUGHT by'} {', '.join(meant)}"
            )


if __name__ == "__main__":
    main()
