"""``banc scenario``: list and check scripted answers."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from simulator.commands.common import EXIT_SETUP
from simulator.datafile import DataFileError
from simulator.scripting.loader import load_scenario, shipped_scenarios


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
