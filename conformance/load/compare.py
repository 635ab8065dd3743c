"""Two sets of runs compared: what differs by more than the noise explains, and what does not.

Each metric of B is put over that of A, with a confidence interval by bootstrap in two levels: runs are drawn again among
those of a side, then stretches of time within each run (neighbouring moments are alike, so whole stretches are drawn). With
one run on a side the noise between runs is not known, and the comparison says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Final

from conformance.load.histogram import Histogram
from conformance.load.record import NAME, RecordError, find_record, read_record
from conformance.load.summary import add_up
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conformance.load.summary import Summary

DRAWS: Final = 400
LEVEL: Final = 0.95
STRETCHES: Final = 40
"""Stretches of time that a run is cut into."""
FEWEST: Final = 8
"""With fewer moments, a run is too short to tell its own noise."""
METRICS: Final = ("p50", "p95", "p99", "rate", "errors")
_SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
RUNS_FOR_NOISE: Final = 3
"""Runs of a side from which the noise between runs is known well enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One metric of B beside that of A."""

    metric: str
    before: float | None
    after: float | None
    low: float | None
    """Confidence interval of the change: of the ratio minus one; of the difference for ``errors``."""
    high: float | None
    verdict: str
    """``worse``, ``better``, ``same`` (within the tolerance), ``noise`` (cannot be told from it), ``unknown``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sides compared."""

    differences: tuple[Difference, ...]
    runs: tuple[int, int]
    remarks: tuple[tuple[str, str], ...]
    """What a reader must know before believing it: a code and details."""

    @property
    def worse(self) -> bool:
        """Whether B is worse in anything."""
        return any(each.verdict == "worse" for each in self.differences)


@dataclass(frozen=True, slots=True)
class _Stretch:
    latency: Histogram
    answered: int
    calls: int
    errors: int
    seconds: float


def load_side(path: Path) -> list[Summary]:
    """Return the runs that a path means: one record, or those in a folder of ``banc load --repeat``.

    Raises:
        RecordError: there is none, or one cannot be read.
    """
    if path.is_dir() and not (path / NAME).exists():
        records = sorted(path.glob(f"*/{NAME}"))
        if not records:
            raise RecordError(
                Text(
                    f"des tirs de charge sont attendus dans {path} ({NAME}, ou des dossiers qui en ont un), il n'y en a pas",
                    f"expected load runs in {path} ({NAME}, or folders that hold one), got none",
                )
            )
    else:
        records = [find_record(path)]
    return [add_up(read_record(record)) for record in records]


def compare(
    before: Sequence[Summary], after: Sequence[Summary], *, tolerance: float = 0.05, seed: int = 1
) -> Comparison:
    """Compare the runs of two sides.

    Args:
        before: side A.
        after: side B.
        tolerance: a change up to this share is none, whatever the noise.
        seed: of the draws.

    Raises:
        RecordError: a side has no measures.
    """
    sides = [[_stretches(summary) for summary in side] for side in (before, after)]
    for name, runs in zip("AB", sides, strict=True):
        if not all(runs):
            raise RecordError(
                Text(
                    f"côté {name} : un tir n'a pas de mesures à comparer",
                    f"side {name}: a run has no measures to compare",
                )
            )
    random = Random(seed)  # noqa: S311 - draws, not a secret
    draws = [tuple(_measures(_drawn(side, random)) for side in sides) for _ in range(DRAWS)]
    observed = tuple(_measures([stretch for run in side for stretch in run]) for side in sides)
    differences = [_difference(metric, observed, draws, tolerance) for metric in METRICS]
    return Comparison(
        differences=tuple(differences),
        runs=(len(before), len(after)),
        remarks=tuple(_remarks(before, after)),
    )


def _stretches(summary: Summary) -> list[_Stretch]:
    bins = [each for each in summary.bins if each.cell.calls]
    # The first moment warms up, the last one is cut short.
    bins = bins[1:-1] if len(bins) > FEWEST else bins
    per = max(1, -(-len(bins) // STRETCHES))
    found = []
    for start in range(0, len(bins), per):
        part = bins[start : start + per]
        calls, errors = sum(each.cell.calls for each in part), sum(each.cell.errors for each in part)
        found.append(
            _Stretch(
                latency=Histogram.merged(each.cell.latency for each in part),
                answered=calls - errors - sum(each.cell.wrong for each in part),
                calls=calls,
                errors=errors,
                seconds=sum(each.width for each in part),
            )
        )
    return found


def _drawn(runs: Sequence[Sequence[_Stretch]], random: Random) -> list[_Stretch]:
    chosen: list[_Stretch] = []
    for run in random.choices(runs, k=len(runs)):
        chosen += random.choices(run, k=len(run))
    return chosen


def _measures(stretches: Sequence[_Stretch]) -> dict[str, float | None]:
    latency = Histogram.merged(each.latency for each in stretches)
    seconds = sum(each.seconds for each in stretches)
    calls = sum(each.calls for each in stretches)
    return {
        **{name: latency.quantile(share) for name, share in _SHARES.items()},
        "rate": sum(each.answered for each in stretches) / seconds if seconds else None,
        "errors": sum(each.errors for each in stretches) / calls if calls else None,
    }


def _difference(
    metric: str,
    observed: Sequence[dict[str, float | None]],
    draws: Sequence[Sequence[dict[str, float | None]]],
    tolerance: float,
) -> Difference:
    change: Callable[[float, float], float] = (
        (lambda a, b: b - a) if metric == "errors" else (lambda a, b: b / a - 1)
    )
    values = sorted(
        change(a, b)
        for a, b in ((first[metric], second[metric]) for first, second in draws)
        if a is not None and b is not None and (a or metric == "errors")
    )
    before, after = observed[0][metric], observed[1][metric]
    if not values or before is None or after is None:
        return Difference(metric=metric, before=before, after=after, low=None, high=None, verdict="unknown")
    cut = (1 - LEVEL) / 2
    low = values[int(cut * (len(values) - 1))]
    high = values[round((1 - cut) * (len(values) - 1))]
    return Difference(
        metric=metric,
        before=before,
        after=after,
        low=low,
        high=high,
        verdict=_verdict(metric, low, high, tolerance),
    )


def _verdict(metric: str, low: float, high: float, tolerance: float) -> str:
    # A share of errors is compared as it is: from none to some there is no ratio.
    within = 0.0 if metric == "errors" else tolerance
    if metric == "rate":
        low, high = -high, -low
    if low > within:
        return "worse"
    if high < -within:
        return "better"
    return "same" if low >= -within and high <= within else "noise"


def _remarks(before: Sequence[Summary], after: Sequence[Summary]) -> list[tuple[str, str]]:
    remarks = []
    if min(len(before), len(after)) < RUNS_FOR_NOISE:
        remarks.append(("few-runs", f"A {len(before)}, B {len(after)}"))
    if any(len([each for each in summary.bins if each.cell.calls]) < FEWEST for summary in (*before, *after)):
        remarks.append(("short", ""))
    for name, side in (("A", before), ("B", after)):
        wrong = sum(summary.total().wrong for summary in side)
        if wrong:
            remarks.append(("wrong", f"{name} {wrong}"))
    ours, theirs = _conditions(before), _conditions(after)
    remarks += [
        ("differs", f"{key}: {ours.get(key)} / {theirs.get(key)}")
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]
    return remarks


def _conditions(side: Sequence[Summary]) -> dict[str, Any]:
    """Return what must be the same on both sides for a comparison to mean something."""
    first = side[0]
    options = first.options
    assert options is not None  # noqa: S101 - never so: for the type checker
    profile = options.profile
    return {
        "profile": profile.id,
        "users": profile.users,
        "rate": profile.rate,
        "workload": profile.workload,
        "transport": profile.transport,
        "target": profile.target,
        "mix": dict(profile.mix),
        "processors": first.environment.get("processors"),
        "system": first.environment.get("system"),
        "python": first.environment.get("python"),
        "people": first.environment.get("people"),
    }
