"""``make fuzz``, data: mutants of scenario files, documents of the control API, journal segments and driver answers.

What is wrong is told by the error that the reader promises, never by another; no answer of the control API is a 5xx; a
record of a segment comes back as it was written, or is told as damaged. A mutant that takes longer than ``HANG_S`` is a
failure too. Failing mutants are written to files. Exit code 1 if there is any.
"""

from __future__ import annotations

import faulthandler
import logging
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import yaml
from fuzz_samples import sample  # type: ignore[import-not-found,unused-ignore]
from fuzz_seeds import plain_seeds
from fuzz_values import as_json, mutate_bytes, mutate_data
from werkzeug.test import Client

from conformance.drivers import wire
from conformance.drivers.bounded import NotJsonError, TooLargeError, collect, parse
from conformance.drivers.errors import DriverError
from conformance.drivers.verbs import VERBS
from simulator.bench import BenchOptions, open_bench
from simulator.bench.session_archive import export_session
from simulator.bench.session_life import create_session
from simulator.datafile import DataFileError
from simulator.journal.reading import DamagedRecordError, SegmentReader, read_exchange
from simulator.journal.store import Journal
from simulator.population.families import families
from simulator.registry.person import to_json
from simulator.scripting.check import check_file, dead_rules
from simulator.scripting.loader import ScenarioError, load_data, shipped_scenarios
from simulator.teleservice.wire import WireRequest
from simulator.web.app import create_app

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.sessions.session import Session

HANG_S = 10
"""A mutant that takes longer, in time of this process, is reported as a hang; a minute of the clock is one too."""
MAX_FAILURES = 20
SHARES = {"scenario": 5, "api": 10, "segment": 25, "driver": 60}
"""Of a hundred mutants of this program."""
TELL_EVERY_S = 10


class ViolationError(AssertionError):
    """Something that must always hold does not."""


class HangError(Exception):
    """A mutant took too long."""


class Targets:
    """What is under attack, all in one data directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.mutant = b""
        options = BenchOptions(data_dir=folder / "bench", people=5)
        self._bench = open_bench(options)
        self._bench.registry.add(families(1))
        self._web = Client(create_app(self._bench))
        self._file = folder / "mutant.yaml"
        self._scenarios = [(Path(str(each)).read_bytes(), load_data(each)) for each in shipped_scenarios()]
        self._call = plain_seeds()[0]
        self._documents = _documents(self._bench, self._scenarios)
        self._segment_name, self._segment, self._kept = _segment(folder, self._bench)

    def close(self) -> None:
        self._bench.close()

    def scenario(self, chance: Random) -> str:
        """Spoil a scenario file; one that is still right is installed and played."""
        text, data = chance.choice(self._scenarios)
        if chance.random() < 0.5:
            others = [other for _, other in self._scenarios]
            spoiled = mutate_data(chance, data, others)
            text = as_json(spoiled)
            if chance.random() < 0.5:
                with suppress(RecursionError):  # deeper than YAML can be written by its own library
                    text = yaml.safe_dump(_plain(spoiled)).encode()
        else:
            text = mutate_bytes(chance, text)
        self.mutant = text
        self._file.write_bytes(text)
        try:
            for _ in dead_rules(check_file(self._file)):
                pass
            data = load_data(self._file)
        except DataFileError as error:
            _expect(bool(str(error)), "a refusal without a reason")
            return "refused"
        session = self._bench.sessions.create(profile="production")
        try:
            installed = self._bench.installer.install(session.id, data, {})
            self._play(installed)
        except (ScenarioError, ValueError) as error:
            _expect(bool(str(error)), "a refusal without a reason")
            return "nobody for it"
        finally:
            self._bench.sessions.delete(session.id)
        return "right"

    def _play(self, session: Session) -> None:
        """Call a session; whatever its scenario says, the bench itself does not fail."""
        request = WireRequest(
            path="/lps", headers={"content-type": self._call.content_type}, body=self._call.body
        )
        exchange = self._bench.teleservice.handle(request, session)
        failed = exchange.code == "desir_9009" and exchange.decision.source == "fault"
        _expect(not failed, "the bench failed to play it")

    def api(self, chance: Random) -> str:
        """Spoil a document of the control API."""
        method, path, document, content_type = chance.choice(self._documents)
        if isinstance(document, bytes):
            body = mutate_bytes(chance, document)
        elif chance.random() < 0.7:
            body = as_json(
                mutate_data(
                    chance, document, [each[2] for each in self._documents if not isinstance(each[2], bytes)]
                )
            )
        else:
            body = mutate_bytes(chance, as_json(document))
        self.mutant = f"{method} {path}\n".encode() + body
        response = self._web.open(path, method=method, data=body, content_type=content_type)
        content = response.get_data()
        _expect(response.status_code < 500, f"HTTP {response.status_code}: {content[:300]!r}")
        if content:
            _expect(isinstance(response.json, dict | list), f"no JSON: {content[:300]!r}")
        if response.status_code == 201 and isinstance(response.json, dict) and "id" in response.json:
            name = response.json["id"]
            if name not in {"default", "fuzz"}:
                self._bench.sessions.delete(name)
        elif chance.random() < 0.02:
            self._bench.sessions.clear_scenarios("fuzz")
        return f"{response.status_code}"

    def segment(self, chance: Random) -> str:
        """Spoil a segment; what can still be read is what was written."""
        spoiled = self.mutant = mutate_bytes(chance, self._segment)
        path = self._folder / "segment.bin"
        path.write_bytes(spoiled)
        found = 0
        with SegmentReader(path, 0, live=chance.random() < 0.5) as reader, path.open("rb") as file:
            while (scanned := reader.next()) is not None:
                found += 1
                try:
                    exchange = read_exchange(file, path.name, scanned.offset, scanned.length, 1)
                except DamagedRecordError:
                    continue
                _expect(_comparable(exchange) in self._kept, "an exchange that nobody wrote")
            _expect(reader.position <= max(len(spoiled), reader.position and 4096), "read past the end")
        if chance.random() < 0.01:
            self._open_whole(spoiled)
        return "all" if found == len(self._kept) else "some" if found else "none"

    def _open_whole(self, spoiled: bytes) -> None:
        """Open a journal that has this segment beside nothing else, and list it."""
        folder = self._folder / "journal"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / self._segment_name).write_bytes(spoiled)
        journal = Journal(folder)
        try:
            for exchange in journal.each():
                _expect(_comparable(exchange) in self._kept, "an exchange that nobody wrote")
            journal.state()
        finally:
            journal.close()

    def driver(self, chance: Random) -> str:
        """Spoil what a software answers to a verb."""
        declaration = chance.choice(list(VERBS.values()))
        data = (
            declaration.write_answer(None)
            if declaration.answer is type(None)
            else sample(chance, declaration.answer)
        )
        if declaration.answer_key is not None:
            data = {declaration.answer_key: data}
        content = (
            as_json(mutate_data(chance, [data], [[data]]))
            if chance.random() < 0.7
            else mutate_bytes(chance, as_json([data]))
        )
        if chance.random() < 0.7 and content.startswith(b"[") and content.endswith(b"]"):
            content = content[1:-1]
        self.mutant = content
        into = bytearray()
        try:
            collect(
                [content],
                chance.choice(("", "identity", "gzip", "deflate", "x")) if chance.random() < 0.1 else "",
                into,
            )
            read = parse(bytes(into))
        except (TooLargeError, NotJsonError) as error:
            _expect(bool(error.text.fr and error.text.en), "a refusal without a reason")
            return "no JSON"
        node = wire.Node(declaration.name, read)
        try:
            declaration.read_answer(node)
        except DriverError as error:
            _expect(bool(str(error)), "a refusal without a reason")
            return "refused"
        return "right"


def _documents(bench: Bench, scenarios: list[tuple[bytes, Any]]) -> list[tuple[str, str, Any, str]]:
    json_type = "application/json"
    session = create_session(bench, "fuzz", profile="production")
    person = to_json(bench.registry.people(limit=1)[0])
    settings = session.settings.to_json()
    path = f"/api/v1/sessions/{session.id}"
    first = [data for _, data in scenarios[:40]]
    return [
        ("POST", "/api/v1/sessions", {**settings, "recognise": None}, json_type),
        ("POST", "/api/v1/sessions", {"id": "x", "profile": "production", "ttl": 60, "idams": ["750000000001"]}, json_type),
        ("PATCH", path, {"strictness": "strict", "authentication": "required", "name": "x"}, json_type),
        ("PATCH", path, {"recognise": {"idam": "1", "certificate": "CN=a,OU=b"}, "matching": settings.get("matching")}, json_type),
        ("POST", f"{path}/clock", {"offset": 60}, json_type),
        ("POST", f"{path}/clock", {"freeze_at": "2026-01-05T10:00:00+01:00"}, json_type),
        ("POST", f"{path}/people", {"people": [person]}, json_type),
        *(("POST", f"{path}/scenarios", {"scenario": data, "people": {}}, json_type) for data in first),
        *(("POST", "/api/v1/scenarios/check", {"scenario": data}, json_type) for data in first[:20]),
        *(("POST", "/api/v1/scenarios/check", {"yaml": text.decode()}, json_type) for text, _ in scenarios[:20]),
        ("POST", "/api/v1/import?id=x1", b"".join(export_session(bench, session.id, exchanges=False)), "application/zip"),
    ]  # fmt: skip


def _segment(folder: Path, bench: Bench) -> tuple[str, bytes, list[Any]]:
    """Record a few calls; return the name and the bytes of their segment and the exchanges as they were kept."""
    journal = Journal(folder / "recorded")
    session = bench.sessions.get("default")
    for seed in plain_seeds()[:6]:
        request = WireRequest(path="/lps", headers={"content-type": seed.content_type}, body=seed.body)
        journal.append(bench.teleservice.handle(request, session))
    journal.flush()
    kept = [_comparable(each) for each in journal.each()]
    journal.close()
    (path,) = (folder / "recorded").glob("*.segment")
    return path.name, path.read_bytes(), kept


def _comparable(exchange: Exchange) -> Exchange:
    """Return an exchange without its number and the time its writing took, which the record after it holds."""
    timings = {name: micros for name, micros in exchange.timings.items() if name != "write"}
    return replace(exchange, id=1, timings=timings)


def _plain(data: Any) -> Any:
    """Return data that YAML can write: a lone surrogate cannot be encoded."""
    if isinstance(data, str):
        return data.encode("utf-8", "replace").decode()
    if isinstance(data, dict):
        return {_plain(key): _plain(value) for key, value in data.items()}
    return [_plain(each) for each in data] if isinstance(data, list) else data


def _expect(holds: bool, problem: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise ViolationError(problem)


def kind_of(number: int) -> str:
    """Return what the mutant of this number is one of: the kinds come in their shares, well mixed."""
    place = number * 37 % 100
    for kind, share in SHARES.items():
        if place < share:
            return kind
        place -= share
    raise AssertionError


def attack(targets: Targets, seed: int, number: int) -> tuple[str, str]:
    """Send one mutant; return its kind and what came of it.

    Raises:
        ViolationError: something that must hold does not; or whatever else should not have come out.
    """
    kind = kind_of(number)
    targets.mutant = b""
    send: Callable[[Random], str] = getattr(targets, kind)
    return kind, send(Random(f"{seed}/{number}"))


def _too_long(_signal: int, _frame: Any) -> None:
    raise HangError(f"no answer within {HANG_S} s")


@contextmanager
def _bounded() -> Iterator[None]:
    """Interrupt what takes too long, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    timers = ((signal.ITIMER_PROF, signal.SIGPROF, HANG_S), (signal.ITIMER_REAL, signal.SIGALRM, 60))
    for timer, told, seconds in timers:
        signal.signal(told, _too_long)
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)


def run(options: argparse.Namespace) -> int:
    """Run as ``fuzz.parsed`` says, and return the exit code."""
    logging.getLogger("simulator").propagate = False
    logging.getLogger("simulator").addHandler(logging.NullHandler())
    faulthandler.enable()
    outcomes: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    failures, started = 0, time.monotonic()
    shown, slowest = started, (0.0, "", -1)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        targets = Targets(Path(folder))
        for number in range(options.start, options.start + options.count * 2 // 5):
            if kind_of(number) not in options.kinds.split(","):
                continue
            at = time.monotonic()
            try:
                with _bounded():
                    kind, outcome = attack(targets, options.seed, number)
                outcomes[f"{kind} {outcome}"] += 1
            except Exception:  # noqa: BLE001 - whatever escapes is what we are looking for
                failures += 1
                outcomes[f"{kind_of(number)} FAILED"] += 1
                options.out.mkdir(parents=True, exist_ok=True)
                path = options.out / f"data-{options.seed}-{number}"
                path.write_bytes(targets.mutant)
                sys.stdout.write(
                    f"FAILURE {number} ({kind_of(number)})\n{traceback.format_exc()}\n  kept in {path}\n"
                )
            now = time.monotonic()
            spent[kind_of(number)] += round((now - at) * 1e6)
            slowest = max(slowest, (now - at, kind_of(number), number))
            if now - shown > TELL_EVERY_S:
                shown = now
                done = outcomes.total()
                sys.stdout.write(
                    f"{done:>9} mutants, {done / (now - started):.0f}/s, {failures} failure(s)\n"
                )
                sys.stdout.flush()
            if failures >= MAX_FAILURES or (options.seconds and now - started > options.seconds):
                break
        targets.close()
    sys.stdout.write(
        f"{outcomes.total()} mutants of data of seed {options.seed} in {time.monotonic() - started:.0f} s\n"
        + ", ".join(f"{name} {times}" for name, times in sorted(outcomes.items()))
        + "\n"
        + ", ".join(f"{kind} {micros / 1e6:.0f} s" for kind, micros in spent.items())
        + f"\nslowest: {slowest[0] * 1000:.0f} ms ({slowest[1]} {slowest[2]})\n{failures} failure(s)\n"
    )
    return 1 if failures else 0
