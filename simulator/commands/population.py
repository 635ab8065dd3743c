"""``banc population``: build a registry, look into it, print the sheet of a person."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import (
    SetupError,
    data_dir_option,
    json_option,
    lang_option,
    opened_registry,
    registry_option,
)
from simulator.commands.exits import EXIT_FAILED, EXIT_INTERRUPTED
from simulator.commands.language import said
from simulator.commands.output import Console, Table, echo, print_json, table_console
from simulator.commands.population_files import export_command, import_command
from simulator.commands.population_stats import stats_command
from simulator.commands.practice import practice_command
from simulator.population.build import DEFAULT_PROFILE, people, recipe
from simulator.population.cnda import load_cnda
from simulator.population.described.profiles import profiles
from simulator.registry.opening import build_registry
from simulator.registry.person import to_json
from simulator.registry.protocol import RegistryError
from simulator.registry.target import shown
from simulator.sheet import SheetError, person_sheet, sheet_png
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry
    from simulator.text import Lang

_STEP = 1000
_COLUMNS = (
    Text("clé", "key"),
    Text("nom de naissance", "birth name"),
    Text("prénoms", "first names"),
    Text("sexe", "sex"),
    Text("naissance", "born"),
    Text("lieu", "place"),
    Text.same("matricule"),
    Text("étiquettes", "tags"),
)
_LONG_COLUMNS = ("birth name", "first names", "tags")
"""Columns of a table that goes to a file or another program."""


@click.group("population", cls=BilingualGroup)
def population_group() -> None:
    """Build a registry of synthetic people, look into it, export and import it."""


population_group.add_command(export_command)
population_group.add_command(import_command)
population_group.add_command(practice_command)
population_group.add_command(stats_command)


@population_group.command("build")
@click.option("--size", required=True, type=click.IntRange(0, 100_000_000), help="How many synthetic people.")
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(0, 2**31),
    help="The same seed gives the same people.",
)
@click.option(
    "--profile",
    type=click.Choice(list(profiles())),
    default=DEFAULT_PROFILE,
    show_default=True,
    help="france: ages and sexes of the country; officine: those of a pharmacy's patients (ours, inferred); edge: mostly "
    "designed cases.",
)
@click.option("--out", required=True, metavar="FILE|postgresql://…", help="Where the registry is written.")
def build_command(*, size: int, seed: int, profile: str, out: str) -> None:
    """Build a registry of synthetic people, beside the public test people of the CNDA.

    It begins with the designed cases, so that a small one has many. It is complete or not there: an interruption leaves what
    was there before.

    \b
    Examples:
      banc population build --size 100000 --seed 7 --out people.sqlite
      banc population build --size 20000 --profile officine --out officine.sqlite
      banc population build --size 1000000 --out postgresql://banc@db.example/registry
      banc serve --registry people.sqlite
    """
    console = Console(stderr=True)
    try:
        with _progress(console, size) as (counted, on_indexing):
            count = build_registry(
                out,
                counted(chain(load_cnda(), people(size, seed, profile))),
                f"cnda oid=test {recipe(size, seed, profile)}",
                on_indexing=on_indexing,
            )
    except KeyboardInterrupt:
        stopped = Text(
            f"Interrompu : {shown(out)} est comme avant.", f"Interrupted: {shown(out)} is as it was before."
        )
        echo(said(stopped), err=True)
        sys.exit(EXIT_INTERRUPTED)
    except RegistryError as error:
        raise SetupError(text_of(error)) from error
    built = Text(
        f"{count} personnes dans {shown(out)}. Servez-les par : banc serve --registry {shown(out)}",
        f"{count} people in {shown(out)}. Serve them with: banc serve --registry {shown(out)}",
    )
    echo(said(built))


@population_group.command("show")
@click.argument("person")
@data_dir_option
@registry_option
def show_command(person: str, data_dir: Path, registry: str | None) -> None:
    """Show all the registry knows of PERSON, as JSON: a key, or a matricule of 13 or 15 characters.

    \b
    Examples:
      banc population show cnda/adrun-zoe
      banc population show syn/7/12 --registry people.sqlite
    """
    with opened_registry(registry, data_dir) as store:
        found = _of(store, person)
    print_json(to_json(found))


@population_group.command("find")
@click.option(
    "--tag", default=None, help="Only people of this case, such as twin; see: banc population stats"
)
@click.option(
    "--name", default=None, help="Only people of this birth name, compared as the teleservice does."
)
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, 100_000), help="At most so many."
)
@data_dir_option
@registry_option
@json_option
def find_command(
    *, tag: str | None, name: str | None, limit: int, data_dir: Path, registry: str | None, as_json: bool
) -> None:
    """List people, those of a case or of a name.

    Exit code 1 when nobody is found.

    \b
    Examples:
      banc population find --tag twin
      banc population find --name "le goff" --registry people.sqlite --limit 50
      banc population find --tag twin --json
    """
    with opened_registry(registry, data_dir) as store:
        if name is None:
            found = store.people(limit=limit, tag=tag)
        else:
            # A name that everybody has is looked through only so far.
            named = store.same_name(name, limit=limit if tag is None else 100_000)
            found = [person for person in named if tag is None or tag in person.tags][:limit]
    if not found:
        nobody = Text(
            "Personne. Les cas, et combien de personnes a chacun : banc population stats",
            "Nobody. The cases and how many people each has: banc population stats",
        )
        echo(said(nobody), err=True)
        sys.exit(EXIT_FAILED)
    if as_json:
        print_json([to_json(person) for person in found])
        return
    table = Table(box=None, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(said(column), overflow="fold", no_wrap=column.en not in _LONG_COLUMNS)
    for person in found:
        traits, matricule = person.identity.traits, person.identity.matricule.value
        place = traits.birth_place or "-"
        names = (person.key, traits.birth_name, traits.first_names, traits.sex)
        # The values of a designed case are said by its other tags; show has them all.
        tags = " ".join(each for each in person.tags if not each.startswith("case:"))
        table.add_row(*names, traits.birth_date, place, matricule, tags)
    console = table_console()
    console.print(table)


@population_group.command("card")
@click.argument("person")
@data_dir_option
@registry_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "png"]),
    default="html",
    show_default=True,
    help="PNG needs Chromium.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File; <person>.html in this folder.",
)
@lang_option
def card_command(
    *, person: str, data_dir: Path, registry: str | None, kind: str, out: Path | None, lang: Lang
) -> None:
    """Write the sheet of PERSON for the tester at the counter: who they are, and what each call must answer.

    \b
    Examples:
      banc population card cnda/adrun-zoe
      banc population card syn/7/12 --registry people.sqlite --format png --out patient.png
    """
    with opened_registry(registry, data_dir) as store:
        found = _of(store, person)
        page = person_sheet(found, store, lang)
    target = out or Path(f"{found.key.replace('/', '-')}.{kind}")
    try:
        target.write_bytes(sheet_png(page) if kind == "png" else page.encode())
    except (SheetError, OSError) as error:
        raise SetupError(Text(f"{target} : {text_of(error).fr}", f"{target}: {error}")) from error
    echo(str(target))


def _of(store: Registry, wanted: str) -> Person:
    found = store.by_key(wanted)
    if found is not None:
        return found
    number = wanted.replace(" ", "").upper()[:13]
    people = store.by_matricule(number) or store.by_former_matricule(number)
    if not people:
        raise SetupError(
            Text(
                f"la clé ou le matricule de quelqu'un du registre est attendu, reçu : {wanted!r} ; cherchez des personnes par : banc population find",
                f"expected the key or the matricule of somebody in the registry, got {wanted!r}; "
                "look for people with: banc population find",
            )
        )
    return people[0]


@contextmanager
def _progress(
    console: Console, size: int
) -> Iterator[tuple[Callable[[Iterable[Person]], Iterator[Person]], Callable[[], None]]]:
    """Show a bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(said(Text("personnes", "people")), total=size)

        def counted(people: Iterable[Person]) -> Iterator[Person]:
            for number, person in enumerate(people, start=1):
                if not number % _STEP:
                    progress.update(task, completed=number)
                yield person

        yield counted, lambda: progress.update(task, description="index", completed=size)
