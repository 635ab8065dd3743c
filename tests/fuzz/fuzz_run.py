"""``make fuzz``, messages: many mutants through the teleservice, by several processes that one more watches.

A crash or a hang inside a C library takes its process with it, so this one, which touches no message, tells
which mutant it was. Failing mutants are written to files that ``--replay`` sends again. Exit code 1 if there is any.
"""

from __future__ import annotations

import logging
import multiprocessing
import shutil
import socket
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

from fuzz_mutants import Mutant, make_mutant
from fuzz_seeds import Corpus, make_corpus
from fuzz_target import Target, prepare_files

from simulator.security.pki import init_pki

if TYPE_CHECKING:
    import argparse

    from simulator.bench import BenchOptions

HANG_S = 5.0
"""A call that takes longer is reported as a hang."""
CHAPTER = 1000
"""Mutants before a process starts again with an empty journal."""
MAX_FAILURES = 20


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What every process needs."""

    folder: Path
    options: BenchOptions
    corpus: Corpus
    trust: Path
    now: datetime
    seed: int

    def target(self, name: str) -> Target:
        """Open a fresh copy of the bench."""
        data_dir = self.folder / name
        shutil.rmtree(data_dir, ignore_errors=True)
        shutil.copytree(self.options.data_dir, data_dir)
        return Target(replace(self.options, data_dir=data_dir), self.trust, self.now, self.corpus)


def prepare(folder: Path, seed: int, listener: str = "http://127.0.0.1:9/") -> Setup:
    """Make the certificates, the messages and the registry in ``folder``."""
    now = datetime.now(UTC)
    pki = init_pki(folder / "pki", now=now)
    return Setup(
        folder=folder,
        options=prepare_files(folder / "base", pki.directory),
        corpus=make_corpus(folder, pki, now, listener),
        trust=pki.trust,
        now=now,
        seed=seed,
    )


@dataclass(frozen=True, kw_only=True)
class _Board:
    """What the working processes show to the one that watches, by worker."""

    doing: Any
    """Number of the mutant being sent."""
    since: Any
    """When it was sent (``time.monotonic``), 0 between two."""
    told: Any
    """Queue of codes and failures."""


def _work(setup: Setup, worker: int, numbers: range, board: _Board) -> None:
    """Send these mutants; tell codes and failures."""
    logging.getLogger("simulator").propagate = False  # what it logs is told with the violation
    doing, since, told = board.doing, board.since, board.told
    for first in range(0, len(numbers), CHAPTER):
        target = setup.target(f"worker-{worker}")
        codes: Counter[str] = Counter()
        slowest = (0.0, -1)
        for number in numbers[first : first + CHAPTER]:
            mutant = make_mutant(setup.corpus, setup.seed, number)
            doing[worker] = number
            since[worker] = started = time.monotonic()
            try:
                codes[target.call(mutant).code] += 1
            except Exception:  # noqa: BLE001 - whatever escapes is what we are looking for
                told.put(("failure", number, traceback.format_exc()))
            since[worker] = 0.0
            slowest = max(slowest, (time.monotonic() - started, number))
        try:
            target.close()
        except Exception:  # noqa: BLE001 - the same
            told.put(("failure", numbers[first], traceback.format_exc()))
        told.put(("chapter", codes, slowest))
    told.put(("end", worker))


class _Run:
    """One run, as the watching process sees it."""

    def __init__(self, setup: Setup, options: argparse.Namespace, listener: socket.socket) -> None:
        self._setup = setup
        self._options = options
        self._listener = listener
        context = multiprocessing.get_context("spawn")
        self._board = _Board(
            doing=context.Array("q", options.workers),
            since=context.Array("d", options.workers),
            told=context.Queue(),
        )
        numbers = range(options.start, options.start + options.count * 3 // 5)
        self._processes = [
            context.Process(
                target=_work,
                args=(setup, worker, numbers[worker :: options.workers], self._board),
                daemon=True,
            )
            for worker in range(options.workers)
        ]
        self.codes: Counter[str] = Counter()
        self.slowest = (0.0, -1)
        self.failures = 0
        self.started = time.monotonic()

    def watch(self) -> None:
        """Run to the end, to the time limit or to too many failures."""
        for process in self._processes:
            process.start()
        running = set(range(len(self._processes)))
        shown = time.monotonic()
        while running and self.failures < MAX_FAILURES:
            running -= self._listen()
            for worker in list(running):
                if self._check(worker):
                    running.discard(worker)
            now = time.monotonic()
            if now - shown > 5:
                shown = now
                _say(f"{self.codes.total():>9} mutants, {self.rate():.0f}/s, {self.failures} failure(s)")
            if self._options.seconds and now - self.started > self._options.seconds:
                break
        for process in self._processes:
            process.kill()
            process.join()
        self._listen(wait=0.0)

    def rate(self) -> float:
        return self.codes.total() / (time.monotonic() - self.started)

    def _listen(self, wait: float = 0.2) -> set[int]:
        """Take in what was told; return the workers that are done."""
        done: set[int] = set()
        while True:
            try:
                kind, *rest = self._board.told.get(timeout=wait)
            except Empty:
                break
            wait = 0.0
            if kind == "end":
                done.add(rest[0])
            elif kind == "failure":
                self._fail(rest[0], rest[1])
            else:
                self.codes.update(rest[0])
                self.slowest = max(self.slowest, rest[1])
        try:
            self._listener.accept()[0].close()
        except BlockingIOError:
            return done
        self._fail(
            self._board.doing[0], f"something fetched {self._setup.corpus.listener} (at about this mutant)"
        )
        return done

    def _check(self, worker: int) -> bool:
        """Return whether a worker is lost: dead, or in one call for too long."""
        process, since = self._processes[worker], self._board.since[worker]
        if process.exitcode is not None and process.exitcode != 0:
            self._fail(self._board.doing[worker], f"the process died, exit code {process.exitcode}")
            return True
        if since and time.monotonic() - since > HANG_S:
            self._fail(self._board.doing[worker], f"no answer within {HANG_S:g} s")
            process.kill()
            return True
        return False

    def _fail(self, number: int, problem: str) -> None:
        self.failures += 1
        mutant = make_mutant(self._setup.corpus, self._setup.seed, number)
        self._options.out.mkdir(parents=True, exist_ok=True)
        path = self._options.out / f"{self._setup.seed}-{number}.json"
        mutant.save(path, problem)
        _say(f"FAILURE {mutant.name}\n{problem}\n  kept in {path}")


def _replay(setup: Setup, path: Path) -> int:
    mutant = Mutant.load(path)
    _say(f"{mutant.name}\n{mutant.headers}\n{mutant.body!r}")
    target = setup.target("replay")
    exchange = target.call(mutant)
    target.close()
    _say(
        f"{exchange.code}, HTTP {exchange.http_status}: {exchange.decision.cause}\n{exchange.response.decode()}"
    )
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(options: argparse.Namespace) -> int:
    """Run as ``fuzz.parsed`` says, and return the exit code."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0)
        setup = prepare(Path(folder), options.seed, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        if options.replay:
            return _replay(setup, options.replay)
        sent = _Run(setup, options, listener)
        sent.watch()
    elapsed = time.monotonic() - sent.started
    _say(
        f"{sent.codes.total()} mutants of seed {options.seed} in {elapsed:.0f} s, {options.workers} process(es)"
    )
    _say("answers: " + ", ".join(f"{code} {times}" for code, times in sent.codes.most_common()))
    _say(f"slowest call, with its checks: {sent.slowest[0] * 1000:.0f} ms (mutant {sent.slowest[1]})")
    _say(f"{sent.failures} failure(s)")
    return 1 if sent.failures else 0
