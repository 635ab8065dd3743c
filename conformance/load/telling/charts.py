"""Curves over time as SVG paths: only lines and areas; labels are text of the page, so that they keep their size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.load.quantities import show_duration, show_rate, show_share
from simulator.text import with_decimal_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.load.summary import Bin, Summary
    from simulator.text import Lang

WIDTH: Final = 1000.0
HEIGHT: Final = 100.0
COLOURS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One curve."""

    name: str
    style: str
    """Class of its colour."""
    path: str
    area: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Curves that share their axes."""

    title: str
    series: tuple[Series, ...]
    marks: tuple[tuple[float, str], ...]
    """Of the vertical axis: height in percent from the bottom, and what stands there."""
    times: tuple[tuple[float, str], ...]
    """Of the horizontal axis: place in percent from the left."""
    bands: tuple[tuple[float, float, str, bool], ...]
    """Stages: from, to (percent), name, and whether they are judged."""


def charts(summary: Summary, lang: Lang) -> list[Chart]:
    """Return the charts of a run: rate, percentiles, codes, processors."""
    bins = _whole(summary.bins)
    if not bins:
        return []
    french = lang == "fr"
    end = bins[-1].start + bins[-1].width
    x = [(each.start + each.width / 2) / end for each in bins]
    times = tuple((at / end * 100, _time(at, lang)) for at in _steps(end, 5))
    bands = tuple(_bands(summary, end))

    def chart(title: str, series: Sequence[Series], marks: Sequence[tuple[float, str]]) -> Chart:
        return Chart(title=title, series=tuple(series), marks=tuple(marks), times=times, bands=bands)

    found = [
        chart("Débit (appels/s)" if french else "Rate (calls/s)", *_rate(bins, x, lang)),
        chart(
            "Durées (échelle logarithmique)" if french else "Latency (logarithmic scale)",
            *_latency(bins, x, lang),
        ),
        chart("Réponses par code" if french else "Answers by code", *_codes(bins, x, lang)),
    ]
    found.append(chart("Processeurs utilisés" if french else "Processors used", *_processors(bins, x, lang)))
    return found


def _time(seconds: float, lang: Lang) -> str:
    """Return a round time without decimals that say nothing."""
    if not seconds:
        return "0"
    return with_decimal_sign(f"{seconds:g} s", lang) if seconds < 120 else show_duration(seconds, lang)  # noqa: PLR2004 - what it stands for is in the line


def _whole(bins: Sequence[Bin]) -> list[Bin]:
    """Leave out a last moment that is only a beginning: its rate would look like a fall."""
    kept = list(bins)
    if len(kept) > 2 and kept[-1].cell.calls < kept[-2].cell.calls / 2:  # noqa: PLR2004 - what it stands for is in the line
        kept.pop()
    return kept


def _rate(
    bins: Sequence[Bin], x: Sequence[float], lang: Lang
) -> tuple[list[Series], list[tuple[float, str]]]:
    french = lang == "fr"
    curves = {
        ("dus" if french else "due", "c-due"): [each.due / each.width for each in bins],
        ("répondus" if french else "answered", "c1"): [
            (each.cell.calls - each.cell.errors) / each.width for each in bins
        ],
        ("erreurs" if french else "errors", "c-error"): [each.cell.errors / each.width for each in bins],
    }
    if not any(curves["erreurs" if french else "errors", "c-error"]):
        del curves["erreurs" if french else "errors", "c-error"]
    if not any(each.due for each in bins):
        del curves["dus" if french else "due", "c-due"]
    return _linear(curves, x, show_rate, lang)


def _processors(
    bins: Sequence[Bin], x: Sequence[float], lang: Lang
) -> tuple[list[Series], list[tuple[float, str]]]:
    french = lang == "fr"
    curves = {("générateur" if french else "generator", "c2"): [each.generator for each in bins]}
    if any(each.server is not None for each in bins):
        curves["serveur" if french else "server", "c1"] = [each.server or 0.0 for each in bins]
    return _linear(curves, x, show_share, lang)


def _latency(
    bins: Sequence[Bin], x: Sequence[float], lang: Lang
) -> tuple[list[Series], list[tuple[float, str]]]:
    shares = {("p50", "c1"): 0.5, ("p95", "c3"): 0.95, ("p99", "c4"): 0.99}
    curves = {key: [each.cell.latency.quantile(share) for each in bins] for key, share in shares.items()}
    values = [value for curve in curves.values() for value in curve if value]
    if not values:
        return [], []
    low = 10 ** math.floor(math.log10(min(values)))
    high = 10 ** math.ceil(math.log10(max(values)) + 1e-9)
    if high <= low:
        high = low * 10
    span = math.log10(high / low)

    def height(value: float) -> float:
        return math.log10(max(value, low) / low) / span

    series = [
        Series(name=name, style=style, path=_line(x, [height(value) if value else None for value in curve]))
        for (name, style), curve in curves.items()
    ]
    marks = [(step / span * 100, show_duration(low * 10**step, lang)) for step in range(round(span) + 1)]
    return series, marks


def _codes(
    bins: Sequence[Bin], x: Sequence[float], lang: Lang
) -> tuple[list[Series], list[tuple[float, str]]]:
    totals: dict[str, int] = {}
    for each in bins:
        for code, number in each.cell.codes.items():
            totals[code] = totals.get(code, 0) + number
    ordered = sorted(totals, key=lambda code: -totals[code])[:COLOURS]
    stacked = [0.0] * len(bins)
    top = max((each.cell.calls / each.width for each in bins), default=1.0) or 1.0
    ceiling, marks = _axis(top, show_rate, lang)
    series = []
    for number, code in enumerate(ordered, 1):
        below = list(stacked)
        for index, each in enumerate(bins):
            stacked[index] += each.cell.codes.get(code, 0) / each.width
        path = _area(x, [value / ceiling for value in below], [value / ceiling for value in stacked])
        series.append(Series(name=code, style=f"c{number}", path=path, area=True))
    return series, marks


def _linear(
    curves: dict[tuple[str, str], list[float]],
    x: Sequence[float],
    show: Callable[[float, Lang], str],
    lang: Lang,
) -> tuple[list[Series], list[tuple[float, str]]]:
    top = max((value for curve in curves.values() for value in curve), default=1.0) or 1.0
    ceiling, marks = _axis(top, show, lang)
    series = [
        Series(name=name, style=style, path=_line(x, [value / ceiling for value in curve]))
        for (name, style), curve in curves.items()
    ]
    return series, marks


def _axis(
    top: float, show: Callable[[float, Lang], str], lang: Lang
) -> tuple[float, list[tuple[float, str]]]:
    steps = _steps(top * 1.02, 4)
    step = steps[1] - steps[0] if len(steps) > 1 else top
    ceiling = max(step * math.ceil(top * 1.02 / step), step)
    return ceiling, [
        (value / ceiling * 100, show(value, lang) if value else "0") for value in _range(ceiling, step)
    ]


def _steps(end: float, about: int) -> list[float]:
    raw = end / about
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    return _range(end, step)


def _range(end: float, step: float) -> list[float]:
    return [number * step for number in range(int(end / step + 1e-6) + 1)]


def _point(x: float, y: float) -> str:
    return f"{x * WIDTH:.1f} {(1 - min(max(y, 0.0), 1.0)) * HEIGHT:.2f}"


def _line(x: Sequence[float], y: Sequence[float | None]) -> str:
    path, drawing = [], False
    for each_x, each_y in zip(x, y, strict=True):
        if each_y is None:
            drawing = False
            continue
        path.append(f"{'L' if drawing else 'M'}{_point(each_x, each_y)}")
        drawing = True
    if len(path) == 1:
        # One moment alone: a short line, as a point of no length is not drawn.
        path.append(f"h{WIDTH / 50:.0f}")
    return "".join(path)


def _area(x: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
    there = [_point(each_x, each_y) for each_x, each_y in zip(x, high, strict=True)]
    back = [_point(each_x, each_y) for each_x, each_y in zip(reversed(x), reversed(low), strict=True)]
    return "M" + "L".join([*there, *back]) + "Z"


def _bands(summary: Summary, end: float) -> list[tuple[float, float, str, bool]]:
    starts = [(min(float(stage["t"]) / end, 1.0) * 100, stage["name"]) for stage in summary.stages]
    if len(starts) < 2:  # noqa: PLR2004 - what it stands for is in the line
        return []
    ends = [start for start, _ in starts[1:]] + [100.0]
    return [
        (start, stop, name, summary.judged.get(name, True))
        for (start, name), stop in zip(starts, ends, strict=True)
    ]
