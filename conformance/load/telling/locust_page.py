"""``locust.html``: the page that those who know Locust expect, beside our own.

Locust would have to be told of every call while the load runs. It is told of the sums instead, once, at the end: the same
figures, at no cost to what is measured. Imported only where Locust is (it replaces the standard library's sockets).
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from locust.html import get_html_report
from locust.stats import StatsError

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.load.run import Run
    from conformance.load.summary import Bin, Cell, Summary

NAME: Final = "locust.html"
METHOD: Final = "SOAP"


def keep_locust_page(environment: Any, run: Run) -> None:
    """Write Locust's own report beside the record of a run, unless the disk is full: the record is what counts."""
    if run.full is None:
        try:
            write_locust_page(environment, run.summary, run.folder)
        except OSError as error:
            sys.stderr.write(f"{NAME}: {error}\n")


def write_locust_page(environment: Any, summary: Summary, folder: Path) -> None:
    """Write Locust's own report of a run into a folder.

    Args:
        environment: Locust's, with the runner that ran.
        summary: what was measured.
        folder: of the record.

    Raises:
        OSError: it cannot be written.
    """
    stats = environment.runner.stats
    stats.clear_all()
    ended = time.time()
    begun = ended - summary.elapsed
    for operation in summary.operations():
        cell = summary.total(operation=operation)
        _fill(stats.get(operation, METHOD), cell, begun, ended)
        for code, number in cell.codes.items():
            # Codes of answers are no failures of the service; only what came without one is.
            if cell.errors and not code.isdecimal():
                error = StatsError(METHOD, operation, code)
                error.occurrences = number
                stats.errors[StatsError.create_key(METHOD, operation, code)] = error
    _fill(stats.total, summary.total(), begun, ended)
    users = 0 if summary.options is None else summary.options.profile.users
    stats.history = [_moment(each, begun, users) for each in summary.bins]
    page: str = get_html_report(environment, show_download_link=False)  # type: ignore[no-untyped-call] # theirs
    (folder / NAME).write_text(page, encoding="utf-8", newline="")


def _fill(entry: Any, cell: Cell, begun: float, ended: float) -> None:
    entry.start_time, entry.last_request_timestamp = begun, ended
    entry.num_requests, entry.num_failures = cell.calls, cell.errors + cell.wrong
    for bucket, number in cell.latency.milliseconds():
        entry.response_times[bucket] += number
        entry.total_response_time += bucket * number
    least, most = cell.latency.quantile(0.0), cell.latency.quantile(1.0)
    entry.min_response_time = None if least is None else round(least * 1000)
    entry.max_response_time = 0 if most is None else round(most * 1000)


def _moment(each: Bin, begun: float, users: int) -> dict[str, Any]:
    at = datetime.fromtimestamp(begun + each.start, UTC).isoformat()
    quantiles = {
        f"response_time_percentile_{share}": (at, round((each.cell.latency.quantile(share) or 0) * 1000))
        for share in (0.5, 0.95)
    }
    return {
        "time": at,
        **quantiles,
        "current_rps": (at, each.cell.calls / each.width),
        "current_fail_per_sec": (at, (each.cell.errors + each.cell.wrong) / each.width),
        "total_avg_response_time": (at, round((each.cell.latency.mean() or 0) * 1000)),
        "user_count": (at, users),
    }
