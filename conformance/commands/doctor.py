"""``banc doctor``: looks at the set-up of a campaign, in seconds and without one."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.campaign.set_up import diagnose
from conformance.commands.campaigns import plan_of
from conformance.commands.diagnosis import show_diagnosis
from conformance.doctor.showing import as_json as diagnosis_json
from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import lang_option
from simulator.commands.exits import EXIT_SETUP
from simulator.commands.output import print_json

if TYPE_CHECKING:
    from simulator.text import Lang


@click.command("doctor", cls=BilingualCommand)
@click.argument("target", metavar="PLAN|URL")
@click.option(
    "--report",
    "report_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("banc-report"),
    show_default=True,
    help="Report folder that the campaign will have.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@lang_option
def doctor(*, target: str, report_dir: Path, as_json: bool, lang: Lang) -> None:
    """Look at the set-up of a campaign and say what to mend, before anything is judged.

    The address of the driver and its TLS chain, its answers and their dates, the clock, whether a call of the software
    really reaches the simulator, the simulator itself, the report folder. Every campaign begins with the same.
    Takes less than ten seconds. It EMPTIES the software (/reset) and creates patients in it: point it at a test database.

    Exit code: 0 when a campaign can begin, 2 when something stops it. Nothing is ever held against the software.

    \b
    Examples:
      banc doctor my-plan.yaml
      banc doctor http://127.0.0.1:9000
      banc doctor my-plan.yaml --json
    """
    plan = plan_of(target)
    lang = plan.lang or lang
    diagnosis = diagnose(plan, report_dir, seed=secrets.randbelow(2**31) if plan.seed is None else plan.seed)
    if as_json:
        print_json(diagnosis_json(diagnosis, lang))
    else:
        show_diagnosis(diagnosis, lang, title=f"banc doctor {plan.source or plan.address}")
    sys.exit(EXIT_SETUP if diagnosis.stops else 0)
