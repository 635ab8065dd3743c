"""``banc exchanges``: read the journal."""

from __future__ import annotations

import sqlite3
import sys
from typing import TYPE_CHECKING

import click
from lxml import etree
from rich.console import Console
from rich.table import Table

from simulator.bench import open_journal
from simulator.commands.common import SetupError, data_dir_option, lang_option
from simulator.journal.explain import explain

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.journal.exchange import Exchange
    from simulator.journal.explain import Language
    from simulator.journal.store import Journal


@click.group("exchanges")
def exchanges_group() -> None:
    """Read the journal: what was asked, what was answered, and why."""


@exchanges_group.command("list")
@data_dir_option
@click.option("--session", default=None, help="Only this session.")
@click.option("--code", default=None, help="Only this answer or fault code, such as 01 or insi_24.")
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="The last so many."
)
def list_exchanges(data_dir: Path, session: str | None, code: str | None, limit: int) -> None:
    """List the last exchanges, oldest first.

    \b
    Examples:
      banc exchanges list
      banc exchanges list --code 01 --limit 100
    """
    journal = _open_journal(data_dir)
    exchanges = journal.list(session=session, code=code, limit=limit, newest_first=True)
    if not exchanges:
        click.echo("No exchange yet. Start the simulator with: banc serve")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("id", "time (UTC)", "session", "operation", "asked", "code", "ms"):
        table.add_column(name, justify="right" if name in {"id", "ms"} else "left", overflow="fold")
    for exchange in reversed(exchanges):
        table.add_row(
            str(exchange.id),
            exchange.at[:19].replace("T", " "),
            exchange.session,
            (exchange.operation or "-").replace("rechercherInsAvec", ""),
            _asked(exchange),
            exchange.code,
            f"{exchange.micros / 1000:.1f}",
        )
    Console().print(table)


@exchanges_group.command("show")
@click.argument("exchange_id", type=int)
@data_dir_option
@lang_option
@click.option(
    "--raw",
    type=click.Choice(["request", "response"]),
    default=None,
    help="Write the exact bytes of one side, nothing else.",
)
def show_exchange(exchange_id: int, data_dir: Path, lang: Language, raw: str | None) -> None:
    """Show one exchange: bytes both ways and the reasons of the answer.

    \b
    Examples:
      banc exchanges show 12
      banc exchanges show 12 --raw response > response.xml
    """
    exchange = _open_journal(data_dir).get(exchange_id)
    if exchange is None:
        raise SetupError(f"there is no exchange {exchange_id} in {data_dir}; see: banc exchanges list")
    if raw is not None:
        sys.stdout.buffer.write(exchange.request if raw == "request" else exchange.response)
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"[bold]Exchange {exchange.id}[/bold]  {exchange.at}  session {exchange.session}  {exchange.path}"
    )
    for line in explain(exchange, lang):
        console.print(line, markup=False)
    for finding in exchange.findings:
        text = finding.fr if lang == "fr" else finding.en
        console.print(f"! {text} [{finding.code}, {finding.evidence.value}]", markup=False)
    for title, headers, content in (
        ("Request", exchange.request_headers, exchange.request),
        ("Response", exchange.response_headers, exchange.response),
    ):
        console.print(f"\n[bold]{title}[/bold]")
        for name, value in headers.items():
            console.print(f"{name}: {value}", markup=False)
        console.print("\n" + _pretty(content), markup=False)


def _open_journal(data_dir: Path) -> Journal:
    if not (data_dir / "journal.sqlite").exists():
        raise SetupError(
            f"there is no journal in {data_dir}. Start the simulator with: banc serve --data-dir {data_dir}"
        )
    try:
        return open_journal(data_dir)
    except sqlite3.Error as error:
        raise SetupError(f"the journal in {data_dir} cannot be read: {error}") from error


def _asked(exchange: Exchange) -> str:
    traits = exchange.traits
    if traits is None:
        return "-"
    parts = [
        traits.birth_name,
        " ".join(traits.first_names),
        traits.sex,
        traits.birth_date,
        traits.birth_place,
    ]
    return " ".join(part for part in parts if part)


def _pretty(content: bytes) -> str:
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
        return etree.tostring(etree.fromstring(content, parser), pretty_print=True, encoding="unicode")
    except etree.XMLSyntaxError:
        return content.decode("utf-8", "replace")
