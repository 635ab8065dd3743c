"""The knee of the simulator: the rate from which it does not keep up, found by ``banc load`` as a user does.

    python tests/benchmarks/knee.py [--rounds 3] [--people 10000]

The profile ``ramp-to-saturation`` raises the rate by steps, every answer checked against the registry, until less than 95 % of
what was due is answered, a call has no answer, or the p95 is four times that of the first step. Generator and server share the
machine: who of them was at its end is told with each knee. ``make bench`` does the same and writes it on its page.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import bodies
from page import KNEES
from servers import simulator

from conformance.load.options import LoadOptions
from conformance.load.profile import load_profile
from conformance.load.record import read_record
from conformance.load.summary import add_up
from conformance.load.telling.facts import texts

_START = 1 / 8
"""Where the ramp begins, of the rate of the closed loop: lower steps would only take time."""


def find(server, rate, *, people=2000, step=None):
    """Return the knee of a server that runs, as the record has it.

    Args:
        server: of ``servers.py``.
        rate: calls a second that it answered at full speed, or about that.
        people: read from its registry.
        step: seconds of each step, when not those of the profile.

    Returns:
        ``held`` and ``lost`` (each ``rate``, ``answered``, ``p95``…), ``why`` and ``limit``; ``held`` is ``None`` when the first step
        was lost already. ``None``: the ramp ended before a step was lost.
    """
    profile = load_profile("ramp-to-saturation")
    profile = replace(profile, rate=max(rate * _START, 10.0))
    if step is not None:
        profile = replace(profile, ramp=replace(profile.ramp, step=step))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        asked = LoadOptions(
            url=f"http://127.0.0.1:{server.port}", folder=name, profile=profile, max_people=people
        )
        command = [sys.executable, "-m", "conformance.load.calling.worker"]
        done = subprocess.run(command, input=asked.to_json(), text=True, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"{server.name}: the load ended with {done.returncode}\n{done.stderr}")
        summary = add_up(read_record(Path(name) / "record.ndjson"))
    if summary.wrong:
        sys.exit(f"{server.name}: a wrong answer: {summary.wrong[0]['problem']}")
    return summary.knee


def knees(servers, rounds):
    """Return the knees of the rows that have one, round by round, by name; each row was measured at full speed before."""
    found = {server.name: [] for server in servers if server.name in KNEES}
    for _ in range(rounds):
        for server in servers:
            if server.name in found:
                rate = statistics.median(figures["rate"] for figures in server.rounds)
                found[server.name].append(find(server, rate))
    return found


def table(found):
    """Return the knees as a table in Markdown."""
    words = texts("en")
    lines = [
        "| | last rate held | p95 ms | first rate lost | answered | p95 ms | why | at its end | held, round by round |",
        "|---|---:|---:|---:|---:|---:|---|---|---|",
    ]
    for name, rounds in found.items():
        each = sorted(
            (knee for knee in rounds if knee and knee["held"]), key=lambda knee: knee["held"]["rate"]
        )
        if not each:
            lines.append(f"| {name} | not found | | | | | | | |")
            continue
        middle = each[(len(each) - 1) // 2]
        held, lost = middle["held"], middle["lost"]
        rates = ", ".join(f"{knee['held']['rate']:.0f}" for knee in rounds if knee and knee["held"])
        lines.append(
            f"| {name} | {held['rate']:.0f}/s | {held['p95'] * 1000:.1f} | {lost['rate']:.0f}/s | {lost['answered']:.0f}/s "
            f"| {lost['p95'] * 1000:.1f} | {words['knee_' + middle['why']]} | {middle['limit']} | {rates} |"
        )
    return "\n".join(lines)


def main():
    """Find the knees alone."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--people", type=int, default=10_000, help="size of the registry")
    parser.add_argument(
        "--rate", type=float, default=2000.0, help="about what the server answers each second"
    )
    parser.add_argument("--step", type=float, help="seconds of each step, instead of the profile's")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        drawn = bodies.draw(folder, folder / "drawing", options.people)
        plain = [(body, expected) for body, expected, _ in drawn]
        found = {}
        for row, workers in zip(KNEES, (1, 2), strict=True):
            server = stack.enter_context(
                simulator(row, plain, folder / f"workers-{workers}", options.people, workers=workers)
            )
            found[row] = [find(server, options.rate, step=options.step) for _ in range(options.rounds)]
            print(table(found), flush=True)


if __name__ == "__main__":
    main()
