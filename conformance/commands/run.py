"""``banc run``: a campaign against somebody's software."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.commands.campaigns import exit_code, report_option, run_plan
from conformance.plan import load_plan
from simulator.commands.common import SetupError, lang_option
from simulator.datafile import DataFileError

if TYPE_CHECKING:
    from simulator.text import Lang


@click.command("run")
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
    plan = replace(plan, rules=rules or plan.rules, seed=plan.seed if seed is None else seed)
    sys.exit(exit_code(run_plan(plan, report_dir, lang)))
