"""The load generator beside wrk, on one server, in turns: calls each second, and processor time on both sides.

    python tests/benchmarks/generator.py [--rounds 5] [--seconds 5] [--users 16]

wrk (Debian) sends searches with fresh identifiers and looks at the HTTP status alone: what a generator costs that checks
nothing. ``banc load`` draws people, writes each request, and checks each answer against the registry. Both share the
machine with the server; the ratios are what counts. A third row sends the calls of ``banc load`` to native code (gSOAP's
server over the same people, where gSOAP is installed): what one generator reaches when the server takes little of the machine.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import bodies
import competitors
from rawclient import SERIAL
from servers import native, processor_seconds, simulator

from conformance.load.options import LoadOptions
from conformance.load.profile import load_profile
from conformance.load.record import read_record
from conformance.load.summary import add_up

NATIVE = "banc load, gSOAP answering"

_LUA = """\
local bodies, number = {}, os.time() %% 100000 * 1000000
for path in io.lines("%s") do
  local file = io.open(path, "rb")
  bodies[#bodies + 1] = file:read("*a")
  file:close()
end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/soap+xml; charset=utf-8"
request = function()
  number = number + 1
  local body = bodies[number %% #bodies + 1]:gsub("%s", string.format("%%012d", number))
  return wrk.format(nil, nil, nil, body)
end
"""


def _wrk(server, folder, options):
    command = ["wrk", "-t1", f"-c{options.users}", f"-d{options.seconds}s", "-s", str(folder / "wrk.lua")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}/lps"], capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(done.stdout)
    found = re.search(r"(\d+) requests in ([\d.]+)(m?)s", done.stdout)
    calls = int(found[1])
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return calls, calls / (float(found[2]) / (1000 if found[3] else 1)), own


def _load(server, folder, options, soap_base=None):
    steady = load_profile("steady")
    profile = replace(
        steady, workload="closed", think=0.0, users=options.users, duration=options.seconds, thresholds=()
    )
    if soap_base is not None:
        # Namesakes are given to the session of the simulator, whom the other server does not know.
        profile = replace(profile, people={**profile.people, "several": 0})
    with tempfile.TemporaryDirectory(dir=folder) as name:
        url = f"http://127.0.0.1:{server.port}"
        asked = LoadOptions(url=url, folder=name, profile=profile, soap_base=soap_base)
        command = [sys.executable, "-m", "conformance.load.calling.worker"]
        subprocess.run(command, input=asked.to_json(), text=True, check=True, capture_output=True)
        summary = add_up(read_record(Path(name) / "record.ndjson"))
    total = summary.total()
    if total.wrong or total.errors:
        sys.exit(f"{total.wrong} wrong answers, {total.errors} errors")
    return total.calls, summary.rate(), sum(sum(each.ours.values()) for each in summary.bins)


def _load_native(server, native_server, folder, options):
    return _load(server, folder, options, f"http://127.0.0.1:{native_server.port}")


def _round(what, processes):
    before = processor_seconds(processes)
    calls, rate, own = what()
    theirs = processor_seconds(processes) - before
    return {"rate": rate, "own_us": own / calls * 1e6, "server_us": theirs / calls * 1e6}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--people", type=int, default=2000)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk")
    measured = {"wrk": [], "banc load": [], NATIVE: []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        drawn = bodies.draw(folder, folder / "drawing", options.people)
        (folder / "bodies").write_text("\n".join(body for body, *_ in drawn), encoding="utf-8")
        (folder / "wrk.lua").write_text(_LUA % (folder / "bodies", SERIAL.decode()), encoding="utf-8")
        plain = [(body, expected) for body, expected, _ in drawn]
        with ExitStack() as stack:
            server = stack.enter_context(
                simulator("search", plain, folder / "data", options.people, workers=1, journal="batch")
            )
            runs = {"wrk": (partial(_wrk, server, folder, options), server.processes)}
            runs["banc load"] = (partial(_load, server, folder, options), server.processes)
            bodies.table(folder / "people.tsv", folder / "drawing", options.people)
            try:
                other = stack.enter_context(native(plain, folder / "people.tsv"))
            except competitors.MissingError as error:
                print(f"without {NATIVE}: {error}", file=sys.stderr)
            else:
                runs[NATIVE] = (partial(_load_native, server, other, folder, options), other.processes)
            for number in range(options.rounds + 1):
                for label, (what, processes) in runs.items():
                    figures = _round(what, processes)
                    if number:  # the first round warms up
                        measured[label].append(figures)
    _print(measured)


def _print(measured):
    print("| generator | calls/s | its µs/call | the server's µs/call | checks |\n|---|---:|---:|---:|---|")
    every = "every field of every answer"
    for label, checks in (("wrk", "the HTTP status"), ("banc load", every), (NATIVE, every)):
        if not measured[label]:
            continue
        rate, own, theirs = (
            statistics.median(each[key] for each in measured[label])
            for key in ("rate", "own_us", "server_us")
        )
        print(f"| {label} | {rate:.0f} | {own:.0f} | {theirs:.0f} | {checks} |")
    pairs = list(zip(measured["banc load"], measured["wrk"], strict=True))
    for key, title in (("rate", "calls/s"), ("server_us", "the server's µs/call")):
        ratios = [ours[key] / theirs[key] for ours, theirs in pairs]
        print(
            f"- {title}, banc load / wrk: {statistics.median(ratios):.2f} "
            f"({', '.join(f'{ratio:.2f}' for ratio in ratios)})"
        )
    shares = [ours["own_us"] / ours["server_us"] for ours, _ in pairs]
    print(
        f"- µs/call of banc load / those of the server that it calls: {statistics.median(shares):.2f} "
        f"({', '.join(f'{share:.2f}' for share in shares)})"
    )
    print(json.dumps(measured), file=sys.stderr)


if __name__ == "__main__":
    main()
