"""What a campaign shows on the terminal: live progress, then the table of verdicts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text as Styled

from conformance.doctor.notes import Diagnosis
from conformance.doctor.showing import lines
from conformance.engine import CheckFinished, CheckStarted
from conformance.record.events import DoctorFinding
from conformance.record.judging import said_of_paths
from conformance.record.results import WaiverState
from conformance.report.coverage import grouped, headline_of, paths_not_tested
from conformance.verdicts import Verdict
from simulator.commands.output import VisibleConsole as Console
from simulator.commands.output import widen
from simulator.text import Text, visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.progress import TaskID

    from conformance.engine import Event
    from conformance.record.results import Campaign, RuleResult
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
    widen(console, WIDTH_IN_A_FILE)
    return console


_WAIVER: Final = {
    WaiverState.HOLDS: Text("écart couvert par une dérogation", "departure covered by a waiver"),
    WaiverState.EXPIRED: Text(
        "dérogation expirée : elle ne compte plus", "waiver expired: it counts no more"
    ),
    WaiverState.NOT_NEEDED: Text("dérogation devenue inutile", "waiver no longer needed"),
}


def coverage(campaign: Campaign) -> Text:
    """Return how much was tested and what is missing, as the report says it, with the keys of what could be tested."""
    headline = headline_of(campaign)
    said = [headline.coverage, *headline.remarks]
    if missing := campaign.untested_obligations:
        keys = grouped(result.rule.key for result in missing)
        said.append(Text(f"à tester encore : {keys}", f"still to be tested: {keys}"))
    return Text(" ; ".join(each.fr for each in said), "; ".join(each.en for each in said))


def _s(count: int) -> str:
    """Return the mark of the French plural, which begins at two."""
    return "s" if count > 1 else ""


def headline_style(campaign: Campaign) -> str:
    """Return the colour of the headline, that of the report: red, amber or green."""
    verdicts = {result.verdict for result in campaign.rules if not result.is_waived}
    tone = headline_of(campaign).tone
    if tone is Verdict.FAIL:
        return "bold red"
    is_good = tone is Verdict.PASS and not {Verdict.WARNING, Verdict.REVIEW} & verdicts
    return "bold green" if is_good else "bold yellow"


def _why(result: RuleResult) -> Text:
    """Return what stands beside a verdict: what a passed rule is about, and which of its paths were not tested; else why."""
    if result.verdict is not Verdict.PASS:
        return result.reason
    title, in_part = result.rule.title, said_of_paths(result.paths_not_tested)
    return title if in_part is None else Text(f"{title.fr} · {in_part.fr}", f"{title.en} · {in_part.en}")


class CampaignView:
    """Listens to a campaign: a moving bar on a terminal, one line a check elsewhere."""

    def __init__(self, lang: Lang, console: Console | None = None) -> None:
        self._lang: Lang = lang
        self._console = console or _console()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._looked_at: list[DoctorFinding] = []
        self._said: Counter[Text] = Counter()
        """Why checks were not tested, and how often: each is told in full once."""

    def __enter__(self) -> Self:
        """Start the moving bar when there is a terminal."""
        if self._console.is_terminal:
            self._progress = Progress(
                SpinnerColumn(),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
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
        if isinstance(event, DoctorFinding):
            self._looked_at.append(event)
        elif isinstance(event, CheckStarted):
            self._show_doctor()
            self._started(event)
        elif isinstance(event, CheckFinished):
            self._finished(event)

    def summary(self, campaign: Campaign, reports: Sequence[Path]) -> None:
        """Print the table of verdicts, the counts and where the reports are."""
        table = Table(box=None, pad_edge=False)
        for heading, fixed in zip(_HEADINGS[self._lang], (True, False, True, False), strict=True):
            table.add_column(heading, no_wrap=fixed, overflow="fold")
        for result in campaign.rules:
            if not result.checks and result.verdict is Verdict.NOT_TESTED:
                continue
            tags = ", ".join(reference.tag for reference in result.rule.references[:3])
            reason = _why(result)
            table.add_row(
                result.rule.key,
                Styled(tags, style="dim"),
                Styled(result.verdict.value, style=_STYLES[result.verdict]),
                Styled(visible(reason[self._lang])),
            )
        self._again()
        self._console.print(table)
        self._without_check(campaign)
        self._in_part(campaign)
        self._console.print()
        self.headline(campaign)
        self._waivers(campaign)
        meta = campaign.meta
        seconds = (meta.finished_at - meta.started_at).total_seconds()
        software = f"{meta.software_name} {meta.software_version}"
        self._console.print(f"{software} · {seconds:.1f} s · seed {meta.seed}", markup=False)
        for path in reports:
            self._console.print(f"  {path}", markup=False, soft_wrap=True)
        self._console.print(_NOTICE[self._lang], style="dim")

    def _again(self) -> None:
        """Say how many checks were not tested for a reason that was told once."""
        more = sum(self._said.values()) - len(self._said)
        if more:
            said = Text(
                f"{more} autre{_s(more)} contrôle{_s(more)} NOT_TESTED pour les mêmes raisons, chacune dite une fois",
                f"{more} other check{'' if more == 1 else 's'} NOT_TESTED for the same reasons, each told once",
            )
            self._console.print(Styled(said[self._lang], style="dim"))

    def headline(self, campaign: Campaign) -> None:
        """Print the counts and how much was tested: amber when something binding was not."""
        counts = campaign.summary()
        self._console.print(
            Styled.assemble(
                *(
                    (f"{verdict.value} {number}  ", _STYLES[verdict])
                    for verdict, number in counts.items()
                    if number
                )
            )
        )
        self._console.print(Styled(coverage(campaign)[self._lang], style=headline_style(campaign)))

    def _without_check(self, campaign: Campaign) -> None:
        """Name on one line the rules that this bench cannot check: each has its reason in the report."""
        keys = [
            result.rule.key
            for result in campaign.rules
            if not result.checks and result.verdict is Verdict.NOT_TESTED
        ]
        if not keys:
            return
        count, lacking = len(keys), campaign.meta.without_check
        text = Text(
            f"{count} règle{_s(count)} {lacking.fr} (NOT_TESTED, raison dans le rapport) :",
            f"{count} rule{'' if count == 1 else 's'} {lacking.en} (NOT_TESTED, reason in the report):",
        )
        self._console.print(Styled(f"{text[self._lang]} {grouped(keys)}", style="dim"))

    def _in_part(self, campaign: Campaign) -> None:
        """Name the paths that the software does not offer, each with the rules that were tested without it."""
        lines = paths_not_tested(campaign)
        if lines:
            said = Text(
                "Règles testées en partie, par voie que le logiciel n'offre pas :",
                "Rules tested in part, by path that the software does not offer:",
            )
            self._console.print(Styled(said[self._lang], style="dim"))
            for line in lines:
                self._console.print(Styled(f"  {visible(line[self._lang])}", style="dim"))

    def _waivers(self, campaign: Campaign) -> None:
        for result in campaign.rules:
            if result.waiver is None or result.waiver_state is None:
                continue
            said = _WAIVER[result.waiver_state][self._lang]
            until = result.waiver.expires.isoformat()
            self._console.print(f"{result.rule.key} {said} ({result.waiver.author}, {until})", markup=False)

    def _show_doctor(self) -> None:
        """Say once, before the first check, what the doctor found; what stops a campaign is said by the command."""
        found, self._looked_at = self._looked_at, []
        if not found:
            return
        diagnosis = Diagnosis(findings=tuple({each.text: each for each in found}.values()))
        if not diagnosis.problems and any(each.is_ok for each in found):
            said = Text("installation vérifiée : tout est en ordre", "set-up looked at: all is well")
            self._console.print(Styled(f"✓ {said[self._lang]}", style="dim"))
            return
        shown = diagnosis.problems or diagnosis.findings
        for line, style in lines(shown, self._lang, min(self._console.width, WIDTH_IN_A_FILE)):
            self._console.print(Styled(line, style=style), soft_wrap=True)

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
        if event.verdict is Verdict.NOT_TESTED:
            self._said[event.reason] += 1
            if self._said[event.reason] > 1:
                return
        line = Styled.assemble(
            (f"{event.verdict.value:<14}", _STYLES[event.verdict]),
            f"{', '.join(event.rules)}  {event.title[self._lang]}",
        )
        if event.verdict is not Verdict.PASS:
            line.append(f"\n    {event.reason[self._lang]}", style="dim")
        self._console.print(line, soft_wrap=True)
