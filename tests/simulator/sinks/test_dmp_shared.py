"""The DMP in a simulator: its exchanges are in the journal of the session, and scenarios say what it answers."""

from __future__ import annotations

import time

import httpx
import pytest
from lxml import etree

from .shared import dmp_of, post, shared
from .submissions import P1, envelope, existence, mtom

ADRUN = {"adrun": {"key": "cnda/adrun-zoe"}}


@pytest.fixture
def sinks(tmp_path):
    with shared(tmp_path) as opened:
        yield opened


@pytest.fixture
def dmp(sinks):
    with dmp_of(sinks) as client:
        yield client


def codes(answer):
    content = answer.content
    if answer.headers["content-type"].startswith("multipart/"):
        content = content[content.index(b"<?xml") : content.rindex(b"\r\n--")]
    return [one.get("errorCode") for one in etree.fromstring(content).iter("{*}RegistryError")]


def test_what_the_dmp_is_asked_is_in_the_journal_of_the_session(sinks, dmp):
    sinks.bench.sessions.create("lgo-x")
    body = envelope()
    post(dmp, body, path="/s/lgo-x/dmp")
    post(dmp, existence(), **{"x-banc-session": "lgo-x"})
    post(dmp, b"no soap")
    first, second = sinks.exchanges(session="lgo-x")
    assert (first.service, first.operation, first.code, first.http_status) == (
        "dmp",
        "ITI-41",
        "Success",
        200,
    )
    assert (first.request, first.asked["patient_id"]) == (body, P1)
    assert b"RegistryResponse" in first.response
    assert (second.operation, second.code) == ("TD0.2", "OK")
    refused = sinks.exchanges(session="default", service="dmp")[0]
    assert (refused.operation, refused.code, refused.decision.source) == (None, "Fault", "fault")
    assert "well-formed" in refused.decision.cause
    assert [one.session for one in sinks.store.items()][:3] == ["lgo-x", "lgo-x", "default"]
    assert sinks.exchanges(service="insi") == []


def test_a_session_that_does_not_exist_is_refused_as_by_insi(sinks, dmp):
    answer = post(dmp, envelope(), path="/s/nobody/dmp")
    assert answer.status_code == 404
    assert "nobody" in answer.text
    assert (sinks.exchanges(), sinks.store.items()) == ([], [])


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ({"dmp": {"error": "XDSUnknownPatientId", "context": "no such patient"}}, ["XDSUnknownPatientId"]),
        ({"dmp": {"error": "DMPOpposition"}}, ["DMPOpposition"]),
    ],
)
@pytest.mark.parametrize("is_mtom", [True, False])
def test_a_scenario_says_which_error_a_submission_is_answered(sinks, dmp, then, expected, is_mtom):
    sinks.script(
        {"when": {"operation": "ITI-41", "matricule": {"oid": "1.2.250.1.213.1.4.10"}}, "then": then}
    )
    kind, body = mtom() if is_mtom else ("application/soap+xml", envelope())
    answer = post(dmp, body, kind)
    assert codes(answer) == expected
    [exchange] = sinks.exchanges()
    assert (exchange.code, exchange.decision.source) == (expected[0], "scenario")
    assert (exchange.decision.scenario, exchange.decision.rule) == ("test/sinks", 0)
    assert exchange.asked["patient_id"] == P1
    [item] = sinks.store.items()
    assert (item.outcome, item.facts["patient_ids"], item.facts["errors"][0]["code"]) == (
        expected[0],
        [P1],
        expected[0],
    )


def test_a_scenario_speaks_on_the_second_submission_only_and_takes_what_is_wrong(sinks, dmp):
    sinks.script(
        {
            "when": {"operation": "ITI-41"},
            "then": {"sequence": [{"dmp": {"accept": True}}, {"dmp": {"error": "XDSRepositoryBusy"}}]},
        }
    )
    assert codes(post(dmp, envelope(size=1))) == []
    assert codes(post(dmp, envelope(unique="2.25.2"))) == ["XDSRepositoryBusy"]
    assert codes(post(dmp, envelope(unique="2.25.3"))) == ["XDSRepositoryBusy"]


def test_a_rule_without_an_operation_is_about_insi_alone(sinks, dmp):
    sinks.script({"when": {}, "then": {"fault": "insi_102"}, "stage": "before-authentication"})
    assert codes(post(dmp, envelope())) == []


def test_td0_2_answers_as_a_scenario_says(sinks, dmp):
    sinks.script(
        {"when": {"operation": "TD0.2", "call": {"first": True}}, "then": {"dmp": {"exists": False}}},
        {"when": {"operation": "TD0.2"}, "then": {"dmp": {"person": "adrun"}}},
        people=ADRUN,
    )
    root = etree.fromstring(post(dmp, existence()).content)
    assert root.find(".//{*}queryResponseCode").get("code") == "NF"
    root = etree.fromstring(post(dmp, existence()).content)
    assert root.find(".//{*}patient/{*}id").get("extension") != "279035121518989"
    assert root.findtext(".//{*}family") == "ADRUN"
    assert [one.code for one in sinks.exchanges()] == ["NF", "OK"]


def test_a_person_of_a_scenario_is_recognised_by_number_and_oid(sinks, dmp):
    sinks.script(
        {
            "when": {"operation": "ITI-41", "person": "adrun"},
            "then": {"dmp": {"error": "XDSUnknownPatientId"}},
        },
        people=ADRUN,
    )
    person = sinks.bench.sessions.get("default").scenarios[0].people["adrun"].identity
    whole = f"{person.matricule.number}{person.matricule.key}^^^&{person.oid}&ISO^NH"
    assert codes(post(dmp, envelope())) == []
    named = envelope(entry=whole, of_set=whole, vihf=whole, unique="2.25.7")
    assert codes(post(dmp, named)) == ["XDSUnknownPatientId"]


def test_states_are_shared_with_insi_and_conditions_look_at_document_vihf_and_headers(sinks, dmp):
    sinks.script(
        {
            "when": {
                "operation": "ITI-41",
                "document": {"mime_type": "text/xml"},
                "headers": {"user-agent": {"pattern": "^Officine/"}},
                "elements": {"RegistryPackage": True},
                "state": {"dmp": None},
            },
            "then": {"dmp": {"fault": "Service down"}, "set": {"dmp": "was down"}},
        }
    )
    answer = post(dmp, envelope(), **{"user-agent": "Officine/2"})
    assert answer.status_code == 500
    assert b"Service down" in answer.content
    assert codes(post(dmp, envelope(), **{"user-agent": "Officine/2"})) == []
    assert sinks.bench.sessions.script_state.states("default") == {"dmp": "was down"}
    assert [one.code for one in sinks.exchanges()] == ["Fault", "Success"]


def test_chaos_disturbs_the_answers_of_the_dmp(sinks, dmp):
    sinks.script(
        {
            "when": {"operation": "ITI-41"},
            "then": {
                "sequence": [
                    {"chaos": [{"latency": {"seconds": 0.3}}]},
                    {"chaos": ["connection-reset"]},
                    {"dmp": {"error": "XDSRepositoryBusy"}, "chaos": ["truncated-body"]},
                    {"raw": {"text": "<html/>", "status": 503, "content_type": "text/html"}},
                ]
            },
        }
    )
    started = time.monotonic()
    assert codes(post(dmp, envelope())) == []
    assert time.monotonic() - started >= 0.3
    with pytest.raises(httpx.TransportError):
        post(dmp, envelope(unique="2.25.2"))
    with pytest.raises(httpx.TransportError):
        post(dmp, envelope(unique="2.25.3"))
    assert post(dmp, envelope()).status_code == 503
    latency, reset, cut, raw = sinks.exchanges()
    assert (latency.chaos, reset.chaos, cut.chaos) == (
        ("latency",),
        ("connection-reset",),
        ("truncated-body",),
    )
    assert (reset.http_status, reset.response) == (0, b"")
    assert (raw.code, raw.response) == ("503", b"<html/>")


def test_what_is_told_by_the_control_api_still_is(sinks, dmp):
    sinks.store.tell("default", "iti-41", {"error": "XDSRepositoryBusy"})
    assert codes(post(dmp, envelope())) == ["XDSRepositoryBusy"]
    assert sinks.exchanges()[0].decision.source == "sink"
