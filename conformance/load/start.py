"""Starting a load run in a process of its own, and reading what it leaves."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.load.record import NAME, read_record
from conformance.load.summary import add_up
from simulator.commands.exits import EXIT_DISK, EXIT_SETUP

if TYPE_CHECKING:
    from conformance.load.options import LoadOptions
    from conformance.load.summary import Summary

GRACE_S: Final = 30.0
"""How long the process may take to write its last lines after Ctrl-C."""


def run_load(options: LoadOptions) -> Summary | None:
    """Run the load, its progress on our own terminal, and return what its record says.

    ``None``: it could not be set up, and has said why. Ctrl-C reaches both processes: the load writes what it measured
    and ends; a load that is killed leaves its record.

    Raises:
        RecordError: the record cannot be read.
    """
    code = _run("conformance.load.calling.worker", options.to_json())
    path = Path(options.folder) / NAME
    if code == EXIT_SETUP or not path.exists():
        return None
    summary = add_up(read_record(path))
    if code == EXIT_DISK:
        # Its last line could not be written either.
        summary.feed({"kind": "end", "t": summary.elapsed, "reason": "disk"})
    return summary


def run_worker(arguments: str) -> int:
    """Generate load for a run that another process leads; return its exit code."""
    return _run("conformance.load.distributed", arguments)


def _run(module: str, text: str) -> int:
    command = [sys.executable, "-m", module]
    # Options hold a token: they go over a pipe, not where every user of the machine can read them.
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603 - our own module
        try:
            assert process.stdin is not None  # noqa: S101 - never so: for the type checker
            with suppress(BrokenPipeError):
                process.stdin.write(text.encode())
                process.stdin.close()
            return process.wait()
        except KeyboardInterrupt:
            try:
                return process.wait(timeout=GRACE_S)
            except (KeyboardInterrupt, subprocess.TimeoutExpired):
                process.kill()
                return process.wait()
