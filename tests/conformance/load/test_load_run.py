"""A whole load run as a user starts it, against servers of our own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from threading import Lock, Thread

from cheroot.wsgi import Server

from conformance.load.options import LoadOptions
from simulator.bench import BenchOptions, open_bench
from simulator.web.app import create_app


@contextmanager
def _served(application):
    server = Server(("127.0.0.1", 0), application, numthreads=4)
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join(timeout=5)


class _LiesOnce:
    """Answers honestly but for one call, which gets the answer made for another person."""

    def __init__(self, application, lie_at):
        self._application = application
        self._lie_at = lie_at
        self._lock = Lock()
        self._kept = None
        self.calls = 0
        self.lies = 0

    def __call__(self, environ, start_response):
        if not (environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/lps")):
            return self._application(environ, start_response)
        started = []
        answer = b"".join(self._application(environ, lambda *arguments: started.append(arguments)))
        status, headers = started[0]
        with self._lock:
            answer = self._perhaps_lie(answer)
        headers = [(name, value) for name, value in headers if name != "Content-Length"]
        start_response(status, [*headers, ("Content-Length", str(len(answer)))])
        return [answer]

    def _perhaps_lie(self, answer):
        self.calls += 1
        if b"<CodeCR>00<" not in answer:
            return answer
        if self._kept is None:
            self._kept = answer
        elif self.calls >= self._lie_at and self._kept != answer and not self.lies:
            self.lies += 1
            return self._kept
        return answer


def _run(url, *, duration=2.0, users=5):
    options = LoadOptions(url=url, users=users, duration=duration, lang="en")
    return subprocess.run(
        [sys.executable, "-m", "conformance.load.worker", options.to_json()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_honest_teleservice_passes_and_the_figures_are_printed(tmp_path):
    bench = open_bench(BenchOptions(data_dir=tmp_path, people=200))
    with _served(create_app(bench)) as url:
        done = _run(url, duration=1.5)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = dict(line.rsplit(None, 1) for line in done.stdout.splitlines() if len(line.split()) >= 2)
    # The last call of each user may be cut off after it was answered.
    assert 50 < int(printed["calls"]) <= bench.journal.count() <= int(printed["calls"]) + 5
    assert printed["wrong answers"] == printed["errors"] == printed["lost by the journal (sync)"] == "0"
    assert {"rate", "p50", "p95", "p99"} <= {line.split()[0] for line in done.stdout.splitlines()}


def test_one_wrong_answer_among_many_makes_the_run_fail(tmp_path):
    bench = open_bench(BenchOptions(data_dir=tmp_path, people=200))
    lying = _LiesOnce(create_app(bench), lie_at=1000)
    with _served(lying) as url:
        done = _run(url, duration=6)
    assert lying.calls > 1000
    assert lying.lies == 1
    assert done.returncode == 1, done.stdout + done.stderr
    assert "wrong answers" in done.stdout
    assert done.stdout.count("wrong: ") == 1


def test_a_teleservice_that_is_not_there_is_a_set_up_error():
    done = _run("http://127.0.0.1:9")
    assert done.returncode == 2
    assert "does not answer" in done.stderr
    assert "banc serve" in done.stderr


def test_a_teleservice_that_fails_makes_the_run_fail(tmp_path):
    bench = open_bench(BenchOptions(data_dir=tmp_path, people=50))
    honest = create_app(bench)

    def failing(environ, start_response):
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/lps"):
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return honest(environ, start_response)

    with _served(failing) as url:
        done = _run(url, duration=0.5)
    assert done.returncode == 1
    assert "HTTP 503" in done.stdout


def test_what_the_journal_could_not_keep_is_counted_and_shown(tmp_path):
    bench = open_bench(BenchOptions(data_dir=tmp_path, people=200))
    bench.journal.folder.rename(tmp_path / "elsewhere")
    with _served(create_app(bench)) as url:
        done = _run(url, duration=1.0)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = dict(line.rsplit(None, 1) for line in done.stdout.splitlines() if len(line.split()) >= 2)
    lost = int(printed["lost by the journal (sync)"])
    assert int(printed["calls"]) <= lost <= int(printed["calls"]) + 5


def test_the_simulator_that_is_started_keeps_its_journal_in_mode_batch():
    command = [
        sys.executable,
        "-m",
        "conformance.cli",
        "load",
        "--duration",
        "1s",
        "--users",
        "2",
        "--lang",
        "en",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("lost by the journal"))
    assert line.split() == ["lost", "by", "the", "journal", "(batch)", "0"]
