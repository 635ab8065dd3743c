"""The record, what is added up from it, and the reports that replay it."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from random import Random
from xml.etree import ElementTree as ET

import pytest

from conformance.load.compare import compare, load_side
from conformance.load.histogram import Histogram
from conformance.load.options import LoadOptions
from conformance.load.record import RecordError, RecordWriter, read_record
from conformance.load.summary import MOST_BINS, add_up, exit_code
from conformance.load.telling.exports import to_data, write_load_reports
from conformance.load.telling.outcome import print_outcome
from conformance.load.thresholds import parse_threshold

from .conftest import profile

STRANGE = '<script>alert(1)</script> & "O\'RUE"'


def start(**changes):
    options = LoadOptions(
        url="http://127.0.0.1:1",
        folder="x",
        profile=profile(),
        thresholds=(
            parse_threshold("wrong", "0"),
            parse_threshold("p95", "50ms"),
            parse_threshold("errors", "1%"),
        ),
    )
    environment = {"bench": "0", "python": "3", "processors": 2, "packages": {"locust": "2"}}
    return {
        "kind": "start",
        "format": "banc-load",
        "version": 1,
        "t": 0.0,
        "at": "2026-11-27T10:00:00Z",
        "options": replace(options, **changes).to_data(),
        "environment": environment,
    }


def tick(at, *, latency=0.01, calls=20, errors=0, wrong=0, stage="steady", width=1.0, **more):
    latencies = Histogram()
    for number in range(calls):
        latencies.add(latency * (0.9 + 0.2 * number / calls))
    part = {
        "n": calls,
        "errors": errors,
        "wrong": wrong,
        "latency": latencies.to_json(),
        "service": latencies.to_json(),
        "codes": {"00": calls - errors, **({"HTTP 503": errors} if errors else {})},
    }
    return {
        "kind": "tick",
        "t": at + width,
        "d": width,
        "stage": stage,
        "due": calls,
        "backlog": 0,
        "generator": 0.4,
        "server": 0.8,
        "ops": {"traits": part},
    } | more


def stage(at, name="steady", **more):
    return {"kind": "stage", "t": at, "name": name, "judged": True, "recovers": False} | more


END = {"kind": "end", "t": 10.0, "reason": "time", "unserved": 0, "journal": {"mode": "sync", "lost": 0}}
WRONG = {
    "kind": "wrong",
    "t": 3.0,
    "operation": "traits",
    "problem": f"{STRANGE}: expected Cle 12, got 13",
    "request": f"<a>{STRANGE}</a>",
    "answer": "<b/>",
}


def whole(*more, **changes):
    return [start(**changes), stage(0.0), *(tick(float(second)) for second in range(10)), *more, END]


def test_a_record_is_read_back_as_it_was_written_but_for_a_torn_last_line(tmp_path):
    lines = json.loads(json.dumps(whole()))
    with RecordWriter(tmp_path / "run") as writer:
        for line in lines:
            writer.write(line)
    path = tmp_path / "run" / "record.ndjson"
    assert list(read_record(path)) == lines
    data = path.read_bytes()
    for cut in (1, 20, len(data) // 3):
        path.write_bytes(data[:-cut])
        found = list(read_record(path))
        assert found == lines[: data[:-cut].count(b"\n")]
    path.write_bytes(data[:-1])
    summary = add_up(read_record(path))
    assert summary.reason == "killed"
    assert summary.total().calls == 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has no start"),
        (b"hello\n", "expected a JSON object"),
        (b"[1]\n", "expected a JSON object with a kind"),
        (b'{"kind":"start","format":"other","version":9}\n', "expected the record of a load run"),
        (b'{"kind":"start","format":"banc-load","version":1}\n', "cannot be understood"),
        (b"[" * 100_000 + b"\n", "expected a JSON object"),
    ],
)
def test_what_is_no_record_is_told(tmp_path, content, says):
    path = tmp_path / "record.ndjson"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=says):
        add_up(read_record(path))


def test_figures_are_those_of_the_ticks():
    summary = add_up(whole())
    cell = summary.total()
    assert (cell.calls, cell.errors, cell.wrong) == (200, 0, 0)
    assert summary.rate() == pytest.approx(20)
    assert cell.latency.quantile(0.5) == pytest.approx(0.01, rel=0.05)
    assert exit_code(summary) == 0
    assert len(summary.bins) == 10


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (whole(), 0),
        (whole(WRONG), 1),
        (whole(tick(10.0, wrong=1)), 1),
        (whole(tick(10.0, latency=9.0, calls=500)), 3),
        (whole(tick(10.0, errors=20)), 3),
        ([start(), stage(0.0), END], 2),
        ([*whole()[:-1], {**END, "reason": "disk"}], 2),
        ([*whole()[:-1], {**END, "reason": "interrupted"}], 130),
        ([*whole(WRONG)[:-1], {**END, "reason": "interrupted"}], 1),
        ([*whole()[:-1], {**END, "reason": "server-gone"}], 3),
    ],
)
def test_exit_codes(lines, code):
    assert exit_code(add_up(lines)) == code


def test_a_stage_that_is_not_judged_does_not_count_for_thresholds():
    lines = [
        start(),
        stage(0.0),
        tick(0.0),
        stage(1.0, "down", judged=False),
        tick(1.0, errors=20, stage="down"),
        END,
    ]
    summary = add_up(lines)
    assert exit_code(summary) == 0
    assert summary.total().errors == 20
    assert summary.total(judged=True).errors == 0


def test_the_return_to_normal_is_timed_from_the_start_of_the_stage_that_recovers():
    lines = [
        start(thresholds=(parse_threshold("recovery", "5s"),)),
        stage(0.0, "down", judged=False),
        *(tick(float(second), errors=20, stage="down") for second in range(3)),
        stage(3.0, "after", recovers=True),
        *(tick(float(second), errors=5, stage="after") for second in (3, 4)),
        tick(5.0, stage="after", backlog=100),
        *(tick(float(second), stage="after") for second in (6, 7, 8)),
        END,
    ]
    summary = add_up(lines)
    assert summary.recovery() == pytest.approx(3.0)
    assert exit_code(summary) == 0
    never = [line for line in lines if line["t"] < 6 or line["kind"] == "end"]
    assert add_up(never).recovery() is None
    assert exit_code(add_up(never)) == 3


def test_a_run_of_hours_keeps_no_more_moments_than_a_page_can_show():
    lines = [start(), stage(0.0), *(tick(second * 2.0, width=2.0, calls=3) for second in range(2000)), END]
    summary = add_up(lines)
    assert len(summary.bins) <= MOST_BINS
    assert sum(each.cell.calls for each in summary.bins) == summary.total().calls == 6000
    assert summary.bins[10].generator == pytest.approx(0.4, rel=0.01)


def test_two_generators_add_up_and_their_seconds_do_not():
    lines = [start(), stage(0.0)]
    for second in range(5):
        lines += [
            tick(float(second), calls=0),
            tick(float(second), worker="1", leads=False, generator=0.9),
            tick(float(second), worker="2", leads=False, generator=0.5),
        ]
    summary = add_up([*lines, END])
    assert summary.rate() == pytest.approx(40)
    assert {name: cell.calls for name, cell in summary.workers.items() if cell.calls} == {"1": 100, "2": 100}
    assert summary.bins[2].generator == pytest.approx(0.9)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_reports_say_the_same_and_need_no_network(tmp_path, lang, capsys):
    error = {"kind": "error", "t": 1.0, "operation": "traits", "problem": STRANGE}
    event = {"kind": "event", "t": 2.0, "what": "worker-lost", "worker": "2"}
    split = {"kind": "split", "t": 9.0, "calls": 50, "client": 0.001, "network": 0.002, "simulator": 0.003}
    summary = add_up(whole(WRONG, error, event, split, tick(10.0, errors=3, wrong=1)))
    paths = write_load_reports(summary, tmp_path, lang)
    assert {path.name for path in paths} == {"index.html", "report.json", "junit.xml", "timeline.csv"}
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "url(" not in page
    assert "<svg" in page
    for text in ("nan", "None", "Undefined"):
        assert f">{text}<" not in page
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["exit_code"] == 1
    assert report["total"]["calls"] == 220
    suite = ET.fromstring((tmp_path / "junit.xml").read_text("utf-8"))
    assert suite.get("tests") == str(len(list(suite.iter("testcase"))))
    assert int(suite.get("failures")) == len(list(suite.iter("failure"))) == 2
    rows = list(csv.DictReader(io.StringIO((tmp_path / "timeline.csv").read_text("utf-8"))))
    assert sum(int(row["calls"]) for row in rows) == 220
    print_outcome(summary, paths, lang)
    printed = capsys.readouterr().out
    assert "220" in printed
    assert ("Une identité fausse a été servie" if lang == "fr" else "A wrong identity was served") in printed


def test_the_token_is_in_no_record():
    data = LoadOptions(url="u", folder="f", profile=profile(), token="s3cret").without_secrets().to_json()
    assert "s3cret" not in data


def test_the_page_of_a_run_without_a_single_call_can_be_made(tmp_path):
    summary = add_up([start(), stage(0.0), END])
    write_load_reports(summary, tmp_path, "fr")
    assert to_data(summary, "fr")["total"]["latency"]["p95"] is None


# Comparing


def _runs(seed, count, *, latency, noise=0.05, errors=0):
    random = Random(seed)
    runs = []
    for _ in range(count):
        level = latency * random.gauss(1, noise)
        ticks = [
            tick(float(at), latency=max(level * random.gauss(1, 0.1), 0.001), errors=errors)
            for at in range(60)
        ]
        runs.append(add_up([start(), stage(0.0), *ticks, END]))
    return runs


def _verdicts(before, after):
    return {each.metric: each.verdict for each in compare(before, after).differences}


def test_a_real_slowdown_is_told_from_the_noise():
    verdicts = _verdicts(_runs(1, 5, latency=0.010), _runs(2, 5, latency=0.014))
    assert verdicts["p50"] == verdicts["p95"] == "worse"
    assert verdicts["errors"] == "same"
    assert _verdicts(_runs(1, 5, latency=0.014), _runs(2, 5, latency=0.010))["p95"] == "better"


def test_the_same_server_measured_twice_is_never_called_worse():
    for seed in range(4):
        verdicts = _verdicts(_runs(seed, 5, latency=0.010), _runs(seed + 100, 5, latency=0.010))
        assert set(verdicts.values()) <= {"same", "noise"}, verdicts


def test_errors_that_appear_are_worse():
    assert _verdicts(_runs(1, 3, latency=0.01), _runs(2, 3, latency=0.01, errors=2))["errors"] == "worse"


def test_a_comparison_says_what_it_cannot_know():
    remarks = dict(compare(_runs(1, 1, latency=0.01), _runs(2, 1, latency=0.01)).remarks)
    assert "few-runs" in remarks
    other = add_up([start(profile=profile(users=9)), stage(0.0), *(tick(float(at)) for at in range(20)), END])
    assert "users: 5 / 9" in dict(compare(_runs(1, 3, latency=0.01), [other] * 3).remarks)["differs"]


@pytest.mark.usefixtures("in_english")
def test_the_command_compares_folders_of_runs(tmp_path, banc):
    for name, latency in (("before", 0.010), ("after", 0.020)):
        for number, _ in enumerate(range(3), 1):
            random = Random(f"{name}{number}")
            with RecordWriter(tmp_path / name / f"run-{number}") as writer:
                for line in (start(), stage(0.0)):
                    writer.write(line)
                for at in range(30):
                    writer.write(tick(float(at), latency=latency * random.gauss(1, 0.05)))
                writer.write(END)
    assert len(load_side(tmp_path / "before")) == 3
    done = banc("load", "compare", tmp_path / "before", tmp_path / "after", "--lang", "en")
    assert done.returncode == 3, done.stderr
    assert "worse" in done.stdout
    assert banc("load", "compare", tmp_path / "before", tmp_path / "before", "--lang", "en").returncode == 0
    nothing = banc("load", "compare", tmp_path / "before", tmp_path, "--lang", "en")
    assert nothing.returncode in (0, 2)
    missing = banc("load", "compare", tmp_path / "nowhere", tmp_path / "after")
    assert missing.returncode == 2
    assert "expected the record of a load run" in missing.stderr
