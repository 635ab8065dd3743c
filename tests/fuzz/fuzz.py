"""``make fuzz``: the one command line of the four programs that send mutants.

Of ``--count`` mutants three of five are messages (``fuzz_run``), two data: scenario files, documents of the control API, journal
segments and answers of drivers (``fuzz_data``). Documents of every format (``fuzz_documents``) and what
comes to the sinks (``fuzz_sinks``) come on top. Failing mutants are written to files. Exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import fuzz_data
import fuzz_documents
import fuzz_run
import fuzz_sinks

PROGRAMS = {
    "messages": fuzz_run.run,
    "data": fuzz_data.run,
    "documents": fuzz_documents.run,
    "sinks": fuzz_sinks.run,
}


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options, those of the process without arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--count", type=int, default=100_000, help="mutants in all: three of five messages, two data"
    )
    parser.add_argument("--documents", type=int, default=100_000, help="mutants of documents, on top")
    parser.add_argument("--sinks", type=int, default=100_000, help="mutants for the sinks, on top")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same mutants")
    parser.add_argument("--start", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--seconds", type=float, help="stop each program after that long in any case")
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 8), help="of the messages")
    parser.add_argument("--only", choices=PROGRAMS, action="append", help="this program; may be repeated")
    parser.add_argument(
        "--kinds", default=",".join(fuzz_data.SHARES), help="of the data only these, such as segment,driver"
    )
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "banc-insi-fuzz")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="send one failing message again")
    return parser.parse_args(arguments)


def main() -> int:
    """Run all that is asked for, one after the other, and return the exit code."""
    options = parsed()
    if options.replay:
        return fuzz_run.run(options)
    return max(run(options) for name, run in PROGRAMS.items() if name in (options.only or PROGRAMS))


if __name__ == "__main__":
    sys.exit(main())
