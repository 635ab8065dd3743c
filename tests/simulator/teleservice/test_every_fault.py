"""Each fault of the catalogue, provoked by one line of scenario: its bytes, its status, its journal entry."""

from __future__ import annotations

import pytest
from lxml import etree

from simulator.bench import BenchOptions, open_bench
from simulator.contract.faults import fault_catalogue
from simulator.teleservice.wire import WireRequest

SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
MESSAGE_ID = "uuid:6f2a1c9e-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    bench = open_bench(BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=1))
    yield bench
    bench.close()


@pytest.mark.parametrize("code", fault_catalogue())
def test_one_line_of_scenario_provokes_it(bench, soap_request, code):
    fault = fault_catalogue()[code]
    session = bench.sessions.create()
    text = {"fr": "Panne", "en": "Fault"}
    scenario = {
        "id": "test/fault",
        "title": text,
        "purpose": text,
        "source": "test",
        "evidence": "inferred",
        "rules": [{"when": {}, "then": {"fault": code}}],
    }
    session = bench.installer.install(session.id, scenario, {})
    wire = WireRequest(
        path=f"/s/{session.id}/lps",
        headers={"content-type": "application/soap+xml"},
        body=soap_request(message_id=MESSAGE_ID),
    )
    exchange = bench.teleservice.handle(wire, session)

    assert (exchange.http_status, exchange.code) == (500, code)
    root = etree.fromstring(exchange.response)
    body = root.find(f"{SOAP}Body/{SOAP}Fault")
    prefix = body.prefix
    assert body.findtext(f"{SOAP}Code/{SOAP}Value") == f"{prefix}:{fault.soap}"
    assert body.findtext(f"{SOAP}Code/{SOAP}Subcode/{SOAP}Value") == f"{prefix}:{fault.siram}"
    assert body.findtext(f"{SOAP}Reason/{SOAP}Text") == fault.reason
    error = body.find(f"{SOAP}Detail/{{urn:siram}}Erreur")
    assert (error.get("code"), error.get("severite"), error.text) == (code, fault.severity, fault.label)
    # The gateway echoes the MessageID, the application does not (insi-contract §3.2).
    assert error.get("messageID") == (MESSAGE_ID if fault.family == "gateway" else None)
    assert bench.journal.list(session=session.id)[-1].response == exchange.response
