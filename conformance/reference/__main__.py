"""``python -m conformance.reference``: the reference LGO as a process of its own.

Prints one line of JSON, ``{"url": "http://127.0.0.1:PORT"}``, when it is ready; stops on Ctrl-C or SIGTERM.
With ``--stdio`` it serves the subprocess driver instead, until its input ends; with ``--end-with-input`` the end of its
input stops it too.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from conformance.reference.defects import UnknownDefectError, select
from conformance.reference.server import opened, running
from conformance.reference.stdio import serve
from simulator.serving.ending import end_with_input

_POLL_SECONDS = 0.2


def main(arguments: list[str] | None = None) -> int:
    """Run until stopped and return the exit code: 0, or 2 when it cannot start."""
    options = _options(arguments)
    stop = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):  # SIGBREAK exists on Windows only
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    if options.end_with_input:
        end_with_input(stop.set)
    try:
        defects = select(options.defect)
        if options.stdio:
            with opened(data_dir=options.data_dir, defects=defects) as lgo:
                serve(lgo, sys.stdin.buffer, sys.stdout.buffer)
            return 0
        with running(host=options.host, port=options.port, data_dir=options.data_dir, defects=defects) as url:
            sys.stdout.write(json.dumps({"url": url}) + "\n")
            sys.stdout.flush()
            # On Windows a wait without time-out would not see Ctrl-C.
            while not stop.wait(_POLL_SECONDS):
                pass
    except (UnknownDefectError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.reference", description="Run the reference LGO behind the driver API."
    )
    parser.add_argument(
        "--stdio", action="store_true", help="be driven on standard input and output, not over HTTP"
    )
    parser.add_argument(
        "--end-with-input",
        action="store_true",
        help="stop when standard input ends, as with whoever holds it",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 for any free one (default)")
    parser.add_argument(
        "--data-dir", type=Path, help="where to keep the database (default: a temporary folder)"
    )
    parser.add_argument(
        "--defect",
        action="append",
        default=[],
        metavar="NAME",
        help="inject a defect of defects.yaml; repeatable",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
