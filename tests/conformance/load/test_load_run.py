"""A whole load run in a process of its own, against servers of our own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.load.record import read_record
from conformance.load.summary import add_up, exit_code
from simulator.population.generate import draw
from simulator.serving import free_port
from simulator.testing import Simulator

from .conftest import profile


def _lie_at(insi, number):
    """Let the n-th call of the session get the identity of somebody who is nobody's answer."""
    insi.install(
        {
            "id": "test/one-lie",
            "title": {"fr": "Un mensonge", "en": "One lie"},
            "purpose": {"fr": "Un mensonge", "en": "One lie"},
            "source": "a test",
            "evidence": "inferred",
            "people": ["stranger"],
            "rules": [{"when": {"call": {"nth": number}}, "then": {"code": "00", "person": "stranger"}}],
        },
        stranger=draw(1, "stranger")[0],
    )


def test_an_honest_teleservice_holds_and_every_call_is_measured(load):
    with Simulator(people=200) as insi:
        code, summary, complaints = load(
            insi.url, thresholds=[("errors", "0"), ("p99", "60s")], session=insi.id
        )
        received = len(insi.calls)
    assert (code, exit_code(summary), summary.reason) == (0, 0, "time"), complaints
    calls = summary.total().calls
    # The last call of each user may be cut off after it was answered.
    assert 20 < calls <= received <= calls + 5
    assert summary.total().latency.count == calls
    assert set(summary.total().codes) <= {"00", "01", "02"}
    assert summary.environment["people"] >= 200
    assert all(judgement.held for judgement in summary.judgements())
    assert summary.split["calls"] > 0
    assert summary.end["journal"] == {"mode": "sync", "lost": 0}


def test_one_wrong_identity_stops_the_run_at_once_and_is_kept_with_its_exchange(load):
    with Simulator(people=100) as insi:
        _lie_at(insi, 200)
        _, summary, _ = load(insi.url, session=insi.id, profile=profile(duration=60.0))
        stranger = draw(1, "stranger")[0].identity.matricule.number
    assert exit_code(summary) == 1
    assert summary.reason == "wrong"
    assert summary.elapsed < 55
    (wrong,) = summary.wrong
    assert "expected" in wrong["problem"]
    assert stranger in wrong["answer"]
    assert "RECSANSVITALE" in wrong["request"]
    assert summary.total().wrong == 1
    assert summary.total().errors == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_wrong_identity_in_ten_thousand_is_caught(banc, tmp_path):
    with Simulator(people=500) as insi:
        _lie_at(insi, 9_999)
        done = banc(
            *("load", "--url", f"{insi.url}/s/{insi.id}/lps", "--closed", "--think", "0s", "--users", 8),
            *("--duration", "10m", "--calls", 20_000, "--report", tmp_path / "run", "--lang", "en"),
            timeout=550,
        )
    report = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    assert done.returncode == report["exit_code"] == 1, done.stdout + done.stderr
    assert report["reason"] == "wrong"
    # Calls under way end, on a slow machine many: it stopped long before all were made.
    assert 9_900 < report["total"]["calls"] < 20_000
    assert report["total"]["wrong"] == len(report["wrong_answers"]) == 1
    assert "A wrong identity was served" in done.stdout


def test_a_run_told_to_keep_going_counts_all_and_fails_all_the_same(load):
    with Simulator(people=100) as insi:
        _lie_at(insi, 20)
        _, summary, _ = load(insi.url, session=insi.id, keep_going=True, profile=profile(duration=2.0))
    assert (exit_code(summary), summary.reason, summary.total().wrong) == (1, "time", 1)


def test_a_threshold_that_cannot_be_held_is_missed(load):
    with Simulator(people=50) as insi:
        _, summary, _ = load(
            insi.url, thresholds=[("p50", "traits=0.01ms"), ("p50", "60s"), ("rate", "1000000/s")]
        )
    held = [judgement.held for judgement in summary.judgements()]
    assert held == [False, True, False]
    assert exit_code(summary) == 3
    assert summary.judgements()[0].margin < 0


def test_faults_are_errors_and_never_wrong_identities(load):
    with Simulator(people=50) as insi:
        insi.when().then(fault="insi_102")
        _, summary, _ = load(insi.url, thresholds=[("errors", "1%")], session=insi.id)
    total = summary.total()
    assert total.errors == total.calls == total.codes["insi_102"] > 0
    assert total.wrong == 0
    assert exit_code(summary) == 3
    assert "insi_102" in summary.errors[0]["problem"]


def test_calls_are_due_at_their_time_and_latency_counts_from_then(load):
    """A server that takes 0.3 s with one user and ten calls a second: most of the time is waiting for one's turn."""
    with Simulator(people=50) as insi:
        insi.when().then(chaos=[{"latency": {"seconds": 0.3}}])
        asked = profile(workload="open", users=1, rate=10.0, duration=4.0)
        _, summary, _ = load(insi.url, session=insi.id, profile=asked)
    cell = summary.total()
    assert sum(each.due for each in summary.bins) > cell.calls
    assert cell.service.quantile(0.5) >= 0.29
    assert cell.latency.quantile(1.0) > 1.0
    assert max(each.backlog for each in summary.bins) > 5


@pytest.mark.slow
def test_cards_verifications_and_lots_are_asked_and_checked(load):
    with Simulator(people=300) as insi:
        asked = profile(
            mix={"traits": 1, "card": 1, "verify": 1, "lots": 0.2},
            lot_lines=5,
            workload="open",
            rate=25.0,
            users=8,
            duration=6.0,
        )
        _, summary, _ = load(insi.url, profile=asked, thresholds=[("errors", "0")])
    assert {"traits", "card", "verify", "deposit", "collect"} <= set(summary.operations())
    assert summary.wrong == []
    assert summary.total().errors == 0, summary.errors
    for operation in ("traits", "card", "verify"):
        assert {"00", "01"} <= set(summary.total(operation=operation).codes)


def test_a_lot_with_a_wrong_line_is_a_wrong_answer(load):
    """The population of the session changes under the load: what was true is not any more."""
    with Simulator(people=100) as insi:
        insi.when(operation="verifierInsAvecTraitsIdentite").then(code="01")
        asked = profile(mix={"verify": 1}, people={"found": 1, "unknown": 0, "several": 0})
        _, summary, _ = load(insi.url, profile=asked, session=insi.id)
    assert exit_code(summary) == 1
    assert "expected CodeCR 00, got 01" in summary.wrong[0]["problem"]


def test_first_names_are_tried_one_by_one_then_joined(load):
    from conformance.load.profile import Retry

    with Simulator(people=100) as insi:
        asked = profile(people={"found": 0, "unknown": 1, "several": 0}, retry=Retry(first_names=True))
        _, summary, _ = load(insi.url, profile=asked, session=insi.id)
        sent = [call.traits.first_names for call in insi.calls]
    assert summary.total().retries == 0 or summary.total().codes["01"] == summary.total().calls
    assert all(sent)
    assert exit_code(summary) == 0


@pytest.mark.parametrize("transport", ["cpx", "mtls"])
def test_users_prove_who_they_are(load, transport):
    with Simulator(people=50, tls=transport == "cpx", mtls=transport == "mtls") as insi:
        base = insi.server.https_url if transport == "cpx" else insi.server.mtls_url
        asked = profile(transport=transport, users=3)
        code, summary, complaints = load(
            insi.url, profile=asked, soap_base=base, pki=str(insi.pki.directory), thresholds=[("errors", "0")]
        )
        exchanges = insi.server.bench.journal.list(limit=20)
    assert code == 0, complaints
    assert summary.total().errors == 0, summary.errors
    assert exit_code(summary) == 0
    assert {exchange.authentication for exchange in exchanges} == {transport}


@pytest.mark.slow
def test_an_outage_is_lived_through_and_the_return_to_normal_is_timed(banc, tmp_path):
    done = banc(
        *("load", "--profile", "outage-recovery", "--duration", "10s", "--users", 30, "--rate", "15/s"),
        *("--recovery", "60s", "--report", tmp_path / "run", "--lang", "en"),
    )
    report = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    assert done.returncode in (0, 3), done.stdout + done.stderr
    stages = report["stages"]
    assert list(stages) == ["before", "down", "connections cut", "after"]
    assert stages["down"]["judged"] is False
    assert stages["down"]["codes"]["HTTP 503"] > 0
    assert report["total"]["retries"] > 0
    assert report["total"]["wrong"] == 0
    recovery = next(each for each in report["thresholds"] if each["metric"] == "recovery")
    assert recovery["value"] is not None


# What must not be lost


def _started(url, folder, **changes):
    from conformance.load.options import LoadOptions

    options = LoadOptions(url=url, folder=str(folder), profile=profile(duration=300.0, **changes), lang="en")
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance.load.calling.worker"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    process.stdin.write(options.to_json().encode())
    process.stdin.close()
    return process


def _wait_for(folder, process, calls):
    """Wait until the record tells of so many calls."""
    record = folder / "record.ndjson"
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        assert process.poll() is None
        if record.exists():
            told = sum(
                part["n"]
                for line in read_record(record)
                if line["kind"] == "tick"
                for part in line["ops"].values()
            )
            if told >= calls:
                return told
        time.sleep(0.05)
    raise AssertionError("the load did not get so far")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX; Windows has no kill -9")
def test_a_generator_that_is_killed_leaves_what_it_measured(tmp_path, banc):
    with Simulator(people=50) as insi:
        process = _started(insi.url, tmp_path / "run")
        told = _wait_for(tmp_path / "run", process, 50)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    summary = add_up(read_record(tmp_path / "run" / "record.ndjson"))
    assert summary.reason == "killed"
    assert summary.total().calls >= told
    done = banc("load", "report", tmp_path / "run", "--lang", "en")
    assert "The generator was gone before the end" in done.stdout
    assert (tmp_path / "run" / "index.html").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_the_run_in_order(tmp_path):
    with Simulator(people=50) as insi:
        process = _started(insi.url, tmp_path / "run")
        _wait_for(tmp_path / "run", process, 20)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert [session["id"] for session in insi.server.client.sessions()] == ["default"]
    summary = add_up(read_record(tmp_path / "run" / "record.ndjson"))
    assert (summary.reason, exit_code(summary)) == ("interrupted", 130)
    assert summary.total().calls >= 20


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_server_that_is_killed_mid_run_leaves_its_figures(tmp_path):
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "simulator.cli", "serve", "--port", str(port), "--people", "50"),
            *("--data-dir", str(tmp_path / "data"), "--ready-file", str(tmp_path / "ready")),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 100
        while not (tmp_path / "ready").exists():
            assert time.monotonic() < deadline
            assert server.poll() is None
            time.sleep(0.05)
        load = _started(f"http://127.0.0.1:{port}", tmp_path / "run")
        _wait_for(tmp_path / "run", load, 50)
        os.killpg(server.pid, signal.SIGKILL)
        assert load.wait(timeout=100) == 0
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(timeout=60)
    summary = add_up(read_record(tmp_path / "run" / "record.ndjson"))
    assert summary.reason == "server-gone"
    assert exit_code(summary) == 3
    total = summary.total()
    assert total.calls - total.errors >= 50
    assert total.latency.quantile(0.95) is not None
    assert [event["what"] for event in summary.events] == ["server-gone"]


@pytest.mark.skipif(os.name == "nt", reason="file size limits of POSIX stand for a full disk")
@pytest.mark.usefixtures("in_english")
def test_a_full_disk_ends_the_run_and_keeps_what_is_written(tmp_path):
    script = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); "
        "sys.argv = ['banc', *sys.argv[1:]]; runpy.run_module('conformance.cli', run_name='__main__')"
    )
    with Simulator(people=50) as insi:
        done = subprocess.run(
            [
                *(
                    sys.executable,
                    "-c",
                    script,
                    "load",
                    "--url",
                    insi.url,
                    "--closed",
                    "--think",
                    "0s",
                    "--users",
                    "4",
                ),
                *("--duration", "60s", "--report", str(tmp_path / "run"), "--lang", "en"),
            ],
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "cannot be written" in done.stderr
    record = tmp_path / "run" / "record.ndjson"
    assert record.stat().st_size <= 20_000
    assert add_up(read_record(record)).total().calls > 0
    assert "calls" in done.stdout


def test_what_the_journal_could_not_keep_is_counted_and_shown(load, tmp_path):
    with Simulator(people=50) as insi:
        folder = insi.server.bench.journal.folder
        Path(folder).rename(tmp_path / "elsewhere")
        _, summary, _ = load(insi.url)
    assert summary.end["journal"]["lost"] >= summary.total().calls > 0


# What is refused


def test_a_teleservice_that_is_not_there_is_a_set_up_error(load):
    code, summary, complaints = load("http://127.0.0.1:9")
    assert (code, summary) == (2, None)
    assert "does not answer" in complaints
    assert "banc serve" in complaints


@pytest.mark.usefixtures("in_english")
def test_the_folder_of_another_run_is_not_overwritten(load, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "record.ndjson").write_text("mine\n")
    with Simulator(people=10) as insi:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "conformance.cli",
                "load",
                "--url",
                insi.url,
                "--report",
                str(tmp_path / "run"),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert "already holds a load run" in done.stderr
    assert (tmp_path / "run" / "record.ndjson").read_text() == "mine\n"


def test_a_wrong_scheme_and_a_wrong_certificate_are_said(load):
    with Simulator(people=10, mtls=True) as insi:
        wrong_scheme = load(insi.url.replace("http:", "https:"))
        no_tls = load(insi.url, soap_base=insi.url.replace("http:", "https:"), pki=str(insi.pki.directory))
        not_trusted = load(insi.url, soap_base=insi.server.mtls_url)
    assert [each[0] for each in (wrong_scheme, no_tls, not_trusted)] == [2, 2, 2]
    assert "does not speak TLS" in wrong_scheme[2]
    assert "does not speak TLS" in no_tls[2]
    assert "not trusted" in not_trusted[2]
