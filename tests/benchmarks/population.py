"""What a population costs: time, memory and size of a build, and look-ups in registries of several sizes.

    python tests/benchmarks/population.py [--sizes 10000,1000000] [--postgres postgresql://…] [--page]

Each build and each series of look-ups runs in a process of its own, so that its memory is its own. The look-ups of the
sizes take turns, so that what else the machine does hits all alike. Figures of one machine at one time: quote the ratios.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace

from page import Rig

from simulator.population.build import people, recipe
from simulator.registry.matching import SearchTraits
from simulator.registry.opening import build_registry, open_registry

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-population.md"
_SEED = 1
_AIM_SECONDS, _AIM_MIB, _AIM_BYTES, _AIM_P50 = 60, 600, 300, 50
"""For 1,000,000 people: time and memory of the build on one core; bytes a person; microseconds of a look-up."""
_MILLION = 1_000_000


@dataclass(kw_only=True)
class Size:
    """One registry and what was measured."""

    size: int
    target: str
    seconds: float = 0.0
    peak_mib: float = 0.0
    bytes_each: float | None = None
    draws_s: float = 0.0
    """Drawing the people alone, without writing them."""
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    miss: list[float] = field(default_factory=list)


def _child(*arguments):
    done = subprocess.run(
        [sys.executable, __file__, *map(str, arguments)], capture_output=True, check=False, encoding="utf-8"
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return SimpleNamespace(**json.loads(done.stdout))


def _build(size, target):
    started = time.perf_counter()
    build_registry(target, people(size, _SEED), recipe(size, _SEED))
    return {"seconds": time.perf_counter() - started, "peak_mib": _peak_mib()}


def _draw(size):
    started = time.perf_counter()
    for _ in people(size, _SEED):
        pass
    return {"seconds": time.perf_counter() - started}


def _peak_mib():
    status = Path("/proc/self/status")
    if status.exists():
        # Of this program alone: what getrusage tells also counts the one that started it.
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _look_up(target, count, seed):
    store = open_registry(target)
    random = Random(seed)
    total = store.count()
    wanted = []
    for _ in range(count):
        (person,) = store.people(limit=1, offset=random.randrange(total))
        traits = person.identity.traits
        wanted.append(
            SearchTraits(
                birth_name=traits.birth_name,
                first_names=person.first_name,
                sex=traits.sex,
                birth_date=traits.birth_date,
                birth_place=None,
            )
        )
    random.shuffle(wanted)
    found = sorted(_microseconds(store, each) for each in wanted)
    misses = [
        SearchTraits(
            birth_name=each.birth_name,
            first_names=each.first_names,
            sex=each.sex,
            birth_date=other.birth_date,
            birth_place=None,
        )
        for each, other in itertools.pairwise(wanted)
    ]
    missed = sorted(_microseconds(store, each) for each in misses)
    store.close()
    return {
        "p50": statistics.median(found),
        "p99": found[len(found) * 99 // 100],
        "miss": statistics.median(missed),
    }


def _microseconds(store, wanted):
    started = time.perf_counter_ns()
    store.same_name_and_date(wanted)
    return (time.perf_counter_ns() - started) / 1000


def _measure(sizes, options):
    for each in sizes:
        # Ten million are drawn once, for the build: that alone takes minutes.
        apart = "://" not in each.target and each.size <= _MILLION
        each.draws_s = _child("draw", each.size).seconds if apart else 0.0
        built = _child("build", each.size, each.target)
        each.seconds, each.peak_mib = built.seconds, built.peak_mib
        if "://" not in each.target:
            each.bytes_each = Path(each.target).stat().st_size / each.size
        _say(f"{each.size} people in {_kind(each)}: {each.seconds:.1f} s, {each.peak_mib:.0f} MiB")
    for number in range(options.rounds):
        for each in sizes:
            looked = _child("look-up", each.target, options.look_ups, number)
            each.p50.append(looked.p50)
            each.p99.append(looked.p99)
            each.miss.append(looked.miss)


def _kind(size):
    return "PostgreSQL" if "://" in size.target else "SQLite"


def _say(text):
    print(text, flush=True)


def _row(each):
    size = "–" if each.bytes_each is None else f"{each.bytes_each:.0f}"
    draws = f"{each.draws_s:.1f}" if each.draws_s else "–"
    return (
        f"| {_kind(each)} | {each.size:,} | {each.seconds:.1f} | {draws} | {each.peak_mib:.0f} | {size} | "
        f"{statistics.median(each.p50):.1f} | {statistics.median(each.p99):.1f} | {statistics.median(each.miss):.1f} |"
    )


def _aims(sizes):
    sqlite = {each.size: each for each in sizes if "://" not in each.target}
    million = sqlite.get(_MILLION)
    if million is not None:
        p50 = statistics.median(million.p50)
        yield f"- build of 1,000,000: aim {_AIM_SECONDS} s, measured {million.seconds:.1f} s ({_verdict(million.seconds <= _AIM_SECONDS)})"
        yield f"- memory of it: aim {_AIM_MIB} MiB, measured {million.peak_mib:.0f} MiB ({_verdict(million.peak_mib <= _AIM_MIB)})"
        yield f"- look-up p50 at 1,000,000: aim {_AIM_P50} µs, measured {p50:.1f} µs ({_verdict(p50 <= _AIM_P50)})"
    largest = max(sqlite.values(), key=lambda each: each.size)
    if largest.bytes_each is not None:
        yield (
            f"- file: aim {_AIM_BYTES} bytes a person, measured {largest.bytes_each:.0f} at {largest.size:,} "
            f"({_verdict(largest.bytes_each <= _AIM_BYTES)})"
        )
    if million is not None and largest is not million:
        ratios = [large / small for large, small in zip(largest.p50, million.p50, strict=True)]
        ratio = statistics.median(ratios)
        rounds = ", ".join(f"{value:.2f}" for value in ratios)
        yield f"- look-up p50 at {largest.size:,} against 1,000,000: aim 1.20 times, measured {ratio:.2f} ({rounds}; {_verdict(ratio <= 1.2)})"


def _verdict(reached):
    return "reached" if reached else "not reached"


def _page(sizes, options, rig):
    rows = "\n".join(map(_row, sizes))
    aims = "\n".join(_aims(sizes))
    packages = ", ".join(rig.packages)
    return f"""# Benchmarks of the population

Written by `make bench-population` on {rig.when}. One machine at one time: quote the ratios, not the figures.

| store | people | build s | of which drawing s | peak MiB | bytes a person | look-up p50 µs | p99 µs | nobody found p50 µs |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
{rows}

{aims}

## How it was measured

- {rig.processor}, {rig.cores} cores, {rig.system}, Python {rig.python}; {packages}. Load average before the start: {rig.load_before or 0:.2f}.
- **build**: `build_registry(target, people(size, seed))`, what `banc population build` does, in one process on one core; peak memory is that of the
  process. *Drawing* is the same people drawn once more and thrown away, measured apart (up to a million).
- **look-up**: `same_name_and_date` with the name, first name, sex and date of people drawn evenly from the whole registry, one after the other in one process that has just
  opened it, the pages of the file in the system's cache; {options.look_ups:,} of them in each of {options.rounds} rounds, the sizes taking turns. *Nobody found*: the
  name of one and the date of another.
- PostgreSQL runs on the same machine with its own settings as they come; a look-up there is a round trip over a socket.
"""


def main():
    """Measure, print, and write the page when asked to."""
    if sys.argv[1:2] and sys.argv[1] in {"build", "draw", "look-up"}:
        kind, *rest = sys.argv[1:]
        if kind == "build":
            print(json.dumps(_build(int(rest[0]), rest[1])))
        elif kind == "draw":
            print(json.dumps(_draw(int(rest[0]))))
        else:
            print(json.dumps(_look_up(rest[0], int(rest[1]), int(rest[2]))))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="10000,1000000,10000000", help="people, separated by commas")
    parser.add_argument("--look-ups", type=int, default=20_000, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--postgres", default=None, help="an empty database: sizes up to a million are measured there too"
    )
    parser.add_argument("--folder", type=Path, default=None, help="where files are built; a temporary folder")
    parser.add_argument(
        "--page", type=Path, nargs="?", const=PAGE, help="write docs/benchmarks-population.md"
    )
    options = parser.parse_args()
    load_before = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    counts = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as folder:
        sizes = [Size(size=size, target=str(Path(folder) / f"{size}.sqlite")) for size in counts]
        _measure(sizes, options)
        if options.postgres:
            # One database holds one registry: its sizes are measured one after the other, not in turns.
            for size in (size for size in counts if size <= _MILLION):
                shared = Size(size=size, target=options.postgres)
                _measure([shared], options)
                sizes.append(shared)
    for each in sizes:
        _say(_row(each))
    _say("\n".join(_aims(sizes)))
    if options.page:
        rig = Rig.here(
            SimpleNamespace(
                connections=1, rounds=options.rounds, seconds=0, warm_up=0, people=max(counts), large=0
            ),
            load_before,
            [],
        )
        options.page.write_text(_page(sizes, options, rig), encoding="utf-8")
        _say(f"written: {options.page} ({datetime.now(UTC):%H:%M} UTC)")


if __name__ == "__main__":
    main()
