"""The verdicts of a campaign do not depend on how it was run: killed and resumed, shared, shuffled, or run again."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.campaign import CampaignOptions, reference_lgo, run_campaign
from conformance.campaign.sharding import run_jobs
from conformance.drivers.settings import DriverSettings
from conformance.plan import Plan
from conformance.record.merging import ATTACHMENTS
from conformance.record.reading import Record, read_lines
from conformance.record.writing import RECORD_NAME
from conformance.reference.api import create_app
from conformance.reference.lgo import Lgo
from conformance.reference.serving import served
from conformance.verdicts import Verdict
from simulator.bench import BenchOptions
from simulator.serving import ServeOptions, running

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = ("SRC-11", "SRC-12", "RSP-04", "CRE-03", "CAL-13", "MAT-02", "CAL-12")
"""A few cheap rules with checks that call INSi or share what was prepared, and with one departure, are enough to see a
difference; ``make campaigns-repeat`` takes all rules."""


@pytest.fixture(scope="module")
def simulator(tmp_path_factory) -> Iterator[str]:
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=5), port=0)
    with running(options) as url:
        yield url


@pytest.fixture(scope="module")
def plan(simulator) -> Iterator[Plan]:
    defects = ["date-shown-iso"]
    with reference_lgo(defects) as first, reference_lgo(defects) as second:
        instances = (DriverSettings(url=first), DriverSettings(url=second))
        yield Plan(driver=instances[0], instances=instances, simulator_url=simulator, rules=RULES, seed=11)


@pytest.fixture(scope="module")
def undisturbed(plan, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    return run_campaign(plan, on_event=lambda _: None, options=CampaignOptions(folder=folder)), folder


def told(campaign):
    return [
        (
            result.rule.key,
            result.verdict,
            result.reason,
            [(check.id, check.verdict) for check in result.checks],
        )
        for result in campaign.rules
    ]


def drawn(folder):
    """Return everybody who was drawn: what is shared by several checks is drawn by the first of them."""
    return {
        line.data["result"]["key"]: line.data["result"]["matricule"]
        for line in read_lines(folder / RECORD_NAME)
        if line.data.get("verb") == "draw"
    }


def test_the_campaign_has_something_to_tell(undisturbed):
    verdicts = {result.verdict for result in undisturbed[0].rules}
    assert {Verdict.PASS, Verdict.FAIL} <= verdicts


def test_two_processes_find_the_same(plan, undisturbed, tmp_path):
    seen = []
    campaign = run_jobs(plan, 2, on_event=seen.append, options=CampaignOptions(folder=tmp_path))
    assert told(campaign) == told(undisturbed[0])
    assert drawn(tmp_path) == drawn(undisturbed[1])
    assert {event.total for event in seen[-2:]} == {len(Record(tmp_path).planned)}
    assert {path.name for path in tmp_path.iterdir()} <= {RECORD_NAME, ATTACHMENTS}


@pytest.mark.parametrize("order", [1, 2])
def test_another_order_finds_the_same(plan, undisturbed, tmp_path, order):
    options = CampaignOptions(folder=tmp_path, order=order)
    campaign = run_campaign(plan, on_event=lambda _: None, options=options)
    assert told(campaign) == told(undisturbed[0])
    assert drawn(tmp_path) == drawn(undisturbed[1])
    assert list(Record(tmp_path).checks) != list(Record(undisturbed[1]).checks)


KILLED = """
import json, os, sys, signal
from pathlib import Path
from conformance.campaign import CampaignOptions, run_campaign
from conformance.engine import CheckStarted
from conformance.plan import Plan
from conformance.record.coding import decode

def kill(event):
    if isinstance(event, CheckStarted) and event.number == 6:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

order = json.load(sys.stdin)
run_campaign(decode(Plan, order["plan"]), on_event=kill, options=CampaignOptions(folder=Path(order["folder"])))
"""


def test_a_campaign_that_was_killed_goes_on_to_the_same_verdicts(plan, undisturbed, tmp_path):
    from conformance.record.coding import encode

    order = json.dumps({"plan": encode(plan), "folder": str(tmp_path)})
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], input=order, text=True, capture_output=True, check=False
    )
    assert killed.returncode not in {0, 1}, killed.stderr
    record = Record(tmp_path)
    assert record.interrupted
    assert sum(check.finished is not None for check in record.checks.values()) == 5
    before = (tmp_path / RECORD_NAME).read_bytes()[: record.size]
    seen = []
    campaign = run_campaign(
        dataclasses.replace(plan, seed=None), on_event=seen.append, options=CampaignOptions(resume=record)
    )
    assert told(campaign) == told(undisturbed[0])
    assert drawn(tmp_path) == drawn(undisturbed[1])
    assert (tmp_path / RECORD_NAME).read_bytes().startswith(before)
    assert not campaign.meta.interrupted
    assert next(event.total for event in seen if hasattr(event, "total")) == len(record.planned) - 5


def test_a_campaign_in_two_processes_that_was_killed_goes_on_too(plan, undisturbed, tmp_path):
    """What is left of it are the records of its processes: one of a few checks, and one that had not begun."""
    from conformance.campaign.gathering import PARTS, resumable
    from conformance.record.coding import encode

    part = tmp_path / PARTS / "1"
    order = json.dumps({"plan": encode(plan), "folder": str(part)})
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], input=order, text=True, capture_output=True, check=False
    )
    assert (part / RECORD_NAME).exists(), killed.stderr
    (tmp_path / PARTS / "2").mkdir()
    (tmp_path / PARTS / "2" / RECORD_NAME).write_bytes(b'{"v":')
    record = resumable(tmp_path)
    assert record.path == tmp_path / RECORD_NAME
    assert sum(check.finished is not None for check in record.checks.values()) == 5
    assert not (tmp_path / PARTS).exists()
    campaign = run_campaign(plan, on_event=lambda _: None, options=CampaignOptions(resume=record))
    assert told(campaign) == told(undisturbed[0])


def test_only_the_checks_that_did_not_pass_are_run_again(plan, undisturbed, tmp_path):
    from conformance.commands.campaigns import not_passed

    checks = not_passed(Record(undisturbed[1]))
    campaign = run_campaign(
        plan, on_event=lambda _: None, options=CampaignOptions(folder=tmp_path, checks=checks)
    )
    again = Record(tmp_path)
    assert set(again.checks) == checks
    assert campaign.meta.is_selection
    assert drawn(tmp_path).items() <= drawn(undisturbed[1]).items()


MAY_DIFFER = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|[+]00:00)"  # times
    r"|http://127[.]0[.]0[.]1:\d+|/s/[0-9a-f]{12}/"  # where the software and the session are
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # identifiers of messages
    r'|"(?:duration|number)": [.\d]+'  # of the exchange in the journal
    # Of a message, which tells when it was written, compressed in places.
    r'|SHA-256 [0-9a-f]+|"sha256": "[0-9a-f]+"|attachments/[0-9a-f]+-|\d+ octets, '
)


def settled(folder):
    """Return the lines of a record without times, addresses and identifiers of messages."""
    return [MAY_DIFFER.sub("…", json.dumps(line.data)) for line in read_lines(folder / RECORD_NAME)]


@contextmanager
def fresh_lgo(place):
    """Serve a reference LGO that was never used; yield where."""
    with closing(Lgo(place)) as lgo, served(create_app(lgo), threads=4) as url:
        yield url


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_runs_with_one_seed_leave_the_same_record_but_for_times(simulator, tmp_path, monkeypatch):
    # What was answered a moment ago is not asked again: on a machine that stands still the moment may be over.
    for module in ("engine.looking", "engine.tap", "drivers.ahead"):
        monkeypatch.setattr(f"conformance.{module}.FRESH_S", 3600.0)
    records = []
    for number in range(10):
        with fresh_lgo(tmp_path / f"{number}.sqlite") as software:
            plan = Plan(driver=DriverSettings(url=software), simulator_url=simulator, rules=RULES, seed=3)
            folder = tmp_path / str(number)
            # The doctor tells how long it looked, and where the folder is.
            options = CampaignOptions(folder=folder, doctor=False)
            run_campaign(plan, on_event=lambda _: None, options=options)
        records.append(settled(folder))
    assert len(records[0]) > 500
    for record in records[1:]:
        assert record == records[0]
