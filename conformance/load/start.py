"""Starting a load run in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.load.options import LoadOptions

GRACE_S = 15.0
"""How long the process may take to report after Ctrl-C."""


def run_load(options: LoadOptions) -> int:
    """Run the load, its output on our own terminal, and return its exit code.

    Ctrl-C reaches both processes: the load stops, prints what it measured, and ends.
    """
    command = [sys.executable, "-m", "conformance.load.worker", options.to_json()]
    with subprocess.Popen(command) as process:  # noqa: S603 - our own module and typed options
        try:
            return process.wait()
        except KeyboardInterrupt:
            return process.wait(timeout=GRACE_S)
