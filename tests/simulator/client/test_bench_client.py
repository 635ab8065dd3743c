"""The Python client against a real server: each call, and each way in which it can fail."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from simulator.client import BenchClient, BenchClientError
from simulator.datafile import DataFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.client import SessionClient
    from simulator.registry.person import Person

ANNE = {"birth_name": "ESSAI", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
BOTH = {"fr": "a", "en": "b"}
SCENARIO: dict[str, Any] = {
    "id": "tests/one",
    "title": BOTH,
    "purpose": BOTH,
    "source": "tests",
    "evidence": "inferred",
    "people": ["patient"],
    "rules": [{"when": {"person": "patient"}, "then": {"code": "02"}}],
}
SCENARIO_FILE = """\
id: tests/two
title: {fr: a, en: b}
purpose: {fr: a, en: b}
source: tests
evidence: inferred
rules:
  - when: {}
    then: {fault: insi_111}
"""


@pytest.fixture
def session(server: Any) -> Iterator[SessionClient]:
    created = server.client.create_session()
    yield created
    created.delete()


@pytest.fixture
def call(soap_request: Callable[..., bytes]) -> Callable[..., httpx.Response]:
    def post(session: SessionClient, **traits: object) -> httpx.Response:
        headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
        return httpx.post(session.soap_url, content=soap_request(**traits), headers=headers, trust_env=False)

    return post


def test_health_and_info(server: Any) -> None:
    assert server.client.health()["status"] == "ok"
    assert server.client.info()["profile"] == "production"


def test_a_session_is_created_with_options(server: Any) -> None:
    created = server.client.create_session(profile="qualification-2022", idams=["1"])
    assert created.soap_url == f"{server.url}/s/{created.id}/lps"
    again = server.client.session(created.id)
    assert (again.id, again.soap_url) == (created.id, created.soap_url)
    created.delete()
    with pytest.raises(BenchClientError, match=created.id):
        server.client.session(created.id)


def test_the_default_session_is_on_lps(server: Any) -> None:
    assert server.client.session().soap_url == f"{server.url}/lps"


def test_people_go_in_and_come_back(session: SessionClient, make_person: Callable[..., Person]) -> None:
    people = [make_person(f"mine/{number}", tags=["mine"], note="x") for number in range(3)]
    assert session.add_people(people) == 3
    assert session.people(tag="mine") == people
    assert session.people(tag="mine", limit=1, offset=2) == people[2:]


def test_people_added_are_found_by_calls(
    session: SessionClient, call: Callable[..., httpx.Response], make_person: Callable[..., Person]
) -> None:
    session.add_people([make_person("mine/anne")])
    assert call(session, **ANNE).status_code == 200
    (view,) = session.exchanges()
    assert (view.code, view.decision["person"]) == ("00", "mine/anne")


def test_a_scenario_is_installed_from_data_and_cleared(
    session: SessionClient, call: Callable[..., httpx.Response], make_person: Callable[..., Person]
) -> None:
    session.install(SCENARIO, patient=make_person())
    call(session, **ANNE)
    session.clear_scenarios()
    call(session, **ANNE)
    assert [view.code for view in session.exchanges()] == ["02", "01"]


def test_scenarios_are_replaced_by_one(
    session: SessionClient, call: Callable[..., httpx.Response], make_person: Callable[..., Person]
) -> None:
    session.install(SCENARIO, patient=make_person())
    session.replace_scenarios("faults/insi-102")
    assert session.show()["scenarios"] == ["faults/insi-102"]
    session.replace_scenarios(SCENARIO, patient=make_person())
    call(session, **ANNE)
    assert [view.code for view in session.exchanges()] == ["02"]


def test_a_scenario_is_installed_from_a_file(
    session: SessionClient, call: Callable[..., httpx.Response], tmp_path: Path
) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(SCENARIO_FILE)
    session.install(file)
    assert call(session).status_code == 500
    assert session.exchanges()[0].code == "insi_111"


def test_a_broken_scenario_file_is_told_before_anything_is_sent(
    session: SessionClient, tmp_path: Path
) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(SCENARIO_FILE.replace("insi_111", "insi_999"))
    with pytest.raises(DataFileError, match=r"two\.yaml:8:19: .*insi_999"):
        session.install(file)


def test_an_exchange_is_seen_whole(
    session: SessionClient, call: Callable[..., httpx.Response], soap_request: Callable[..., bytes]
) -> None:
    response = call(session, message_id="bare")
    (view,) = session.exchanges()
    assert view.request_xml == soap_request(message_id="bare").decode()
    assert view.response_xml == response.text
    assert (view.operation, view.http_status) == ("rechercherInsAvecTraitsIdentite", 200)
    assert view.idam == "750000000001"
    assert view.traits is not None
    assert view.traits["first_names"] == ["TOUSSAINT"]
    assert [finding["code"] for finding in view.findings] == ["message-id-form", "assertion-missing"]
    assert view.explanation["en"][1].startswith("Registry: ")


def test_exchanges_are_those_of_the_session_after_an_id(
    server: Any, session: SessionClient, call: Callable[..., httpx.Response]
) -> None:
    other = server.client.create_session()
    for _ in range(3):
        call(session)
        call(other)
    views = session.exchanges()
    assert len(views) == 3
    assert session.exchanges(after=views[0].id) == views[1:]
    assert session.exchanges(after=views[-1].id) == []
    other.delete()


def test_more_exchanges_than_a_page_all_come(
    session: SessionClient, call: Callable[..., httpx.Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.client.control._PAGE", 2)
    for _ in range(5):
        call(session)
    assert len(session.exchanges()) == 5


def test_a_refusal_of_the_api_is_told_in_its_words(server: Any) -> None:
    with pytest.raises(BenchClientError, match=r"HTTP 400: profile: expected one of production"):
        server.client.create_session(profile="prod")


def test_nobody_there_is_told_with_a_remedy() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (
        BenchClient(f"http://127.0.0.1:{port}") as client,
        pytest.raises(BenchClientError, match="is it started"),
    ):
        client.health()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", "expected JSON from"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>", "HTTP 502: <html>"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n[]", "HTTP 500"),
        (b"nonsense\r\n\r\n", "does not answer"),
        (b"", "does not answer"),
    ],
)
def test_somebody_else_there_is_told_so(answer: bytes, message: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def answer_once() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_once)
        thread.start()
        with (
            BenchClient(f"http://127.0.0.1:{listener.getsockname()[1]}") as client,
            pytest.raises(BenchClientError, match=message),
        ):
            client.health()
        thread.join()


def test_a_proxy_of_the_environment_is_not_used(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with BenchClient(server.url) as client:
        assert client.health()["status"] == "ok"
