"""Do the verdicts of whole campaigns depend on anything but the software? On the order, the seed, the driver?

    python tests/soak/campaigns.py repeat --times 20 --seeds 1,2     the checks in another order each time
    python tests/soak/campaigns.py drivers                           over HTTP, then as a program
    python tests/soak/campaigns.py drivers --rule SRC-11 --rule CAL-05

The software is the reference LGO, a fresh one each time. Exit code 1 when a check has two verdicts, or one is not PASS.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.campaign import CampaignOptions, reference_lgo, run_campaign
from conformance.campaign.hosting import own_simulator
from conformance.drivers.settings import DriverSettings
from conformance.plan import Plan
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SILENT = frozenset({Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE})
"""Of rules without a check."""
AS_A_PROGRAM = DriverSettings(
    kind="subprocess", command=(sys.executable, "-m", "conformance.reference", "--stdio")
)

Verdicts = dict[str, str]


def campaign(
    simulator: str, rules: Sequence[str], *, seed: int, order: int | None, driver: DriverSettings | None
) -> Verdicts:
    """Run a campaign and return the verdict of each check, and of each rule."""
    with ExitStack() as stack:
        if driver is None:
            driver = DriverSettings(url=stack.enter_context(reference_lgo()))
        plan = Plan(driver=driver, simulator_url=simulator, rules=tuple(rules), seed=seed)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="banc-soak-")))
        options = CampaignOptions(folder=folder, order=order, doctor=False)
        found = run_campaign(plan, on_event=lambda _: None, options=options)
    verdicts = {check.id: check.verdict.value for rule in found.rules for check in rule.checks}
    return verdicts | {rule.rule.key: rule.verdict.value for rule in found.rules}


def differences(first: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Return what has not the same verdict, one line each."""
    names = sorted(first.keys() | other.keys())
    return [
        f"{name}: {first.get(name, 'not run')} / {other.get(name, 'not run')}"
        for name in names
        if first.get(name) != other.get(name)
    ]


def repeat(options: argparse.Namespace, simulator: str) -> int:
    """Run campaigns in a row, each seed in turn, in another order each time; all have to agree."""
    seeds = [int(seed) for seed in options.seeds.split(",")]
    first: Verdicts = {}
    bad = 0
    for order in range(options.first, options.first + options.times):
        seed = seeds[(order - 1) % len(seeds)]
        found = told(
            f"campaign {order} ({options.first} to {options.first + options.times - 1}), seed {seed}, order {order}",
            lambda seed=seed, order=order: campaign(
                simulator, options.rule, seed=seed, order=order, driver=None
            ),
        )
        first = first or found
        bad += complain(found, first)
    return bad


def drivers(options: argparse.Namespace, simulator: str) -> int:
    """Run the same campaign over HTTP and as a program; both have to agree."""
    over_http, as_program = (
        told(
            name,
            lambda driver=driver: campaign(simulator, options.rule, seed=1, order=None, driver=driver),
        )
        for name, driver in (("over HTTP", None), ("as a program", AS_A_PROGRAM))
    )
    return complain(as_program, over_http)


def told(name: str, run: Any) -> Verdicts:
    """Run a campaign, and print what it found and how much processor time it took, children included."""
    started, before = time.monotonic(), os.times()
    found: Verdicts = run()
    spent = sum(os.times()[:4]) - sum(before[:4])
    good = sum(verdict == Verdict.PASS for verdict in found.values())
    say(
        f"{name}: {good} of {len(found)} PASS, {time.monotonic() - started:.0f} s, {spent:.0f} s of processor"
    )
    return found


def complain(found: Verdicts, first: Verdicts) -> int:
    """Print what differs and what did not pass; return how much that is."""
    lines = differences(first, found)
    lines += [
        f"{name}: {verdict}" for name, verdict in found.items() if verdict not in {Verdict.PASS, *SILENT}
    ]
    for line in lines:
        say(f"  {line}")
    return len(lines)


def say(line: str) -> None:
    """Print a line at once: a campaign takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    repeating = commands.add_parser("repeat")
    repeating.add_argument("--times", type=int, default=20)
    repeating.add_argument(
        "--first", type=int, default=1, metavar="N", help="begin with order N: two commands share a series"
    )
    repeating.add_argument("--seeds", default="1,2")
    repeating.set_defaults(do=repeat)
    driving = commands.add_parser("drivers")
    driving.set_defaults(do=drivers)
    for command in (repeating, driving):
        command.add_argument("--rule", action="append", default=[])
    options = parser.parse_args(arguments)
    with own_simulator() as simulator:
        bad: int = options.do(options, simulator)
    say("all verdicts agree" if not bad else f"{bad} differences or departures")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
