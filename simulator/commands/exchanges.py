"""``banc exchanges``: read the journal."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

import click

from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import data_dir_option, json_option, lang_option
from simulator.commands.exchange_files import diff_exchanges, exchange_to_scenario, export_exchanges
from simulator.commands.exchange_view import exchange_cells, exchange_table, print_exchange
from simulator.commands.exits import EXIT_INTERRUPTED
from simulator.commands.journal_access import exchange_of, filter_options, opened_journal, tell_losses
from simulator.commands.output import echo, print_json
from simulator.journal.as_json import to_json
from simulator.journal.export import to_ndjson
from simulator.journal.health import loss_lines
from simulator.text import visible

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.journal.exchange import Exchange
    from simulator.journal.explain import Language
    from simulator.journal.filters import Filters
    from simulator.journal.store import Journal

LOOK_EVERY_S: Final = 0.2
"""How often ``follow`` looks at the journal."""
_LOSSES_EVERY: Final = 10
"""At how many looks it looks for losses too."""
_AT_A_TIME: Final = 200


@click.group("exchanges", cls=BilingualGroup)
def exchanges_group() -> None:
    """Read the journal: what was asked, what was answered, and why."""


@exchanges_group.command("list")
@data_dir_option
@filter_options
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="The last so many."
)
@json_option
@lang_option
def list_exchanges(*, data_dir: Path, filters: Filters, limit: int, as_json: bool, lang: Language) -> None:
    """List the last exchanges, oldest first; what could not be kept is told on standard error.

    \b
    Examples:
      banc exchanges list
      banc exchanges list --code 01 --limit 100
      banc exchanges list --person cnda/adrun-zoe --since "10m ago"
      banc exchanges list --operation CarteVitale --finding media-type
    """
    with opened_journal(data_dir) as journal:
        exchanges = journal.list(filters=filters, limit=limit, newest_first=True)
        if as_json:
            listed = [to_json(one, with_bytes=False) for one in reversed(exchanges)]
            print_json(listed)
        elif exchanges:
            exchange_table(reversed(exchanges), lang)
        elif journal.count():
            french = "Aucun échange ne répond à ces filtres."
            echo(french if lang == "fr" else "No exchange meets these filters.")
        else:
            echo(
                "Aucun échange encore. Démarrez le simulateur avec : banc serve"
                if lang == "fr"
                else "No exchange yet. Start the simulator with: banc serve"
            )
        tell_losses(journal, lang)


@exchanges_group.command("show")
@click.argument("exchange_id", metavar="ID", type=int)
@data_dir_option
@lang_option
@click.option(
    "--raw",
    type=click.Choice(["request", "response"]),
    default=None,
    help="Write the exact bytes of one side, nothing else.",
)
def show_exchange(exchange_id: int, data_dir: Path, lang: Language, raw: str | None) -> None:
    """Show one exchange: both messages, findings beside the lines they are about, and the reasons of the answer.

    Nothing is masked here: use export to hand exchanges over.

    \b
    Examples:
      banc exchanges show 12
      banc exchanges show 12 --lang en
      banc exchanges show 12 --raw response > response.xml
    """
    with opened_journal(data_dir) as journal:
        exchange = exchange_of(journal, exchange_id, data_dir)
    if raw is None:
        print_exchange(exchange, lang)
    else:
        sys.stdout.buffer.write(exchange.request if raw == "request" else exchange.response)


@exchanges_group.command("follow")
@data_dir_option
@filter_options
@click.option(
    "--last", default=0, show_default=True, type=click.IntRange(0, 10_000), help="First the last so many."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "ndjson"]),
    default="text",
    show_default=True,
    help="A line for people, or the whole exchange as a line of JSON, secrets masked.",
)
@lang_option
def follow_exchanges(*, data_dir: Path, filters: Filters, last: int, form: str, lang: Language) -> None:
    """Print exchanges as they happen, until Ctrl-C (exit code 130).

    \b
    Examples:
      banc exchanges follow
      banc exchanges follow --session lgo-x --last 5
      banc exchanges follow --format ndjson > exchanges.ndjson
    """
    with opened_journal(data_dir) as journal:
        try:
            _follow(journal, filters, last, form, lang)
        except KeyboardInterrupt:
            sys.exit(EXIT_INTERRUPTED)


def _follow(journal: Journal, filters: Filters, last: int, form: str, lang: Language) -> None:
    newest = journal.list(limit=1, newest_first=True)
    after = newest[0].id if newest else 0
    if last:
        before = journal.list(filters=filters, limit=last, newest_first=True)
        # What came between the two looks comes again below otherwise.
        _print_lines([exchange for exchange in reversed(before) if exchange.id <= after], form)
    told: list[str] = []
    looks = 0
    while True:
        if looks % _LOSSES_EVERY == 0:
            losses = loss_lines(journal.state(), lang)
            for line in losses:
                if line not in told:
                    echo(f"! {line}", err=True)
            told = losses
        looks += 1
        page = journal.list(filters=filters, after=after, limit=_AT_A_TIME)
        _print_lines(page, form)
        if page:
            after = page[-1].id
        else:
            time.sleep(LOOK_EVERY_S)


def _print_lines(exchanges: list[Exchange], form: str) -> None:
    if form == "ndjson":
        for line in to_ndjson(exchanges):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        return
    for exchange in exchanges:
        *cells, millis = exchange_cells(exchange)
        echo("  ".join((*map(visible, cells), f"{millis} ms")))
    sys.stdout.flush()


for _command in (export_exchanges, diff_exchanges, exchange_to_scenario):
    exchanges_group.add_command(_command)
