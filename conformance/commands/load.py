"""``banc load``: look people up under load, check every answer, judge the figures."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from conformance.campaign import CampaignError
from conformance.commands.load_asked import (
    asked_options,
    asked_profile,
    asked_thresholds,
    worker_arguments,
)
from conformance.commands.load_compare import compare_command
from conformance.commands.load_options import load_options, threshold_options
from conformance.load.profile import UnknownProfileError, load_profile, shipped
from conformance.load.quantities import QuantityError
from conformance.load.record import RecordError, find_record, read_record
from conformance.load.start import run_load, run_worker
from conformance.load.summary import add_up, exit_code
from conformance.load.targets import TargetError
from conformance.load.telling.exports import write_load_reports
from conformance.load.telling.outcome import print_outcome
from conformance.load.thresholds import ThresholdError
from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import SetupError, json_option, lang_option
from simulator.commands.exits import EXIT_SETUP
from simulator.commands.output import Table, print_json, table_console
from simulator.datafile import DataFileError
from simulator.serving import ServingError
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from conformance.load.options import LoadOptions
    from simulator.text import Lang

_COLUMNS: Final = (
    Text("profil", "profile"),
    Text("titre", "title"),
    Text("pour", "for"),
    Text("niveau de preuve", "evidence"),
)


@click.group("load", cls=BilingualGroup, invoke_without_command=True)
@load_options
@threshold_options
@lang_option
@click.pass_context
def load_command(context: click.Context, /, **given: Any) -> None:
    """Look people up under load, check every answer against the registry, judge the figures.

    \b
    Exit code: 0 all held. 1 a wrong answer was served. 2 the set-up is at fault.
    3 a threshold was missed. 130 Ctrl-C.
    Needs the extra "load": pip install 'banc-insi[load]'.

    \b
    Examples:
      banc load --users 50 --duration 2m
      banc load --rate 200/s --p95 300ms --p99 1s --errors 0.1%
      banc load --profile ramp-to-saturation
      banc load --profile outage-recovery --duration 1m
      banc load --target software
      banc load --closed --think 0s --url http://127.0.0.1:8080/lps
      banc load --url http://node-a:8081 --url http://node-b:8082 --allow node-a --allow node-b
      banc load --repeat 5 --report before   …then   banc load compare before after
      banc load --master 2   and twice   banc load --worker 127.0.0.1
    """
    if context.invoked_subcommand is not None:
        return
    if find_spec("locust") is None:
        raise SetupError(
            Text(
                "l'essai de charge demande Locust : pip install 'banc-insi[load]'",
                "the load test needs Locust: pip install 'banc-insi[load]'",
            )
        )
    if given["leader"] is not None:
        sys.exit(run_worker(worker_arguments(given)))
    try:
        profile = asked_profile(given)
        thresholds = asked_thresholds(profile, given)
    except (UnknownProfileError, DataFileError, QuantityError, ThresholdError) as error:
        raise SetupError(text_of(error)) from error
    with ExitStack() as stack:
        try:
            options = asked_options(stack, given, profile, thresholds)
        except (TargetError, QuantityError, ServingError, CampaignError, OSError) as error:
            raise SetupError(text_of(error)) from error
        sys.exit(_run(options, given["repeat"], given["lang"]))


load_command.add_command(compare_command)


@load_command.command("report")
@click.argument("record", type=click.Path(path_type=Path))
@lang_option
def report_command(*, record: Path, lang: Lang) -> None:
    """Write the reports of a run again, from its record: also of one that was killed.

    \b
    Example:
      banc load report banc-load/20261127-104500-steady
    """
    try:
        path = find_record(record)
        summary = add_up(read_record(path))
        paths = write_load_reports(summary, path.parent, lang)
    except RecordError as error:
        raise SetupError(text_of(error)) from error
    print_outcome(summary, paths, lang)
    sys.exit(exit_code(summary))


@load_command.command("profiles")
@json_option
@lang_option
def profiles_command(*, as_json: bool, lang: Lang) -> None:
    """List the profiles that come with the bench, and how sure their figures are."""
    known = {name: load_profile(name) for name in shipped()}
    if as_json:
        listed = [
            {
                "name": name,
                "title": asdict(each.title),
                "purpose": asdict(each.purpose),
                "evidence": each.evidence,
            }
            for name, each in known.items()
        ]
        print_json(listed)
        return
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(_COLUMNS):
        table.add_column(column[lang], overflow="fold", no_wrap=not number)
    for name, profile in known.items():
        table.add_row(name, profile.title[lang], profile.purpose[lang], profile.evidence)
    table_console().print(table)


def _run(options: LoadOptions, repeat: int, lang: Lang) -> int:
    codes = []
    folder = Path(options.folder)
    for number in range(1, repeat + 1):
        this = options
        if repeat > 1:
            this = replace(options, folder=str(folder / f"run-{number}"), seed=options.seed + number - 1)
            click.echo(f"— {number}/{repeat}")
        try:
            summary = run_load(this)
            if summary is None:
                return EXIT_SETUP
            paths = []
            try:
                paths = write_load_reports(summary, Path(this.folder), lang)
            finally:
                print_outcome(summary, [*paths, Path(this.folder) / "record.ndjson"], lang)
        except RecordError as error:
            raise SetupError(text_of(error)) from error
        codes.append(EXIT_SETUP if summary.reason == "killed" and not summary.wrong else exit_code(summary))
        if codes[-1] in (1, EXIT_SETUP, 130):
            break
    # A wrong answer outweighs all, then what could not be measured, then a threshold.
    return next((code for code in (1, EXIT_SETUP, 130, 3) if code in codes), 0)
