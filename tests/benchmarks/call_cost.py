"""What one call costs in the server, layer by layer: Python calls, processor time, instructions. No network, no generator.

    python tests/benchmarks/call_cost.py [--calls 4000] [--rounds 9] [--signed] [--beside TREE] [--python PATH]
        [--callgrind] [--list]

Three layers, each around the one before: the teleservice (read, decide, render, journal), the SOAP entry (session, HTTP
headers), the front (what the server runs: body, attendance, delivery). ``--beside`` names another checkout: both are
measured in turns, each round one after the other in processes that stay, so that what else the machine does hits both
alike; the ratios are what counts. ``--python`` names another interpreter, which has this package installed: this checkout is
measured with both, in turns in the same way. ``--callgrind`` counts instructions with valgrind (Debian), which nothing else disturbs.
``--list`` prints each Python function called for one request.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

LAYERS = ("teleservice", "entry", "front")
_HERE = Path(__file__).resolve()


class Request:
    """A request as granian shows it: the scope, and what reads its body and takes its answer."""

    proto, http_version, scheme, method, path, query_string = "http", "1.1", "http", "POST", "/lps", ""
    client, server = "127.0.0.1:40000", "127.0.0.1:8080"

    class _Headers(dict):
        """granian gives a mapping."""

    def __init__(self, body):
        self.body = body
        self.headers = self._Headers(
            {
                "content-type": "application/soap+xml; charset=utf-8",
                "user-agent": "LGO/1.0",
                "host": "127.0.0.1:8080",
                "accept": "*/*",
                "accept-encoding": "identity",
                "content-length": str(len(body)),
                "connection": "keep-alive",
            }
        )
        self.answered = None

    async def __call__(self):
        return self.body

    def response_bytes(self, status, headers, body):
        self.answered = (status, headers, body)


def _loop_factory():
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


class Layers:
    """The layers of one bench, each as a callable that answers the n-th request."""

    def __init__(self, folder, *, signed):
        import bodies as requests
        from rawclient import SERIAL

        from simulator.bench import BenchOptions, open_bench
        from simulator.security.pki import init_pki
        from simulator.serving.front import Front
        from simulator.teleservice.wire import WireRequest
        from simulator.web.app import create_parts
        from simulator.web.soap import HttpRequest

        pki = None
        if signed:
            from datetime import UTC, datetime

            pki = init_pki(folder / "pki", now=datetime.now(UTC))
        drawn = requests.draw(folder, folder / "drawn", 200)
        pairs = requests.sign(folder, drawn, pki) if signed else [(body, text) for body, text, _ in drawn]
        self.bodies = [Path(body).read_bytes() for body, _ in pairs]
        self.expected = [text.encode() for _, text in pairs]
        bench = open_bench(
            BenchOptions(data_dir=folder / "data", people=200, pki=None if pki is None else pki.directory)
        )
        self.front = Front(create_parts(bench))
        self.soap, self.service = self.front._soap, bench.teleservice
        self.session = bench.sessions.get("default")
        self._wire, self._http, self._serial = WireRequest, HttpRequest, SERIAL
        self.number = 0

    def next(self):
        """Return a request with identifiers of its own."""
        self.number += 1
        index = self.number % len(self.bodies)
        return Request(self.bodies[index].replace(self._serial, b"%012d" % self.number)), self.expected[index]

    def teleservice(self, requests):
        for request, _ in requests:
            wire = self._wire(path=request.path, headers=request.headers, body=request.body)
            request.answered = (200, None, self.service.answer(wire, self.session).exchange.response)

    def entry(self, requests):
        for request, _ in requests:
            answer = self.soap.answer(
                self._http(
                    method="POST",
                    path=request.path,
                    query="",
                    headers=request.headers,
                    body=request.body,
                    origin="http://127.0.0.1:8080",
                )
            )
            request.answered = (answer.status, answer.headers, answer.body)

    def front_(self, requests):
        async def all_of_them():
            for request, _ in requests:
                await self.front.__rsgi__(request, request)

        # On the loop that the server runs on.
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(all_of_them())

    def run(self, layer, count):
        """Answer ``count`` requests; return the seconds of processor time of one."""
        requests = [self.next() for _ in range(count)]
        answer = self.front_ if layer == "front" else getattr(self, layer)
        started = time.process_time()
        answer(requests)
        spent = (time.process_time() - started) / count
        for request, expected in requests:
            assert request.answered[0] == 200, request.answered
            assert expected in request.answered[2], request.answered[2]
        return spent


def python_calls(layers, layer):
    """Return the Python functions that one request calls, with how often."""
    counted = Counter()

    def note(frame, event, _argument):
        if event == "call":
            code = frame.f_code
            counted[f"{Path(code.co_filename).name}:{code.co_qualname}"] += 1

    layers.run(layer, 300)  # everything is known and cached
    requests = [layers.next() for _ in range(100)]
    sys.setprofile(note)
    (layers.front_ if layer == "front" else getattr(layers, layer))(requests)
    sys.setprofile(None)
    return {name: times / 100 for name, times in counted.items() if times >= 50}


def _serve(options):
    """Answer orders on standard input: ``layer count`` gives seconds, ``calls layer`` the calls."""
    sys.path.insert(0, str(_HERE.parent))
    with tempfile.TemporaryDirectory() as name:
        layers = Layers(Path(name), signed=options.signed)
        print("ready", flush=True)
        for line in sys.stdin:
            what, argument = line.split()
            found = python_calls(layers, argument) if what == "calls" else layers.run(what, int(argument))
            print(json.dumps(found), flush=True)


class Tree:
    """A checkout that is measured, in a process of its own."""

    def __init__(self, folder, *, signed, python=sys.executable):
        command = [str(python), str(_HERE), "--serve", *(["--signed"] if signed else [])]
        self.folder, self.python = folder, python
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={"PYTHONPATH": str(folder), "PATH": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout.readline() == "ready\n"

    def ask(self, *words):
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def _instructions(tree, layer, *, signed):
    """Return the instructions of one call: those of 300 more calls than 150, by callgrind, the warming-up left out."""

    def counted(calls):
        with tempfile.NamedTemporaryFile(suffix=".out") as out:
            command = [
                "valgrind",
                "--tool=callgrind",
                f"--callgrind-out-file={out.name}",
                str(tree.python),
                str(_HERE),
            ]
            command += ["--once", layer, "--calls", str(calls), *(["--signed"] if signed else [])]
            done = subprocess.run(
                command,
                cwd=tree.folder,
                env={"PYTHONPATH": str(tree.folder), "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"},
                capture_output=True,
                text=True,
                check=True,
            )
        return next(int(line.split()[-1]) for line in done.stderr.splitlines() if "Collected" in line)

    return (counted(450) - counted(150)) / 300


def _once(options):
    sys.path.insert(0, str(_HERE.parent))
    with tempfile.TemporaryDirectory() as name:
        layers = Layers(Path(name), signed=options.signed)
        layers.run(options.once, options.calls)


def main():
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--signed", action="store_true")
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--python", type=Path, action="append", default=[])
    parser.add_argument("--callgrind", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--once", choices=LAYERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        _serve(options)
    elif options.once:
        _once(options)
    else:
        _compare(options)


def _compare(options):
    """Measure in turns and print."""
    here = _HERE.parents[2]
    trees = {"this": Tree(here, signed=options.signed)}
    if options.beside:
        trees["beside"] = Tree(options.beside.resolve(), signed=options.signed)
    # As it is written: a link in a virtual environment is what makes it one.
    trees |= {
        str(python): Tree(here, signed=options.signed, python=python.absolute()) for python in options.python
    }
    names, trees = list(trees), list(trees.values())
    calls = {(tree, layer): tree.ask("calls", layer) for tree in trees for layer in LAYERS}
    if options.list:
        for name, times in sorted(calls[trees[0], "front"].items(), key=lambda pair: -pair[1]):
            print(f"{times:6.2f}  {name}")
    spent = {(tree, layer): [] for tree in trees for layer in LAYERS}
    for number in range(options.rounds + 1):
        for layer in LAYERS:
            for tree in trees if number % 2 else trees[::-1]:
                spent[tree, layer].append(tree.ask(layer, options.calls) * 1e6)
    for tree in trees:
        tree.close()
    _print(trees, names, calls, spent, options)


def _print(trees, names, calls, spent, options):
    """Print the table: this tree first, the other one below it; the first round has warmed up."""
    print(
        "| layer | tree | Python calls | µs, median | least | ratio | instructions |\n|---|---|---|---|---|---|---|"
    )
    for layer in LAYERS:
        for tree, name in zip(trees, names, strict=True):
            rounds = spent[tree, layer][1:]
            theirs = spent[trees[-1], layer][1:]
            ratio = statistics.median(mine / other for mine, other in zip(rounds, theirs, strict=True))
            counted = f"{_instructions(tree, layer, signed=options.signed):,.0f}" if options.callgrind else ""
            print(
                f"| {layer} | {name} | {sum(calls[tree, layer].values()):.0f} "
                f"| {statistics.median(rounds):.1f} | {min(rounds):.1f} | {ratio:.2f} | {counted} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
