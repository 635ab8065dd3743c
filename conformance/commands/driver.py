"""``banc driver``: checks a driver in seconds, prints its API, writes a skeleton."""

from __future__ import annotations

import json
import shlex
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.commands import driver_checking
from conformance.doctor.address import place_of
from conformance.drivers.errors import DriverError
from conformance.drivers.opening import open_driver
from conformance.drivers.scaffolds import LANGUAGES, scaffold
from conformance.drivers.schema import subprocess_schema
from conformance.drivers.settings import DriverSettings
from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import SetupError, lang_option, unwritable
from simulator.commands.exits import EXIT_FAILED
from simulator.commands.output import print_json
from simulator.datafile import load_yaml
from simulator.text import Text

if TYPE_CHECKING:
    from simulator.text import Lang


@click.group("driver", cls=BilingualGroup)
def driver_group() -> None:
    """Write and check the driver of your software.

    \b
    From nothing to a first verdict:
      banc driver scaffold --lang python --out my-driver
      banc driver check http://127.0.0.1:9000
      banc run my-plan.yaml
    """


@driver_group.command("check")
@click.argument("url", required=False)
@click.option(
    "--command", help="Start this program and speak to it on its input and output, instead of a URL."
)
@click.option("--cwd", type=click.Path(file_okay=False, path_type=Path), help="Folder of --command.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Seconds for one answer.",
)
@click.option(
    "--header-env",
    "header_env",
    multiple=True,
    metavar="HEADER=VARIABLE",
    help="Header taken from an environment variable; may be repeated.",
)
@click.option(
    "--tls-ca", type=click.Path(dir_okay=False, path_type=Path), help="PEM file of the authorities to trust."
)
@click.option(
    "--client-cert",
    type=click.Path(dir_okay=False, path_type=Path),
    help="PEM file with client certificate and key.",
)
@click.option("--read-only", is_flag=True, help="Call nothing but /capabilities: no reset, no patient.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@lang_option
def check(
    *,
    url: str | None,
    command: str | None,
    cwd: Path | None,
    timeout: float,
    header_env: tuple[str, ...],
    tls_ca: Path | None,
    client_cert: Path | None,
    read_only: bool,
    as_json: bool,
    lang: Lang,
) -> None:
    """Tell all that is wrong with a driver, which verbs it has, and what to write next.

    Needs no simulator. It RESETS the software and creates a patient or two in it: point it at a test database.

    Exit code: 0 when what is there is right, 1 when the driver has errors, 2 when it cannot be reached.

    \b
    Examples:
      banc driver check http://127.0.0.1:9000
      banc driver check --command "node driver.js" --cwd my-driver
      banc driver check https://lgo.test/banc --tls-ca ca.pem --header-env Authorization=LGO_TOKEN
    """
    if (url is None) == (command is None):
        raise SetupError(
            Text(
                "donnez l'adresse du pilote, ou --command avec un programme",
                "give the URL of the driver, or --command with a program",
            )
        )
    if url is not None and place_of(url) is None:
        raise SetupError(
            Text(
                f"une adresse telle que http://127.0.0.1:9000 est attendue, reçu : {url!r}",
                f"expected an address such as http://127.0.0.1:9000, got {url!r}",
            )
        )
    pairs = [entry.partition("=") for entry in header_env]
    if any(not (name and equals and variable) for name, equals, variable in pairs):
        raise SetupError(
            Text(
                "--header-env demande EN-TÊTE=VARIABLE, par exemple Authorization=LGO_TOKEN",
                "--header-env wants HEADER=VARIABLE, such as Authorization=LGO_TOKEN",
            )
        )
    settings = DriverSettings(
        kind="http" if command is None else "subprocess",
        url=url or "",
        command=() if command is None else tuple(_split(command)),
        cwd=cwd,
        timeout=timeout,
        headers_from_env={name: variable for name, _, variable in pairs},
        tls_ca=tls_ca,
        client_cert=client_cert,
    )
    try:
        with open_driver(settings) as driver:
            result = driver_checking.check_driver(driver, read_only=read_only)
    except DriverError as error:
        if as_json:
            click.echo(json.dumps({"reachable": False, "error": error.text[lang]}, ensure_ascii=False))
            sys.exit(SetupError.exit_code)
        text, hint = error.text, error.hint
        raise SetupError(Text(f"{text.fr}\n{hint.fr}", f"{text.en}\n{hint.en}") if hint else text) from error
    click.echo(
        json.dumps(driver_checking.as_json(result, lang), ensure_ascii=False, indent=2)
        if as_json
        else driver_checking.as_text(result, lang)
    )
    sys.exit(EXIT_FAILED if result.problems else 0)


@driver_group.command("show")
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json", "subprocess"]),
    default="yaml",
    show_default=True,
    help="OpenAPI in YAML or JSON, or the JSON Schema of the subprocess messages.",
)
def show(*, form: str) -> None:
    """Print the driver API.

    \b
    Examples:
      banc driver show > openapi.yaml
      banc driver show --format subprocess
    """
    source = files("conformance.drivers") / "openapi.yaml"
    if form == "yaml":
        click.echo(source.read_text("utf-8"), nl=False)
    else:
        document = load_yaml(source) if form == "json" else subprocess_schema()
        print_json(document)


@driver_group.command("scaffold")
@click.option(
    "--lang", "language", type=click.Choice(LANGUAGES), required=True, help="Language of the skeleton."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("banc-driver"),
    show_default=True,
    help="Folder to write.",
)
def write_scaffold(*, language: str, out: Path) -> None:
    """Write a skeleton that starts and passes "banc driver check" with no verb.

    \b
    Examples:
      banc driver scaffold --lang python
      banc driver scaffold --lang java --out my-driver
    """
    written = scaffold(language)
    taken = [name for name in written.files if (out / name).exists()]
    if taken:
        raise SetupError(
            Text(
                f"{out / taken[0]} est déjà là : donnez un autre dossier par --out",
                f"{out / taken[0]} is there already: give another folder with --out",
            )
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in written.files.items():
            (out / name).write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(out, error) from error
    click.echo(
        f"{', '.join(str(out / name) for name in written.files)}\n\n  cd {out}\n  {written.start}\n  banc driver check http://127.0.0.1:9000"
    )


def _split(command: str) -> list[str]:
    """Return the words of a command line; a path of Windows keeps its backslashes."""
    try:
        words = shlex.split(command, posix=sys.platform != "win32")
    except ValueError as error:
        raise SetupError(
            Text(
                f"--command : les mots ne se séparent pas ({error}) ; fermez les guillemets",
                f"--command: {error}",
            )
        ) from error
    return [word.strip('"') for word in words]
