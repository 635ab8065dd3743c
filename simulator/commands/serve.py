"""``banc serve``: start the simulated teleservice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.bench import BenchOptions, BenchSetupError, former_journal
from simulator.bench.installing import InstallError
from simulator.bench.own_registry import put_there_by_hand
from simulator.commands.bilingual import BilingualCommand, WrongValueError
from simulator.commands.common import SetupError, data_dir_option, registry_option, token_options
from simulator.commands.language import said
from simulator.commands.output import Console, headed
from simulator.commands.quantities import DurationType, SizeType
from simulator.commands.ready_file import clear_ready_file, write_ready_file
from simulator.commands.sink_options import sink_options
from simulator.datafile import DataFileError
from simulator.journal.writer import JournalOptions
from simulator.registry.target import shown
from simulator.scripting.people import NobodyError
from simulator.serving import (
    END_WITH_INPUT,
    ServeOptions,
    ServingError,
    base_url,
    is_loopback,
    prepare,
    read_options,
    serve,
)
from simulator.serving.ending import end_with_input as end_when_input_ends
from simulator.sessions.profiles import profiles
from simulator.sessions.session import NODE_FORM
from simulator.sinks.addresses import addresses_of
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from simulator.journal.writer import Mode
    from simulator.sinks import SinkOptions


def _node_name(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not NODE_FORM.fullmatch(value):
        raise WrongValueError(
            Text(
                f"1 à 16 caractères parmi a-z 0-9 sont attendus, par exemple a, reçu : {value!r}",
                f"expected 1 to 16 of a-z 0-9, such as a, got {value!r}",
            )
        )
    return value


@click.command("serve", cls=BilingualCommand)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@data_dir_option
@registry_option
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
    "--node",
    default=None,
    metavar="NAME",
    callback=_node_name,
    help="Name of this simulator among several behind one address (docs/scale.md): ids of its sessions begin with it.",
)
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
    "--journal",
    type=click.Choice(["sync", "batch", "fsync"]),
    default="sync",
    show_default=True,
    help="sync: a call is handed to the system before its answer leaves; killing the process loses none, a power "
    "cut may lose the last ones. batch: written every 100 ms, which a kill may lose. fsync: on the disk before the "
    "answer leaves; slow.",
)
@click.option(
    "--journal-max-size",
    "journal_max_bytes",
    type=SizeType(),
    default=None,
    metavar="SIZE",
    help="Drop the oldest calls above this size, such as 500MB.",
)
@click.option(
    "--journal-max-age",
    "journal_max_age_s",
    type=DurationType(),
    default=None,
    metavar="TIME",
    help="Drop calls older than this, such as 7d, 12h or 30m, some time after.",
)
@sink_options
@token_options
@click.option(
    "--scenarios",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=None,
    help="Folder of scenario files put in force in the default session, instead of those it has; edits take effect "
    "on the next call.",
)
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write where it listens to this file (JSON) once calls are answered; removed when it stops.",
)
@click.option(
    END_WITH_INPUT,
    is_flag=True,
    help="Stop when standard input ends: for a program that starts a server, keeps a pipe to it and may be killed.",
)
@click.option(
    "--options",
    "options_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    hidden=True,
    help="All options as one value, instead of the others: how a program of ours starts a server.",
)
def serve_command(
    *,
    host: str,
    port: int,
    data_dir: Path,
    registry: str | None,
    people: int,
    seed: int,
    oid_mode: str,
    profile: str,
    workers: int,
    node: str | None,
    pki: Path | None,
    https_port: int | None,
    mtls_port: int | None,
    journal: Mode,
    journal_max_bytes: int | None,
    journal_max_age_s: float | None,
    sinks: SinkOptions,
    token: str | None,
    scenarios: Path | None,
    ready_file: Path | None,
    end_with_input: bool,
    options_file: Path | None,
) -> None:
    """Start the simulated INSi teleservice.

    Stop it with Ctrl-C: everything answered is in the journal. When --host is not loopback the control API asks for a
    token: one is made and printed when none is given.

    \b
    Examples:
      banc serve
      banc serve --port 9000 --profile qualification-2022
      banc serve --registry people.sqlite
      banc serve --oid live --data-dir ./bench
      banc pki init ./pki
      banc serve --scenarios ./my-scenarios
      banc serve --pki ./pki --https-port 8443 --mtls-port 8444
      banc serve --journal batch --journal-max-size 2GB --journal-max-age 7d
      banc serve --node b --registry postgresql://db.example/insi --data-dir ./node-b
      banc serve --port 0 --ready-file ready.json
      banc serve --dmp --mssante
      banc serve --dmp 9443 --dmp-tls --mssante --pki ./pki
    """
    bench = BenchOptions(
        data_dir=data_dir,
        registry=registry,
        people=people,
        seed=seed,
        oid_mode="live" if oid_mode == "live" else "test",
        profile=profile,
        pki=pki,
        node=node,
        journal=JournalOptions(mode=journal, max_bytes=journal_max_bytes, max_age_s=journal_max_age_s),
    )
    asked = ServeOptions(
        bench=bench,
        host=host,
        port=port,
        workers=workers,
        token=token,
        https_port=https_port,
        mtls_port=mtls_port,
        scenarios=scenarios,
        sinks=sinks,
    )

    if end_with_input:
        end_when_input_ends()
    if options_file is not None:
        try:
            asked = read_options(options_file)
        except ServingError as error:
            raise SetupError(text_of(error)) from error
    data_dir = asked.bench.data_dir

    def ready(options: ServeOptions) -> None:
        _announce(options)
        if ready_file is not None:
            write_ready_file(ready_file, options)

    if ready_file is not None:
        clear_ready_file(ready_file)
    try:
        serve(prepare(asked), on_ready=ready)
    except (ServingError, BenchSetupError, DataFileError, InstallError, NobodyError) as error:
        raise SetupError(text_of(error)) from error
    finally:
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)
    stopped = Text(
        f"Arrêté ; le journal est dans {data_dir}",
        f"Stopped; the journal is in {data_dir}",
    )
    Console(soft_wrap=True).print(said(stopped))


def _announce(options: ServeOptions) -> None:
    url = base_url(options)
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        headed(
            "banc-insi",
            said(
                Text(
                    "téléservice INSi simulé, personnes fictives, aucune autorisation officielle.",
                    "simulated INSi teleservice, fictitious people, no official authorisation.",
                )
            ),
            gap=said(Text(" : ", ": ")),
        )
    )
    console.print(f"  SOAP         {url}/lps")
    mutual = said(Text("TLS mutuel", "Mutual TLS"))
    for name, port in (("TLS (CPx)", options.https_port), (mutual, options.mtls_port)):
        if port is not None:
            console.print(f"  {name:<12} https://localhost:{port}/lps")
    console.print(f"  WSDL         {url}/lps?wsdl")
    for name, address in addresses_of(options.sinks, options.host).items():
        console.print(f"  {name.upper():<12} {address}")
    console.print(f"  {said(Text('API pilotage', 'Control API')):<12} {url}/api/v1")
    console.print(f"  {said(Text('État', 'Health')):<12} {url}/health")
    console.print(f"  {said(Text('Données', 'Data')):<12} {options.bench.data_dir}")
    if options.bench.registry is not None:
        console.print(
            f"  {said(Text('Registre', 'Registry')):<12} {shown(options.bench.registry)}", markup=False
        )
    elif (made := put_there_by_hand(options.bench.data_dir)) is not None:
        people = Text(
            f"Personnes    celles de {made}, mises là ; --people et --seed ne comptent pas",
            f"People       those of {made}, put there; --people and --seed say nothing",
        )
        console.print(f"  {said(people)}", markup=False)
    if (former := former_journal(options.bench.data_dir)) is not None:
        console.print(f"  Note         {said(former)}")
    if options.token and not is_loopback(options.host):
        console.print(f"  {said(Text('Jeton', 'Token')):<12} {options.token}   (Authorization: Bearer …)")
    ready = Text(
        "Prêt. Ctrl-C l'arrête ; banc exchanges list montre les appels.",
        "Ready. Ctrl-C stops it; banc exchanges list shows the calls.",
    )
    console.print(said(ready))
