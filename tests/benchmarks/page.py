"""The figures as a table, and as the page docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import fifty_rules

_AIMS = {"search": 6000, "search signed": 4000}
"""Calls a second aimed at, on two cores shared with the generator."""
_AIMED_P99_MS = 10
_AIMED_TIMES_WIREMOCK = 8
_AIMED_RULES_RATIO = 0.85
_AIMED_MIB = 200
_PACKAGES = ("granian", "uvloop", "lxml", "xmlsec", "cryptography")
_MOCKS = ("WireMock", "mountebank")
_STANDING = Path(__file__).with_name("layers.md")
"""What is measured by programs of their own, and written by hand."""
LARGE = "search, large registry"
"""Name of the row over a registry built before."""
KNEES = ("search, 1 worker", "search, 2 workers")
"""The rows of which the knee is looked for, and the memory held against the aim."""
_AIMED_SIZE_RATIO = 0.9
"""Rate with the large registry, of that with the usual one."""


@dataclass(frozen=True, kw_only=True)
class Rig:
    """Where and how it was measured."""

    processor: str
    cores: int
    system: str
    python: str
    packages: tuple[str, ...]
    others: tuple[str, ...]
    connections: int
    rounds: int
    seconds: float
    warm_up: float
    people: int
    large: int
    """People of the large registry, 0 when none was measured."""
    load_before: float | None
    """Load average of one minute before the start."""
    when: str

    @classmethod
    def here(cls, options, load_before, others):
        """Describe this machine and this run."""
        return cls(
            processor=_processor(),
            cores=os.cpu_count() or 0,
            system=f"{platform.system()} {platform.release()}",
            python=platform.python_version(),
            packages=tuple(f"{name} {version(name)}" for name in _PACKAGES),
            others=tuple(others),
            connections=options.connections,
            rounds=options.rounds,
            seconds=options.seconds,
            warm_up=options.warm_up,
            people=options.people,
            large=options.large,
            load_before=load_before,
            when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    speeds = [float(line.partition(":")[2]) for line in lines if line.startswith("cpu MHz")]
    speed = f", {speeds[0] / 1000:.1f} GHz" if speeds else ""
    return f"{names[0]}{speed}" if names else platform.machine()


def _median(rounds, key):
    values = [figures[key] for figures in rounds]
    return None if None in values else statistics.median(values)


def _shown(value, form):
    return "–" if value is None else format(value, form)


def table(servers, missing):
    """Return the table of medians, in Markdown that also reads well in a terminal."""
    header = (
        "",
        "calls/s",
        "lowest–highest",
        "p50 ms",
        "p99 ms",
        "server µs/call",
        "calls/s",
        "p50 ms",
        "p99 ms",
        "MiB",
    )
    rows = [header]
    for server in servers:
        rates = [figures["rate"] for figures in server.rounds]
        rows.append(
            (
                server.name,
                _shown(statistics.median(rates), ".0f"),
                f"{min(rates):.0f}–{max(rates):.0f}",
                _shown(_median(server.rounds, "p50_ms"), ".2f"),
                _shown(_median(server.rounds, "p99_ms"), ".2f"),
                _shown(_median(server.rounds, "server_us"), ".0f"),
                _shown(_median(server.half, "rate"), ".0f"),
                _shown(_median(server.half, "p50_ms"), ".2f"),
                _shown(_median(server.half, "p99_ms"), ".2f"),
                _shown(_median(server.half, "rss_mib"), ".0f"),
            )
        )
    rows += [(name, f"not measured: {reason}", *[""] * (len(header) - 2)) for name, reason in missing.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    lines = [_line(row, widths) for row in rows]
    rule = (
        "| "
        + " | ".join("-" * width if not at else "-" * (width - 1) + ":" for at, width in enumerate(widths))
        + " |"
    )
    return "\n".join([lines[0], rule, *lines[1:]])


def _line(row, widths):
    cells = [
        row[0].ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
    ]
    return "| " + " | ".join(cells) + " |"


def _pairs(upper, lower):
    """Return the ratio of the rates of each round, and their median."""
    pairs = [mine["rate"] / theirs["rate"] for mine, theirs in zip(upper.rounds, lower.rounds, strict=True)]
    return pairs, statistics.median(pairs)


def _ratios(servers):
    by_name = {server.name: server for server in servers}
    compared = [
        ("search, 1 worker", "echo"),
        ("search, 1 worker", "gSOAP"),
        ("search, 1 worker", "nginx"),
        (LARGE, "search, 1 worker"),
        (fifty_rules.NAME, "search, 1 worker"),
        ("search, journal batch", "search, 1 worker"),
        ("search, 2 workers", "search, 1 worker"),
        ("search signed, 1 worker", "search, 1 worker"),
        ("search signed, 2 workers", "search, 2 workers"),
        *((f"search, {workers}", mock) for mock in _MOCKS for workers in ("1 worker", "2 workers")),
    ]
    lines = []
    for upper, lower in compared:
        if upper in by_name and lower in by_name:
            pairs, median = _pairs(by_name[upper], by_name[lower])
            shown = ", ".join(f"{pair:.2f}" for pair in pairs)
            lines.append(f"- {upper} / {lower}: **{median:.2f}** ({shown})")
    return "\n".join(lines)


def _aims(servers):
    lines = []
    for name, aim in _AIMS.items():
        rows = [
            each
            for each in servers
            if each.name.startswith(f"{name},") and each.name not in {LARGE, fifty_rules.NAME}
        ]
        best = max(rows, key=lambda server: _median(server.rounds, "rate"))
        rate, p99 = _median(best.rounds, "rate"), _median(best.half, "p99_ms")
        lines += [
            f"- {name}, {aim} calls/s: {_verdict(rate >= aim)}, {rate:.0f} ({best.name})",
            f"- {name}, p99 below {_AIMED_P99_MS} ms at half of the rate: {_verdict(p99 < _AIMED_P99_MS)}, {p99:.2f} ms",
        ]
        if name == "search":
            for mock in (server for server in servers if server.name == "WireMock"):
                _, times = _pairs(best, mock)
                lines.append(
                    f"- {name}, {_AIMED_TIMES_WIREMOCK} times WireMock: "
                    f"{_verdict(times >= _AIMED_TIMES_WIREMOCK)}, {times:.1f} times"
                )
    return "\n".join(lines)


def _size(servers, rig):
    by_name = {server.name: server for server in servers}
    if LARGE not in by_name:
        return "- Size of the registry, 10,000 people against 1,000,000: not measured in this run."
    _, ratio = _pairs(by_name[LARGE], by_name["search, 1 worker"])
    return (
        f"- {rig.large:,} people against {rig.people:,}, rates within 10 %: "
        f"{_verdict(ratio >= _AIMED_SIZE_RATIO)}, ratio {ratio:.2f}"
    )


def _rules(servers):
    by_name = {server.name: server for server in servers}
    _, ratio = _pairs(by_name[fifty_rules.NAME], by_name["search, 1 worker"])
    return f"- A session with 50 rules costs at most 15 % of the rate: {_verdict(ratio >= _AIMED_RULES_RATIO)}, ratio {ratio:.2f}"


def _memory(servers):
    """Say what the rows of the simulator have in memory, against the aim."""
    lines = []
    for server in servers:
        resident, proportional = (_median(server.half, key) for key in ("rss_mib", "pss_mib"))
        if server.name not in KNEES:
            continue
        if resident is None:
            lines.append(f"- Resident memory, {server.name}: not measured here")
            continue
        lines.append(
            f"- Resident memory below {_AIMED_MIB} MiB, {server.name}: {_verdict(resident < _AIMED_MIB)}, {resident:.0f} MiB in "
            f"{len(server.processes)} processes ({proportional:.0f} MiB with what they share counted once)"
        )
    return "\n".join(lines)


def _others(servers):
    """Say how busy the machine was with something else."""
    shares = [figures["others"] for server in servers for figures in (*server.rounds, *server.half)]
    if None in shares:
        return "what other programs took of the processor meanwhile is not known"
    return (
        f"other programs and the disk took {statistics.median(shares):.0%} of the processor during a measurement (median), "
        f"at most {max(shares):.0%}"
    )


def _knees(table):
    if not table:
        return "Not looked for in this run (`--knee-rounds 0`)."
    return f"""`banc load --profile ramp-to-saturation` on two of the rows above, from an eighth of the rate of the first column on, every answer checked against the registry
(`tests/benchmarks/knee.py`): the last step that was held, and the first one that was not. The rate is that of an open workload, of which a call waits for nobody; generator and server
share the machine, and *at its end* says which of them used up what it can have. The row of the middle round is shown.

{table}"""


def _verdict(reached):
    return "reached" if reached else "**not reached**"


def render_page(servers, missing, starts, rig, *, journal, knees):
    """Return the whole page."""
    load = "unknown" if rig.load_before is None else f"{rig.load_before:.2f}"
    others = f"\n- {', '.join(rig.others)}" if rig.others else ""
    return f"""# Benchmarks

Written by `make bench` on {rig.when}. One machine at one time: quote the ratios, not the figures.

## Figures

The first five columns are at full speed, the next three at half of the rate of the first one. *MiB* is the resident memory of all processes of
the server after that, added up. Medians of {rig.rounds} rounds.

{table(servers, missing)}

Ratios of the rates, round by round:

{_ratios(servers)}

First answer of a fresh `banc serve`, from the start of the process with an empty data directory: {statistics.median(starts):.2f} s
(median of {len(starts)}).

## What the journal costs

Whole calls in one process, without network, with the journal in each mode and with none (`tests/benchmarks/journal_cost.py`, which also
measures an append alone, `fsync` and the indexing):

{journal}

## Aims

{_aims(servers)}
{_size(servers, rig)}
{_rules(servers)}
{_memory(servers)}

## The knee of the simulator

{_knees(knees)}

## What each row does

Each answer is checked by the generator: status 200, and the matricule of this very person (for the mocks, the birth name of this very request).

- **echo**: the body sent back by a bare function on the same HTTP server (granian), one worker. What this server and this generator can do at most.
- **search**: `rechercherInsAvecTraitsIdentite`, the whole path: parse, XSD, contexts, fresh identifiers looked at, matching over a registry of
  {rig.people} people in SQLite, finding that no assertion came, journal committed to disk before the answer leaves. 200 people in turn, all found (00).
- **search, large registry**: as *search, 1 worker*, over a registry of {rig.large:,} people in a file of its own, 2,000 of them in turn,
  drawn from the whole of it (left out when it is 0).
- **search, session with 50 rules**: as *search, 1 worker*, in a session with 50 rules of mixed conditions (names, exact fields, patterns, headers, a
  state) of which none matches (`tests/benchmarks/fifty_rules.py`).
- **search, journal batch**: the same with `--journal batch`: written every 100 ms.
- **search signed**: the same with a PS assertion signed by a card (RSA-SHA256, exclusive C14N, certificate chained to the bench's authority).
  200 assertions in turn, so that nearly every one was verified before and comes from the cache, as in real life, where a card signs once an hour;
  its dates and its certificate are checked at every call.
- **gSOAP**: the code that wsdl2h and soapcpp2 make of our WSDL, a thread for each connection, and a hash table of the same people by four traits (`gsoap_server.cpp`). No schema, no context, no
  session, no journal, no history: what native code does with the same envelope. Each answer is checked for the matricule.
- **nginx**: one answer for whatever comes, from memory, one worker: no work at all in native code. The answer is checked for its code alone.
- **WireMock**, **mountebank**: the same bodies; one stub with two XPath conditions (birth name, first name), an answer of the same shape filled with
  the two names of the request, and the journal of requests on. They look nobody up, check no schema and no context, and keep their journal in
  memory: they do less. WireMock uses both cores, mountebank one. Default settings, but for mountebank's keep-alive and a bound of 10,000 entries on WireMock's journal; both journals
  are emptied before each measurement.

{_STANDING.read_text("utf-8")}
## How it was measured

- {rig.processor}, {rig.cores} cores, {rig.system}. **The generator runs on the same cores** as the server: it takes a part of them, and a second worker
  brings less than twice as much. *server µs/call* is the processor time of the server's processes alone.
- The machine was shared with other work: {_others(servers)}. A measurement so disturbed is made again, up to four times, and the quietest one
  counts; each round measures one server after the other. Load average before the start: {load}.
- Python {rig.python}, {", ".join(rig.packages)}{others}
- Generator: `tests/benchmarks/rawclient.py`, one process, {rig.connections} keep-alive connections, {rig.seconds:g} s for each measurement after
  {rig.warm_up:g} s of warm-up for each server. All servers run during the whole run; those that are not measured are idle.
- Full speed is a closed loop: each connection sends the next request once the answer is complete, so latency is mostly the wait behind the other
  {rig.connections - 1} connections.
- Half of the rate is an open loop: requests are due at even intervals whatever the server does, and latency counts from when each was due.
"""
