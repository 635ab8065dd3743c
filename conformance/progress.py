"""What a campaign shows on the terminal: live progress, then the table of verdicts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text as Styled

from conformance.engine import CheckFinished, CheckStarted
from conformance.verdicts import Verdict
from simulator.commands.output import VisibleConsole as Console
from simulator.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.progress import TaskID

    from conformance.engine import Event
    from conformance.results import Campaign
    from simulator.text import Lang

_STYLES: Final = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.WARNING: "yellow",
    Verdict.REVIEW: "cyan",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.NOT_TESTED: "magenta",
    Verdict.INCONCLUSIVE: "bold yellow",
}
_NOTICE: Final = {
    "fr": "Ce rapport ne remplace ni l'autorisation du CNDA ni le référencement Ségur.",
    "en": "This report replaces neither the CNDA authorisation nor the Ségur referencing.",
}
_HEADINGS: Final = {
    "fr": ("règle", "références", "verdict", "pourquoi"),
    "en": ("rule", "references", "verdict", "why"),
}


WIDTH_IN_A_FILE: Final = 160
"""Columns of the table when nobody's terminal sets them, as in the log of a CI job."""


def _console() -> Console:
    console = Console(highlight=False)
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(highlight=False, width=WIDTH_IN_A_FILE)


class CampaignView:
    """Listens to a campaign: a moving bar on a terminal, one line a check elsewhere."""

    def __init__(self, lang: Lang, console: Console | None = None) -> None:
        self._lang: Lang = lang
        self._console = console or _console()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Start the moving bar when there is a terminal."""
        if self._console.is_terminal:
            self._progress = Progress(
                SpinnerColumn(),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}"),
                console=self._console,
                transient=True,
            )
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, CheckStarted):
            self._started(event)
        elif isinstance(event, CheckFinished):
            self._finished(event)

    def summary(self, campaign: Campaign, reports: Sequence[Path]) -> None:
        """Print the table of verdicts, the counts and where the reports are."""
        table = Table(box=None, pad_edge=False)
        for heading, fixed in zip(_HEADINGS[self._lang], (True, False, True, False), strict=True):
            table.add_column(heading, no_wrap=fixed, overflow="fold")
        for result in campaign.rules:
            tags = ", ".join(reference.tag for reference in result.rule.references[:3])
            reason = result.rule.title if result.verdict is Verdict.PASS else result.reason
            table.add_row(
                result.rule.key,
                Styled(tags, style="dim"),
                Styled(result.verdict.value, style=_STYLES[result.verdict]),
                Styled(visible(reason[self._lang])),
            )
        self._console.print(table)
        counts = campaign.summary()
        line = Styled.assemble(
            *(
                (f"{verdict.value} {number}  ", _STYLES[verdict])
                for verdict, number in counts.items()
                if number
            )
        )
        meta = campaign.meta
        self._console.print()
        self._console.print(line)
        seconds = (meta.finished_at - meta.started_at).total_seconds()
        software = f"{meta.software_name} {meta.software_version}"
        self._console.print(f"{software} · {seconds:.1f} s · seed {meta.seed}", markup=False)
        for path in reports:
            self._console.print(f"  {path}", markup=False, soft_wrap=True)
        self._console.print(_NOTICE[self._lang], style="dim")

    def _started(self, event: CheckStarted) -> None:
        if self._progress is None:
            return
        if self._task is None:
            self._task = self._progress.add_task("", total=event.total)
        text = f"{', '.join(event.rules)}  {event.title[self._lang]}"
        self._progress.update(self._task, description=text.replace("[", r"\["))

    def _finished(self, event: CheckFinished) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=event.number)
            if event.verdict is Verdict.PASS:
                return
        line = Styled.assemble(
            (f"{event.verdict.value:<14}", _STYLES[event.verdict]),
            f"{', '.join(event.rules)}  {event.title[self._lang]}",
        )
        if event.verdict is not Verdict.PASS:
            line.append(f"\n    {event.reason[self._lang]}", style="dim")
        self._console.print(line, soft_wrap=True)
