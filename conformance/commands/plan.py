"""``banc plan``: write and check plan files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from conformance.campaign.selection import select
from conformance.plan import load_plan
from conformance.rules.catalogue import load_catalogue
from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import SetupError, lang_option, unwritable
from simulator.datafile import DataFileError
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from simulator.text import Lang


@click.group("plan", cls=BilingualGroup)
def plan_group() -> None:
    """Write and check the plan of a campaign."""


@plan_group.command("check")
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@lang_option
def check_plan(*, plan_file: Path, lang: Lang) -> None:
    """Check a plan file: each mistake with its line and column. Nothing is called.

    \b
    Example:
      banc plan check my-plan.yaml
    """
    try:
        plan = load_plan(plan_file)
        selection = select(plan, load_catalogue())
    except TextError as error:
        raise SetupError(text_of(error)) from error
    count, apart = len(selection.rules), len(selection.not_applicable)
    said = Text(
        f"{plan_file} : {count} règles à vérifier sur {plan.address}, dont {apart} non applicables",
        f"{plan_file}: {count} rules to verify on {plan.address}, {apart} of them not applicable",
    )
    click.echo(said[lang])


def _taken(path: Path) -> Text:
    return Text(
        f"{path} : existe déjà ; choisissez un autre nom", f"{path}: exists already; choose another name"
    )


def _not_there(_context: click.Context, _parameter: click.Parameter, path: Path) -> Path:
    """Refuse a file that exists, before anything is asked."""
    if path.exists():
        raise SetupError(_taken(path))
    return path


@plan_group.command("new")
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path), callback=_not_there)
@click.option("--name", prompt="Nom du logiciel / name of the software")
@click.option("--version", "version", prompt="Version")
@click.option("--vendor", prompt="Éditeur / vendor", default="", show_default=False)
@click.option(
    "--actors",
    prompt="Acteurs / actors (RI, CALL, LGO, LGC, NRI, MSS, DMP, CDA, FHIR, PRINT, COPIES…)",
    default="RI,CALL,LGO",
    help="What the software is, with commas: rules that bind others do not apply. docs/rules/index.md says what each means.",
)
@click.option("--url", prompt="Adresse du pilote / address of the driver", default="http://127.0.0.1:9000")
def new_plan(*, plan_file: Path, name: str, version: str, vendor: str, actors: str, url: str) -> None:
    """Write a plan file from a few answers; an existing file is left alone.

    \b
    Examples:
      banc plan new my-plan.yaml
      banc plan new my-plan.yaml --name LGO --version 4.2 --vendor "" --actors RI,CALL,LGO --url http://127.0.0.1:9000
    """
    software: dict[str, Any] = {"name": name, "version": version}
    if vendor:
        software["vendor"] = vendor
    keys = [key.strip().upper() for key in actors.split(",") if key.strip()]
    if keys:
        software["actors"] = keys
    text = yaml.safe_dump({"software": software, "driver": {"url": url}}, allow_unicode=True, sort_keys=False)
    try:
        with plan_file.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise SetupError(_taken(plan_file)) from error
    except OSError as error:
        raise unwritable(plan_file, error) from error
    try:
        load_plan(plan_file)
    except DataFileError as error:
        plan_file.unlink()
        raise SetupError(text_of(error)) from error
    click.echo(f"banc run {plan_file}")
