"""``banc population practice``: the file a practice really has, and what searching it must give."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from simulator.commands.bilingual import BilingualCommand, WrongUsageError
from simulator.commands.common import SetupError, lang_option
from simulator.commands.exits import EXIT_INTERRUPTED
from simulator.commands.output import Console, Table, echo
from simulator.datafile import DataFileError
from simulator.population.practice.lines import NAMESAKE_TAG, TooFewPeopleError
from simulator.population.practice.making import (
    EXPECTED,
    PRACTICE,
    REGISTRY,
    Order,
    make_from_registry,
    make_with_registry,
    whole_or_nothing,
)
from simulator.population.practice.parameters import load_parameters
from simulator.registry.protocol import RegistryError
from simulator.registry.target import shown
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.population.practice.export import Delimiter, Encoding
    from simulator.population.practice.figures import Count, Figure, Figures
    from simulator.population.practice.making import Stage, Tell
    from simulator.population.practice.parameters import Parameters

_STAGES: Final[dict[str, dict[Stage, str]]] = {
    "fr": {"people": "personnes lues", "registry": "registre", "searches": "recherches"},
    "en": {"people": "people read", "registry": "registry", "searches": "searches"},
}


@click.command("practice", cls=BilingualCommand)
@click.option(
    "--size", default=1000, show_default=True, type=click.IntRange(1, 200_000), help="How many lines."
)
@click.option("--seed", default="1", show_default=True, help="The same seed gives the same files.")
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the files; made when it does not exist.",
)
@click.option(
    "--registry",
    "target",
    metavar="FILE|postgresql://…",
    default=None,
    help="Take the patients from this registry. Without it, a population is drawn, and written too.",
)
@click.option(
    "--plant",
    is_flag=True,
    help=f"With --registry: add to it the people who make some lines ambiguous (tag {NAMESAKE_TAG}).",
)
@click.option(
    "--parameters",
    "parameters_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Another parameter set than that of the production study.",
)
@click.option(
    "--separator",
    type=click.Choice([";", ","]),
    default=";",
    show_default=True,
    help="Between the cells of practice.csv.",
)
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "cp1252"]),
    default="utf-8",
    show_default=True,
    help="Of practice.csv.",
)
@lang_option
def practice_command(
    *,
    size: int,
    seed: str,
    folder: Path,
    target: str | None,
    plant: bool,
    parameters_path: Path | None,
    separator: Delimiter,
    encoding: Encoding,
    lang: str,
) -> None:
    """Write the file a practice really has, faults included, and apart from it what each line must give.

    practice.csv is to be imported by the software under test. expected.csv tells, line by line, what happened to it and
    what the registry answers, with the reason. registry.sqlite is that registry, unless one is given. The table compares
    the answers with those counted in production: see docs/population.md.

    \b
    Examples:
      banc population practice --size 1000 --out practice
      banc population practice --size 20000 --seed 7 --separator "," --encoding cp1252 --out practice
      banc population practice --size 500 --registry people.sqlite --plant --out practice
      banc serve --registry practice/registry.sqlite
    """
    if plant and target is None:
        raise WrongUsageError(
            Text(
                "--plant va avec --registry : sans lui, tout le monde est dans le registre écrit",
                "--plant goes with --registry: without it, everybody is in the registry written",
            )
        )
    try:
        parameters = load_parameters(parameters_path)
    except DataFileError as error:
        raise SetupError(text_of(error)) from error
    order = Order(size=size, seed=seed, parameters=parameters, delimiter=separator, encoding=encoding)
    try:
        with whole_or_nothing(folder) as draft, _progress(lang, size) as tell:
            if target is None:
                figures = make_with_registry(draft, order, tell)
            else:
                figures = make_from_registry(draft, order, target, plant=plant, tell=tell)
    except (TooFewPeopleError, RegistryError) as error:
        raise SetupError(text_of(error)) from error
    except sqlite3.Error as error:
        raise SetupError(
            Text(
                f"{shown(target or str(folder / REGISTRY))} : ne peut pas être lu comme un registre : {error}",
                f"{shown(target or str(folder / REGISTRY))}: cannot be read as a registry: {error}",
            )
        ) from error
    except OSError as error:
        raise SetupError(
            Text(
                f"{folder} : les fichiers ne peuvent pas être écrits : {text_of(error).fr}",
                f"{folder}: the files cannot be written: {error}",
            )
        ) from error
    except KeyboardInterrupt:
        echo(
            "Interrompu : rien n'a été écrit." if lang == "fr" else "Interrupted: nothing was written.",
            err=True,
        )
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    written = [PRACTICE, EXPECTED, *(() if target else (REGISTRY,))]
    _report(figures, parameters, [folder / name for name in written], lang)
    echo(_next_step(folder / PRACTICE, shown(target or str(folder / REGISTRY)), lang))


@contextmanager
def _progress(lang: str, size: int) -> Iterator[Tell]:
    """Show how far the work is, on a terminal only."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def tell(stage: Stage, done: int) -> None:
            total = size if stage == "searches" else None
            progress.update(task, description=_STAGES[lang][stage], completed=done, total=total)

        yield tell


def _report(figures: Figures, parameters: Parameters, written: list[Path], lang: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    french = lang == "fr"
    console.print(parameters.title_fr if french else parameters.title_en, style="bold", markup=False)
    table = Table(box=None, pad_edge=False)
    for heading in ("", "réponses" if french else "answers", "00", "01", "02"):
        table.add_column(heading, justify="left" if not heading else "right")
    for row in figures.rows:
        table.add_row(
            _label(row, lang),
            str(row.measured.total),
            *(_share(row.measured, row.published, index) for index in range(3)),
        )
    console.print(table)
    console.print(
        f"En pour cent ; entre parenthèses, la production. Sexe vide : {figures.empty_sex} lignes sur {figures.lines},"
        f" dont {figures.completed} comptées une fois complétées."
        if french
        else f"In percent; in brackets, production. Empty sex: {figures.empty_sex} lines of {figures.lines},"
        f" {figures.completed} of them counted once completed."
    )
    for path in written:
        console.print(str(path), markup=False)


def _next_step(practice: Path, registry: str, lang: str) -> str:
    if lang == "fr":
        return (
            f"Ensuite : banc serve --registry {registry}, importer {practice} dans le logiciel, chercher chaque ligne,"
            f" comparer avec {EXPECTED}."
        )
    return (
        f"Next: banc serve --registry {registry}, import {practice} into the software, search each line, compare with"
        f" {EXPECTED}."
    )


def _label(row: Figure, lang: str) -> str:
    if row.sex is not None:
        return {"M": ("hommes", "men"), "F": ("femmes", "women")}[row.sex][lang == "en"]
    if row.ages is not None:
        return f"{row.ages} {'ans' if lang == 'fr' else 'years'}"
    return "ensemble" if lang == "fr" else "everybody"


def _share(measured: Count, published: Count | None, index: int) -> str:
    share = f"{measured.percents[index]:.1f}" if measured.total else "-"
    return share if published is None else f"{share} ({published.percents[index]:.1f})"
