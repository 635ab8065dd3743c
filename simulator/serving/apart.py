"""Building the registry of a data directory in a process of its own.

Who draws people keeps the lists that they are drawn from: names, places, a third of all that a simulator has in memory, and each
process of a server would keep it too, as each begins as a copy of the first. Once people are drawn nobody reads them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from simulator.bench import BenchOptions, open_bench
from simulator.bench.own_registry import is_to_be_built
from simulator.journal.writer import JournalOptions
from simulator.lots.progress import LotSettings
from simulator.serving.one_value import decode, encode

HANDED: Final = (BenchOptions, LotSettings, JournalOptions)
"""What the options of a registry are made of, as they travel."""
LARGE: Final = 5000
"""People from which on that is worth the time that a process takes to start, some tenths of a second."""


def build_apart(options: BenchOptions) -> None:
    """Build the registry of these options, should it be large and not there; ``open_bench`` finds it then.

    Whatever goes wrong is left to ``open_bench``, which builds what it does not find, and says what stands against it.
    """
    if options.registry is not None or options.people < LARGE:
        return
    if not is_to_be_built(
        options.data_dir, size=options.people, seed=options.seed, oid_mode=options.oid_mode
    ):
        return
    subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", __name__],
        input=json.dumps(encode(options)).encode(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


if __name__ == "__main__":
    open_bench(decode(json.load(sys.stdin), HANDED)).close()
