"""The control API: each route, and each refusal."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from simulator.contract.faults import fault_catalogue
from simulator.registry.person import to_json
from simulator.sessions.profiles import profiles

from .answers import API, ok, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from werkzeug.test import Client

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person

    MakePerson = Callable[..., Person]
    Ask = Callable[..., Exchange]

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


@pytest.fixture
def session(web: Client) -> str:
    return str(web.post(f"{API}/sessions").json["id"])  # type: ignore[index] # the test fails if it is none


class TestOpenDoors:
    def test_health_tells_what_is_there(self, web: Client, bench: Bench, ask: Ask) -> None:
        ask()
        health = ok(web.get("/health"))
        assert health["status"] == "ok"
        assert (health["people"], health["exchanges"], health["lost_exchanges"]) == (
            bench.registry.count(),
            1,
            0,
        )

    def test_health_counts_lost_exchanges(
        self, web: Client, ask: Ask, full_disk: Callable[[], AbstractContextManager[None]]
    ) -> None:
        with full_disk():
            ask()
        assert ok(web.get("/health"))["lost_exchanges"] == 1

    def test_health_tells_how_the_journal_is_kept(self, web: Client, ask: Ask) -> None:
        ask()
        journal = ok(web.get("/health"))["journal"]
        assert (journal["mode"], journal["segments"], journal["damaged"], journal["killed"]) == (
            "sync",
            1,
            0,
            0,
        )

    def test_health_answers_while_the_index_of_the_journal_is_locked(
        self, web: Client, bench: Bench, ask: Ask
    ) -> None:
        ok(web.get("/health"))
        bench.journal._index._database.connection().execute("PRAGMA busy_timeout = 50")
        ask()
        with sqlite3.connect(bench.journal.folder / "index.sqlite") as other:
            other.execute("BEGIN IMMEDIATE")
            health = ok(web.get("/health"))
            assert health["exchanges"] is None
            assert "index of the journal" in health["journal"]["problem"]
            assert "locked" in health["journal"]["problem"]
            assert ask().code == "00"
            assert "locked" in refused(web.get(f"{API}/exchanges"), 503)
        other.close()
        assert ok(web.get("/health"))["exchanges"] == 2

    def test_the_first_page_says_what_this_is_not(self, web: Client) -> None:
        index = ok(web.get("/"))
        assert "no official authorisation" in index["notice"]
        assert (index["soap"], index["wsdl"], index["api"]) == ("/lps", "/lps?wsdl", "/api/v1")


class TestCatalogues:
    def test_info(self, web: Client, bench: Bench) -> None:
        info = ok(web.get(f"{API}/info"))
        assert info["people"] == bench.registry.count()
        assert (info["oid_mode"], info["profile"]) == ("test", "production")
        assert "seed=1" in info["recipe"]

    def test_profiles(self, web: Client) -> None:
        listed = ok(web.get(f"{API}/profiles"))
        assert [entry["name"] for entry in listed] == list(profiles())
        assert all(entry["evidence"] and entry["source"] for entry in listed)

    def test_faults(self, web: Client) -> None:
        listed = ok(web.get(f"{API}/faults"))
        assert [entry["code"] for entry in listed] == list(fault_catalogue())
        assert all(entry["evidence"] and entry["source"] for entry in listed)


class TestSessions:
    def test_a_session_is_created_with_the_default_profile(self, web: Client) -> None:
        created = ok(web.post(f"{API}/sessions"), 201)
        assert created["profile"] == "production"
        assert created["soap_path"] == f"/s/{created['id']}/lps"
        assert (created["idams"], created["scenarios"]) == (None, [])

    def test_a_session_is_created_as_asked(self, web: Client) -> None:
        asked = {"profile": "qualification-2022", "idams": ["2", "1"]}
        created = ok(web.post(f"{API}/sessions", json=asked), 201)
        assert (created["profile"], created["idams"]) == ("qualification-2022", ["1", "2"])
        read = ok(web.get(f"{API}/sessions/{created['id']}"))
        # The session's time goes on between the two answers.
        assert {**read, "now": created["now"]} == created

    def test_the_default_session_is_on_lps(self, web: Client) -> None:
        assert ok(web.get(f"{API}/sessions/default"))["soap_path"] == "/lps"

    def test_sessions_are_listed(self, web: Client, session: str) -> None:
        assert [entry["id"] for entry in ok(web.get(f"{API}/sessions"))] == ["default", session]

    def test_a_deleted_session_and_its_people_are_gone(
        self, web: Client, bench: Bench, session: str, make_person: MakePerson
    ) -> None:
        before = bench.registry.count(session)
        web.post(f"{API}/sessions/{session}/people", json={"people": [to_json(make_person())]})
        assert bench.registry.count(session) == before + 1
        assert web.delete(f"{API}/sessions/{session}").status_code == 204
        assert bench.registry.count(session) == before
        assert session in refused(web.get(f"{API}/sessions/{session}"), 404)

    def test_the_default_session_cannot_be_deleted(self, web: Client) -> None:
        assert "default session" in refused(web.delete(f"{API}/sessions/default"), 409)

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"profile": "prod"}, "profile: expected one of production, "),
            ({"profile": None}, "profile: expected one of"),
            ({"profile": ["production"]}, "profile: expected one of"),
            ({"idams": "1"}, "idams: expected a list of texts, got '1'"),
            ({"idams": [1]}, "idams: expected a list of texts, got [1]"),
            ([], "expected a JSON object, got list"),
            ("x", "expected a JSON object, got str"),
        ],
    )
    def test_senseless_options_are_refused(self, web: Client, body: object, message: str) -> None:
        assert message in refused(web.post(f"{API}/sessions", json=body), 400)


class TestPeople:
    def test_people_are_added_and_listed_after_those_of_the_registry(
        self, web: Client, bench: Bench, session: str, make_person: MakePerson
    ) -> None:
        people = [to_json(make_person(f"mine/{number}", tags=["mine"])) for number in range(3)]
        assert ok(web.post(f"{API}/sessions/{session}/people", json={"people": people}), 201) == {"added": 3}
        base = bench.registry.count()
        assert ok(web.get(f"{API}/sessions/{session}/people?offset={base}")) == people
        assert ok(web.get(f"{API}/sessions/{session}/people?tag=mine&limit=2")) == people[:2]
        assert ok(web.get(f"{API}/sessions/default/people?tag=mine")) == []

    def test_a_person_without_key_is_named_after_the_matricule(
        self, web: Client, session: str, make_person: MakePerson
    ) -> None:
        person = to_json(make_person())
        del person["key"]
        ok(web.post(f"{API}/sessions/{session}/people", json={"people": [person]}), 201)
        added = ok(web.get(f"{API}/sessions/{session}/people?limit=1000"))[-1]
        assert added["key"] == f"added/{person['matricule']}"

    def test_the_same_key_twice_is_a_conflict_and_adds_nobody(
        self, web: Client, bench: Bench, session: str, make_person: MakePerson
    ) -> None:
        before = bench.registry.count(session)
        body = {"people": [to_json(make_person("a")), to_json(make_person("a"))]}
        assert "already there" in refused(web.post(f"{API}/sessions/{session}/people", json=body), 409)
        assert bench.registry.count(session) == before

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"birth_name": "Essai"}, "people[1].birth_name: expected S"),
            ({"sex": "X"}, "people[1].sex: expected M or F, got 'X'"),
            ({"birth_date": "1985-02-30"}, "people[1].birth_date: "),
            ({"birth_place": "2C000"}, "people[1].birth_place: expected a COG code"),
            ({"matricule": "12345"}, "people[1].matricule: "),
            ({"oid": "1.2.250.1.213.1.4.2"}, "people[1].oid: expected the OID of an INS"),
            ({"tags": ["two words"]}, "people[1].tags[0]: expected text without spaces"),
            ({"tags": [""]}, "people[1].tags[0]: "),
            ({"nickname": "x"}, "people[1].nickname: expected one of the fields"),
            ({"history": [{"matricule": "x"}]}, "people[1].history[0].matricule: "),
            ({"key": "\ud800"}, "surrogates not allowed"),
        ],
    )
    def test_a_person_that_no_registry_can_hold_is_refused_by_field(
        self, web: Client, session: str, make_person: MakePerson, changed: dict[str, Any], message: str
    ) -> None:
        body = {"people": [to_json(make_person("a")), to_json(make_person("b")) | changed]}
        assert message in refused(web.post(f"{API}/sessions/{session}/people", json=body), 400)

    @pytest.mark.parametrize("people", [None, {}, "x", [1], [None], [[]]])
    def test_people_who_are_none_are_refused(self, web: Client, session: str, people: object) -> None:
        assert "people" in refused(web.post(f"{API}/sessions/{session}/people", json={"people": people}), 400)

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=1001",
            "limit=x",
            "limit=-1",
            "limit=1.5",
            "offset=-1",
            "limit=",
            f"offset={2**63}",
        ],
    )
    def test_a_senseless_page_is_refused(self, web: Client, query: str) -> None:
        message = refused(web.get(f"{API}/sessions/default/people?{query}"), 400)
        assert f"{query.partition('=')[0]}: expected a whole number from" in message


class TestScenarios:
    def test_an_installed_scenario_answers_in_its_session_until_it_is_cleared(
        self, web: Client, session: str, make_person: MakePerson, ask: Ask
    ) -> None:
        traits = {"birth_name": "ESSAI", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
        body = {"scenario": SCENARIO, "people": {"patient": to_json(make_person())}}
        shown = ok(web.post(f"{API}/sessions/{session}/scenarios", json=body), 201)
        assert shown["scenarios"] == ["tests/one"]
        assert ask(session=session, **traits).code == "02"
        assert web.delete(f"{API}/sessions/{session}/scenarios").status_code == 204
        assert ask(session=session, **traits).code == "01"

    def test_replacing_leaves_one_scenario_and_nothing_remembered(
        self, web: Client, session: str, ask: Ask
    ) -> None:
        counting = {"when": {"call": {"first": True}}, "then": {"fault": "insi_102"}}
        scenario = {**SCENARIO, "people": [], "rules": [counting]}
        path = f"{API}/sessions/{session}/scenarios"
        for name in ("tests/one", "tests/two"):
            ok(web.post(path, json={"scenario": {**scenario, "id": name}}), 201)
        codes = [ask(session=session).code for _ in range(3)]
        shown = ok(web.put(path, json={"scenario": {**scenario, "id": "tests/three"}}))
        assert shown["scenarios"] == ["tests/three"]
        assert [ask(session=session).code for _ in range(2)] == [codes[0], codes[2]]
        assert codes[0] != codes[2]

    def test_a_refused_replacement_changes_nothing(self, web: Client, session: str) -> None:
        path = f"{API}/sessions/{session}/scenarios"
        ok(web.post(path, json={"scenario": "faults/insi-102"}), 201)
        for wrong in ({"scenario": "faults/none"}, {"scenario": SCENARIO}, {}):
            refused(web.put(path, json=wrong), 400)
        assert ok(web.get(f"{API}/sessions/{session}"))["scenarios"] == ["faults/insi-102"]

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({}, "expected object, got None"),
            ({"scenario": SCENARIO}, "expected a person for each role of tests/one, got none for patient"),
            ({"scenario": SCENARIO, "people": []}, "people: expected an object"),
            (
                {"scenario": SCENARIO, "people": {"patient": {}}},
                "people.patient.matricule: expected text, got nothing",
            ),
            (
                {"scenario": SCENARIO, "people": {"patient": None}},
                "people.patient.person: expected an object",
            ),
            ({"scenario": SCENARIO | {"rules": []}}, "rules: "),
            ({"scenario": SCENARIO | {"rules": [{"when": {}, "then": {"fault": "insi_999"}}]}}, "insi_999"),
        ],
    )
    def test_a_scenario_that_cannot_be_used_is_refused(
        self, web: Client, session: str, body: dict[str, Any], message: str
    ) -> None:
        assert message in refused(web.post(f"{API}/sessions/{session}/scenarios", json=body), 400)


class TestExchanges:
    def test_an_exchange_is_told_with_bytes_decision_and_words(self, web: Client, ask: Ask) -> None:
        exchange = ask(birth_place="2B020")
        (told,) = ok(web.get(f"{API}/exchanges"))
        assert told["code"] == "00"
        assert told["request"].encode() == exchange.request
        assert told["response"].encode() == exchange.response
        assert told["traits"] == {
            "birth_name": "ADRTROIS",
            "first_names": ["TOUSSAINT"],
            "sex": "M",
            "birth_date": "1960-01-01",
            "birth_place": "2B020",
        }
        assert told["decision"]["person"] == "cnda/adrtrois-toussaint"
        assert "Answer: 00 (one identity found), HTTP 200" in told["explanation"]["en"]
        assert "Réponse : 00 (une identité trouvée), HTTP 200" in told["explanation"]["fr"]
        assert ok(web.get(f"{API}/exchanges/{told['id']}")) == told

    def test_they_are_listed_by_session_code_and_page(self, web: Client, session: str, ask: Ask) -> None:
        ask(sex="F")
        ask(session=session)
        ask(session=session, sex="F")

        def listed(query: str) -> list[int]:
            return [entry["id"] for entry in ok(web.get(f"{API}/exchanges?{query}"))]

        assert listed("") == [1, 2, 3]
        assert listed(f"session={session}") == [2, 3]
        assert listed("code=01") == [1, 3]
        assert listed("after=1&limit=1") == [2]
        assert listed("order=newest&limit=2") == [3, 2]
        assert listed("session=nobody") == []

    @pytest.mark.parametrize("number", ["1", "0", "99999999999999999999999999", str(2**63 - 1)])
    def test_one_that_is_not_there_is_not_found(self, web: Client, number: str) -> None:
        assert "no exchange" in refused(web.get(f"{API}/exchanges/{number}"), 404)

    @pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", f"after={2**63}", "limit=٣٠٠٠"])
    def test_a_senseless_page_is_refused(self, web: Client, query: str) -> None:
        assert "expected a whole number" in refused(web.get(f"{API}/exchanges?{query}"), 400)

    @pytest.mark.parametrize("order", ["", "null", "NEWEST"])
    def test_a_senseless_order_is_refused(self, web: Client, order: str) -> None:
        message = refused(web.get(f"{API}/exchanges?order={order}"), 400)
        assert message == f"order: expected one of oldest, newest, got {order!r}"

    def test_a_bare_unreadable_request_can_be_told(self, web: Client, ask: Ask) -> None:
        ask(b"\xff\x00")
        (told,) = ok(web.get(f"{API}/exchanges"))
        assert (told["code"], told["request"]) == ("desir_9001", "\ufffd\x00")


class TestBodies:
    @pytest.mark.parametrize("path", ["/sessions", "/sessions/default/people", "/sessions/default/scenarios"])
    @pytest.mark.parametrize(
        ("data", "content_type", "status"),
        [
            (b"{", "application/json", 400),
            (b"\xff", "application/json", 400),
            (b"[" * 100_000, "application/json", 400),
            (b'{"id": "a", "ttl": 60, "id": "b"}', "application/json", 400),
            (b'{"ttl": %b}' % (b"9" * 5000), "application/json", 400),
            (b"{}", "text/plain", 415),
            (b"a=1", "application/x-www-form-urlencoded", 415),
        ],
        ids=["cut", "not UTF-8", "deep", "a name twice", "a number without end", "plain", "form"],
    )
    def test_what_is_no_json_object_is_refused(
        self, web: Client, path: str, data: bytes, content_type: str, status: int
    ) -> None:
        refused(web.post(API + path, data=data, content_type=content_type), status)

    def test_too_much_is_refused(self, web: Client) -> None:
        body = b'{"people": "' + b"x" * (16 * 1024 * 1024) + b'"}'
        refused(web.post(f"{API}/sessions/default/people", data=body, content_type="application/json"), 413)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/exchanges/one", 404),
        ("GET", "/sessions/nobody", 404),
        ("DELETE", "/sessions/nobody", 404),
        ("GET", "/sessions/nobody/people", 404),
        ("POST", "/sessions/nobody/people", 404),
        ("POST", "/sessions/nobody/scenarios", 404),
        ("PUT", "/sessions/nobody/scenarios", 404),
        ("DELETE", "/sessions/nobody/scenarios", 404),
        ("PUT", "/sessions", 405),
        ("DELETE", "/exchanges", 405),
        ("POST", "/info", 405),
    ],
)
def test_what_is_not_there_is_told_in_json(web: Client, method: str, path: str, status: int) -> None:
    rules = [{"when": {}, "then": {"code": "01"}}]
    body: dict[str, Any] = {"scenario": {**SCENARIO, "people": [], "rules": rules}, "people": {}}
    if path.endswith("people"):
        body = {"people": []}
    response = web.open(API + path, method=method, json=body)
    refused(response, status)
    assert ("Allow" in response.headers) is (status == 405)
