"""What a run writes down from its first line to its last, whoever generates its load."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from conformance.load.environment import describe
from conformance.load.record import RecordError, RecordWriter
from conformance.load.summary import Summary

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.load.nodes import Stands
    from conformance.load.options import LoadOptions
    from conformance.load.profile import Stage


class Run:
    """One run from its first call to its last."""

    def __init__(self, options: LoadOptions, writer: RecordWriter) -> None:
        self._options, self._writer = options, writer
        self.summary = Summary()
        self.stopped: str | None = None
        self.full: RecordError | None = None
        self._stage: Stage | None = None

    def emit(self, line: dict[str, Any]) -> None:
        """Add a line to the record and to what is shown."""
        if self.full is None:
            try:
                self._writer.write(line)
            except RecordError as error:
                self.full = error
                self.stopped = "disk"
        self.summary.feed(line)
        if line["kind"] == "wrong" and not self._options.keep_going:
            self.stopped = self.stopped or "wrong"

    def stop(self, reason: str) -> None:
        """End the run."""
        self.stopped = self.stopped or reason

    def start_line(self, stand: Stands) -> None:
        """Write down what is run, where and against what."""
        self.emit(
            {
                "kind": "start",
                "format": "banc-load",
                "version": 1,
                "t": 0.0,
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "options": self._options.without_secrets().to_data(),
                "environment": describe() | stand.facts(),
            }
        )

    def enter(self, generator_time: float, stage: Stage, stand: Stands) -> None:
        """Note that a stage begins, and put its scenario in force."""
        if self._stage is not None and stage.name == self._stage.name:
            return
        previous, self._stage = self._stage, stage
        if stage.scenario or (previous is not None and previous.scenario):
            stand.script(stage.scenario)
        self.emit(
            {
                "kind": "stage",
                "t": round(generator_time, 4),
                "name": stage.name,
                "judged": stage.judged,
                "recovers": stage.recovers,
                "scenario": stage.scenario,
            }
        )

    @property
    def folder(self) -> Path:
        """Where the record is."""
        return self._writer.path.parent

    @property
    def stage(self) -> str:
        """Name of the stage under way."""
        return self._stage.name if self._stage is not None else ""


def finish(
    this: Run, stand: Stands, seconds: float, samples: dict[str, tuple[float, float]], *, unserved: int
) -> None:
    """Write the last lines of the record: where the time went, and why the run ended."""
    observed = stand.observe(seconds, last=True)
    if observed is not None:
        this.emit(observed)
    split = stand.split(samples)
    if split is not None:
        this.emit({"kind": "split", "t": round(seconds, 4), **split})
    this.emit(
        {
            "kind": "end",
            "t": round(seconds, 4),
            "reason": this.stopped or "time",
            "unserved": unserved,
            "journal": stand.journal(),
            "saturated": stand.saturated(),
        }
    )
