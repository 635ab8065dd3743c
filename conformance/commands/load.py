"""``banc load``: look people up under load, check every answer, judge the figures."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from conformance.campaign import CampaignError, reference_lgo
from conformance.commands.load_compare import compare_command
from conformance.load.exports import write_load_reports
from conformance.load.options import LoadOptions
from conformance.load.outcome import print_outcome
from conformance.load.profile import OPERATIONS, UnknownProfileError, load_profile, shipped
from conformance.load.quantities import QuantityError, parse_duration, parse_rate
from conformance.load.record import RecordError, find_record, read_record
from conformance.load.start import run_load, run_worker
from conformance.load.summary import RATE_KEPT, add_up, exit_code
from conformance.load.targets import TargetError, check_allowed, understand
from conformance.load.thresholds import Threshold, ThresholdError, parse_threshold
from simulator.bench import BenchOptions
from simulator.commands.common import SetupError, lang_option
from simulator.commands.exits import EXIT_SETUP
from simulator.datafile import DataFileError
from simulator.journal.writer import JournalOptions
from simulator.serving import ServeOptions, ServingError, free_port, running
from simulator.testing.throwaway import throwaway_pki

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.load.profile import Profile
    from simulator.text import Lang

_THRESHOLDS = {
    "p50": "Half of the calls take at most this, such as 50ms.",
    "p95": "95 in 100 calls take at most this; card=500ms for one operation. May be repeated.",
    "p99": "99 in 100 calls take at most this.",
    "max": "No call takes longer.",
    "errors": "Share of calls without an answer, such as 0.1%.",
    "wrong": "Always 0: a wrong identity fails the run.",
    "recovery": "After an outage or a spike, back to normal within this.",
    "departures": "Departures seen in the calls of the software, at most so many.",
}
_FOLDER = "banc-load"


def _threshold_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, text in reversed(_THRESHOLDS.items()):
        metavar = "[OPERATION=]LIMIT"
        command = click.option(f"--{name}", f"limit_{name}", multiple=True, metavar=metavar, help=text)(
            command
        )
    return click.option(
        "--min-rate", "limit_rate", multiple=True, metavar="RATE", help="Answers at least, such as 200/s."
    )(command)


@click.group("load", invoke_without_command=True)
@click.option(
    "--profile",
    "profile_name",
    default="steady",
    show_default=True,
    metavar="NAME|FILE",
    help="Shape of the load; see banc load profiles.",
)
@click.option(
    "--users",
    default=None,
    type=click.IntRange(1, 10_000),
    help="Users at once; those of the profile when left out.",
)
@click.option(
    "--duration", default=None, metavar="TIME", help="How long, such as 20s or 5m; the stages are stretched."
)
@click.option(
    "--rate",
    default=None,
    metavar="RATE",
    help="Calls due, such as 200/s; 95 % of it answered becomes a threshold.",
)
@click.option(
    "--closed", is_flag=True, help="Each user waits for an answer, thinks, and calls again: no rate is held."
)
@click.option(
    "--think", default=None, metavar="TIME", help="Time that a user thinks; 0s: as fast as they can."
)
@click.option(
    "--mix",
    default=None,
    metavar="NAME=SHARE,…",
    help="Operations, such as traits=80,card=15,verify=5 or lots=1.",
)
@click.option(
    "--people",
    default=None,
    metavar="FOUND/UNKNOWN/SEVERAL",
    help="Whom to look up; 75.2/24.4/0.4 (public study) when left out.",
)
@click.option(
    "--transport",
    type=click.Choice(["plain", "cpx", "mtls"]),
    default=None,
    help="How users prove who they are.",
)
@click.option(
    "--target", type=click.Choice(["teleservice", "software", "mix"]), default=None, help="What is called."
)
@click.option(
    "--software",
    default=None,
    metavar="URL",
    help="Driver API of your software; the reference LGO when left out. It is emptied.",
)
@click.option(
    "--url",
    default=None,
    help="A simulator that already runs, with or without /lps; one is started when left out.",
)
@click.option(
    "--soap-url",
    default=None,
    metavar="URL",
    help="Its TLS address for SOAP calls, such as https://127.0.0.1:8443.",
)
@click.option(
    "--pki",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder of banc pki init, for cpx and mtls.",
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="HOST",
    help="Another machine that may be called; may be repeated.",
)
@click.option(
    "--token",
    default=None,
    envvar="BANC_TOKEN",
    show_envvar=True,
    help="Token of the control API of that simulator.",
)
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0, 2**31), help="Seed of the look-ups."
)
@click.option(
    "--timeout", default="10s", show_default=True, metavar="TIME", help="How long a user waits for an answer."
)
@click.option("--calls", default=None, type=click.IntRange(1), help="End after so many calls.")
@click.option(
    "--keep-going", is_flag=True, help="Go on measuring after a wrong answer; the run fails all the same."
)
@click.option(
    "--repeat",
    default=1,
    show_default=True,
    type=click.IntRange(1, 50),
    help="Run so many times, for banc load compare.",
)
@click.option(
    "--ui",
    "ui_port",
    is_flag=False,
    flag_value=8089,
    default=None,
    type=click.IntRange(1, 65535),
    help="Locust's own page too, on this loopback port (8089).",
)
@click.option(
    "--master",
    "workers",
    default=0,
    type=click.IntRange(0, 64),
    metavar="N",
    help="Let N workers generate the load: start them with --worker.",
)
@click.option(
    "--worker",
    "leader",
    default=None,
    metavar="HOST[:PORT]",
    help="Generate load for a master that runs there; it says what to do.",
)
@click.option(
    "--bind",
    default="127.0.0.1:5557",
    show_default=True,
    metavar="HOST:PORT",
    help="Where a master waits for its workers.",
)
@click.option(
    "--report",
    "report_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder of the record and the reports; banc-load/<time>-<profile> when left out.",
)
@_threshold_options
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
      banc load --repeat 5 --report before   …then   banc load compare before after
      banc load --master 2   and twice   banc load --worker 127.0.0.1
    """
    if context.invoked_subcommand is not None:
        return
    if find_spec("locust") is None:
        raise SetupError("the load test needs Locust: pip install 'banc-insi[load]'")
    if given["leader"] is not None:
        sys.exit(run_worker(_worker_arguments(given)))
    try:
        profile = _profile(given)
        thresholds = _thresholds(profile, given)
    except (UnknownProfileError, DataFileError, QuantityError, ThresholdError) as error:
        raise SetupError(str(error)) from error
    with ExitStack() as stack:
        try:
            options = _options(stack, given, profile, thresholds)
        except (TargetError, QuantityError, ServingError, CampaignError, OSError) as error:
            raise SetupError(str(error)) from error
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
        raise SetupError(str(error)) from error
    print_outcome(summary, paths, lang)
    sys.exit(exit_code(summary))


@load_command.command("profiles")
@lang_option
def profiles_command(*, lang: Lang) -> None:
    """List the profiles that come with the bench, and how sure their figures are."""
    table = Table(box=None, pad_edge=False)
    for name in ("profile", "title", "purpose", "evidence"):
        table.add_column(name, overflow="fold", no_wrap=name == "profile")
    for name in shipped():
        profile = load_profile(name)
        table.add_row(name, profile.title[lang], profile.purpose[lang], profile.evidence)
    Console().print(table)


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
            raise SetupError(str(error)) from error
        codes.append(EXIT_SETUP if summary.reason == "killed" and not summary.wrong else exit_code(summary))
        if codes[-1] in (1, EXIT_SETUP, 130):
            break
    # A wrong answer outweighs all, then what could not be measured, then a threshold.
    return next((code for code in (1, EXIT_SETUP, 130, 3) if code in codes), 0)


def _profile(given: dict[str, Any]) -> Profile:
    profile = load_profile(given["profile_name"])
    changes: dict[str, Any] = {
        name: given[name] for name in ("users", "transport", "target") if given[name] is not None
    }
    if given["duration"] is not None:
        changes["duration"] = _named("--duration", parse_duration, given["duration"])
    if given["rate"] is not None:
        if given["closed"]:
            raise QuantityError("--rate: a closed workload holds no rate; leave out --closed or --rate")
        changes["rate"] = _named("--rate", parse_rate, given["rate"])
    if given["closed"]:
        if profile.ramp is not None:
            raise QuantityError(
                f"--closed: the profile {profile.id} raises a rate, which a closed workload has not"
            )
        changes["workload"] = "closed"
    if given["think"] is not None:
        changes["think"] = _named("--think", lambda text: parse_duration(text, zero=True), given["think"])
    if given["mix"] is not None:
        changes["mix"] = _mix(given["mix"])
    if given["people"] is not None:
        changes["people"] = _people(given["people"])
    if given["software"] is not None and given["target"] is None and profile.target == "teleservice":
        changes["target"] = "software"
    return replace(profile, **changes)


def _named(name: str, parse: Callable[[str], float], text: str) -> float:
    try:
        return parse(text)
    except QuantityError as error:
        raise QuantityError(f"{name}: {error}") from error


def _shares(name: str, texts: list[str]) -> list[float]:
    try:
        shares = [float(text) for text in texts]
    except ValueError as error:
        raise QuantityError(f"{name}: expected shares as numbers, got {'/'.join(texts)!r}") from error
    if not all(0 <= share <= 1e6 for share in shares) or not sum(shares):  # noqa: PLR2004 - what it stands for is in the line
        raise QuantityError(
            f"{name}: expected shares of 0 or more, one of them above 0, got {'/'.join(texts)!r}"
        )
    return shares


def _mix(text: str) -> dict[str, float]:
    parts = [part.partition("=") for part in text.split(",")]
    names = [name.strip() for name, _, _ in parts]
    if unknown := [name for name in names if name not in OPERATIONS]:
        raise QuantityError(f"--mix: unknown operation {unknown[0]!r}; known are {', '.join(OPERATIONS)}")
    return dict(zip(names, _shares("--mix", [share or "1" for _, _, share in parts]), strict=True))


def _people(text: str) -> dict[str, float]:
    parts = text.split("/")
    if len(parts) != 3:  # noqa: PLR2004 - what it stands for is in the line
        raise QuantityError(f"--people: expected FOUND/UNKNOWN/SEVERAL such as 75.2/24.4/0.4, got {text!r}")
    return dict(zip(("found", "unknown", "several"), _shares("--people", parts), strict=True))


def _thresholds(profile: Profile, given: dict[str, Any]) -> tuple[Threshold, ...]:
    asked = [
        parse_threshold(metric, text)
        for metric in (*_THRESHOLDS, "rate")
        for text in given[f"limit_{metric}"]
    ]
    replaced = {(each.metric, each.operation) for each in asked}
    kept = [
        each for each in profile.thresholds if each.stage or (each.metric, each.operation) not in replaced
    ]
    found = [Threshold(metric="wrong", limit=0.0), *kept, *(each for each in asked if each.metric != "wrong")]
    if (
        given["rate"] is not None
        and profile.ramp is None
        and not given["limit_rate"]
        and len(profile.stages) == 1
    ):
        found.append(Threshold(metric="rate", limit=profile.base_rate * RATE_KEPT))
    return tuple(found)


def _options(
    stack: ExitStack, given: dict[str, Any], profile: Profile, thresholds: tuple[Threshold, ...]
) -> LoadOptions:
    """Return the options of a run, what it needs started."""
    session = soap_base = None
    pki = given["pki"]
    if given["url"] is not None:
        target = understand(given["url"])
        check_allowed(target.base, given["allowed"])
        url, session = target.base, target.session
        if given["soap_url"] is not None:
            soap_base = understand(given["soap_url"]).base
            check_allowed(soap_base, given["allowed"])
        if profile.transport == "mtls" and not (soap_base or url).startswith("https"):
            raise TargetError("--transport mtls needs the address of a mutual TLS port: --soap-url https://…")
        if profile.transport != "plain" and pki is None:
            raise TargetError(
                f"--transport {profile.transport} needs the certificates of that simulator: --pki DIR"
            )
    if given["software"] is not None:
        check_allowed(understand(given["software"]).base, given["allowed"])
    host, _, port = given["bind"].rpartition(":")
    if not host or not port.isdecimal():
        raise TargetError(f"--bind: expected HOST:PORT such as 127.0.0.1:5557, got {given['bind']!r}")
    timeout = _named("--timeout", parse_duration, given["timeout"])
    folder = (
        given["report_dir"] or Path(_FOLDER) / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{profile.id}"
    )
    if given["url"] is None:
        url, soap_base, pki = stack.enter_context(_own_simulator(profile.transport))
    software = given["software"]
    if profile.target != "teleservice" and software is None:
        software = stack.enter_context(reference_lgo())
    return LoadOptions(
        url=url,
        folder=str(folder),
        profile=profile,
        thresholds=thresholds,
        soap_base=soap_base,
        pki=None if pki is None else str(pki),
        software=software.rstrip("/") if software else None,
        session=session,
        seed=given["seed"],
        token=given["token"],
        timeout=timeout,
        max_calls=given["calls"],
        keep_going=given["keep_going"],
        ui_port=given["ui_port"],
        workers=given["workers"],
        bind=host.strip("[]"),
        bind_port=int(port),
        allowed=tuple(given["allowed"]),
        lang=given["lang"],
    )


@contextmanager
def _own_simulator(transport: str) -> Iterator[tuple[str, str | None, Path | None]]:
    """Run a simulator; yield its URL, its address for SOAP calls when it is another one, and its certificates.

    Its journal is in mode batch: under load a bounded loss, were it killed, is worth the time; it is counted and shown.
    """
    with tempfile.TemporaryDirectory(prefix="banc-", ignore_cleanup_errors=True) as folder:
        pki = throwaway_pki().directory if transport != "plain" else None
        bench = BenchOptions(data_dir=Path(folder), journal=JournalOptions(mode="batch"), pki=pki)
        tls = free_port() if pki is not None else None
        options = ServeOptions(
            bench=bench,
            port=free_port(),
            https_port=tls if transport == "cpx" else None,
            mtls_port=tls if transport == "mtls" else None,
        )
        with running(options) as url:
            yield url, None if tls is None else f"https://127.0.0.1:{tls}", pki


def _worker_arguments(given: dict[str, Any]) -> str:
    import json  # noqa: PLC0415 - patched, or only needed, by then

    host, separator, port = given["leader"].rpartition(":")
    if not separator:
        host, port = given["leader"], "5557"
    if not host or not port.isdecimal():
        raise SetupError(f"--worker: expected HOST or HOST:PORT, got {given['leader']!r}")
    return json.dumps(
        {
            "host": host.strip("[]"),
            "port": int(port),
            "allowed": list(given["allowed"]),
            "pki": None if given["pki"] is None else str(given["pki"]),
            "lang": given["lang"],
        }
    )
