"""What the commands that run a campaign share: options, reports, and the exit code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.campaign import CampaignError, run_campaign
from conformance.engine import SuiteError
from conformance.progress import CampaignView
from conformance.report import ReportError, write_reports
from conformance.rules.catalogue import UnknownRuleError
from conformance.verdicts import Verdict
from simulator.commands.common import EXIT_INTERRUPTED, EXIT_SETUP, SetupError
from simulator.datafile import DataFileError

if TYPE_CHECKING:
    from conformance.plan import Plan
    from conformance.results import Campaign
    from simulator.text import Lang

EXIT_FAILED = 1
"""Exit code when a rule failed."""

report_option = click.option(
    "--report",
    "report_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("banc-report"),
    show_default=True,
    help="Folder of index.html, report.json and junit.xml.",
)


def run_plan(plan: Plan, report_dir: Path, lang: Lang) -> Campaign:
    """Run a plan, show it as it goes, and write the reports.

    Raises:
        SetupError: the bench or the set-up is at fault.
    """
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


def exit_code(campaign: Campaign) -> int:
    """Return what the command ends with: see the help of ``banc run``."""
    summary = campaign.summary()
    if campaign.meta.interrupted:
        return EXIT_INTERRUPTED
    if summary[Verdict.FAIL]:
        return EXIT_FAILED
    return EXIT_SETUP if summary[Verdict.INCONCLUSIVE] else 0
