"""A captured exchange becomes a scenario, and the scenario answers the same question with the same bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from simulator.client.calling import request_of, send
from simulator.journal.exchange import Decision
from simulator.journal.to_scenario import NotReproducibleError, scenario_of, to_yaml
from simulator.scripting.loader import load_scenario, scenario_data, shipped_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.client import BenchClient, SessionClient
    from simulator.client.calling import Reply
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person

SHIPPED = {
    scenario.id: scenario
    for scenario in map(load_scenario, shipped_scenarios())
    if scenario.outcome and scenario.pack not in {"chaos", "outage", "sinks"}
}
ANNE = {"birth_name": "ESSAI", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
HISTORY = [
    {
        "matricule": "285046322000110",
        "oid": "1.2.250.1.213.1.4.10",
        "date_from": "1990-01-01",
        "date_to": "2001-12-31",
    }
]


@pytest.fixture
def sessions(server: Any) -> Iterator[Callable[..., SessionClient]]:
    created: list[SessionClient] = []

    def create(**settings: Any) -> SessionClient:
        created.append(server.client.create_session(**settings))
        return created[-1]

    yield create
    for session in created:
        session.delete()


def captured(client: BenchClient, session: SessionClient, **query: str) -> dict[str, Any]:
    """Return the scenario of the last exchange of a session, as the control API gives it."""
    last = client.call(
        "GET", "/api/v1/exchanges", params={"session": session.id, "order": "newest", "limit": 1}
    )
    scenario: dict[str, Any] = client.call("GET", f"/api/v1/exchanges/{last[0]['id']}/scenario", params=query)
    return scenario


def same(first: Reply, second: Reply) -> None:
    assert (second.transport, second.status, second.content_type) == (
        first.transport,
        first.status,
        first.content_type,
    )
    assert second.body == first.body


class TestShipped:
    """Each answer that the shipped scenarios show: faults, alterations, histories, bytes of files, lots…"""

    @pytest.mark.parametrize("name", SHIPPED)
    def test_what_it_answers_is_answered_again_elsewhere(
        self, server: Any, sessions: Callable[..., SessionClient], name: str
    ) -> None:
        session = sessions()
        scenario = SHIPPED[name]
        roles = [
            role for role in scenario.people if role not in scenario.picks or not scenario.picks[role].given
        ]
        people = dict(zip(roles, session.people(limit=len(roles)), strict=False)) if roles else {}
        session.install(scenario_data(name), **people)
        bound = session.bound_people()
        for step in scenario.outcome:
            request = request_of(step.ask, bound)
            headers = step.ask.get("headers")
            answered = send(session.soap_url, request, headers=headers)
            again = sessions()
            again.install(captured(server.client, session))
            same(answered, send(again.soap_url, request, headers=headers))


class TestOfTheRegistry:
    @pytest.fixture
    def session(
        self, sessions: Callable[..., SessionClient], make_person: Callable[..., Person]
    ) -> SessionClient:
        """A session with people that no other one knows."""
        created = sessions()
        created.add_people([make_person("mine/anne", history=HISTORY)])
        return created

    def test_a_person_is_answered_where_nobody_knows_them(
        self, server: Any, session: SessionClient, sessions: Callable[..., SessionClient]
    ) -> None:
        request = request_of(ANNE, {})
        answered = send(session.soap_url, request)
        assert b"<CodeCR>00</CodeCR>" in answered.body
        data = captured(server.client, session)
        assert data["rules"][0]["then"] == {"code": "00", "person": "patient"}
        again = sessions()
        assert b"<CodeCR>01</CodeCR>" in send(again.soap_url, request).body
        again.install(data)
        same(answered, send(again.soap_url, request))
        # Asked otherwise, the registry answers.
        assert b"<CodeCR>01</CodeCR>" in send(again.soap_url, request_of({**ANNE, "sex": "M"}, {})).body

    def test_in_another_dialect_the_words_are_those_of_that_dialect_and_exact_keeps_the_bytes(
        self, server: Any, session: SessionClient, sessions: Callable[..., SessionClient]
    ) -> None:
        request = request_of(ANNE, {})
        answered = send(session.soap_url, request)
        for exact, equal in (("false", False), ("true", True)):
            again = sessions(profile="qualification-2022")
            again.install(captured(server.client, session, exact=exact))
            reply = send(again.soap_url, request)
            assert b"NumIdentifiant>2850463220001<" in reply.body
            assert (reply.body == answered.body) is equal

    @pytest.mark.parametrize(
        "request_body",
        [
            b"not xml",
            request_of({"sex": "X"}, {}),
            request_of({"operation": "rechercherInsAvecCarteVitale"}, {}),
            request_of({"operation": "verifierInsAvecTraitsIdentite"}, {}),
            request_of({"operation": "verifierInsAvecTraitsIdentite", "number": "2850463220001"}, {}),
            request_of({"operation": "deposerLotIdentites"}, {}),
            request_of({"operation": "collecterLotIdentites", "number": "none"}, {}),
            request_of({"birth_name": "D'\"<&>\u00c9", "first_names": "\u2028"}, {}),
        ],
        ids=["unreadable", "wrong sex", "card", "verified", "not verified", "lot", "no such lot", "odd name"],
    )
    def test_every_operation_is_answered_again(
        self,
        server: Any,
        session: SessionClient,
        sessions: Callable[..., SessionClient],
        request_body: bytes,
    ) -> None:
        answered = send(session.soap_url, request_body)
        again = sessions(strictness="strict")
        data = captured(server.client, session)
        again.install(yaml.safe_load(to_yaml(data)))
        same(answered, send(again.soap_url, request_body))


def named(step: str | dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the name and the parameters of a disturbance as a scenario writes it."""
    return (step, {}) if isinstance(step, str) else next(iter(step.items()))


@pytest.mark.parametrize(
    ("then", "name"),
    [
        ({"code": "01"}, "truncated-body"),
        ({"code": "01"}, {"truncated-body": {"after": 100}}),
        ({"code": "01"}, {"latency": {"seconds": 0.3}}),
        ({"fault": "insi_111"}, {"wrong-status": {"status": 203}}),
        ({"code": "02"}, "html-maintenance"),
        ({"code": "01"}, "connection-reset"),
        ({"code": "01"}, "gzip"),
        ({"code": "01"}, "malformed-xml"),
        ({"fault": "insi_111"}, "missing-detail"),
        ({"fault": "desir_9001"}, "wrong-status"),
    ],
)
def test_a_disturbed_answer_is_disturbed_again(
    server: Any, sessions: Callable[..., SessionClient], then: dict[str, str], name: str | dict[str, Any]
) -> None:
    first, again = sessions(), sessions()
    first.install({**BASE, "rules": [{"when": {}, "then": {**then, "chaos": [name]}}]})
    request = request_of(ANNE, {})
    answered = send(first.soap_url, request)
    data = captured(server.client, first)
    told = dict(data["rules"][0]["then"])
    (step,) = map(named, told.pop("chaos"))
    given = named(name)
    assert (told, step[0]) == (then, given[0])
    # Beside those given, the default ones.
    assert step[1].items() >= given[1].items()
    again.install(data)
    same(answered, send(again.soap_url, request))


BASE: dict[str, Any] = {
    "id": "tests/one",
    "title": {"fr": "a", "en": "b"},
    "purpose": {"fr": "a", "en": "b"},
    "source": "tests",
    "evidence": "inferred",
}


def test_the_call_is_in_it_unless_it_holds_a_secret(ask: Callable[..., Exchange]) -> None:
    exchange = ask()
    (step,) = scenario_of(exchange)["outcome"]
    assert step["ask"]["body"].encode() == exchange.request
    assert (step["code"], step["http_status"]) == ("00", 200)
    secret = exchange.request.replace(b"<soap:Body>", b"<soap:Body><Password>x</Password>")
    assert "outcome" not in scenario_of(replace(exchange, request=secret))
    assert "outcome" not in scenario_of(replace(exchange, authentication="mtls"))


def test_silence_is_given_again_by_its_disturbance_and_has_no_bytes(plain: Exchange) -> None:
    silent = replace(
        plain, code="raw", http_status=0, response=b"", response_headers={}, chaos=("no-answer",)
    )
    data = scenario_of(silent)
    assert data["rules"][0]["then"] == {"chaos": ["no-answer"]}
    assert "# What was disturbed is not known any more" in to_yaml(data)
    with pytest.raises(NotReproducibleError, match="nothing was answered"):
        scenario_of(silent, exact=True)


def test_bytes_that_are_no_text_and_too_many_bytes(plain: Exchange) -> None:
    binary = replace(
        plain, response=b"\x1f\x8b\xff", decision=Decision(source="scenario", evidence="inferred")
    )
    assert scenario_of(binary)["rules"][0]["then"]["raw"]["base64"] == "H4v/"
    with pytest.raises(NotReproducibleError, match="at most 1048576 bytes, got 2000000"):
        scenario_of(replace(plain, response=b"x" * 2_000_000))


def test_an_id_that_cannot_be_one_is_refused(plain: Exchange) -> None:
    with pytest.raises(NotReproducibleError, match="id: "):
        scenario_of(plain, "Not an id")


def test_a_request_that_could_not_be_read_is_told_to_answer_every_call(ask: Callable[..., Exchange]) -> None:
    data = scenario_of(ask(b"not xml"))
    assert data["rules"][0]["when"] == {}
    assert to_yaml(data).startswith("# This request could not be read: the rule answers every call")
