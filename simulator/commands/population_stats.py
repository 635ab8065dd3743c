"""``banc population stats``: the shares of a registry against their targets, and how many people each case has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from simulator.commands.common import data_dir_option, lang_option, registry_option
from simulator.commands.registries import opened
from simulator.population.build import profile_of
from simulator.population.profiles import profiles
from simulator.population.statistics import statistics
from simulator.population.tags import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.population.statistics import Share, Statistics

EXIT_MISSED = 1
"""Exit code when a share is too far from its target."""


@click.command("stats")
@data_dir_option
@registry_option
@click.option(
    "--profile",
    type=click.Choice(list(profiles())),
    default=None,
    help="Whose targets to compare with; by default those of the profile that the registry was built with.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the answer.",
)
@lang_option
def stats_command(*, data_dir: Path, registry: str | None, profile: str | None, kind: str, lang: str) -> None:
    """Show the shares of a registry against their targets, and how many people each case has.

    Shares are those of drawn people, without those designed for a case. Each target has its evidence level and, in JSON,
    its source. Exit code 1 when a share is farther from its target than the tolerance and chance allow.

    \b
    Examples:
      banc population stats --registry people.sqlite
      banc population stats --registry people.sqlite --format json
      banc population find --registry people.sqlite --tag twin
    """
    with opened(registry, data_dir) as store:
        compared = profile or profile_of(store.meta("recipe"))
        counted = statistics(store.everyone(), compared)
    if kind == "json":
        click.echo(json.dumps(_as_json(counted, compared, lang), ensure_ascii=False, indent=2))
    else:
        _show(counted, compared, french=lang == "fr")
    if counted.missed:
        click.get_current_context().exit(EXIT_MISSED)


def _as_json(counted: Statistics, profile: str | None, lang: str) -> dict[str, Any]:
    return {
        "profile": profile,
        "people": counted.total,
        "drawn": counted.drawn,
        "designed": counted.designed,
        "shares": [
            {
                "key": share.target.key,
                "label": getattr(share.target, lang),
                "count": share.count,
                "of": share.whole,
                "percent": round(share.percent, 3),
                "target": None if share.expected is None else share.expected.percent,
                "margin": None if share.margin is None else round(share.margin, 3),
                "evidence": None if share.expected is None else share.expected.evidence,
                "source": None if share.expected is None else share.expected.source,
                "met": share.is_met,
            }
            for share in counted.shares
        ],
        "tags": dict(counted.tags),
    }


def _show(counted: Statistics, profile: str | None, *, french: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"{counted.total} personnes, dont {counted.designed} construites pour un cas ; profil : {profile or 'aucun'}"
        if french
        else f"{counted.total} people, {counted.designed} of them designed for a case; profile: {profile or 'none'}"
    )
    table = Table(box=None, pad_edge=False)
    titles = (
        ("part", "%", "cible", "écart admis", "preuve", "")
        if french
        else ("share", "%", "target", "margin", "evidence", "")
    )
    for title, justify in zip(titles, ("left", "right", "right", "right", "left", "left"), strict=True):
        table.add_column(title, justify=justify)  # type: ignore[arg-type]  # one of the words rich knows
    for share in counted.shares:
        table.add_row(share.target.fr if french else share.target.en, *_cells(share, french=french))
    console.print(table)
    console.print()
    tags = Table(box=None, pad_edge=False)
    tags.add_column("personnes" if french else "people", justify="right")
    tags.add_column("tag")
    tags.add_column("cas" if french else "case")
    for tag, count in counted.tags.items():
        label = vocabulary().get(tag)
        tags.add_row(str(count), tag, "" if label is None else label.fr if french else label.en)
    console.print(tags)


def _cells(share: Share, *, french: bool) -> tuple[str, ...]:
    if share.expected is None or share.margin is None:
        return f"{share.percent:.2f}", "-", "-", "-", ""
    missed = "trop loin" if french else "too far"
    return (
        f"{share.percent:.2f}",
        f"{share.expected.percent:.2f}",
        f"± {share.margin:.2f}",
        share.expected.evidence,
        "" if share.is_met else f"[bold red]{missed}[/]",
    )
