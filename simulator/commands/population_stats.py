"""``banc population stats``: what a registry is made of, beside what it should be."""

from __future__ import annotations

import json
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click
from rich.console import Console
from rich.table import Table

from simulator.commands.common import SetupError, data_dir_option, lang_option, opened, registry_option
from simulator.population.build import profile_of
from simulator.population.statistics import statistics
from simulator.population.tags import vocabulary

if TYPE_CHECKING:
    from simulator.population.statistics import Share, Statistics

    Lang = Literal["fr", "en"]

_PAGE_WIDTH: Final = 150
_TEXTS: Final = {
    "fr": {
        "people": "{total} personnes, dont {drawn} tirées au sort ; {designed} conçues pour un cas, hors des parts",
        "no_profile": "ce registre ne dit pas de quel profil il est : aucune part n'a de cible",
        "profile": "profil {profile}",
        "shares": ("part", "compté", "sur", "%", "cible %", "écart permis", "", "preuve", "source"),
        "tags": ("étiquette", "personnes", "cas"),
        "met": "atteinte",
        "missed": "MANQUÉE",
        "result": "{met} part(s) sur {known} dans l'écart permis.",
    },
    "en": {
        "people": "{total} people, {drawn} of them drawn; {designed} designed for a case, in no share",
        "no_profile": "this registry does not say of which profile it is: no share has a target",
        "profile": "profile {profile}",
        "shares": ("share", "counted", "of", "%", "target %", "margin", "", "evidence", "source"),
        "tags": ("tag", "people", "case"),
        "met": "met",
        "missed": "MISSED",
        "result": "{met} share(s) of {known} within their margin.",
    },
}


@click.command("stats")
@data_dir_option
@registry_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="Form of what is written.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File; the standard output when none is given.",
)
@lang_option
def stats_command(*, data_dir: Path, registry: str | None, kind: str, out: Path | None, lang: Lang) -> None:
    """Count what a registry is made of: shares beside their targets with the source of each, people by case.

    The whole registry is read: a minute or so for a million people. Exit code 1 when a share is too far from its target.

    \b
    Examples:
      banc population stats
      banc population stats --registry people.sqlite --lang en
      banc population stats --registry people.sqlite --format html --out people.html
    """
    with opened(registry, data_dir) as store:
        profile = profile_of(store.meta("recipe"))
        counted = statistics(store.everyone(), profile)
    if kind == "json":
        text = json.dumps(_json(counted, profile), ensure_ascii=False, indent=2) + "\n"
    elif kind == "html":
        page = Console(record=True, width=_PAGE_WIDTH, file=StringIO(), force_terminal=True)
        _print(page, counted, profile, lang)
        text = page.export_html()
    else:
        text = ""
    try:
        if kind == "text" and out is None:
            _print(Console(), counted, profile, lang)
        elif kind == "text" and out is not None:
            with out.open("w", encoding="utf-8") as file:
                _print(Console(file=file, width=_PAGE_WIDTH), counted, profile, lang)
        elif out is None:
            click.echo(text, nl=False)
        else:
            out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetupError(f"{out}: cannot be written: {error}") from error
    if counted.missed:
        sys.exit(1)


def _print(console: Console, counted: Statistics, profile: str | None, lang: Lang) -> None:
    texts: dict[str, Any] = _TEXTS[lang]
    console.print(
        texts["people"].format(total=counted.total, drawn=counted.drawn, designed=counted.designed),
        highlight=False,
    )
    console.print(
        texts["no_profile"] if profile is None else texts["profile"].format(profile=profile), highlight=False
    )
    shares = Table(box=None, pad_edge=False)
    for number, title in enumerate(texts["shares"]):
        shares.add_column(title, justify="right" if 0 < number < len(texts["shares"]) - 3 else "left")
    sources: dict[str, int] = {}
    for share in counted.shares:
        if share.expected is not None:
            sources.setdefault(share.expected.source, len(sources) + 1)
        shares.add_row(*_cells(share, sources, lang), style="bold red" if share.is_met is False else None)
    console.print(shares)
    console.print()
    for source, number in sources.items():
        console.print(f"({number}) {source}", highlight=False, markup=False)
    tags = Table(box=None, pad_edge=False)
    for number, title in enumerate(texts["tags"]):
        tags.add_column(title, justify="right" if number == 1 else "left")
    labels = vocabulary()
    for tag, count in counted.tags.items():
        tags.add_row(tag, str(count), getattr(labels[tag], lang) if tag in labels else "")
    console.print()
    console.print(tags)
    judged = [share for share in counted.shares if share.is_met is not None]
    if judged:
        met = sum(share.is_met is True for share in judged)
        console.print()
        console.print(texts["result"].format(met=met, known=len(judged)), highlight=False)


def _cells(share: Share, sources: dict[str, int], lang: Lang) -> tuple[str, ...]:
    texts: dict[str, Any] = _TEXTS[lang]
    label = share.target.fr if lang == "fr" else share.target.en
    counts = (label, str(share.count), str(share.whole), f"{share.percent:.2f}")
    if share.expected is None:
        return (*counts, "-", "-", "", "", "")
    margin = "-" if share.margin is None else f"± {share.margin:.2f}"
    verdict = {True: texts["met"], False: texts["missed"], None: ""}[share.is_met]
    expected = share.expected
    return (
        *counts,
        f"{expected.percent:.2f}",
        margin,
        verdict,
        expected.evidence,
        f"({sources[expected.source]})",
    )


def _json(counted: Statistics, profile: str | None) -> dict[str, Any]:
    return {
        "profile": profile,
        "total": counted.total,
        "drawn": counted.drawn,
        "designed": counted.designed,
        "shares": [
            {
                "key": share.target.key,
                "count": share.count,
                "of": share.whole,
                "percent": round(share.percent, 4),
                "target": None if share.expected is None else share.expected.percent,
                "margin": None if share.margin is None else round(share.margin, 4),
                "met": share.is_met,
                "evidence": None if share.expected is None else share.expected.evidence,
                "source": None if share.expected is None else share.expected.source,
            }
            for share in counted.shares
        ],
        "tags": dict(counted.tags),
    }
