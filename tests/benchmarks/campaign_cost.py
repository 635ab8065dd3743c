"""What a campaign costs: requests of the driver, calls of INSi, calls of the control API, and processor time of each process.

    python tests/benchmarks/campaign_cost.py                          all rules on the reference LGO
    python tests/benchmarks/campaign_cost.py --rule STA-03 --rule RSP-01
    python tests/benchmarks/campaign_cost.py --group STA --seed 2

One process runs the checks, so that what they ask is counted in one place; the simulator and the reference LGO have their
own. Counts are the same for the same seed on every machine; of the seconds quote the ratios. Elapsed time is that of one
process: ``banc demo`` shares the checks out over two.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from conformance.campaign import CampaignOptions, reference_lgo, run_campaign
from conformance.campaign.hosting import own_simulator
from conformance.drivers.http import HttpDriver
from conformance.drivers.settings import DriverSettings
from conformance.plan import Plan
from conformance.record.reading import read_lines
from conformance.record.writing import RECORD_NAME
from conformance.report import write_reports
from simulator.client import BenchClient

if TYPE_CHECKING:
    from collections.abc import Sequence

Spent = dict[str, float]


def spent(processes: dict[str, list[psutil.Process]]) -> Spent:
    """Return the seconds of processor that each has used, its children included."""
    own = os.times()
    others = {
        name: sum(sum(each.cpu_times()[:2]) for one in found for each in (one, *one.children(recursive=True)))
        for name, found in processes.items()
    }
    return {"campaign": own.user + own.system, **others}


def counted(asked: Counter[str]) -> None:
    """Count what the driver and the client of the control API ask from now on."""
    carry, fetch = HttpDriver.carry, BenchClient.fetch

    def counting_carry(self: HttpDriver, declaration: Any, actor: Any, arguments: Any) -> Any:
        asked["driver"] += 1
        asked[f"verb {declaration.name}"] += 1
        return carry(self, declaration, actor, arguments)

    def counting_fetch(self: BenchClient, method: str, path: str, **arguments: Any) -> Any:
        asked["control"] += 1
        return fetch(self, method, path, **arguments)

    HttpDriver.carry = counting_carry  # type: ignore[method-assign]
    BenchClient.fetch = counting_fetch  # type: ignore[method-assign]


def measure(options: argparse.Namespace) -> tuple[Counter[str], Spent, float]:
    """Run one campaign and return what it asked, what it used, and how long it took."""
    asked: Counter[str] = Counter()
    me = psutil.Process()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="banc-bench-")))
        simulator = stack.enter_context(own_simulator())
        processes = {"simulator": me.children()}
        url = stack.enter_context(reference_lgo())
        processes["reference LGO"] = [each for each in me.children() if each not in processes["simulator"]]
        plan = Plan(
            driver=DriverSettings(url=url),
            simulator_url=simulator,
            rules=tuple(options.rule),
            groups=tuple(options.group),
            seed=options.seed,
        )
        counted(asked)
        started, before = time.monotonic(), spent(processes)
        campaign = run_campaign(
            plan, on_event=lambda _: None, options=CampaignOptions(folder=folder, doctor=False)
        )
        after = spent(processes)
        write_reports(campaign, folder, "fr")
        reports = sum(os.times()[:2]) - after["campaign"]
        seconds = time.monotonic() - started
        asked["INSi"] = sum(line.kind == "exchange" for line in read_lines(folder / RECORD_NAME))
        asked["checks"] = sum(line.kind == "check-started" for line in read_lines(folder / RECORD_NAME))
        asked["rules"] = sum(bool(rule.checks) for rule in campaign.rules)
    used = {name: after[name] - before[name] for name in after}
    return asked, {**used, "reports": reports}, seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rule", action="append", default=[])
    parser.add_argument("--group", action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    asked, used, seconds = measure(parser.parse_args(arguments))
    total = sum(used.values())
    lines = [
        (
            f"{asked['rules']} rules, {asked['checks']} checks: {asked['driver']} requests of the driver, {asked['INSi']} calls of "
            f"INSi, {asked['control']} calls of the control API"
        ),
        f"{total:.1f} s of processor ({', '.join(f'{name} {value:.1f}' for name, value in used.items())}), {seconds:.1f} s elapsed",
        f"{total / asked['driver'] * 1000:.2f} ms of processor for each request of the driver",
        *(
            f"{count:6} {name.removeprefix('verb ')}"
            for name, count in asked.most_common(25)
            if name.startswith("verb ")
        ),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
