"""``banc load compare``: two sets of load runs, judged against the noise."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text as Styled

from conformance.load.compare import compare, load_side
from conformance.load.quantities import QuantityError, parse_share, show_duration, show_rate, show_share
from conformance.load.record import RecordError
from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import SetupError, lang_option
from simulator.commands.exits import EXIT_MISSED
from simulator.commands.output import Table, print_json, table_console
from simulator.text import Text, text_of, with_decimal_sign

if TYPE_CHECKING:
    from conformance.load.compare import Comparison, Difference
    from simulator.text import Lang

_WORDS = {
    "worse": (Text("moins bon", "worse"), "bold red"),
    "better": (Text("meilleur", "better"), "bold green"),
    "same": (Text("pareil, à la tolérance près", "same, within the tolerance"), "green"),
    "noise": (Text("indiscernable du bruit", "cannot be told from noise"), "yellow"),
    "unknown": (Text("pas mesuré", "not measured"), "yellow"),
}
_REMARKS = {
    "few-runs": Text(
        "Moins de trois passages d'un côté : le bruit d'un passage à l'autre n'est pas connu, l'intervalle est trop étroit. Utiliser --repeat 5.",
        "Fewer than three runs on a side: the noise between runs is not known, the interval is too narrow. Use --repeat 5.",
    ),
    "short": Text("Un passage est très court.", "A run is very short."),
    "wrong": Text("Réponses fausses", "Wrong answers"),
    "differs": Text("Les conditions diffèrent", "Conditions differ"),
}
_HEADINGS = Text("mesure|A|B|changement|intervalle à 95 %|", "metric|A|B|change|95 % interval|")
_NAMES = {"rate": Text("débit", "rate"), "errors": Text("erreurs", "errors")}


@click.command("compare", cls=BilingualCommand)
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@click.option(
    "--tolerance", default="5%", show_default=True, metavar="SHARE", help="A change up to this is none."
)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@lang_option
def compare_command(*, before: Path, after: Path, tolerance: str, as_json: bool, lang: Lang) -> None:
    """Compare two load runs, or two folders of repeated runs, judged against the noise.

    Exit code: 0 when B is not worse, 3 when it is worse by more than tolerance and noise explain, 2 when nothing can be
    compared.

    \b
    Examples:
      banc load --repeat 5 --report before
      banc load --repeat 5 --report after
      banc load compare before after
    """
    try:
        found = compare(load_side(before), load_side(after), tolerance=parse_share(tolerance))
    except (RecordError, QuantityError) as error:
        raise SetupError(text_of(error)) from error
    if as_json:
        print_json(asdict(found))
    else:
        _print(found, lang)
    sys.exit(EXIT_MISSED if found.worse else 0)


def _print(found: Comparison, lang: Lang) -> None:
    console = table_console()
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(_HEADINGS[lang].split("|")):
        table.add_column(heading, justify="right" if 0 < number < 5 else "left", no_wrap=True)  # noqa: PLR2004 - what it stands for is in the line
    for each in found.differences:
        word, style = _WORDS[each.verdict]
        name = _NAMES[each.metric][lang] if each.metric in _NAMES else each.metric
        table.add_row(
            name,
            _value(each.metric, each.before, lang),
            _value(each.metric, each.after, lang),
            _change(each, lang),
            f"{_signed(each, each.low, lang)} … {_signed(each, each.high, lang)}"
            if each.low is not None
            else "–",
            Styled(word[lang], style=style),
        )
    console.print(table)
    for code, detail in found.remarks:
        told = f"{_REMARKS[code][lang]} ({detail})" if detail else _REMARKS[code][lang]
        console.print(told, style="bold red" if code == "wrong" else "yellow", markup=False)


def _value(metric: str, value: float | None, lang: Lang) -> str:
    if value is None:
        return "–"
    if metric == "errors":
        return show_share(value, lang)
    return show_rate(value, lang) if metric == "rate" else show_duration(value, lang)


def _change(each: Difference, lang: Lang) -> str:
    if each.before is None or each.after is None:
        return "–"
    if each.metric == "errors":
        return _signed(each, each.after - each.before, lang)
    return _signed(each, each.after / each.before - 1, lang) if each.before else "–"


def _signed(each: Difference, value: float | None, lang: Lang) -> str:
    if value is None:
        return "–"
    points = " pt" if each.metric == "errors" else " %"
    return with_decimal_sign(f"{value * 100:+.1f}{points}", lang)
