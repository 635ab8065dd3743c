"""What one call of the control API costs, in the simulator and in its client: processor time of each process.

    python tests/benchmarks/control_cost.py [--calls 400] [--rounds 5] [--beside TREE]

One simulator, as a campaign starts it, and one client on a kept connection. Each operation is made ``--calls`` times in a row, in the session of a campaign:
a person is added, scenarios in force are cleared where there are none, cleared and put in force, replaced. ``--beside`` names another checkout: both are measured in turns, so that what
else the machine does hits both alike; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import psutil

_HERE = Path(__file__).resolve()
SCENARIO = {
    "id": "bench/one",
    "title": {"fr": "a", "en": "a"},
    "purpose": {"fr": "a", "en": "a"},
    "source": "bench",
    "evidence": "inferred",
    "people": ["patient"],
    "rules": [{"when": {"person": "patient"}, "then": {"code": "02"}}],
}


def _people(count):
    from simulator.ins.matricule import key_of
    from simulator.registry.person import from_json

    found = []
    for number in range(count):
        digits = f"28504{number // 990 % 90 + 1:02d}{number % 990 + 1:03d}{number % 997 + 1:03d}"
        found.append(
            from_json(
                {
                    "key": f"bench/{os.getpid()}/{number}",
                    "birth_name": "ESSAI",
                    "first_names": "ANNE MARIE",
                    "sex": "F",
                    "birth_date": "1985-04-12",
                    "birth_place": "63113",
                    "matricule": digits + key_of(digits),
                    "oid": "1.2.250.1.213.1.4.10",
                }
            )
        )
    return found


def _spent(process):
    own = os.times()
    theirs = sum(
        sum(each.cpu_times()[:2]) for one in process for each in (one, *one.children(recursive=True))
    )
    return own.user + own.system, theirs


def _acts(session, people):
    """Return what is measured: operation → what makes its n-th call."""
    return {
        "POST people": lambda n: session.add_people([people[n]]),
        "DELETE scenarios": lambda _: session.clear_scenarios(),
        "DELETE and POST": lambda n: (
            session.clear_scenarios(),
            session.install(SCENARIO, patient=people[n]),
        ),
        "PUT scenarios": lambda n: session.replace_scenarios(SCENARIO, patient=people[n]),
    }


def _serve():
    """Measure each time a line comes; print JSON: operation → [client, server] seconds for one call."""
    from conformance.campaign.hosting import own_simulator
    from simulator.client import BenchClient

    with own_simulator() as url, BenchClient(url) as client:
        servers = psutil.Process().children()
        print("ready", flush=True)
        for line in sys.stdin:
            calls = int(line)
            session = client.create_session()
            people = _people(calls)
            found = {}
            for name, act in _acts(session, people).items():
                if name == "PUT scenarios" and not hasattr(session, "replace_scenarios"):
                    continue
                before = _spent(servers)
                for number in range(calls):
                    act(number)
                after = _spent(servers)
                found[name] = [(end - start) / calls for start, end in zip(before, after, strict=True)]
                session.clear_scenarios()
            session.delete()
            print(json.dumps(found), flush=True)


class Tree:
    """A checkout that is measured, in processes of its own."""

    def __init__(self, folder):
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        self._process = subprocess.Popen(
            [sys.executable, str(_HERE), "--serve"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout.readline() == "ready\n"

    def ask(self, calls):
        self._process.stdin.write(f"{calls}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def main():
    """Measure in turns and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        _serve()
        return
    trees = {"this": Tree(_HERE.parents[2])}
    if options.beside:
        trees["beside"] = Tree(options.beside.resolve())
    rounds = {name: [] for name in trees}
    for number in range(options.rounds + 1):
        for name in list(trees) if number % 2 else list(trees)[::-1]:
            rounds[name].append(trees[name].ask(options.calls))
    for tree in trees.values():
        tree.close()
    print("| operation | tree | client µs | server µs | both |\n|---|---|---:|---:|---:|")
    for operation in rounds["this"][0]:
        for name in trees:
            pairs = [each[operation] for each in rounds[name][1:] if operation in each]
            if pairs:
                client, server = (statistics.median(pair[side] for pair in pairs) * 1e6 for side in (0, 1))
                print(f"| {operation} | {name} | {client:.0f} | {server:.0f} | {client + server:.0f} |")


if __name__ == "__main__":
    main()
