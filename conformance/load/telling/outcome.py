"""What a load run prints at its end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from conformance.load.summary import exit_code
from conformance.load.telling.facts import (
    bound,
    clean_sentence,
    knee_sentence,
    limits_sentence,
    row,
    rule_rows,
    texts,
    verdict_sentence,
)
from simulator.commands.output import widen
from simulator.journal.masking import mask_text
from simulator.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.load.summary import Summary
    from simulator.text import Lang

WIDTH_IN_A_FILE: Final = 160
SHOWN: Final = 10
"""Wrong answers and errors printed."""


def print_outcome(summary: Summary, paths: Sequence[Path], lang: Lang) -> None:
    """Print the figures, the thresholds with their margins, what was wrong, and where the reports are."""
    console = _console()
    t = texts(lang)
    seconds = sum(summary.seconds.values())
    table = Table(box=None, pad_edge=False)
    table.add_column(t["operation"])
    columns = ("calls", "rate", "p50", "p95", "p99", "longest", "errors", "wrong")
    for name in columns:
        table.add_column(t.get(name, name), justify="right", no_wrap=True)
    operations = summary.operations()
    rows = [(name, row(summary.total(operation=name), seconds, lang)) for name in operations]
    if len(rows) != 1:
        rows.append(("total", row(summary.total(), seconds, lang)))
    rows += [(f"{t['node']} {name}", row(cell, seconds, lang)) for name, cell in summary.nodes.items()]
    for name, figures in rows:
        wrong = Styled(figures["wrong"], style="bold red" if figures["wrong"] != "0" else "")
        table.add_row(name, *(figures[column] for column in columns[:-1]), wrong)
    console.print(table)
    _thresholds(console, summary, lang)
    _rules(console, summary, lang)
    _limits(console, summary, lang)
    _problems(console, summary, t)
    _remarks(console, summary, lang)
    code = exit_code(summary)
    style = {0: "bold green", 1: "bold red", 3: "bold red"}.get(code, "bold yellow")
    console.print(verdict_sentence(summary, lang), style=style, markup=False)
    for path in paths:
        console.print(f"  {path}", markup=False)


def _limits(console: Console, summary: Summary, lang: Lang) -> None:
    t = texts(lang)
    knee = knee_sentence(summary, lang)
    if knee:
        console.print(knee, markup=False)
    elif bound(summary) in {"generator", "server", "both"}:
        console.print(t[f"bound_{bound(summary)}"], style="yellow", markup=False)
    sentence = limits_sentence(summary, lang)
    if sentence:
        console.print(sentence, style="dim", markup=False)


def _remarks(console: Console, summary: Summary, lang: Lang) -> None:
    t = texts(lang)
    for event in summary.events:
        console.print(
            f"{t.get(event['what'], event['what'])} {event.get('worker') or event.get('node', '')}".strip(),
            markup=False,
        )
    if summary.departures is not None:
        told = ", ".join(f"{code} {number}" for code, number in summary.departures.most_common(5))
        console.print(f"{t['departures']} : {told or t['departures_none']}", markup=False)
        if clean := clean_sentence(summary, lang):
            console.print(clean, style="green", markup=False)
    journal = (summary.end or {}).get("journal")
    if journal:
        console.print(f"{t['lost_journal']} ({journal['mode']}) : {journal['lost']}", markup=False)
    if summary.end and summary.end.get("unserved"):
        console.print(f"{t['unserved']} : {summary.end['unserved']}", style="yellow", markup=False)
    reason = t[f"reason_{summary.reason}"]
    if reason:
        console.print(reason, style="bold yellow", markup=False)


def _console() -> Console:
    console = Console(highlight=False, soft_wrap=True)
    widen(console, WIDTH_IN_A_FILE)
    return console


def _thresholds(console: Console, summary: Summary, lang: Lang) -> None:
    t = texts(lang)
    judgements = summary.judgements()
    if not judgements:
        return
    table = Table(box=None, pad_edge=False)
    for name in ("thresholds", "measured", "margin", ""):
        table.add_column(
            t.get(name, ""), justify="left" if name in {"thresholds", ""} else "right", no_wrap=True
        )
    for each in judgements:
        style = "green" if each.held else "bold red"
        word = t["held"] if each.held else t["missed"]
        table.add_row(
            each.threshold.title(lang),
            each.threshold.show(each.value, lang),
            each.show_margin(lang),
            Styled(word, style=style),
        )
    console.print(table)


def _rules(console: Console, summary: Summary, lang: Lang) -> None:
    t = texts(lang)
    rows = rule_rows(summary, lang)
    if not rows:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column(t["rules_title"], no_wrap=True)
    for name in ("rule_looks", "rule_departures"):
        table.add_column(t[name], justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for each in rows:
        style = {"departed": "bold red", "kept": "green"}.get(each["verdict"], "yellow")
        table.add_row(
            each["rule"], str(each["looks"]), str(each["departures"]), Styled(each["word"], style=style)
        )
    console.print(table)
    for each in rows:
        style = "bold red" if each["departures"] else "yellow"
        for problem in each["problems"]:
            console.print(f"{each['rule']} : {visible(problem)}", style=style, markup=False)


def _problems(console: Console, summary: Summary, t: dict[str, str]) -> None:
    for title, style, lines in (
        (t["wrong"], "bold red", summary.wrong),
        (t["errors"], "yellow", summary.errors),
    ):
        told = Counter(mask_text(line["problem"]) for line in lines)
        for problem, times in told.most_common(SHOWN):
            again = f" (× {times})" if times > 1 else ""
            console.print(f"{title} : {visible(problem)}{again}", style=style, markup=False)
        if len(told) > SHOWN:
            console.print(f"… {len(told) - SHOWN}", style=style)
