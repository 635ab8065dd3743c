"""What a record says, added up: the same for a run that goes on, one that has ended, and one that was killed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.load.histogram import Histogram
from conformance.load.options import LoadOptions
from conformance.load.record import RecordError
from conformance.load.thresholds import PERCENTILES, Judgement, Threshold
from simulator.commands.exits import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_MISSED, EXIT_SETUP
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_BINS: Final = 480
"""Points over time kept: twice as wide whenever there are more."""
FIRST_BIN_S: Final = 1.0
RATE_KEPT: Final = 0.95
"""Share of the asked rate that a run must answer, when a rate was asked on the command line."""
PROBLEMS_KEPT: Final = 10
"""Reasons told of each rule under load."""
CALM_S: Final = 2.0
"""Back to normal: no error and nothing waiting for so long."""


@dataclass(slots=True)
class Cell:
    """What was measured of one operation in one stage, or of several together."""

    calls: int = 0
    wrong: int = 0
    errors: int = 0
    retries: int = 0
    latency: Histogram = field(default_factory=Histogram)
    """From when a call was due."""
    service: Histogram = field(default_factory=Histogram)
    """From when it was sent."""
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, data: dict[str, Any]) -> None:
        """Add what a tick says."""
        self.calls += int(data.get("n", 0))
        self.wrong += int(data.get("wrong", 0))
        self.errors += int(data.get("errors", 0))
        self.retries += int(data.get("retries", 0))
        self.latency.merge(Histogram.from_json(data.get("latency", {})))
        self.service.merge(Histogram.from_json(data.get("service", {})))
        self.codes.update({str(code): int(number) for code, number in data.get("codes", {}).items()})

    def merge(self, other: Cell) -> None:
        """Add what another cell has."""
        self.calls += other.calls
        self.wrong += other.wrong
        self.errors += other.errors
        self.retries += other.retries
        self.latency.merge(other.latency)
        self.service.merge(other.service)
        self.codes.update(other.codes)

    @property
    def error_share(self) -> float:
        """Calls without an answer, as a share of all."""
        return self.errors / self.calls if self.calls else 0.0


@dataclass(slots=True)
class Seen:
    """What was seen of one rule while the software was under load."""

    kept: int = 0
    departed: int = 0
    unseen: int = 0
    """Looks that came to nothing: no answer, a refusal."""
    problems: list[str] = field(default_factory=list)

    def add(self, line: dict[str, Any]) -> None:
        """Add one look."""
        match line["seen"]:
            case "kept":
                self.kept += 1
            case "departed":
                self.departed += 1
            case _:
                self.unseen += 1
        if line["problem"] and len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(line["problem"])

    @property
    def verdict(self) -> str:
        """``departed`` as soon as it did once; ``unseen`` when it could not be looked at."""
        return "departed" if self.departed else "kept" if self.kept else "unseen"


@dataclass(slots=True)
class Bin:
    """A moment of the run."""

    start: float
    width: float
    cell: Cell = field(default_factory=Cell)
    due: int = 0
    backlog: int = 0
    ours: dict[str, float] = field(default_factory=dict)
    """Processor seconds that each generator used."""
    theirs: float = 0.0
    """Processor seconds that the server used, where that could be measured,"""
    watched: float = 0.0
    """and for how many seconds it was."""

    @property
    def generator(self) -> float:
        """Share of a processor that the busiest generator used."""
        return max(self.ours.values(), default=0.0) / self.width

    @property
    def server(self) -> float | None:
        """Processors that the server used; ``None``: not known."""
        return self.theirs / self.watched if self.watched else None

    def absorb(self, later: Bin) -> None:
        """Take in the moment that follows."""
        self.width += later.width
        self.cell.merge(later.cell)
        self.due += later.due
        self.backlog = max(self.backlog, later.backlog)
        for worker, seconds in later.ours.items():
            self.ours[worker] = self.ours.get(worker, 0.0) + seconds
        self.theirs += later.theirs
        self.watched += later.watched


class Summary:
    """A run, added up line by line."""

    def __init__(self) -> None:
        self.options: LoadOptions | None = None
        self.started_at = ""
        self.environment: dict[str, Any] = {}
        self.cells: dict[tuple[str, str], Cell] = {}
        """By stage and operation."""
        self.seconds: dict[str, float] = {}
        """How long each stage took."""
        self.judged: dict[str, bool] = {}
        self.stages: list[dict[str, Any]] = []
        self.bins: list[Bin] = []
        self.wrong: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.workers: dict[str, Cell] = {}
        self.nodes: dict[str, Cell] = {}
        """What was measured of each simulator, when there are several."""
        self.knee: dict[str, Any] | None = None
        self.split: dict[str, Any] | None = None
        self.end: dict[str, Any] | None = None
        self.rules: dict[str, Seen] = {}
        """What was seen of each rule under load."""
        self.departures: Counter[str] | None = None
        self.observed = 0
        self.elapsed = 0.0

    def feed(self, line: dict[str, Any]) -> None:  # noqa: C901 - one case for each kind of line
        """Add one line of the record; kinds that are not known are passed over."""
        match line["kind"]:
            case "start":
                self.options = LoadOptions.from_data(line["options"])
                self.rules = {rule: Seen() for rule in self.options.rules}
                self.nodes = {name: Cell() for name in self.options.by_node() if name}
                self.started_at = line["at"]
                self.environment = line["environment"]
            case "stage":
                self.stages.append(line)
                self.judged[line["name"]] = line.get("judged", True)
                self.elapsed = max(self.elapsed, float(line["t"]))
            case "tick":
                self._tick(line)
            case "wrong":
                self.wrong.append(line)
            case "error":
                self.errors.append(line)
            case "event":
                self.events.append(line)
            case "rule":
                self._rule(line)
            case "observed":
                self.departures = (self.departures or Counter()) + Counter(line["departures"])
                self.observed += int(line["exchanges"])
            case "knee":
                self.knee = line
                for name in line.get("overloaded", ()):
                    self.judged[name] = False
            case "split":
                self.split = line
            case "end":
                self.end = line
                self.elapsed = max(self.elapsed, float(line["t"]))

    def _rule(self, line: dict[str, Any]) -> None:
        self.rules.setdefault(line["rule"], Seen()).add(line)

    def _tick(self, line: dict[str, Any]) -> None:
        stage, end, width = line["stage"], float(line["t"]), float(line["d"])
        start = max(end - width, 0.0)
        self.elapsed = max(self.elapsed, end)
        worker = self.workers.setdefault(line.get("worker", ""), Cell())
        # Several generators tick in the same seconds: those of the one that ticks most count.
        if line.get("leads", True):
            self.seconds[stage] = self.seconds.get(stage, 0.0) + width
        moment = self._bin_at(start)
        for operation, data in line["ops"].items():
            cell = Cell()
            cell.add(data)
            self.cells.setdefault((stage, operation), Cell()).merge(cell)
            worker.merge(cell)
            moment.cell.merge(cell)
        for node, data in line.get("nodes", {}).items():
            self.nodes.setdefault(node, Cell()).add(data)
        moment.due += int(line.get("due", 0))
        moment.backlog = max(moment.backlog, int(line.get("backlog", 0)))
        name = line.get("worker", "")
        moment.ours[name] = moment.ours.get(name, 0.0) + float(line.get("generator", 0)) * width
        if line.get("server") is not None:
            moment.theirs += float(line["server"]) * width
            moment.watched += width

    def _bin_at(self, start: float) -> Bin:
        width = self.bins[0].width if self.bins else FIRST_BIN_S
        index = int(start / width)
        while index >= MOST_BINS:
            paired = []
            for first, second in zip(self.bins[::2], [*self.bins[1::2], None], strict=False):
                if second is None:
                    first.width *= 2
                else:
                    first.absorb(second)
                paired.append(first)
            self.bins = paired
            width *= 2
            index = int(start / width)
        while len(self.bins) <= index:
            self.bins.append(Bin(start=len(self.bins) * width, width=width))
        return self.bins[index]

    # What comes out

    def total(self, *, operation: str | None = None, stage: str | None = None, judged: bool = False) -> Cell:
        """Return everything measured of an operation, in a stage, or in the stages that are judged."""
        total = Cell()
        for (its_stage, its_operation), cell in self.cells.items():
            if operation not in (None, its_operation):
                continue
            if stage is not None and stage != its_stage:
                continue
            if judged and stage is None and not self.judged.get(its_stage, True):
                continue
            total.merge(cell)
        return total

    def operations(self) -> list[str]:
        """Return the operations called, most called first."""
        counts: Counter[str] = Counter()
        for (_, operation), cell in self.cells.items():
            counts[operation] += cell.calls
        return [operation for operation, _ in counts.most_common()]

    def value(self, threshold: Threshold) -> float | None:
        """Return what was measured of a metric; ``None``: nothing was."""
        metric = threshold.metric
        if metric == "wrong":
            return float(len(self.wrong)) if self.total().calls else None
        if metric == "departures":
            return None if self.departures is None else float(sum(self.departures.values()))
        if metric == "recovery":
            return self.recovery()
        cell = self.total(operation=threshold.operation, stage=threshold.stage, judged=True)
        if not cell.calls:
            return None
        if metric == "errors":
            return cell.error_share
        if metric == "rate":
            seconds = self._seconds(threshold.stage)
            return (cell.calls - cell.errors - cell.wrong) / seconds if seconds else None
        return cell.latency.quantile(PERCENTILES.get(metric, 1.0))

    def _seconds(self, stage: str | None) -> float:
        return sum(
            seconds
            for name, seconds in self.seconds.items()
            if (name == stage if stage is not None else self.judged.get(name, True))
        )

    def rate(self) -> float:
        """Return the calls answered right each second, over the whole run."""
        total, seconds = self.total(), sum(self.seconds.values())
        return (total.calls - total.errors - total.wrong) / seconds if seconds else 0.0

    def recovery(self) -> float | None:
        """Return how long it took from the start of a stage that recovers until nothing went wrong any more.

        In seconds; ``None``: there was no such stage, or it never did.
        """
        begin = next((float(stage["t"]) for stage in self.stages if stage.get("recovers")), None)
        if begin is None:
            return None
        calm_since: float | None = None
        for each in self.bins:
            if each.start < begin - 1e-6:
                continue
            if each.cell.errors or each.cell.wrong or each.backlog > max(each.due, 1):
                calm_since = None
            elif each.cell.calls:
                if calm_since is None:
                    calm_since = each.start
                if each.start + each.width - calm_since >= CALM_S:
                    return calm_since - begin
        return None

    def judgements(self) -> list[Judgement]:
        """Return each threshold with what was measured."""
        if self.options is None:
            return []
        return [
            Judgement(threshold=threshold, value=self.value(threshold))
            for threshold in self.options.thresholds
        ]

    @property
    def lost_nodes(self) -> list[str]:
        """Simulators of several that did not answer any more at some time."""
        return [str(event["node"]) for event in self.events if event["what"] == "node-gone"]

    @property
    def reason(self) -> str:
        """Why the run ended: ``time``, ``calls``, ``wrong``, ``saturated``, ``interrupted``, ``disk``, ``server-gone``, or ``killed``."""
        return "killed" if self.end is None else str(self.end["reason"])


def add_up(lines: Iterable[dict[str, Any]]) -> Summary:
    """Return the summary of a record.

    Raises:
        RecordError: a line lacks what its kind must have, or the record has no start.
    """
    summary = Summary()
    for line in _checked(lines):
        try:
            summary.feed(line)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecordError(
                Text(
                    f"une ligne {line['kind']!r} de l'enregistrement ne se comprend pas : {error!r}",
                    f"a line {line['kind']!r} of the record cannot be understood: {error!r}",
                )
            ) from error
    if summary.options is None:
        raise RecordError(
            Text(
                "l'enregistrement n'a pas de début : le tir a fini avant son premier appel",
                "the record has no start: the run ended before its first call",
            )
        )
    return summary


def _checked(lines: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield from lines


def exit_code(summary: Summary) -> int:
    """Return the exit code of a run.

    1: a wrong answer, or a rule departed from. 2: the run could not be measured (no call, a full disk). 130: interrupted. 3: a threshold was
    missed, a rule that was asked for could not be looked at, or a server was gone. 0: all is well.
    """
    if summary.wrong or summary.total().wrong or any(seen.departed for seen in summary.rules.values()):
        return EXIT_FAILED
    if not summary.total().calls or summary.reason in {"disk", "workers-gone"}:
        return EXIT_SETUP
    if summary.reason == "interrupted":
        return EXIT_INTERRUPTED
    missed = any(not judgement.held for judgement in summary.judgements())
    named = summary.options is not None and summary.options.rules_named
    missed = missed or (named and any(seen.verdict == "unseen" for seen in summary.rules.values()))
    return EXIT_MISSED if missed or summary.lost_nodes or summary.reason == "server-gone" else 0
