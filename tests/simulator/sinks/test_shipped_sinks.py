"""The scenarios of the sinks that are shipped, each driven over real sockets: what it declares is what comes back."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.client.sink_calling import is_of_a_sink, play_sink
from simulator.scripting.check import check_file
from simulator.scripting.loader import load_scenario, scenario_data, shipped_scenarios
from simulator.serving.own_server import listen
from simulator.serving.sink_ports import Listening, sinks_served
from simulator.sinks import SinkOptions

from .shared import shared

SOURCES = {
    Path(entry.name).stem: entry for entry in shipped_scenarios() if Path(str(entry)).parent.name == "sinks"
}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    with ExitStack() as stack:
        sinks = stack.enter_context(shared(tmp_path_factory.mktemp("data")))
        sockets = {name: listen("127.0.0.1", 0) for name in ("dmp", "smtp", "imap")}
        numbers = {name: each.getsockname()[1] for name, each in sockets.items()}
        stack.enter_context(
            sinks_served(sinks.store, SinkOptions(), Listening(sockets), pki=None, backing=sinks.backing)
        )
        addresses = {name: f"127.0.0.1:{port}" for name, port in numbers.items()}
        yield sinks, {**addresses, "dmp": f"http://127.0.0.1:{numbers['dmp']}/dmp"}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_shipped_scenario_of_a_sink_answers_as_it_declares(simulator, name):
    sinks, addresses = simulator
    scenario = check_file(SOURCES[name])
    assert scenario.outcome
    session = sinks.bench.sessions.create()
    sinks.bench.installer.install(session.id, scenario_data(f"sinks/{name}"), {})
    people = sinks.bench.sessions.get(session.id).scenarios[0].people
    for number, step in enumerate(scenario.outcome, start=1):
        assert is_of_a_sink(step)
        for reply, wrong in play_sink(step, addresses, session.id, people):
            assert not wrong, f"step {number}: {'; '.join(wrong)} ({reply})"
    kept = sinks.exchanges(session=session.id)
    assert kept
    assert all(one.decision.scenario == f"sinks/{name}" for one in kept[:1])


def test_a_scenario_of_a_sink_that_answers_otherwise_is_found_out(simulator):
    sinks, addresses = simulator
    session = sinks.bench.sessions.create()
    scenario = load_scenario(SOURCES["dmp-patient-unknown"])
    for step in scenario.outcome:
        for _, wrong in play_sink(replace(step, times=1), addresses, session.id, {}):
            assert wrong == ["expected the code XDSUnknownPatientId, got Success"]
    for step in load_scenario(SOURCES["mail-refused"]).outcome:
        for _, wrong in play_sink(step, addresses, session.id, {}):
            assert wrong == ["expected the code 554, got 250"]
