"""The options of the commands about sessions, and what they are read as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from simulator.commands.bilingual import WrongValueError
from simulator.commands.common import token_options
from simulator.sessions.profiles import profiles
from simulator.sessions.recognition import KINDS
from simulator.sessions.settings import AUTHENTICATIONS, STRICTNESSES
from simulator.text import Text, parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_URL: Final = "http://127.0.0.1:8080"

json_option = click.option("--json", "as_json", is_flag=True, help="Print the JSON of the control API.")


def duration(value: str | float) -> float:
    """Return seconds: ``90``, ``61m``, ``1h30m``, ``-2d``.

    Raises:
        WrongValueError: it is no duration.
    """
    if isinstance(value, (int, float)):
        return float(value)
    seconds = parse_duration(value.lower())
    if seconds is None:
        raise WrongValueError(
            Text(
                f"des secondes ou une durée telle que 90, 61m, 1h30m ou -2d est attendue, reçu : {value!r}",
                f"expected seconds or a duration such as 90, 61m, 1h30m or -2d, got {value!r}",
            )
        )
    return seconds


def recognition(value: str | tuple[str, str]) -> tuple[str, str]:
    """Return kind and value of ``KIND=VALUE``.

    Raises:
        WrongValueError: it is something else.
    """
    if isinstance(value, tuple):
        return value
    kind, equals, text = value.partition("=")
    if not equals or kind not in KINDS:
        raise WrongValueError(
            Text(
                f"SORTE=VALEUR est attendu, SORTE parmi {', '.join(KINDS)} ; reçu : {value!r}",
                f"expected KIND=VALUE, KIND one of {', '.join(KINDS)}; got {value!r}",
            )
        )
    return kind, text


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which simulator."""
    url = click.option(
        "--url", default=DEFAULT_URL, show_default=True, envvar="BANC_URL", help="The simulator."
    )
    return url(token_options(command))


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of the settings of a session, to be read by ``settings_of``."""
    options = (
        click.option("--name", default=None, help="What people call it."),
        click.option(
            "--profile", type=click.Choice(list(profiles())), default=None, help="Environment to imitate."
        ),
        click.option("--strictness", type=click.Choice(STRICTNESSES), default=None),
        click.option("--authentication", type=click.Choice(AUTHENTICATIONS), default=None),
        click.option("--idam", "idams", multiple=True, help="Accept this authorisation number; repeat it."),
        click.option(
            "--ttl",
            type=duration,
            metavar="DURATION",
            default=None,
            help="Gone when not used for so long, such as 8h; 0: never.",
        ),
        click.option(
            "--recognise",
            "recognise",
            multiple=True,
            type=recognition,
            metavar="KIND=VALUE",
            help=f"What its calls to /lps are recognised by: {', '.join(KINDS)}; repeat it.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def settings_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that the options ask for."""
    settings = {
        name: given[name] for name in ("name", "profile", "strictness", "authentication") if given[name]
    }
    if given["idams"]:
        settings["idams"] = list(given["idams"])
    if given["ttl"] is not None:
        settings["ttl"] = given["ttl"] or None
    if given["recognise"]:
        recognise: dict[str, list[str]] = {}
        for kind, value in given["recognise"]:
            recognise.setdefault(kind, []).append(value)
        settings["recognise"] = recognise
    return settings
