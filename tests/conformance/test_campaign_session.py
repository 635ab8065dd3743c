"""A campaign on somebody's simulator: its session says whose it is, and nothing of it stays behind."""

from __future__ import annotations

import pytest

from conformance.campaign import CampaignError, reference_lgo, run_campaign
from conformance.drivers.settings import DriverSettings
from conformance.plan import Plan
from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.serving import ServeOptions, running


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=5), port=0)
    with running(options) as url, BenchClient(url) as client:
        yield client


def others(client):
    return [entry for entry in client.sessions() if entry["id"] != "default"]


def test_its_session_has_a_name_and_a_time_to_live_and_ends_with_it(simulator):
    seen = []
    with reference_lgo() as software:
        plan = Plan(
            driver=DriverSettings(url=software),
            simulator_url=simulator.base_url,
            rules=("SRC-01",),
            source="my\nplan.yaml",
        )
        run_campaign(plan, on_event=lambda _: seen.extend(others(simulator)))
    assert {(entry["name"], entry["ttl"]) for entry in seen} == {("campagne : myplan.yaml", 86400)}
    assert others(simulator) == []


def test_a_campaign_that_cannot_start_leaves_no_session(simulator):
    plan = Plan(driver=DriverSettings(url="http://127.0.0.1:9", timeout=2), simulator_url=simulator.base_url)
    with pytest.raises(CampaignError):
        run_campaign(plan, on_event=lambda _: None)
    assert others(simulator) == []


def test_its_session_has_the_settings_of_the_plan(simulator):
    seen = []
    wanted = {"profile": "qualification-2026", "authentication": "required", "idams": ["750000000001"]}
    with reference_lgo() as software:
        plan = Plan(
            driver=DriverSettings(url=software),
            simulator_url=simulator.base_url,
            rules=("SRC-01",),
            session=wanted,
        )
        run_campaign(plan, on_event=lambda _: seen.extend(others(simulator)))
    assert seen
    assert all(entry[name] == value for entry in seen for name, value in wanted.items())


def test_a_setting_that_the_simulator_refuses_is_said_to_be_so(simulator):
    plan = Plan(
        driver=DriverSettings(url="http://127.0.0.1:9"),
        simulator_url=simulator.base_url,
        session={"profile": "recette"},
    )
    with pytest.raises(CampaignError, match="profile: expected one of production, "):
        run_campaign(plan, on_event=lambda _: None)
