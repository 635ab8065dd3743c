"""How a run goes, on the terminal while it goes."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, Self

from conformance.load.quantities import show_duration, show_rate, show_share
from conformance.load.summary import Cell

if TYPE_CHECKING:
    from conformance.load.options import LoadOptions
    from conformance.load.summary import Summary

EVERY_S: Final = 0.5
LOG_EVERY_S: Final = 10.0
"""Where there is no terminal, as in a CI job, a line from time to time."""
_RED, _GREEN, _DIM, _OFF = "\x1b[1;31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"


class Live:
    """One line that moves on a terminal; a line now and then elsewhere. Written to standard error."""

    def __init__(self, options: LoadOptions, summary: Summary) -> None:
        self._options, self._summary = options, summary
        self._terminal = sys.stderr.isatty()
        self._shown_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, seconds: float, backlog: int) -> None:
        """Show how far the run is, when it is time again."""
        now = time.monotonic()
        if now - self._shown_at < (EVERY_S if self._terminal else LOG_EVERY_S):
            return
        self._shown_at = now
        line = progress_line(self._options, self._summary, seconds, backlog, colour=self._terminal)
        sys.stderr.write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
        sys.stderr.flush()


def progress_line(
    options: LoadOptions, summary: Summary, seconds: float, backlog: int, *, colour: bool = False
) -> str:
    """Return one line: time left, stage, rate, p95, errors, wrong answers, thresholds."""
    french = options.lang == "fr"
    recent = Cell()
    bins = summary.bins[-3:-1] or summary.bins[-1:]
    for each in bins:
        recent.merge(each.cell)
    span = sum(each.width for each in bins) or 1.0
    p95 = recent.latency.quantile(0.95)
    total = summary.total()
    missed = [
        judgement for judgement in summary.judgements() if not judgement.held and judgement.value is not None
    ]
    left = max(options.profile.duration - seconds, 0.0)
    stage = summary.stages[-1]["name"] if summary.stages else ""
    parts = [
        f"{show_duration(left, options.lang)} {'restant' if french else 'left'}",
        stage,
        show_rate(recent.calls / span, options.lang),
        f"p95 {show_duration(p95, options.lang) if p95 is not None else '–'}",
        f"{'erreurs' if french else 'errors'} {total.errors} ({show_share(total.error_share, options.lang)})",
        f"{'fausses' if french else 'wrong'} {total.wrong}",
    ]
    if backlog > 1:
        parts.append(f"{backlog} {'en attente' if french else 'waiting'}")
    count = len(options.thresholds)
    if count:
        parts.append(f"{'seuils tenus' if french else 'thresholds held'} {count - len(missed)}/{count}")
    line = "  ".join(part for part in parts if part)
    if not colour:
        return line
    return f"{_RED if total.wrong or missed else _GREEN}●{_OFF} {line}"
