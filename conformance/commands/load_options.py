"""The options of ``banc load``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from conformance.load.calling.chosen import CHECKED
from conformance.load.calling.rules import RULES as LOOKED_AT

if TYPE_CHECKING:
    from collections.abc import Callable

THRESHOLDS: Final = {
    "p50": "Half of the calls take at most this, such as 50ms.",
    "p95": "95 in 100 calls take at most this; card=500ms for one operation. May be repeated.",
    "p99": "99 in 100 calls take at most this.",
    "max": "No call takes longer.",
    "errors": "Share of calls without an answer, such as 0.1%.",
    "wrong": "Always 0: a wrong identity fails the run.",
    "recovery": "After an outage or a spike, back to normal within this.",
    "departures": "Departures seen in the calls of the software, at most so many.",
}
"""Metrics that an option limits, with its help."""
RULES: Final = tuple(dict.fromkeys((*LOOKED_AT, *CHECKED)))
"""The rules that can be judged beside other users."""
_OPTIONS: Final = (
    click.option(
        "--profile",
        "profile_name",
        default="steady",
        show_default=True,
        metavar="NAME|FILE",
        help="Shape of the load; see banc load profiles.",
    ),
    click.option(
        "--users",
        default=None,
        type=click.IntRange(1, 10_000),
        help="Users at once; those of the profile when left out.",
    ),
    click.option(
        "--duration",
        default=None,
        metavar="TIME",
        help="How long, such as 20s or 5m; the stages are stretched.",
    ),
    click.option(
        "--rate",
        default=None,
        metavar="RATE",
        help="Calls due, such as 200/s; 95 % of it answered becomes a threshold.",
    ),
    click.option(
        "--closed",
        is_flag=True,
        help="Each user waits for an answer, thinks, and calls again: no rate is held.",
    ),
    click.option(
        "--think", default=None, metavar="TIME", help="Time that a user thinks; 0s: as fast as they can."
    ),
    click.option(
        "--mix",
        default=None,
        metavar="NAME=SHARE,…",
        help="Operations, such as traits=80,card=15,verify=5 or lots=1.",
    ),
    click.option(
        "--people",
        default=None,
        metavar="FOUND/UNKNOWN/SEVERAL",
        help="Whom to look up; 75.2/24.4/0.4 (public study) when left out.",
    ),
    click.option(
        "--transport",
        type=click.Choice(["plain", "cpx", "mtls"]),
        default=None,
        help="How users prove who they are.",
    ),
    click.option(
        "--target",
        type=click.Choice(["teleservice", "software", "mix"]),
        default=None,
        help="What is called.",
    ),
    click.option(
        "--software",
        default=None,
        metavar="URL",
        help="Driver API of your software; the reference LGO when left out. It is emptied.",
    ),
    click.option(
        "--url",
        "urls",
        multiple=True,
        metavar="URL",
        help="A simulator that already runs, with or without /lps; one is started when left out. Repeated: several nodes, called by turns.",
    ),
    click.option(
        "--soap-url",
        "soap_urls",
        multiple=True,
        metavar="URL",
        help="Its TLS address for SOAP calls, such as https://127.0.0.1:8443; with several --url, one for each, in their order.",
    ),
    click.option(
        "--pki",
        type=click.Path(file_okay=False, path_type=Path),
        default=None,
        help="Folder of banc pki init, for cpx and mtls.",
    ),
    click.option(
        "--allow",
        "allowed",
        multiple=True,
        metavar="HOST",
        help="Another machine that may be called; may be repeated.",
    ),
    click.option(
        "--token",
        default=None,
        envvar="BANC_TOKEN",
        show_envvar=True,
        help="Token of the control API of that simulator.",
    ),
    click.option(
        "--seed", default=1, show_default=True, type=click.IntRange(0, 2**31), help="Seed of the look-ups."
    ),
    click.option(
        "--timeout",
        default="10s",
        show_default=True,
        metavar="TIME",
        help="How long a user waits for an answer.",
    ),
    click.option(
        "--rule",
        "rules",
        multiple=True,
        metavar="KEY|all|none",
        help=f"Rules of the software looked at meanwhile; all that can be ({', '.join(RULES)}) when left out.",
    ),
    click.option(
        "--rule-rate",
        default="2/s",
        show_default=True,
        metavar="RATE",
        help="Looks at rules, all together.",
    ),
    click.option(
        "--check-rate",
        default="0.5/s",
        show_default=True,
        metavar="RATE",
        help="Checks of the suite at most, one after the other, on patients of their own.",
    ),
    click.option("--calls", default=None, type=click.IntRange(1), help="End after so many calls."),
    click.option(
        "--keep-going", is_flag=True, help="Go on measuring after a wrong answer; the run fails all the same."
    ),
    click.option(
        "--repeat",
        default=1,
        show_default=True,
        type=click.IntRange(1, 50),
        help="Run so many times, for banc load compare.",
    ),
    click.option(
        "--ui",
        "ui_port",
        is_flag=False,
        flag_value=8089,
        default=None,
        type=click.IntRange(1, 65535),
        help="Locust's own page too, on this loopback port (8089).",
    ),
    click.option(
        "--master",
        "workers",
        default=0,
        type=click.IntRange(0, 64),
        metavar="N",
        help="Let N workers generate the load: start them with --worker.",
    ),
    click.option(
        "--worker",
        "leader",
        default=None,
        metavar="HOST[:PORT]",
        help="Generate load for a master that runs there; it says what to do.",
    ),
    click.option(
        "--bind",
        default="127.0.0.1:5557",
        show_default=True,
        metavar="HOST:PORT",
        help="Where a master waits for its workers.",
    ),
    click.option(
        "--report",
        "report_dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=None,
        help="Folder of the record and the reports; banc-load/<time>-<profile> when left out.",
    ),
)


def load_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option of a load run."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def threshold_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an option for each threshold."""
    for name, text in reversed(THRESHOLDS.items()):
        metavar = "[OPERATION=]LIMIT"
        command = click.option(f"--{name}", f"limit_{name}", multiple=True, metavar=metavar, help=text)(
            command
        )
    return click.option(
        "--min-rate", "limit_rate", multiple=True, metavar="RATE", help="Answers at least, such as 200/s."
    )(command)
