"""Every profile that comes with the bench, as a user starts it, on the simulator and on the reference LGO."""

from __future__ import annotations

import json

import pytest

from conformance.load.profile import load_profile, shipped

pytestmark = pytest.mark.slow


def _report(done, folder):
    assert done.returncode in (0, 3), (
        done.stdout + done.stderr
    )  # a busy machine may miss a threshold, never an answer
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report["total"]["wrong"] == 0
    assert report["total"]["calls"] > 0
    assert {path.name for path in folder.iterdir()} >= {
        "index.html",
        "junit.xml",
        "record.ndjson",
        "timeline.csv",
    }
    return report


@pytest.mark.parametrize("name", shipped())
def test_each_profile_runs_on_the_simulator_and_every_answer_is_right(banc, tmp_path, name):
    folder = tmp_path / "run"
    done = banc(
        *("load", "--profile", name, "--duration", "6s", "--users", 8),
        *("--people", "70/29/1", "--report", folder, "--lang", "en"),
    )
    report = _report(done, folder)
    profile = load_profile(name)
    assert report["profile"] == name
    if profile.ramp is None and report["reason"] == "time":
        assert set(report["stages"]) == {stage.name for stage in profile.stages}
    if name == "bulk-verification":
        assert {"deposit", "collect"} <= set(report["operations"])
    if name == "cards":
        assert "card" in report["operations"]
    # Locust's own page has the same figures.
    page = (folder / "locust.html").read_text("utf-8")
    assert f'"num_requests": {report["total"]["calls"]}' in page


@pytest.mark.parametrize("name", ["steady", "spike"])
def test_profiles_drive_the_reference_software_too(banc, tmp_path, name):
    folder = tmp_path / "run"
    done = banc(
        *(
            "load",
            "--profile",
            name,
            "--target",
            "software",
            "--duration",
            "6s",
            "--users",
            3,
            "--rate",
            "6/s",
        ),
        *("--report", folder, "--lang", "en"),
    )
    report = _report(done, folder)
    assert "insi" in report["operations"]
    assert report["departures"] == {}
    assert "with zero departures among the" in done.stdout
    assert "with zero departures among the" in (folder / "index.html").read_text("utf-8")
