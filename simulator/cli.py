"""Commands about the simulator; the ``banc`` command mounts them beside those of the harness."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import platformdirs
from lxml import etree
from rich.console import Console
from rich.table import Table

from simulator.bench import BenchOptions, BenchSetupError, open_journal
from simulator.command import EXIT_SETUP, SetupError, lang_option
from simulator.datafile import DataFileError
from simulator.journal.explain import explain
from simulator.pki_cli import pki_group
from simulator.scripting.loader import load_scenario, shipped_scenarios
from simulator.serving import ServeOptions, ServingError, base_url, is_loopback, prepare, serve
from simulator.sessions.profiles import profiles

if TYPE_CHECKING:
    from simulator.journal.exchange import Exchange
    from simulator.journal.explain import Language
    from simulator.journal.store import Journal

DEFAULT_DATA_DIR = platformdirs.user_data_path("banc-insi", appauthor=False)

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_DATA_DIR,
    show_default=True,
    help="Where the registry, the sessions and the journal are kept.",
)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@data_dir_option
@click.option(
    "--people", default=1000, show_default=True, type=click.IntRange(0, 200_000), help="Synthetic people."
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(0, 2**31),
    help="Seed of the synthetic people.",
)
@click.option(
    "--oid",
    "oid_mode",
    type=click.Choice(["test", "live"]),
    default="test",
    show_default=True,
    help="OID of the public test people: test (…4.10), or live (…4.8) as the real qualification service returns it.",
)
@click.option(
    "--profile",
    type=click.Choice(list(profiles())),
    default="production",
    show_default=True,
    help="Environment to imitate.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option(
    "--pki",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=None,
    help="Folder made by banc pki init: needed by TLS ports and to verify signed assertions.",
)
@click.option(
    "--https-port", type=click.IntRange(0, 65535), default=None, help="Also listen on one-way TLS (CPx)."
)
@click.option(
    "--mtls-port",
    type=click.IntRange(0, 65535),
    default=None,
    help="Also listen on mutual TLS (software certificate).",
)
@click.option(
    "--token", default=None, help="Token of the control API; made and printed when --host is not loopback."
)
def serve_command(
    *,
    host: str,
    port: int,
    data_dir: Path,
    people: int,
    seed: int,
    oid_mode: str,
    profile: str,
    workers: int,
    pki: Path | None,
    https_port: int | None,
    mtls_port: int | None,
    token: str | None,
) -> None:
    """Start the simulated INSi teleservice.

    Stop it with Ctrl-C: everything answered is in the journal.

    \b
    Examples:
      banc serve
      banc serve --port 9000 --profile qualification-2022
      banc serve --oid live --data-dir ./bench
      banc pki init ./pki
      banc serve --pki ./pki --https-port 8443 --mtls-port 8444
    """
    bench = BenchOptions(
        data_dir=data_dir,
        people=people,
        seed=seed,
        oid_mode="live" if oid_mode == "live" else "test",
        profile=profile,
        pki=pki,
    )
    asked = ServeOptions(
        bench=bench,
        host=host,
        port=port,
        workers=workers,
        token=token,
        https_port=https_port,
        mtls_port=mtls_port,
    )
    try:
        serve(prepare(asked), on_ready=_announce)
    except (ServingError, BenchSetupError, DataFileError) as error:
        raise SetupError(str(error)) from error
    Console().print("Stopped; the journal is in", str(data_dir))


def _announce(options: ServeOptions) -> None:
    url = base_url(options)
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        "[bold]banc-insi[/bold]: simulated INSi teleservice, fictitious people, no official authorisation."
    )
    console.print(f"  SOAP         {url}/lps")
    for name, port in (("TLS (CPx)", options.https_port), ("Mutual TLS", options.mtls_port)):
        if port is not None:
            console.print(f"  {name:<12} https://localhost:{port}/lps")
    console.print(f"  WSDL         {url}/lps?wsdl")
    console.print(f"  Control API  {url}/api/v1")
    console.print(f"  Health       {url}/health")
    console.print(f"  Data         {options.bench.data_dir}")
    if options.token and not is_loopback(options.host):
        console.print(f"  Token        {options.token}   (Authorization: Bearer …)")
    console.print("Ready. Ctrl-C stops it; banc exchanges list shows the calls.")


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


@click.group("scenario")
def scenario_group() -> None:
    """Scripted answers."""


@scenario_group.command("list")
def list_scenarios() -> None:
    """List the scenarios shipped with the bench."""
    table = Table(box=None, pad_edge=False)
    table.add_column("id")
    table.add_column("title")
    for source in shipped_scenarios():
        scenario = load_scenario(source)
        table.add_row(scenario.id, scenario.title_fr)
    Console().print(table)


@scenario_group.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check_scenarios(files: tuple[Path, ...]) -> None:
    """Check scenario files; errors name file, line and expectation.

    \b
    Example:
      banc scenario check my-scenarios/slow.yaml
    """
    broken = False
    for file in files:
        try:
            scenario = load_scenario(file)
        except DataFileError as error:
            broken = True
            click.echo(str(error), err=True)
        else:
            click.echo(f"{file}: {scenario.id}, {len(scenario.rules)} rule(s)")
    if broken:
        sys.exit(EXIT_SETUP)


@click.command("profiles")
@lang_option
def profiles_command(lang: str) -> None:
    """List the environment profiles, with how sure each is."""
    table = Table(box=None, pad_edge=False)
    for name in ("profile", "description", "unknown person", "dialect", "evidence"):
        table.add_column(name, overflow="fold")
    for profile in profiles().values():
        description = profile.description_fr if lang == "fr" else profile.description_en
        table.add_row(
            profile.name, description, profile.unknown_person, profile.dialect, profile.evidence.value
        )
    Console().print(table)


COMMANDS = (serve_command, exchanges_group, scenario_group, profiles_command, pki_group)
"""What the ``banc`` command mounts."""


@click.group()
def main() -> None:
    """Commands about the simulator alone."""


for command in COMMANDS:
    main.add_command(command)


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


if __name__ == "__main__":
    main()
