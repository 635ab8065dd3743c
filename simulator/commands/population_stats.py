"""``banc population stats``: the shares of a registry against their targets, and how many people each case has."""

from __future__ import annotations

import io
import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click
from jinja2 import Environment, StrictUndefined

from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import (
    data_dir_option,
    lang_option,
    opened_registry,
    registry_option,
    unwritable,
)
from simulator.commands.exits import EXIT_FAILED
from simulator.commands.output import Console, Table, echo, table_console
from simulator.population.build import profile_of
from simulator.population.described.profiles import profiles
from simulator.population.described.tags import vocabulary
from simulator.population.statistics import statistics, statistics_json
from simulator.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.population.statistics import Share, Statistics
    from simulator.text import Lang

_TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "title": "Statistiques du registre",
        "notice": "Personnes fictives. Ces parts décrivent un jeu d'essai, pas la population réelle.",
        "people": "personnes",
        "designed": "construites pour un cas (hors des parts ci-dessous)",
        "share": "Part",
        "shares": "Parts",
        "tag": "étiquette",
        "official": "officiel",
        "observed": "observé",
        "reported": "rapporté",
        "inferred": "déduit",
        "measured": "mesurée %",
        "target": "cible %",
        "margin": "marge",
        "evidence": "niveau de preuve",
        "source": "source de la cible",
        "cases": "Cas",
        "count": "nombre",
        "none": "sans cible",
        "missed": "à côté",
        "met": "oui",
        "no profile": "Aucun profil connu pour ce registre (importé, ou d'une autre version) : les parts n'ont pas de cible.",
    },
    "en": {
        "title": "Statistics of the registry",
        "notice": "Fictitious people. These shares describe test data, not the real population.",
        "people": "people",
        "designed": "made for a case (not in the shares below)",
        "share": "Share",
        "shares": "Shares",
        "tag": "tag",
        "official": "official",
        "observed": "observed",
        "reported": "reported",
        "inferred": "inferred",
        "measured": "measured %",
        "target": "target %",
        "margin": "margin",
        "evidence": "evidence",
        "source": "source of the target",
        "cases": "Cases",
        "count": "count",
        "none": "no target",
        "missed": "missed",
        "met": "yes",
        "no profile": "No known profile for this registry (imported, or of another version): the shares have no target.",
    },
}


@click.command("stats", cls=BilingualCommand)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="text and json are printed; html is a page of its own.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write to this file instead of printing.",
)
@click.option(
    "--profile",
    type=click.Choice(list(profiles())),
    default=None,
    help="Whose targets to compare with; by default those of the profile that the registry was built with.",
)
@data_dir_option
@registry_option
@lang_option
def stats_command(
    *, kind: str, out: Path | None, profile: str | None, data_dir: Path, registry: str | None, lang: Lang
) -> None:
    """Show shares of the people against their targets, and how many people each case has.

    A share may be off by its tolerance and three standard errors of a draw of so many people. Exit code 1 when one is
    farther off.

    \b
    Examples:
      banc population stats
      banc population stats --registry people.sqlite --lang en
      banc population stats --registry people.sqlite --format html --out statistics.html
    """
    with opened_registry(registry, data_dir) as store:
        profile = profile or profile_of(store.meta("recipe"))
        found = statistics(store.everyone(), profile)
    if kind == "json":
        _write(json.dumps(statistics_json(found, profile), ensure_ascii=False, indent=2) + "\n", out)
    elif kind == "html":
        _write(_page(found, profile, lang), out)
    elif out is not None:
        text = io.StringIO()
        _print(Console(file=text, width=140), found, profile, lang)
        _write(text.getvalue(), out)
    else:
        _print(table_console(), found, profile, lang)
    if out is not None:
        echo(str(out))
    if found.missed:
        sys.exit(EXIT_FAILED)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(out, error) from error


def _print(console: Console, found: Statistics, profile: str | None, lang: Lang) -> None:
    texts = _TEXTS[lang]
    console.print(f"{texts['title']} : {_profile(profile, lang)}", highlight=False)
    console.print(f"{found.total} {texts['people']}, {found.designed} {texts['designed']}", highlight=False)
    console.print(texts["notice"], style="dim")
    if profile is None:
        console.print(texts["no profile"], style="yellow")
    console.print()
    table = Table(box=None, pad_edge=False)
    table.add_column(texts["share"], overflow="fold")
    for name in ("measured", "target", "margin"):
        table.add_column(texts[name], justify="right")
    table.add_column("")
    table.add_column(texts["evidence"])
    for share in found.shares:
        target, margin = _numbers(share, texts)
        verdict = {None: "", True: texts["met"], False: f"[bold red]{texts['missed']}[/]"}[share.is_met]
        evidence = "" if share.expected is None else texts[share.expected.evidence]
        table.add_row(getattr(share.target, lang), f"{share.percent:.2f}", target, margin, verdict, evidence)
    console.print(table)
    console.print()
    cases = Table(box=None, pad_edge=False)
    cases.add_column(texts["count"], justify="right")
    cases.add_column(texts["tag"], overflow="fold")
    cases.add_column(texts["cases"], overflow="fold")
    for tag, count, label in _cases(found.tags, lang):
        cases.add_row(str(count), tag, label)
    console.print(cases)


def _numbers(share: Share, texts: Mapping[str, str]) -> tuple[str, str]:
    if share.expected is None or share.margin is None:
        return texts["none"], ""
    return f"{share.expected.percent:.2f}", f"± {share.margin:.2f}"


def _cases(tags: Mapping[str, int], lang: Lang) -> list[tuple[str, int, str]]:
    known = vocabulary()
    return [(tag, count, getattr(known[tag], lang) if tag in known else "") for tag, count in tags.items()]


def _profile(profile: str | None, lang: Lang) -> str:
    if profile is None:
        return "-"
    known = profiles()[profile]
    return f"{profile} ({known.label_fr if lang == 'fr' else known.label_en})"


def _page(found: Statistics, profile: str | None, lang: Lang) -> str:
    source = (files("simulator.commands") / "templates" / "stats.html").read_text("utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(source)
    return template.render(
        lang=lang,
        t=_TEXTS[lang],
        found=found,
        profile=_profile(profile, lang),
        has_profile=profile is not None,
        cases=_cases(found.tags, lang),
        version=VERSION,
    )
