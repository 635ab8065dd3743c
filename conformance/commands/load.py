"""``banc load``: look people up under load."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from conformance.campaign import own_simulator
from conformance.load.options import LoadOptions
from conformance.load.start import run_load
from simulator.commands.common import SetupError, lang_option
from simulator.journal.writer import JournalOptions
from simulator.serving import ServingError

if TYPE_CHECKING:
    from simulator.text import Lang


@click.command("load")
@click.option("--users", default=20, show_default=True, type=click.IntRange(1, 10_000), help="Users at once.")
@click.option(
    "--duration", default="20s", show_default=True, metavar="TIME", help="How long, such as 20s or 5m."
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Calls per second of all users together; as many as they can when left out.",
)
@click.option("--url", default=None, help="A simulator that already runs; one is started when left out.")
@click.option("--token", default=None, help="Token of the control API of that simulator.")
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0, 2**31), help="Seed of the look-ups."
)
@lang_option
def load(
    *,
    users: int,
    duration: str,
    rate: float | None,
    url: str | None,
    token: str | None,
    seed: int,
    lang: Lang,
) -> None:
    """Look people up under load and check every answer against the registry.

    The simulator that is started keeps its journal in mode batch; what it could not keep is counted and shown.

    Exit code: 0 when every answer was right, 1 on any wrong answer or error, 2 when the set-up is at fault.
    Needs the extra "load": pip install 'banc-insi[load]'.

    \b
    Examples:
      banc load --users 20 --duration 20s
      banc load --rate 200 --duration 5m --url http://127.0.0.1:8080
    """
    if find_spec("locust") is None:
        raise SetupError("the load test needs Locust: pip install 'banc-insi[load]'")
    with ExitStack() as stack:
        try:
            # Under load a bounded loss, were it killed, is worth the time: it is counted and shown.
            target = url or stack.enter_context(own_simulator(JournalOptions(mode="batch")))
        except ServingError as error:
            raise SetupError(str(error)) from error
        options = LoadOptions(
            url=target.rstrip("/"),
            users=users,
            duration=_seconds(duration),
            rate=rate,
            seed=seed,
            token=token,
            lang=lang,
        )
        sys.exit(run_load(options))


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", text.strip())
    if match is None or float(match[1]) == 0:
        raise click.BadParameter(
            f"expected a time such as 20s, 5m or 1h, got {text!r}", param_hint="--duration"
        )
    return float(match[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[match[2] or "s"]
