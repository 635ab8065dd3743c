"""``banc report``: the reports of a campaign again, and the last campaigns of a software."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from conformance.commands.campaigns import read_record
from conformance.load.record import FORMAT
from conformance.progress import coverage
from conformance.record.reading import Record, RecordError
from conformance.record.replay import replay
from conformance.report import ReportError, write_reports
from conformance.verdicts import Verdict
from simulator.commands.bilingual import BilingualCommand, WrongUsageError
from simulator.commands.common import SetupError, lang_option
from simulator.commands.output import Table, table_console
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.record.results import Campaign
    from simulator.text import Lang

_FIRST_LINE: Final = 4096
"""Bytes: what a record is stands at its start."""
_SHOWN = (Verdict.PASS, Verdict.FAIL, Verdict.WARNING, Verdict.INCONCLUSIVE, Verdict.NOT_TESTED)


@click.command("report", cls=BilingualCommand)
@click.argument("record_path", metavar="[RECORD]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--report",
    "report_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder of the reports; that of the record when left out.",
)
@click.option(
    "--history",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=None,
    metavar="DIR",
    help="List the campaigns whose records are anywhere under this folder instead.",
)
@click.option("--json", "as_json", is_flag=True, help="With --history: print it as JSON.")
@lang_option
def report(
    *, record_path: Path | None, report_dir: Path | None, history: Path | None, as_json: bool, lang: Lang
) -> None:
    """Write the reports of a campaign again from its record, in either language.

    \b
    Examples:
      banc report banc-report --lang en --report banc-report-en
      banc report --history campaigns/
    """
    if history is not None:
        _print_history(history, lang, as_json=as_json)
        return
    if record_path is None:
        raise WrongUsageError(
            Text(
                "un dossier de campagne est attendu, ou --history DOSSIER",
                "expected a record, or --history DIR",
            )
        )
    record = read_record(record_path)
    try:
        paths = write_reports(replay(record), report_dir or record.path.parent, lang)
    except ReportError as error:
        raise SetupError(text_of(error)) from error
    for path in paths:
        click.echo(path)


def _print_history(folder: Path, lang: Lang, *, as_json: bool) -> None:
    campaigns = sorted(_campaigns(folder, lang), key=lambda found: found[1].meta.started_at)
    if as_json:
        click.echo(json.dumps([_line(path, campaign) for path, campaign in campaigns], indent=1))
        return
    table = Table(box=None, pad_edge=False)
    names = ("campagne", "logiciel", "couverture") if lang == "fr" else ("campaign", "software", "coverage")
    for name in (*names[:2], *(verdict.value for verdict in _SHOWN), names[2]):
        table.add_column(name, overflow="fold")
    for _, campaign in campaigns:
        counts = campaign.summary()
        table.add_row(
            campaign.meta.started_at.strftime("%Y-%m-%d %H:%M"),
            f"{campaign.meta.software_name} {campaign.meta.software_version}",
            *(str(counts[verdict]) for verdict in _SHOWN),
            coverage(campaign)[lang],
        )
    table_console().print(table)


def _campaigns(folder: Path, lang: Lang) -> Iterator[tuple[Path, Campaign]]:
    for path in sorted(folder.rglob("record*.ndjson")):
        if _is_of_a_load(path):
            continue
        try:
            yield path, replay(Record(path), evidence=False)
        except RecordError as error:
            click.echo(text_of(error)[lang], err=True)


def _is_of_a_load(path: Path) -> bool:
    """Tell whether a record is that of ``banc load``, which names its files alike."""
    with path.open("rb") as file:
        return f'"format":"{FORMAT}"'.encode() in file.readline(_FIRST_LINE).replace(b" ", b"")


def _line(path: Path, campaign: Campaign) -> dict[str, object]:
    meta = campaign.meta
    return {
        "record": str(path),
        "started_at": meta.started_at.isoformat(timespec="seconds"),
        "software": {"name": meta.software_name, "version": meta.software_version},
        "bench_version": meta.bench_version,
        "is_selection": meta.is_selection,
        "interrupted": meta.interrupted,
        "summary": {verdict.value: count for verdict, count in campaign.summary().items()},
    }
