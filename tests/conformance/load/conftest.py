"""Load runs as a user starts them, against simulators of our own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from conformance.load.options import LoadOptions
from conformance.load.profile import Profile, Stage
from conformance.load.record import read_record
from conformance.load.summary import add_up
from conformance.load.thresholds import parse_threshold
from simulator.text import Text

TIMEOUT_S = 110


def profile(**changes):
    """A profile as small as can be: ten users in a closed loop."""
    small = Profile(
        id="small",
        title=Text("Petit", "Small"),
        purpose=Text("Pour un test", "For a test"),
        source="a test",
        evidence="inferred",
        duration=1.5,
        users=5,
        workload="closed",
        think=0.0,
        stages=(Stage(name="steady", share=1, start=1, end=1),),
    )
    return replace(small, **changes)


SMALL = profile()


@pytest.fixture
def load(tmp_path):
    """Run a load in its own process; return its exit code, its summary, and what it wrote to standard error."""

    def run(url, *, thresholds=(), profile=SMALL, **options):
        asked = LoadOptions(
            url=url,
            folder=str(tmp_path / "run"),
            profile=profile,
            thresholds=tuple(parse_threshold(*each) for each in thresholds),
            lang="en",
            **options,
        )
        done = subprocess.run(
            [sys.executable, "-m", "conformance.load.calling.worker"],
            input=asked.to_json(),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        record = tmp_path / "run" / "record.ndjson"
        summary = add_up(read_record(record)) if record.exists() else None
        return done.returncode, summary, done.stderr

    return run


@pytest.fixture
def banc():
    """Run the command ``banc``."""

    def run(*arguments, timeout=TIMEOUT_S, **more):
        return subprocess.run(
            [sys.executable, "-m", "conformance.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            **more,
        )

    return run
