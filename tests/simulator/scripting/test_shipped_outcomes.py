"""Every scenario shipped, in every pack, driven by a client over a real socket: what it declares is what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simulator.client.calling import Reply, differences, play, request_of, send
from simulator.scripting.loader import load_data, load_scenario, scenario_data, shipped_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.client import SessionClient

SOURCES = {f"{Path(str(entry)).parent.name}/{Path(entry.name).stem}": entry for entry in shipped_scenarios()}


@pytest.fixture
def session(server: Any) -> Iterator[SessionClient]:
    opened = server.client.create_session()
    yield opened
    opened.delete()


# Those of the sinks are driven over their own ports, in tests/simulator/sinks/test_shipped_sinks.py.
OF_INSI = sorted(name for name in SOURCES if not name.startswith("sinks/"))


@pytest.mark.parametrize("name", OF_INSI)
def test_a_shipped_scenario_answers_as_it_declares(session: SessionClient, name: str) -> None:
    scenario = load_scenario(SOURCES[name])
    assert scenario.outcome, f"{name} declares no outcome"
    session.install(name)
    people = session.bound_people()
    for number, step in enumerate(scenario.outcome, start=1):
        for reply, wrong in play(step, session.soap_url, people):
            assert not wrong, f"step {number}: {'; '.join(wrong)} ({reply.transport}, HTTP {reply.status})"


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_shipped_scenario_is_named_by_its_file_and_says_what_software_should_do(name: str) -> None:
    scenario = load_scenario(SOURCES[name])
    assert scenario.id == name
    assert scenario.expected_fr
    assert scenario.expected_en
    assert scenario.title_fr != scenario.title_en


def test_a_scenario_that_answers_otherwise_is_found_out(session: SessionClient) -> None:
    data = scenario_data("faults/insi-102")
    data["rules"][0]["then"] = {"code": "01"}
    session.install(data)
    (step,) = load_scenario(SOURCES["faults/insi-102"]).outcome
    for _reply, wrong in play(step, session.soap_url, {}):
        assert wrong == [
            "expected HTTP 500, got 200",
            "expected the code insi_102, got 01",
        ]


def test_a_scenario_that_says_nothing_is_found_out(session: SessionClient) -> None:
    session.install("safety/other-person")
    people = session.bound_people()
    session.clear_scenarios()
    (step,) = load_scenario(SOURCES["safety/other-person"]).outcome
    for _reply, wrong in play(step, session.soap_url, people):
        assert any(each.startswith("expected number '2770763220829'") for each in wrong)


@pytest.mark.parametrize(
    ("expect", "reply", "difference"),
    [
        ({"transport": "broken"}, {"transport": "answered"}, "expected the transport broken, got answered"),
        ({}, {"transport": "silent"}, "expected the transport answered, got silent"),
        ({"at_least": 1}, {"seconds": 0.5}, "expected at least 1.0 s, got 0.50 s"),
        ({"readable": False}, {}, "expected bytes that are no SOAP envelope, got one"),
        ({}, {"body": b"<html/>"}, "expected a SOAP envelope, got b'<html/>'"),
        ({"lacks": ["Envelope"]}, {}, "expected no 'Envelope' in the answer, got it"),
        ({"contains": ["INSACTIF"]}, {}, "expected 'INSACTIF' in the answer"),
        ({"history": ["1"]}, {}, "expected the history ['1'], got []"),
        ({"content_type": "text/html"}, {}, "expected the media type text/html, got application/soap+xml"),
    ],
)
def test_each_kind_of_difference_is_told(
    expect: dict[str, Any], reply: dict[str, Any], difference: str
) -> None:
    envelope = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>'
    whole = {
        "transport": "answered",
        "seconds": 0.1,
        "status": 200,
        "content_type": "application/soap+xml; charset=utf-8",
        "body": envelope,
    }
    told = list(differences(expect, Reply(**(whole | reply)), {}))
    assert len(told) == 1
    assert told[0].startswith(difference)


def test_a_closed_port_is_a_broken_transport() -> None:
    assert send("http://127.0.0.1:9/lps", request_of({}, {})).transport == "broken"


def test_there_is_one_fault_scenario_for_each_fault_of_the_catalogue() -> None:
    from simulator.contract.faults import fault_catalogue
    from simulator.pages.fault_pack import file_name, scenario_text

    folder = {name.partition("/")[2] for name in SOURCES if name.startswith("faults/")}
    assert folder == {file_name(fault).removesuffix(".yaml") for fault in fault_catalogue().values()}
    for fault in fault_catalogue().values():
        name = file_name(fault)
        written = SOURCES[f"faults/{name.removesuffix('.yaml')}"].read_text("utf-8")
        assert written == scenario_text(fault), (
            f"{name} is not what the catalogue says; run python -m simulator.pages.fault_pack scenarios/faults"
        )


def test_the_data_of_a_scenario_is_that_of_its_file() -> None:
    assert load_data(SOURCES["safety/lunar-day"]) == scenario_data("safety/lunar-day")
